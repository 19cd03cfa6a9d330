"""Finds the versions on which numbers depend: of nirbench, Python and packages."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ["torch", "torchvision", "torchmetrics", "facenet-pytorch", "dlib-bin", "numpy", "scipy",
            "pandas", "scikit-learn", "scikit-image", "pillow", "matplotlib",
            "safetensors"]  # fmt: skip
ROOT = Path(__file__).parents[2]


def versions() -> dict[str, str]:
    """Return the versions by name, nirbench first."""
    own = {"nirbench": own_version(), "python": platform.python_version()}
    return own | {package: version_of(package) for package in PACKAGES}


def own_version() -> str:
    """Return "0.1.0", or with the commit of a working copy "0.1.0 (commit 1a2b3c4d5e6f)"."""
    released = version_of("nirbench")
    if not (ROOT / ".git").exists():
        return released
    try:
        commit = _git(ROOT, "rev-parse", "--short=12", "HEAD")
        changed = _git(ROOT, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):  # no git, or not ours to ask
        return released
    return f"{released} (commit {commit}{', and changes' if changed else ''})"


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", folder, *arguments], capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


def version_of(package: str) -> str:
    """Return the installed version of a package, or "not installed by this name"."""
    try:
        return version(package)
    except PackageNotFoundError:  # such as dlib-bin, where somebody built dlib
        return "not installed by this name"
