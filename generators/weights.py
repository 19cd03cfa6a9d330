"""Weights of one generator as a safetensors file whose header says what they are."""

import json
import struct
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from faces.common.errors import TamperedError, UsageError
from faces.common.files import written_aside
from generators.networks import ResnetGenerator
from generators.settings import GeneratorSettings

ARCHITECTURE = "ResnetGenerator"


def describe(
    settings: GeneratorSettings, variant: str, equalize: str, seed: int, direction: str
) -> dict[str, str]:
    """The header of a trained generator: everything that its use or its reader needs to know."""
    known = {
        "architecture": ARCHITECTURE,
        "direction": direction,
        "width": settings.width,
        "blocks": settings.blocks,
        "side_px": settings.side_px,
        "variant": variant,
        "equalize": equalize,
        "equalize_method": settings.equalize_method,
        "seed": seed,
        "steps": settings.steps,
        "torch": torch.__version__,
        "safetensors": safetensors.__version__,
    }
    return {name: str(value) for name, value in known.items()}


def save_generator(path: Path, network: nn.Module, metadata: dict[str, str]) -> None:
    """Writes the weights aside and renames them; see `describe` for the metadata."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_bytes(with_sorted_header(save(tensors, metadata)))


def with_sorted_header(content: bytes) -> bytes:
    """A safetensors file's bytes with its header's keys in order, which safetensors leaves open.

    The format is 8 bytes of header length, a JSON header padded with spaces, and the tensors.
    """
    (length,) = struct.unpack("<Q", content[:8])
    header = json.dumps(json.loads(content[8 : 8 + length]), sort_keys=True, separators=(",", ":"))
    padded = header.encode().ljust(length)
    return struct.pack("<Q", len(padded)) + padded + content[8 + length :]


def load_generator(path: Path) -> tuple[ResnetGenerator, dict[str, str]]:
    """A generator in eval mode on the CPU, and its header.

    Raises UsageError if the file is missing or of another kind, TamperedError if it is damaged.
    """
    metadata, tensors = read(path)
    if metadata.get("architecture") != ARCHITECTURE:
        raise UsageError(f"{path}: not the weights of a {ARCHITECTURE}; name a generator's file")
    try:
        network = ResnetGenerator(int(metadata["width"]), int(metadata["blocks"]))
        network.load_state_dict(tensors)
    except (KeyError, ValueError, RuntimeError) as error:
        raise TamperedError(
            f"{path}: weights and header disagree ({first_line(error)}); make or fetch it again"
        ) from error
    return network.eval(), metadata


def read(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Header and tensors of a safetensors file."""
    if not path.is_file():
        raise UsageError(f"{path}: no such weights; train a variant first or correct the path")
    try:
        with safe_open(path, "pt") as stored:
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
            return stored.metadata() or {}, tensors
    except (SafetensorError, OSError) as error:
        raise TamperedError(
            f"{path}: not a readable safetensors file ({first_line(error)}); make or fetch it again"
        ) from error


def first_line(error: Exception) -> str:
    """An error's text cut to one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])[:160]
