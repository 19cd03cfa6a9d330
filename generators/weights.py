"""Saves and loads the weights of one generator, a safetensors file whose header describes them."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from faces.common.disk_faults import require_readable
from faces.common.errors import MissingError, NirbenchError, TamperedError, UsageError
from faces.common.files import written_aside
from generators import architectures
from generators.method import Variant
from generators.settings import GeneratorSettings


def describe(
    network: nn.Module,
    variant: Variant[Any],
    settings: GeneratorSettings,
    *,
    seed: int,
    direction: str,
) -> dict[str, str]:
    """Return the header of a trained generator, from which it can be built and used.

    `direction` is "vis_to_nir" or "nir_to_vis". Raises UsageError where the network could not be
    made again.
    """
    known = {
        **architectures.describe(network, variant),
        "direction": direction,
        "side_px": settings.side_px,
        "variant": variant.name,
        "equalize": settings.equalized(variant.equalize),
        "equalize_method": settings.equalize_method,
        "seed": seed,
        "steps": settings.steps,
        "torch": torch.__version__,
        "safetensors": safetensors.__version__,
    }
    return {name: str(value) for name, value in known.items()}


def save_generator(path: Path, network: nn.Module, metadata: Mapping[str, str]) -> None:
    """Write the weights to a temporary file and rename it; see `describe` for the metadata."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_bytes(_with_sorted_header(save(tensors, dict(metadata))))


def _with_sorted_header(content: bytes) -> bytes:
    """Return the bytes of a safetensors file with sorted keys in its header.

    safetensors does not define their order.

    The format is 8 bytes of header length, a JSON header padded with spaces, and the tensors.
    """
    (length,) = struct.unpack("<Q", content[:8])
    header = json.dumps(json.loads(content[8 : 8 + length]), sort_keys=True, separators=(",", ":"))
    padded = header.encode().ljust(length)
    return struct.pack("<Q", len(padded)) + padded + content[8 + length :]


def load_generator(path: Path, definition: Path | None = None) -> tuple[nn.Module, dict[str, str]]:
    """Return a generator in eval mode on the CPU, and its header. No code from the file is run.

    `definition` is the file that defines the translator, where its network is its own and the file
    was never named on this machine. Raises UsageError if the file is missing or has no translator's
    weights, MissingError if it cannot be read or the translator is not installed, TamperedError if
    it is damaged.
    """
    metadata, tensors = _read(path)
    try:
        network = architectures.build(metadata, definition)
        network.load_state_dict(tensors)
    except NirbenchError as error:
        raise type(error)(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise TamperedError(
            f"{path}: weights and header disagree ({_first_line(error)}); make or fetch it again"
        ) from error
    return network.eval(), metadata


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Return header and tensors of a safetensors file."""
    require_readable(path, MissingError)
    if not path.is_file():
        raise UsageError(f"{path}: no such weights; train a variant first or correct the path")
    try:
        with safe_open(path, "pt") as stored:
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
            return stored.metadata() or {}, tensors
    except (SafetensorError, OSError) as error:
        raise TamperedError(
            f"{path}: not a readable safetensors file ({_first_line(error)}); make or fetch it "
            "again"
        ) from error


def _first_line(error: Exception) -> str:
    """Return an error's text cut to one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])[:160]
