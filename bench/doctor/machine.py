"""Describes the machine: cores, memory, GPU, and whether it computes in bfloat16."""

import os
import warnings
from pathlib import Path

import torch
from rich.filesize import decimal

from bench.doctor.page import Problem, Section
from bench.settings.run_settings import RunSettings
from faces.common.compute import has_bf16
from faces.common.parallel import usable_cores

CONTROL_GROUP = Path("/sys/fs/cgroup")  # of a container; elsewhere it holds no limits
NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def section(settings: RunSettings) -> Section:
    """Return the description of the machine, and its problems."""
    gpu, problems = _gpu()
    cores, limited = _cores(settings)
    entries = [
        ("processor", cores),
        ("memory", _memory()),
        ("GPU", gpu),
        ("arithmetic", _arithmetic()),
        ("threads", _threads()),
    ]
    return Section("Machine", entries, problems=[*limited, *problems])


def _cores(settings: RunSettings) -> tuple[str, list[Problem]]:
    capability = torch.backends.cpu.get_cpu_capability()
    there, workers = os.cpu_count() or 1, settings.workers
    words = f"{usable_cores()} of {there} cores usable, {capability}; processes at once: {workers}"
    share = core_limit(_read(CONTROL_GROUP / "cpu.max"))
    if share is None or share >= workers:
        return words, []
    remedy = f"--set data.workers={max(1, round(share))}"
    problem = Problem(f"this container may use {share:g} cores; run with {remedy}")
    return f"{words}, limited to {share:g} cores' time", [problem]


def core_limit(text: str) -> float | None:
    """Return the limit of cores in a `cpu.max` such as "200000 100000"; None: no limit."""
    words = text.split()
    if len(words) != 2 or not (words[0].isdigit() and words[1].isdigit()):
        return None
    return int(words[0]) / int(words[1])


def _memory() -> str:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    words = decimal(total)
    free = [line for line in _read(Path("/proc/meminfo")).splitlines() if "MemAvailable" in line]
    if free:
        words += f", {decimal(int(free[0].split()[1]) * 1024)} free"
    limit = _read(CONTROL_GROUP / "memory.max").strip()
    return f"{words}, limited to {decimal(int(limit))}" if limit.isdigit() else words


def _gpu() -> tuple[str, list[Problem]]:
    with warnings.catch_warnings(record=True) as caught:  # of a driver that is too old
        warnings.simplefilter("always")
        if torch.cuda.is_available():
            return ", ".join(_gpu_words(number) for number in range(torch.cuda.device_count())), []
    if not NVIDIA_DRIVER.exists():
        return "none", []
    message = str(caught[0].message).splitlines()[0] if caught else "no reason given"
    why = f"cannot use it ({message})" if torch.version.cuda else "is a build for processors alone"
    remedy = "install the build of torch that fits the driver (pytorch.org/get-started)"
    return "not used", [
        Problem(f"there is an NVIDIA driver, but torch {torch.__version__} {why}; {remedy}")
    ]


def _gpu_words(number: int) -> str:
    properties = torch.cuda.get_device_properties(number)
    return f"{properties.name}, {decimal(properties.total_memory)}"


def _arithmetic() -> str:
    name = "cuda" if torch.cuda.is_available() else "cpu"
    if has_bf16(torch.device(name)):
        return f"training in bfloat16 on {name}, scoring in float32"
    return f"float32 throughout, as {name} has no bfloat16 arithmetic of its own"


def _threads() -> str:
    variables = [f"{name}={os.environ[name]}" for name in THREAD_VARIABLES if name in os.environ]
    return ", ".join([f"{torch.get_num_threads()} in torch", *variables])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
