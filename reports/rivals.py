"""Finds the rivals of fakes: what uses the same images without a fake.

They are the untuned recognizer, controls without fakes, and these and the baseline with NIR
statistics: BatchNorm statistics estimated again on the unlabelled NIR images that the translators
saw. A gain by fakes over the baseline is worth what it is beyond the strongest of them.
"""

from collections.abc import Mapping

from reports.material import TrainingSet, adapted_names

PLAIN_ROLES = ("untuned", "control")


def rivals(sets: tuple[TrainingSet, ...]) -> list[TrainingSet]:
    """Return the rivals, each training once."""
    by_name = {training_set.name: training_set for training_set in sets}
    return [
        training_set
        for training_set in sets
        if not training_set.twin and _is_rival(training_set, by_name)
    ]


def _is_rival(training_set: TrainingSet, by_name: dict[str, TrainingSet]) -> bool:
    if training_set.with_fakes:
        return False
    if training_set.role != "adapted":
        return training_set.role in PLAIN_ROLES
    plain = by_name.get(training_set.counterpart or "")
    return plain is not None and plain.role in ("baseline", *PLAIN_ROLES)


def rival_name(rival: TrainingSet, sets: tuple[TrainingSet, ...]) -> str:
    """Return what a rival is called in a sentence: "NIR statistics", "the untuned recognizer"."""
    if rival.role == "untuned":
        return "the untuned recognizer"
    if rival.role != "adapted":
        return rival.name
    plain = next(one for one in sets if one.name == rival.counterpart)
    if plain.role == "baseline":
        return "NIR statistics"
    return f"{rival_name(plain, sets)} with NIR statistics"


def strongest(
    sets: tuple[TrainingSet, ...], values: Mapping[str, float], sign: int
) -> TrainingSet | None:
    """Return the rival with the best value of a metric; None where none was scored.

    `values` has the metric by training set; `sign` is 1 where more is better, -1 where less is.
    """
    scored = [rival for rival in rivals(sets) if rival.name in values]
    return max(scored, key=lambda rival: sign * values[rival.name], default=None)


def as_scored(name: str, rival: TrainingSet, sets: tuple[TrainingSet, ...]) -> str | None:
    """Return the score of a training set that is compared with a rival.

    Beside a rival with NIR statistics it is the score that has them, too; None where there is none.
    """
    return adapted_names(sets).get(name) if rival.role == "adapted" else name
