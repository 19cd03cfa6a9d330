"""Mixes a training set from kinds of images, in equal shares of every batch."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from bench.stages.examples import Pairs, examples
from bench.stages.parts import select
from faces import packed
from faces.packed import Packed
from recognizer import controls
from recognizer.batches import ImageSet, at_most_per_subject

FEW_SHOT_SEED = 0  # every training set and seed keeps the same real NIR images,
SHARE_SEED = 0  # and the same fakes
FAKES, ORACLE = "fakes", "oracle"  # values of `extra` besides the names of controls


class Mixture(BaseModel):
    """The real images of a training set, and its extra images.

    `extra` is one image for each VIS image of the training people: "fakes", their true NIR
    ("oracle"), or the output of the control of that name; empty: none. `shuffled`: the control
    gives images the names of other people. `share` is the share of each person's fakes that is
    kept. Without `real` there are extra images alone. `pairs` says which images a control that
    needs pairs learns from (bench/stages/examples.py). `origin` is the package that adds the
    control, if it is not nirbench; only then it is part of a training's key.
    """

    model_config = ConfigDict(frozen=True)

    real: bool = True
    nir_per_subject: int | Literal["all"]
    extra: str = ""
    shuffled: bool = False
    share: float = 1.0
    pairs: Pairs = Field("", exclude_if=lambda pairs: not pairs)
    origin: str = Field("", exclude_if=lambda origin: not origin)

    @property
    def repeats_vis(self) -> bool:
        """Tell whether the extra images are the unaltered VIS images."""
        return self.extra in controls.names() and controls.get(self.extra).repeats_vis


def image_sets(
    mixture: Mixture,
    aligned: Path,
    fakes: Path | None,
    parts: pd.DataFrame,
    *,
    classes: list[str],
    seed: int,
) -> list[ImageSet]:
    """Return the kinds of images in the training set, with their labels.

    `aligned` is the folder of aligned crops, `parts` the split's table, `classes` the training
    people in the order of their labels; `fakes` is the folder of a translator's fakes where the
    mixture has any; `seed` is that of the training. Raises DataError where a control does not make
    one image of each that it is given.
    """
    vis = select(aligned, parts, "train", "VIS")
    sets = []
    if mixture.real:
        sets.append(_labelled("VIS", vis, classes))
        nir = _at_most(mixture.nir_per_subject, select(aligned, parts, "train", "NIR"))
        sets += [_labelled("NIR", nir, classes)] if len(nir.index) else []
    if mixture.extra == ORACLE:
        true_nir = select(aligned, parts, "train", "VIS", folder="NIR-true")
        sets.append(_labelled("true NIR", true_nir, classes))
    elif mixture.extra == FAKES:
        sets.append(_labelled("fake NIR", _fakes(fakes, mixture.share), classes))
    elif mixture.extra:
        control = controls.get(mixture.extra)
        beside = _fakes(fakes, mixture.share) if control.beside == FAKES else vis
        given = _labelled(control.images_name, beside, classes)
        made = control.made(
            given.images,
            given.labels,
            seed,
            lambda: examples(aligned, parts, classes, mixture.pairs),
        )
        sets.append(ImageSet(given.name, *made))
    return sets


def _at_most(count: int | Literal["all"], nir: Packed) -> Packed:
    """Return at most `count` NIR images of each subject."""
    if count == "all":
        return nir
    generator = np.random.default_rng(FEW_SHOT_SEED)
    rows = at_most_per_subject(nir.index["subject"].to_list(), count, generator)
    return Packed(nir.images[rows], nir.index.iloc[rows])


def _fakes(folder: Path | None, share: float) -> Packed:
    """Return a part of each person's fakes; a smaller part is contained in a larger one."""
    assert folder is not None, "a mixture with fakes has the fakes of a translator as its input"
    fakes = packed.read(folder)
    order = np.random.default_rng(SHARE_SEED).permutation(len(fakes.index))
    subjects = fakes.index["subject"].iloc[order]
    place = subjects.groupby(subjects).cumcount().to_numpy()
    most = kept(share, subjects.map(subjects.value_counts()).to_numpy())
    rows = np.sort(order[place < most])
    return Packed(fakes.images[rows], fakes.index.iloc[rows])


def kept(share: float, images: np.ndarray) -> np.ndarray:
    """Return the numbers of images that a share keeps, of each person at least one.

    (P,) int numbers of all images => (P,) int64; `share` is above 0 and at most 1.
    """
    return np.maximum(1, np.round(share * images)).astype(int)


def _labelled(name: str, images: Packed, classes: list[str]) -> ImageSet:
    return ImageSet(name, images.images, labels_of(images.index["subject"], classes))


def labels_of(subjects: pd.Series, classes: list[str]) -> np.ndarray:
    """Return each subject's place among the classes: (N,) names => (N,) int64."""
    labels = pd.Index(classes).get_indexer(subjects)
    assert (labels >= 0).all(), "every training image is of a training subject"
    return labels.astype(np.int64)
