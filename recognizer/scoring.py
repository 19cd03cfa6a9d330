"""Scores a trained recognizer: outcomes of every probe in two tasks, and curves.

`seen-subjects`: other images of the training subjects are classified (`accuracy` for NIR,
`accuracy-vis` for VIS). `unseen-subjects`: NIR probes are matched to a VIS gallery of people that
nothing was trained on, by the cosine of embeddings (`rank1`, `auc`, `eer`, `vr@far=...`, and error
rates at thresholds set on other pairs; see `matching`).

A probe whose face was not found is a miss, which has the worst value of every metric that does not
say otherwise. A protocol without held-out images, or without unseen people, has no outcomes of that
task.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import torch

from faces.common.errors import DataError
from faces.common.progress import JoinedProgress, Progress, silent
from faces.packed import Packed
from recognizer import confusions, network, outcomes, tables
from recognizer.batch_statistics import with_statistics_of
from recognizer.embedding import Embedded, embed
from recognizer.matching import match
from recognizer.network import Recognizer
from recognizer.settings import RecognizerSettings
from recognizer.tables import SEEN, Tables
from recognizer.thresholds import TrainingImages


@dataclass(frozen=True)
class Parts:
    """Images that nothing was trained on; each part has a table of N rows.

    A table has `subject`, `spectrum`, `shot`, and `found` (bool) where faces can be missing.
    `classes` are the training subjects in the order of their labels. `training` are images of
    theirs that were trained on, or None: a threshold is set on them.
    """

    classes: tuple[str, ...]
    held_out_nir: Packed
    held_out_vis: Packed
    gallery: Packed
    probe: Packed
    training: TrainingImages | None = None

    @property
    def images_found(self) -> int:
        """The number of images in which a face was found, of those that are embedded."""
        parts = [self.held_out_nir, self.held_out_vis, self.gallery, self.probe]
        if self.training and len(self.probe.index):
            parts += [self.training.vis, self.training.nir]
        return tables.images_found(*(part.index for part in parts))


def score(
    recognizer_file: Path,
    settings: RecognizerSettings,
    parts: Parts,
    out: Path,
    *,
    device: torch.device,
    progress: Progress = silent,
    statistics_of: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> None:
    """Score a recognizer: write the files of `recognizer.tables` to `out`, `outcomes.csv` last.

    `statistics_of` has (N, S, S, C) uint8 images by spectrum; images of this spectrum are embedded
    with BatchNorm statistics of these. A spectrum that it lacks keeps the statistics of training.
    Raises DataError where there is nothing to score, or subjects of the parts contradict the
    protocol.
    """
    _check(parts)
    out.mkdir(parents=True, exist_ok=True)
    total = parts.images_found + sum(len(images) for images in statistics_of.values())
    joined_progress = JoinedProgress(progress, total)
    scorer = _Scorer(network.load(recognizer_file), settings, device, joined_progress)
    if scorer.network.classes != len(parts.classes):
        raise DataError(
            f"{recognizer_file}: knows {scorer.network.classes} subjects, "
            f"the split {len(parts.classes)}; train it on this split"
        )
    for spectrum, images in statistics_of.items():
        scorer.estimate_statistics(spectrum, images)
    held_out = {"NIR": parts.held_out_nir, "VIS": parts.held_out_vis}
    scored = [
        scorer.seen(spectrum, part, parts.classes)
        for spectrum, part in held_out.items()
        if len(part.index)
    ]
    if len(parts.probe.index):
        scored.append(scorer.unseen(parts))
    tables.joined(scored).write(out)


def _check(parts: Parts) -> None:
    """Raise DataError where unseen people were trained on or held-out ones were not."""
    known = set(parts.classes)
    unseen = set(parts.gallery.index["subject"]) | set(parts.probe.index["subject"])
    if not (len(parts.probe.index) or len(parts.held_out_nir.index)):
        raise DataError("neither held-out NIR images nor NIR probes: nothing can be scored")
    held_out = set(parts.held_out_nir.index["subject"]) | set(parts.held_out_vis.index["subject"])
    for problem, people in {
        "unseen subjects that were trained on": unseen & known,
        "held-out images of subjects that were not trained on": held_out - known,
        "training images of subjects that were not trained on": _people_of(parts.training) - known,
        "probe subjects without a gallery image": set(parts.probe.index["subject"])
        - set(parts.gallery.index["subject"]),
    }.items():
        if people:
            raise DataError(f"{problem}: {', '.join(sorted(people)[:10])}; mend the split")


def _people_of(training: TrainingImages | None) -> set[str]:
    """Return the subjects of the training images, if there are any."""
    if training is None:
        return set()
    return set(training.vis.index["subject"]) | set(training.nir.index["subject"])


@dataclass(frozen=True)
class _Scorer:
    network: Recognizer
    settings: RecognizerSettings
    device: torch.device
    progress: Progress
    adapted: dict[str, Recognizer] = field(default_factory=dict)  # by spectrum

    def estimate_statistics(self, spectrum: str, images: np.ndarray) -> None:
        """Let images of a spectrum be embedded with the BatchNorm statistics of some images."""
        self.adapted[spectrum] = with_statistics_of(
            self.network,
            images,
            side_px=self.settings.side_px,
            colour=self.settings.colour,
            device=self.device,
            progress=self.progress,
        )

    def embed(self, images: np.ndarray, spectrum: str) -> Embedded:
        """Embed (N, S, S, 1 or 3) uint8 images of a spectrum."""
        return embed(
            self.adapted.get(spectrum, self.network),
            images,
            self.settings.side_px,
            self.settings.colour,
            device=self.device,
            progress=self.progress,
        )

    def seen(self, spectrum: str, part: Packed, classes: tuple[str, ...]) -> Tables:
        """Return outcomes of classifying a held-out part, and confusions for NIR images."""
        found = tables.found(part.index)
        labels = pd.Index(classes).get_indexer(part.index["subject"])[found]
        logits = self.embed(part.images[found], spectrum).logits
        rows = [
            tables.outcome_rows(SEEN, record, part.index, values, compared=found)
            for record, values in outcomes.seen(logits, labels, spectrum)
        ]
        if spectrum != "NIR" or len(classes) < 2:
            return Tables(outcomes=pd.concat(rows))
        most_similar = confusions.of_logits(logits, labels, classes)
        return Tables(
            outcomes=pd.concat(rows),
            confusions=tables.confusion_rows(SEEN, part.index, found, most_similar),
        )

    def unseen(self, parts: Parts) -> Tables:
        """Return the tables of matching probes to the gallery."""
        return match(
            parts.gallery,
            parts.probe,
            lambda images, spectrum: self.embed(images, spectrum).embeddings,
            draws=self.settings.gallery_draws,
            far_targets=self.settings.far_targets,
            training=parts.training,
        )
