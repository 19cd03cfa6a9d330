"""Defines Inception-ResNet-v1 as facenet-pytorch 2.5 builds it, and reads and writes its weights.

Szegedy et al. 2017, "Inception-v4, Inception-ResNet and the impact of residual connections on
learning"; 1792 features, dropout, Linear to 512 without bias, BatchNorm. Files carry the library's
own parameter names, the classifier under `logits`, so that they also load there; the header states
the origin of the weights. Nothing is downloaded here.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from faces.common import torchvision_cpu
from faces.common.disk_faults import require_readable
from faces.common.errors import MissingError, TamperedError
from faces.common.files import written_aside

EMBEDDING = 512
HEAD = "logits."
UNUSED = "num_batches_tracked"  # of BatchNorm: counted, but never read if the momentum is fixed


class Recognizer(nn.Module):
    """Inception-ResNet-v1 with a classifier: N3HW float32 in [-1, 1] => (N, classes) logits."""

    def __init__(self, classes: int, dropout: float = 0.6) -> None:
        super().__init__()
        self.trunk = _trunk(dropout)
        self.logits = nn.Linear(EMBEDDING, classes)

    @property
    def classes(self) -> int:
        """The number of classes."""
        return self.logits.out_features

    def features(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return embeddings that are not normalized: N3HW float32 => (N, 512) float32.

        Training needs a side of 80 pixels or more.
        """
        return self.trunk(inputs)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.logits(self.features(inputs))


def _trunk(dropout: float) -> nn.Module:
    # Imported here because facenet_pytorch imports torchvision, which must be repaired before.
    torchvision_cpu.ensure()
    from facenet_pytorch import InceptionResnetV1

    trunk = InceptionResnetV1(pretrained=None, classify=True, num_classes=1, dropout_prob=dropout)
    trunk.logits = nn.Identity()  # in the mode "classify", embeddings are not normalized
    for module in trunk.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = True  # the same values; the input is not used again
    return trunk


def state(network: Recognizer) -> dict[str, torch.Tensor]:
    """Return all weights and statistics on the CPU, by facenet-pytorch's names and shapes."""
    return {
        name.removeprefix("trunk."): tensor.detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
    }


def save(network: Recognizer, path: Path, provenance: Mapping[str, object]) -> None:
    """Write the weights; `provenance` (JSON values) goes into the header, read by `provenance`."""
    # One entry only: safetensors writes several in an order that changes from run to run.
    header = {"provenance": json.dumps(dict(provenance), sort_keys=True)}
    with written_aside(path) as aside:
        save_file(state(network), aside, header)


def provenance(path: Path) -> dict[str, object]:
    """Return the provenance in a file of weights; empty for files that `save` did not write.

    Raises MissingError where there is no file or it cannot be read, TamperedError where it is
    damaged.
    """
    with _opened(path) as file:
        return json.loads((file.metadata() or {}).get("provenance", "{}"))


def load(path: Path, dropout: float = 0.6) -> Recognizer:
    """Return the network in a file, with its classifier, on the CPU and in evaluation mode.

    Raises MissingError where there is no file or it cannot be read, TamperedError where it is
    damaged or keys or shapes do not fit.
    """
    tensors = _read(path)
    if f"{HEAD}weight" not in tensors:
        raise TamperedError(f"{path}: holds no classifier (logits.weight); delete it")
    network = Recognizer(len(tensors[f"{HEAD}weight"]), dropout)
    _fill(network, tensors, path)
    return network.eval()


def load_trunk(network: Recognizer, path: Path) -> None:
    """Load a file's weights into `network`, except the classifier. Errors are those of `load`."""
    kept = {name: tensor for name, tensor in state(network).items() if name.startswith(HEAD)}
    tensors = {name: t for name, t in _read(path).items() if not name.startswith(HEAD)}
    _fill(network, tensors | kept, path)


def _fill(network: Recognizer, tensors: Mapping[str, torch.Tensor], path: Path) -> None:
    """Load tensors into a network. Raises TamperedError where keys or shapes do not fit."""
    wanted = state(network)
    missing = sorted(n for n in wanted.keys() - tensors.keys() if not n.endswith(UNUSED))
    unknown = sorted(tensors.keys() - wanted.keys())
    misshapen = sorted(n for n, t in tensors.items() if n in wanted and t.shape != wanted[n].shape)
    for problem, names in {"lacks": missing, "adds": unknown, "misshapes": misshapen}.items():
        if names:
            raise TamperedError(
                f"{path}: not weights of InceptionResnetV1: {problem} {names[0]} and "
                f"{len(names) - 1} more; fetch or train it again"
            )
    full = {name: tensors.get(name, wanted[name]) for name in wanted}
    network.load_state_dict(
        {n if n.startswith(HEAD) else f"trunk.{n}": tensor for n, tensor in full.items()}
    )


def _read(path: Path) -> dict[str, torch.Tensor]:
    with _opened(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def _opened(path: Path) -> safe_open:
    require_readable(path, MissingError)
    try:
        return safe_open(path, "pt")
    except FileNotFoundError as error:
        raise MissingError(f"{path}: no such recognizer weights; fetch or train them") from error
    except (SafetensorError, OSError) as error:
        raise TamperedError(f"{path}: not readable as safetensors; delete it") from error
