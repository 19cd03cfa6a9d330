"""What a training set is mixed from: kinds of images, in equal shares of every batch."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from bench.stages.parts import select
from faces import packed
from faces.equalize import equalize
from faces.luminance import luminance
from faces.packed import Packed
from recognizer.alterations import altered
from recognizer.batches import ImageSet, few_per_subject

FEW_SHOT_SEED = 0  # which real NIR images stay is the same for every training set and seed
SHARE_SEED = 0  # and so is which fakes stay
ALTERATION_SEED = 0
KINDS = {"twice": "VIS again", "grey": "grey VIS", "equalized": "equalized VIS",
         "augmented": "altered VIS", "oracle": "true NIR", "fakes": "fake NIR"}  # fmt: skip


class Mixture(BaseModel):
    """The real images, and what stands beside them.

    `extra` is one image for each VIS image of the training people: their fakes, their true NIR,
    or a control. `shuffled` gives each extra image the name of another person; `share` keeps a part
    of them, of every person alike. Without `real` the extra images are all there is.
    """

    model_config = ConfigDict(frozen=True)

    real: bool = True
    nir_per_subject: int | Literal["all"]
    extra: Literal["", "twice", "grey", "equalized", "augmented", "oracle", "fakes"] = ""
    shuffled: bool = False
    share: float = 1.0


def image_sets(
    mixture: Mixture,
    aligned: Path,
    fakes: Path | None,
    parts: pd.DataFrame,
    classes: list[str],
    seed: int,
) -> list[ImageSet]:
    """The kinds of images in the training set, with their labels.

    `fakes` is the folder of a translator's fakes where the mixture has any; `seed` deals shuffled
    names out.
    """
    vis = select(aligned, parts, "train", "VIS")
    sets = []
    if mixture.real:
        sets.append(_labelled("VIS", vis, classes))
        nir = _few(select(aligned, parts, "train", "NIR"), mixture.nir_per_subject)
        sets += [_labelled("NIR", nir, classes)] if len(nir.index) else []
    if mixture.extra:
        images = _extra(mixture, aligned, fakes, parts, vis)
        extra = _labelled(KINDS[mixture.extra], images, classes)
        sets.append(_shuffled(extra, seed) if mixture.shuffled else extra)
    return sets


def _extra(
    mixture: Mixture, aligned: Path, fakes: Path | None, parts: pd.DataFrame, vis: Packed
) -> Packed:
    if mixture.extra == "fakes":
        return _share(packed.read(fakes), mixture.share)
    if mixture.extra == "oracle":
        return select(aligned, parts, "train", "VIS", folder="NIR-true")
    return Packed(_control(mixture.extra, vis.images), vis.index)


def _control(kind: str, images: np.ndarray) -> np.ndarray:
    """(N, S, S, 3) uint8 -> (N, S, S, 1 or 3) uint8: the VIS images as a control has them."""
    if kind == "grey":
        return luminance(images)
    if kind == "equalized":
        return np.stack([equalize(image) for image in images])
    if kind == "augmented":
        return altered(images, np.random.default_rng(ALTERATION_SEED))
    return images


def _few(nir: Packed, few: int | str) -> Packed:
    """At most so many NIR images of each subject."""
    if few == "all":
        return nir
    generator = np.random.default_rng(FEW_SHOT_SEED)
    rows = few_per_subject(nir.index["subject"].to_list(), few, generator)
    return Packed(nir.images[rows], nir.index.iloc[rows])


def _share(fakes: Packed, share: float) -> Packed:
    """A part of each person's fakes; a smaller part is contained in a larger one."""
    order = np.random.default_rng(SHARE_SEED).permutation(len(fakes.index))
    shuffled = fakes.index["subject"].iloc[order]
    place = shuffled.groupby(shuffled).cumcount().to_numpy()
    most = kept(share, shuffled.map(shuffled.value_counts()).to_numpy())
    rows = np.sort(order[place < most])
    return Packed(fakes.images[rows], fakes.index.iloc[rows])


def kept(share: float, images: np.ndarray) -> np.ndarray:
    """Of so many images of a person, how many a share keeps: one at least."""
    return np.maximum(1, np.round(share * images)).astype(int)


def _labelled(kind: str, images: Packed, classes: list[str]) -> ImageSet:
    return ImageSet(kind, images.images, labels_of(images.index["subject"], classes))


def _shuffled(images: ImageSet, seed: int) -> ImageSet:
    """The same images and names, but none under its own name, as far as there are others."""
    rng, own = np.random.default_rng(seed), images.labels
    labels = rng.permutation(own)
    for row in np.flatnonzero(labels == own):
        willing = np.flatnonzero((labels != own[row]) & (own != labels[row]))
        if len(willing):
            other = rng.choice(willing)
            labels[[row, other]] = labels[[other, row]]
    return ImageSet(f"{images.kind}, shuffled", images.images, labels)


def labels_of(subjects: pd.Series, classes: list[str]) -> np.ndarray:
    """(N,) int64: each subject's place among the classes."""
    labels = pd.Index(classes).get_indexer(subjects)
    assert (labels >= 0).all(), "every training image is of a training subject"
    return labels.astype(np.int64)
