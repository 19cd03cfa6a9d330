"""Makes torchvision importable beside a CPU build of torch.

The registry's torchvision is built for CUDA. Beside a CPU build of torch its compiled operators
cannot load, and `import torchvision` stops at the missing `torchvision::nms`; torchmetrics and
facenet_pytorch import torchvision, so they fail with it. None of the three needs the compiled
operators here, so a plain `nms` is put in their place.

Call `ensure()` before the first import of torchvision, torchmetrics or facenet_pytorch. It changes
nothing on CUDA builds of torch, nor where torchvision's own operators load.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import torch

from faces.common.errors import MissingError

BOXES_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_libraries: list[torch.library.Library] = []  # a definition lives as long as its library object


def ensure() -> None:
    """Define torchvision's operators if its library cannot be loaded.

    Repeated calls have no effect. Raises MissingError where torchvision is not installed.
    """
    if torch.version.cuda or "torchvision" in sys.modules or _libraries:
        return
    if not _operators_load(_torchvision_folder()):
        _define_operators()


def _torchvision_folder() -> Path:
    """Find the installed package without importing it. Raises MissingError if there is none."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        raise MissingError("torchvision is not installed: pip install torchvision")
    return Path(spec.submodule_search_locations[0])


def _operators_load(folder: Path) -> bool:
    """Load torchvision's compiled operators if possible; tell whether they were loaded."""
    compiled = next((path for path in folder.glob("_C*") if path.suffix in {".so", ".pyd"}), None)
    if compiled is None:
        return False
    try:
        torch.ops.load_library(str(compiled))
    except OSError:
        return False
    return True


def _define_operators() -> None:
    library = torch.library.Library("torchvision", "DEF")
    library.define(f"nms{BOXES_SCHEMA}")
    library.define(f"qnms{BOXES_SCHEMA}")  # torchvision registers shapes for it when imported
    library.impl("nms", nms, "CPU")
    _libraries.append(library)
    # Otherwise torchvision refuses to call any operator, the one defined here included.
    extension: Any = importlib.import_module("torchvision.extension")
    extension._has_ops = lambda: True


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Select boxes by non-maximum suppression, as `torchvision.ops.nms` does.

    boxes: (N, 4) float, corners x1, y1, x2, y2. scores: (N,) float. => (K,) int64 indices of the
    kept boxes, best score first: the intersection over union of each with any better kept box is
    at most `iou_threshold`.
    """
    left, top, right, bottom = boxes.unbind(1)
    areas = (right - left) * (bottom - top)
    waiting = scores.argsort(descending=True, stable=True)
    kept = []
    while waiting.numel():
        best, rest = waiting[0], waiting[1:]
        kept.append(best)
        width = (right[rest].minimum(right[best]) - left[rest].maximum(left[best])).clamp(min=0)
        height = (bottom[rest].minimum(bottom[best]) - top[rest].maximum(top[best])).clamp(min=0)
        overlap = width * height
        waiting = rest[overlap / (areas[best] + areas[rest] - overlap) <= iou_threshold]
    return torch.stack(kept) if kept else waiting
