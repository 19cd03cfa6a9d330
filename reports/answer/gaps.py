"""Says which share of the ceiling's gain the fakes reach."""

import numpy as np

from reports.answer.phrases import spoken
from reports.gaps import Gap
from reports.material import TrainingSet
from reports.ratios import Ratio
from reports.rivals import rival_name
from reports.summary import Summary


def gap_sentences(summary: Summary, task: str, name: str) -> list[str]:
    """Return a sentence on the gap to the ceiling, over the baseline and over the best rival."""
    found = [gap for gap in summary.gaps if (gap.protocol, gap.record.name) == (task, name)]
    starts = dict.fromkeys(gap.baseline for gap in found)
    return [
        _sentence(summary, [gap for gap in found if gap.baseline == baseline])
        for baseline in starts
    ]


def _sentence(summary: Summary, gaps: list[Gap]) -> str:
    """Return "Of the gap from the baseline to the ceiling ..., A closes 38 % [9, 71]; C ..."."""
    by_name = {one.name: one for one in summary.training_sets}
    start, first = by_name[gaps[0].baseline], gaps[0]
    called = (
        "the baseline" if start.role == "baseline" else rival_name(start, summary.training_sets)
    )
    names = summary.names_in_sentences()
    about = spoken(first.protocol, first.record)
    top = by_name[first.ceiling]
    end = plain_name(top) + (" with NIR statistics" if top.role == "adapted" else "")
    way = f"Gap closed from {called} to {end} in {about}"
    if not any(np.isfinite([gap.share.low, gap.share.high]).any() for gap in gaps):
        return f"{way}: not known, since the ceiling's own gain there cannot be told from zero."
    parts = [
        f"{names[plain_name(by_name[gap.training_set])]} {share_words(gap.share)}" for gap in gaps
    ]
    return f"{way}: {'; '.join(parts)}."


def plain_name(training_set: TrainingSet) -> str:
    """Return the name of the set that a recognizer was trained on, however it was scored."""
    if training_set.role == "adapted" and training_set.counterpart:
        return training_set.counterpart
    return training_set.name


def share_words(share: Ratio) -> str:
    """Return "38 % [9, 71]"; "38 % [9, no end]" where the interval has no end there."""
    low, high = (_end(end) for end in (share.low, share.high))
    return f"{_end(share.value)} % [{low}, {high}]"


def _end(end: float) -> str:
    """Return a share in per cent, or that there is none."""
    if not np.isfinite(end):
        return "no end"
    return f"{round(100 * end)}".replace("-", "\N{MINUS SIGN}")
