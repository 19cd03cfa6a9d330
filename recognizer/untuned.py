"""Writes a recognizer before fine-tuning, which tells people apart by the means of their images.

Fine-tuning gives a network a classifier. Without any, a person is recognised among those known by
the nearest class mean (Mensink et al. 2013, "Distance-Based Image Classification", section 3): the
mean of the unit-length embeddings of the person's training images, brought to unit length. So the
same scores exist for the recognizer before and after fine-tuning.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from faces.common.files import write_text
from faces.common.progress import JoinedProgress, Progress, silent
from recognizer import network
from recognizer.batches import ImageSet
from recognizer.embedding import embed
from recognizer.settings import Colour
from recognizer.training import RESULT

NEVER = -1e9  # the logit of a person without training images, whom nobody is taken for


def write(
    image_sets: Sequence[ImageSet],
    classes: int,
    *,
    initial: Path,
    out: Path,
    side_px: int,
    colour: Colour,
    device: torch.device,
    progress: Progress = silent,
) -> Path:
    """Write the weights of `initial` with a classifier by class means; return the file in `out`.

    `image_sets` and `classes` are those of a training; `side_px` and `colour` are what the network
    is shown. Nothing is trained, so `losses.csv`, which a training writes beside its weights, has
    no rows.
    """
    out.mkdir(parents=True, exist_ok=True)
    recognizer = network.Recognizer(classes)
    network.load_trunk(recognizer, initial)
    whole = JoinedProgress(progress, sum(len(images.images) for images in image_sets))
    embeddings = [
        embed(recognizer, images.images, side_px, colour, device=device, progress=whole).embeddings
        for images in image_sets
    ]
    labels = np.concatenate([images.labels for images in image_sets])
    _classify_by(recognizer, class_means(np.concatenate(embeddings), labels, classes))
    write_text(out / "losses.csv", "step,learning_rate,loss\n")
    network.save(recognizer, out / RESULT, _provenance(image_sets, initial))
    return out / RESULT


def class_means(embeddings: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the mean embedding of each class, of unit length.

    (N, D) float32 of unit length, (N,) int64 => (classes, D) float32; zeros for a class without
    images.
    """
    sums = np.zeros((classes, embeddings.shape[1]))
    np.add.at(sums, labels, embeddings)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.divide(sums, lengths, out=sums, where=lengths > 0).astype(np.float32)


@torch.no_grad()
def _classify_by(recognizer: network.Recognizer, means: np.ndarray) -> None:
    """Set the classifier: its logits are then cosines, times the length of the features."""
    recognizer.logits.weight.copy_(torch.from_numpy(means))
    known = torch.from_numpy(np.abs(means).sum(1) > 0)
    recognizer.logits.bias.copy_(torch.where(known, 0.0, NEVER))


def _provenance(image_sets: Sequence[ImageSet], initial: Path) -> dict[str, object]:
    return {
        "classifier": "class means",
        "images": {images.name: len(images.images) for images in image_sets},
        "initial": network.provenance(initial),
    }
