"""Makes one optimizer step of any method: each phase in turn, with an Adam optimizer of its own."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from faces.common.compute import autocast
from generators.frozen import frozen
from generators.method import Method, OwnSettings, Phase, Variant
from generators.settings import GeneratorSettings


class Stepper:
    """A variant's networks on a device, with their optimizers.

    `own` are the variant's own settings, `generator` is a seeded CPU generator for weights and
    memories; `fixed` are the fixed networks that it needs, by name, of which frozen copies are
    used.
    """

    def __init__(
        self,
        variant: Variant[Any],
        settings: GeneratorSettings,
        own: OwnSettings,
        *,
        generator: torch.Generator,
        device: torch.device,
        fixed: Mapping[str, nn.Module],
    ):
        self.settings, self.device = settings, device
        copies = {name: frozen(network, device) for name, network in fixed.items()}
        self.method = variant.build(settings, own, generator, copies)
        for network in self.method.networks.values():
            network.to(device)
        self.adams = {
            phase.name: _adam(self.method, phase, settings) for phase in self.method.phases
        }

    def step(self, images: dict[str, Tensor], rate_factor: float) -> dict[str, Tensor]:
        """Update all networks once, and return the weighted terms by name, () float32.

        "vis" and "nir" are (batch, 3, S, S) float32 in [-1, 1]. The learning rate is that of the
        settings times `rate_factor`.
        """
        made = dict(images)
        terms: dict[str, Tensor] = {}
        for phase in self.method.phases:
            terms |= self.run_phase(phase, made, rate_factor * self.settings.learning_rate)
        return terms

    def run_phase(self, phase: Phase, made: dict[str, Tensor], rate: float) -> dict[str, Tensor]:
        """Make one backward pass over the sum of a phase's terms, and one optimizer step.

        `made` are the tensors of the step, NCHW in [-1, 1]; the phase may add some. Returns the
        terms by name, () float32.
        """
        self.freeze_all_but(phase.updates)
        optimizer = self.adams[phase.name]
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        with autocast(self.device, self.settings.precision):
            terms = phase.terms(made)
        torch.stack(list(terms.values())).sum().backward()
        optimizer.step()
        return {name: term.detach() for name, term in terms.items()}

    def freeze_all_but(self, updates: tuple[str, ...]) -> None:
        """Switch off gradients for the weights that a phase does not update."""
        for name, network in self.method.networks.items():
            network.requires_grad_(name in updates)

    def first_not_finite(self) -> str | None:
        """Return the name of a weight that is not finite, or None."""
        for name, network in self.method.networks.items():
            for key, tensor in network.state_dict().items():
                if not tensor.isfinite().all():
                    return f"{name} {key}"
        return None

    def state_dict(self) -> dict[str, Any]:
        """Return the state of networks, optimizers and the method's memories."""
        method = self.method
        return {
            "networks": {name: net.state_dict() for name, net in method.networks.items()},
            "adams": {name: optimizer.state_dict() for name, optimizer in self.adams.items()},
            "memories": {name: memory.state_dict() for name, memory in method.memories.items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state written by `state_dict`."""
        for name, network in self.method.networks.items():
            network.load_state_dict(state["networks"][name])
        for name, optimizer in self.adams.items():
            optimizer.load_state_dict(state["adams"][name])
        for name, memory in self.method.memories.items():
            memory.load_state_dict(state["memories"][name], self.device)


def _adam(method: Method, phase: Phase, settings: GeneratorSettings) -> torch.optim.Adam:
    """Return one fused Adam for all networks that the phase updates."""
    parameters = [p for name in phase.updates for p in method.networks[name].parameters()]
    betas = (settings.beta1, settings.beta2)
    return torch.optim.Adam(parameters, settings.learning_rate, betas, fused=True)
