"""Scores a trained recognizer: outcomes of every probe under two protocols, and curves.

`seen-subjects`: other images of the training subjects are classified (`accuracy` for NIR,
`accuracy-vis` for VIS). `unseen-subjects`: NIR probes are matched to a VIS gallery of people nobody
was trained on, by the cosine of embeddings (`rank1`, `auc`, `vr@far=...`).

A probe whose face was not found is a miss: 0 in every metric. So is a probe whose subject has no
gallery image with a found face. Misses take no part as impostors. A protocol that holds no images
out, or tests nobody unseen, has no outcomes of that kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from faces.errors import DataError
from faces.files import write_text
from faces.packed import Packed
from faces.progress import Progress, silent
from recognizer import network, outcomes
from recognizer.embedding import Embedded, embed
from recognizer.settings import RecognizerSettings

SEEN, UNSEEN = "seen-subjects", "unseen-subjects"
GALLERY_SEED = 20_180_402  # fixed: every training set, seed and variant meets the same galleries
OUTCOME_COLUMNS = ["protocol", "metric", "probe", "subject", "value"]
CURVE_COLUMNS = ["protocol", "curve", "x", "y"]
OMITTED_COLUMNS = ["protocol", "metric", "reason"]


@dataclass(frozen=True)
class Parts:
    """Images that nobody was trained on, each part with its table of N rows.

    A table has `subject`, `spectrum`, `shot`, and `found` (bool) where faces can be missing.
    `classes` are the training subjects in the order of their labels.
    """

    classes: tuple[str, ...]
    held_out_nir: Packed
    held_out_vis: Packed
    gallery: Packed
    probe: Packed


def score(
    recognizer_file: Path,
    settings: RecognizerSettings,
    parts: Parts,
    out: Path,
    device: torch.device,
    progress: Progress = silent,
) -> None:
    """Writes `curves.csv`, `omitted.csv` (metrics left out and why) and last `outcomes.csv`.

    Raises DataError where subjects of the parts contradict the protocol.
    """
    check(parts)
    out.mkdir(parents=True, exist_ok=True)
    scorer = _Scorer(network.load(recognizer_file), settings, device, progress)
    if scorer.network.classes != len(parts.classes):
        raise DataError(
            f"{recognizer_file}: knows {scorer.network.classes} subjects, "
            f"the split {len(parts.classes)}; train it on this split"
        )
    values = [
        scorer.seen(metric, part, parts.classes)
        for metric, part in {
            "accuracy": parts.held_out_nir,
            "accuracy-vis": parts.held_out_vis,
        }.items()
        if len(part.index)
    ]
    curves, omitted = pd.DataFrame(columns=CURVE_COLUMNS), pd.DataFrame(columns=OMITTED_COLUMNS)
    if len(parts.probe.index):
        unseen, curves, omitted = scorer.unseen(parts.gallery, parts.probe)
        values.append(unseen)
    _write(out / "curves.csv", curves, CURVE_COLUMNS)
    _write(out / "omitted.csv", omitted, OMITTED_COLUMNS)
    _write(out / "outcomes.csv", pd.concat(values), OUTCOME_COLUMNS)


def check(parts: Parts) -> None:
    """Raises DataError where unseen people were trained on or held-out ones were not."""
    known = set(parts.classes)
    unseen = set(parts.gallery.index["subject"]) | set(parts.probe.index["subject"])
    if not (len(parts.probe.index) or len(parts.held_out_nir.index)):
        raise DataError("neither held-out NIR images nor NIR probes: nothing can be scored")
    held_out = set(parts.held_out_nir.index["subject"]) | set(parts.held_out_vis.index["subject"])
    for problem, people in {
        "unseen subjects that were trained on": unseen & known,
        "held-out images of subjects that were not trained on": held_out - known,
        "probe subjects without a gallery image": set(parts.probe.index["subject"])
        - set(parts.gallery.index["subject"]),
    }.items():
        if people:
            raise DataError(f"{problem}: {', '.join(sorted(people)[:10])}; mend the split")


@dataclass(frozen=True)
class _Scorer:
    network: network.Recognizer
    settings: RecognizerSettings
    device: torch.device
    progress: Progress

    def embed(self, images: np.ndarray) -> Embedded:
        side_px, colour = self.settings.side_px, self.settings.colour
        return embed(self.network, images, side_px, colour, self.device, progress=self.progress)

    def seen(self, metric: str, part: Packed, classes: tuple[str, ...]) -> pd.DataFrame:
        """Outcomes of classifying a held-out part."""
        found = _found(part.index)
        labels = pd.Index(classes).get_indexer(part.index["subject"])[found]
        values = np.zeros(len(found))
        values[found] = outcomes.accuracy(self.embed(part.images[found]).logits, labels)
        return _outcomes(SEEN, metric, part.index, values)

    def unseen(
        self, gallery: Packed, probe: Packed
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """-> outcomes, curves and omitted metrics of matching probes to the gallery."""
        enrolled = _found(gallery.index)
        subjects = gallery.index["subject"].to_numpy(str)[enrolled]
        names = probe.index["subject"].to_numpy(str)
        compared = _found(probe.index) & np.isin(names, subjects)
        draws = compare(
            self.embed(gallery.images[enrolled]).embeddings,
            subjects,
            self.embed(probe.images[compared]).embeddings,
            names[compared],
            self.settings.gallery_draws,
        )
        values, omitted = outcomes.unseen(draws, self.settings.far_targets)
        rows = [
            _outcomes(UNSEEN, metric, probe.index, _with_misses(of_found, compared))
            for metric, of_found in values.items()
        ]
        reasons = [(UNSEEN, metric, reason) for metric, reason in omitted.items()]
        return (
            pd.concat(rows),
            pd.concat(_curves(draws, float(compared.mean()))),
            pd.DataFrame(reasons, columns=OMITTED_COLUMNS),
        )


def compare(
    gallery: np.ndarray,
    gallery_subjects: np.ndarray,
    probe: np.ndarray,
    probe_subjects: np.ndarray,
    draws: int,
) -> list[outcomes.Comparison]:
    """(G, 512), (G,), (P, 512), (P,) -> one comparison by cosine for each draw of the gallery.

    Raises DataError where there are no probes or fewer than two people to match them to.
    """
    if not len(probe) or len(np.unique(gallery_subjects)) < 2:
        raise DataError("unseen subjects: too few found faces to match; see the list of misses")
    scores = probe.astype(np.float64) @ gallery.astype(np.float64).T
    return [
        outcomes.Comparison(scores[:, rows], probe_subjects, gallery_subjects[rows])
        for rows in outcomes.gallery_draws(gallery_subjects, draws, GALLERY_SEED)
    ]


def _found(index: pd.DataFrame) -> np.ndarray:
    if "found" not in index:
        return np.ones(len(index), bool)
    return index["found"].to_numpy(bool)


def _with_misses(of_found: np.ndarray, found: np.ndarray) -> np.ndarray:
    values = np.zeros(len(found))
    values[found] = of_found
    return values


def _outcomes(protocol: str, metric: str, index: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    probes = index["subject"] + "/" + index["spectrum"] + "/" + index["shot"].astype(str)
    return pd.DataFrame(
        {
            "protocol": protocol,
            "metric": metric,
            "probe": probes.to_numpy(),
            "subject": index["subject"].to_numpy(),
            "value": values,
        }
    )


def _curves(draws: list[outcomes.Comparison], found: float) -> Iterator[pd.DataFrame]:
    for curve, points in {
        "roc": outcomes.roc_curve(draws, found),
        "cmc": outcomes.cmc_curve(draws, found),
    }.items():
        x, y = points
        yield pd.DataFrame({"protocol": UNSEEN, "curve": curve, "x": x, "y": y})


def _write(path: Path, table: pd.DataFrame, columns: list[str]) -> None:
    write_text(path, table[columns].to_csv(index=False, lineterminator="\n"))
