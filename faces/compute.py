"""Where and how precisely networks run: the device, and bfloat16 where the processor has it."""

import os
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


def resolve(precision: Precision, device: torch.device) -> Precision:
    """What "auto" means on a device, so that results of two precisions are never mixed up."""
    if precision == "auto":
        return "bf16" if has_bf16(device) else "float32"
    return precision


def device_name(device: torch.device) -> str:
    """A device in words."""
    arithmetic = "bfloat16" if has_bf16(device) else "float32"
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, {arithmetic}"
    return f"CPU, {os.cpu_count()} cores, {torch.backends.cpu.get_cpu_capability()}, {arithmetic}"


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager:
    """A context in which convolutions and products run in bfloat16 if `precision` says so."""
    enabled = resolve(precision, device) == "bf16"
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)
