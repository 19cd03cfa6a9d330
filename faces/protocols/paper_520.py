"""Implements the protocol `paper-520`: selects subjects and images by the paper's known rules.

"Generation and Evaluation of Unpaired Near-Infrared Face Images Using CycleGAN" takes 3 to 8 images
per subject and spectrum of CASIA NIR-VIS 2.0, keeps the subjects with both spectra and drops the
ten with the fewest images. How it divides images into training and test is not known. Here the
images after the eighth are held out first, and the subjects that are not kept are the unseen
people. The funnel shows the paper's counts beside ours.

`paper-520-as-published` has the same parts, but its translators train on every image with a face,
also on those that are tested, as happens if the translator is trained before the split. The
difference between the two protocols shows how much this leak raises the results.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from faces.common.errors import DataError
from faces.common.evenly_spaced import first_few
from faces.protocols.drawing import in_both_spectra, shuffled, unseen_part
from faces.protocols.funnel import step
from faces.protocols.parts import SPECTRA, arrange
from faces.protocols.protocol import Assignment, Protocol, Request, no_unresolved

# All from the paper: images per subject and spectrum, and how many subjects are dropped.
FEWEST_IMAGES, MOST_IMAGES = 3, 8
DROPPED_SUBJECTS = 10
PAPER_WITH_3_TO_8 = {
    "vis_subjects": 533,
    "vis_images": 2966,
    "nir_subjects": 655,
    "nir_images": 4301,
}
PAPER_IN_BOTH = {"vis_subjects": 530, "nir_subjects": 530}
PAPER_KEPT = {"vis_subjects": 520, "nir_subjects": 520}
PAPER_TRAINING_IMAGES, PAPER_WITH_FAKES = 6456, 9380


@dataclass(frozen=True)
class _Selection:
    """The images left after each of the paper's steps.

    orders: by subject and spectrum, the index labels of the images in random order, (n,), n >= 3.
    """

    orders: dict[tuple[str, str], np.ndarray]  # by subject and spectrum, at least three each
    chosen: pd.DataFrame  # at most eight of each
    both: pd.DataFrame
    kept: pd.DataFrame


def _draw(images: pd.DataFrame, root: Path | None, request: Request, leaky: bool) -> Assignment:
    """Assign by the paper's rules. Raises DataError where fewer than two subjects are kept.

    The number of unseen people is not the request's: all who are not kept and have a face in both
    spectra are unseen, and nobody where these are fewer than two. The funnel tells how many.
    """
    found = images[images["found"]]
    selection = _select(found, np.random.default_rng(request.seed))
    part = np.full(len(images), None, object)
    for (_, spectrum), order in _orders_of(selection.kept, selection.orders):
        training, held_out = divide(order, request.held_out[spectrum])
        part[training], part[held_out] = "train", "held_out"
    unseen = _unseen(images, set(selection.kept["subject"]))
    part[unseen.index] = unseen_part(unseen)
    assigned = images.assign(part=part)
    if leaky:
        assigned["generator"] = assigned["found"]
    trained = assigned[assigned["part"] == "train"]
    funnel = [
        step("readable", images),
        step("face found", found),
        *_counted(selection),
        step("trained on", trained, note=_composition(trained)),
        step("only tested", unseen, note=_unseen_note(unseen, request)),
    ]
    return Assignment(arrange(assigned), funnel, no_unresolved(), leaky)


def _select(found: pd.DataFrame, rng: np.random.Generator) -> _Selection:
    """Select 3 to 8 images per subject and spectrum, and drops subjects as the paper does.

    Raises DataError if fewer than two subjects are left.
    """
    available = found.groupby(["subject", "spectrum"])["source"].transform("size")
    enough = found[available >= FEWEST_IMAGES]
    orders = {(subject, spectrum): order for subject, spectrum, order in shuffled(enough, rng)}
    labels = [label for order in orders.values() for label in order[:MOST_IMAGES]]
    chosen = enough.loc[sorted(labels)]
    both = chosen[chosen["subject"].isin(in_both_spectra(chosen))]
    kept = both[~both["subject"].isin(_fewest(both))]
    if kept["subject"].nunique() < 2:
        raise DataError(
            f"{both['subject'].nunique()} subjects have {FEWEST_IMAGES} or more faces in both "
            f"spectra, and the paper's protocol drops {DROPPED_SUBJECTS}: at least "
            f"{DROPPED_SUBJECTS + 2} are needed; choose the protocol subjects"
        )
    return _Selection(orders, chosen, both, kept)


def _fewest(both: pd.DataFrame) -> list[str]:
    """Return the subjects with the fewest chosen images; of equals, the first by name."""
    counts = both["subject"].value_counts().sort_index()
    return counts.sort_values(kind="stable").index[:DROPPED_SUBJECTS].to_list()


def _orders_of(
    kept: pd.DataFrame, orders: dict[tuple[str, str], np.ndarray]
) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Yield the entries of `orders` whose subject is kept."""
    subjects = set(kept["subject"])
    return ((key, order) for key, order in orders.items() if key[0] in subjects)


def divide(order: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Divide one subject's images of one spectrum: (n,) labels => (k,) to train on, (m,) held out.

    At most `number` are held out, first those after the eighth image. If these are too few, the
    last of the first eight are held out too, but at least one stays to train on.
    """
    first, beyond = order[:MOST_IMAGES], order[MOST_IMAGES:][:number]
    kept = max(1, len(first) - (number - len(beyond)))
    return first[:kept], np.concatenate([beyond, first[kept:]])


def _unseen(images: pd.DataFrame, kept: set[str]) -> pd.DataFrame:
    """Select all images, with a face or without, of the people who are only tested."""
    others = images[~images["subject"].isin(kept)]
    subjects = in_both_spectra(others[others["found"]])
    return others[others["subject"].isin(subjects if len(subjects) >= 2 else [])]


def _counted(selection: _Selection) -> list[dict]:
    """Count the steps for which the paper gives counts."""
    dropped = sorted(set(selection.both["subject"]) - set(selection.kept["subject"]))
    note = f"dropped: {first_few(dropped)}; before any is held out: {_composition(selection.kept)}"
    name = f"at least {FEWEST_IMAGES} images, at most {MOST_IMAGES} drawn"
    return [
        step(name, selection.chosen, PAPER_WITH_3_TO_8),
        step("both kinds", selection.both, PAPER_IN_BOTH),
        step("kept", selection.kept, PAPER_KEPT, note),
    ]


def _composition(trained: pd.DataFrame) -> str:
    """Describe the sizes of the training sets and those of the paper, which gives only sums."""
    vis, nir = (int((trained["spectrum"] == spectrum).sum()) for spectrum in SPECTRA)
    return (
        f"{nir:,} real NIR + {vis:,} real VIS = {nir + vis:,} images, "
        f"{nir + 2 * vis:,} with one fake per VIS image "
        f"(the paper: {PAPER_TRAINING_IMAGES:,} and {PAPER_WITH_FAKES:,})"
    )


def _unseen_note(unseen: pd.DataFrame, request: Request) -> str:
    """Explain who is unseen."""
    if unseen.empty:
        return "fewer than two people are left over, so nobody is tested as unseen"
    return (
        "everybody who is not kept and has a face in both spectra, whatever number is asked for "
        f"({request.unseen_subjects})"
    )


PROTOCOLS = [
    Protocol(
        name="paper-520",
        description="the paper's choice of subjects; translators see training images only",
        draw=partial(_draw, leaky=False),
    ),
    Protocol(
        name="paper-520-as-published",
        description="the same parts, but translators also see what is tested (leaky)",
        draw=partial(_draw, leaky=True),
        leaky=True,
    ),
]
