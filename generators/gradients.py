"""Makes gradients differentiable again, for functions with their own backward pass."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Context = Any  # torch's own type does not know what functions keep in it


def differentiable(
    plain: Callable[..., Tensor], inputs: tuple[Tensor, ...], gradient: Tensor
) -> tuple[Tensor | None, ...]:
    """Return the gradients of `plain` at the inputs, of their shapes; None for those without.

    `plain` computes the same as the function whose backward pass calls this, in torch's own
    operations; `gradient` is that of its result. Gradients must be enabled, as they are in a
    backward pass with `create_graph`.
    """
    wanted = [values for values in inputs if values.requires_grad]
    found = iter(torch.autograd.grad(plain(*inputs), wanted, gradient, create_graph=True))
    return tuple(next(found) if values.requires_grad else None for values in inputs)
