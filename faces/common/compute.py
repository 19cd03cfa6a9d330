"""Chooses the device and the precision of networks: bfloat16 if the processor supports it.

Measurements use full float32 arithmetic, which NVIDIA GPUs do not use by default.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import torch

from faces.common.errors import UsageError
from faces.common.precision import Precision


def choose_device(name: str) -> torch.device:
    """Return the device of that name; `auto` is the first CUDA device, or the CPU without one.

    Raises UsageError for an unknown name, and for CUDA if torch finds no CUDA device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise UsageError(f"device {name}: torch sees no CUDA device here; use --set device=cpu")
    try:
        return torch.device(name)
    except RuntimeError:
        raise UsageError(f"device {name}: unknown; use auto, cpu, cuda or cuda:N") from None


def has_bf16(device: torch.device) -> bool:
    """Tell whether the processor itself does bfloat16 arithmetic, without emulation."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if not hasattr(torch.cpu, "get_capabilities"):
        return torch.ops.mkldnn._is_mkldnn_bf16_supported()
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def resolve(precision: Precision, device: torch.device) -> Precision:
    """Return the precision that "auto" means on a device; other precisions stay as they are.

    Stage keys hold the result, so that results of two precisions are never mixed up.
    """
    if precision == "auto":
        return "bf16" if has_bf16(device) else "float32"
    return precision


def device_name(device: torch.device) -> str:
    """Describe a device in words: its name, its cores and its fastest arithmetic."""
    arithmetic = "bfloat16" if has_bf16(device) else "float32"
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, {arithmetic}"
    return f"CPU, {os.cpu_count()} cores, {torch.backends.cpu.get_cpu_capability()}, {arithmetic}"


def at_least_float32(values: torch.Tensor) -> torch.Tensor:
    """Return values of any shape in float32 where they are narrower, else as they are."""
    return values.float() if values.dtype in (torch.bfloat16, torch.float16) else values


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager:
    """Return a context in which convolutions and products run in bfloat16 if that is asked for."""
    enabled = resolve(precision, device) == "bf16"
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


@contextmanager
def full_float32() -> Iterator[None]:
    """Keep all bits of float32 arithmetic, as a context or a decorator, on every device.

    By default cuDNN rounds the inputs of a convolution to TF32, which has ten bits, and the result
    depends on the size of the batch.
    """
    backends: Any = torch.backends  # its stubs lack the precision of single operations
    operations = (
        backends.cudnn.conv,
        backends.cuda.matmul,
        backends.mkldnn.conv,
        backends.mkldnn.matmul,
    )
    # Not `allow_tf32`: torch raises an error if it is read after `fp32_precision` was set.
    before = [operation.fp32_precision for operation in operations]
    try:
        for operation in operations:
            operation.fp32_precision = "ieee"
        yield
    finally:
        for operation, precision in zip(operations, before, strict=True):
            operation.fp32_precision = precision
