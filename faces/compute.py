"""Where and how precisely networks run: the device, and bfloat16 where the processor has it."""

from contextlib import AbstractContextManager

import torch

from faces.errors import UsageError
from faces.precision import Precision


def choose_device(name: str) -> torch.device:
    """`auto` is the first CUDA device if there is one, otherwise the CPU."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise UsageError(f"device {name}: torch sees no CUDA device here; use --set device=cpu")
    try:
        return torch.device(name)
    except RuntimeError:
        raise UsageError(f"device {name}: unknown; use auto, cpu, cuda or cuda:N") from None


def has_bf16(device: torch.device) -> bool:
    """True where bfloat16 arithmetic is done by the processor and not emulated."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if not hasattr(torch.cpu, "get_capabilities"):
        return torch.ops.mkldnn._is_mkldnn_bf16_supported()
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager:
    """A context in which convolutions and products run in bfloat16 if `precision` says so."""
    enabled = precision == "bf16" or (precision == "auto" and has_bf16(device))
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)
