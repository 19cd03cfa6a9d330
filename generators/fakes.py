"""Makes fake NIR images, one for each VIS image, rounded to 8 bits before anyone trains on them.

Each image goes through the network alone, so that no fake depends on its batch. CycleGAN hides
information in high frequencies (Chu et al. 2017), so fakes are rounded to whole grey levels.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from faces import packed
from faces.common.compute import choose_device, full_float32
from faces.common.errors import DataError
from faces.common.progress import Progress, silent
from faces.luminance import SHARES
from faces.packed import Packed
from generators.batches import is_equalized, prepare, to_floats
from generators.settings import EqualizeMethod, Spectra
from generators.weights import load_generator


def translate(
    weights: Path,
    images: np.ndarray,
    *,
    device: str = "cpu",
    batch: int = 32,
    progress: Progress = silent,
) -> np.ndarray:
    """Translate VIS images: (N, S, S, 3) uint8 => (N, side, side, 1) uint8, in the same order.

    Equalization and side are those of the weights. `batch` images are prepared at a time, which
    does not change the fakes. Raises DataError for images of other shapes, and the errors of
    `load_generator`.
    """
    network, metadata = load_generator(weights)
    network.to(choose_device(device))
    spectrum = metadata["direction"].split("_to_")[0]
    equalized = is_equalized(spectrum, cast(Spectra, metadata["equalize"]))
    side_px, method = int(metadata["side_px"]), cast(EqualizeMethod, metadata["equalize_method"])
    fakes = np.empty((len(images), side_px, side_px, 1), np.uint8)
    for start in range(0, len(images), batch):
        inputs = prepare(images[start : start + batch], side_px, equalized, method)
        fakes[start : start + len(inputs)] = grey_fakes(network, inputs)
        progress(start + len(inputs), len(images), {})
    return fakes


@torch.inference_mode()
@full_float32()
def grey_fakes(network: nn.Module, inputs: Tensor) -> np.ndarray:
    """Translate images one by one, in float32: (N, 1 or 3, S, S) uint8 => (N, S, S, 1) uint8."""
    device = next(network.parameters()).device
    ready = to_floats(inputs.to(device))
    fakes = torch.cat([_to_grey(network(ready[row : row + 1])) for row in range(len(ready))])
    assert len(fakes) == len(inputs)
    return fakes.cpu().numpy()


def _to_grey(images: Tensor) -> Tensor:
    """Round the luminance to grey levels: (N, 1 or 3, H, W) in [-1, 1] => (N, H, W, 1) uint8."""
    shares = images.new_tensor(SHARES).view(1, 3, 1, 1)
    grey = ((images * shares).sum(1) + 1) * 127.5
    return grey.round().clamp(0, 255).to(torch.uint8).unsqueeze(-1)


def make_fakes(
    weights: Path,
    vis: Packed,
    rows: Sequence[int],
    out: Path,
    *,
    device: str = "cpu",
    batch: int = 32,
    progress: Progress = silent,
) -> None:
    """Write a packed folder with one fake for each of the `rows` of `vis`, in their order.

    Its index keeps subject and shot; spectrum is "NIR", source is the row of `vis`. Raises
    DataError for rows that are not VIS images, and the errors of `translate`.
    """
    chosen = vis.index.iloc[list(rows)]
    if not (chosen["spectrum"] == "VIS").all():
        raise DataError("fakes are made from VIS images only; the rows name images of another kind")
    images = vis.images[list(rows)]
    fakes = translate(weights, images, device=device, batch=batch, progress=progress)
    assert len(fakes) == len(rows), "one fake for each VIS image"
    index = pd.DataFrame(
        {
            "subject": chosen["subject"].to_numpy(),
            "spectrum": "NIR",
            "shot": chosen["shot"].to_numpy(),
            "source": [str(row) for row in rows],
        }
    )
    packed.write(out, fakes, index)
