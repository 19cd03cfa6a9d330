"""Names the pairs of training sets that are compared, in families by the question they answer.

Holm's adjustment is made within each family. "NIR statistics" are the second score of a recognizer
in the role "adapted": with BatchNorm statistics estimated again on unlabelled images.
"""

from collections.abc import Iterator
from itertools import combinations

from reports.material import TrainingSet, adapted_names, answer_sets, leak_pairs
from reports.rivals import as_scored, rivals

Pair = tuple[str, str]  # training set, baseline
CHECKS = ("untuned", "control", "paired", "ceiling")


def families(sets: tuple[TrainingSet, ...]) -> dict[str, list[Pair]]:
    """Return (training set, baseline) names by family.

    help: do fakes help? checks: do the untuned recognizer, controls and the ceiling do better?
    rank: which fakes help most? statistics: what do NIR statistics do without fakes?
    beyond X: do fakes help more than X, a control or a rival without fakes? leaky: do leaky fakes
    help? leak: what do they gain by the leak? curve: do fakes help at other amounts? curve again:
    do the VIS images once more help there? curve beyond: do fakes help more than these?

    An external recognizer is compared with nothing. A set that is another's twin takes the
    comparisons of that one (`reports.comparisons`).
    """
    sets = tuple(training_set for training_set in sets if not training_set.twin)
    (baseline,) = _in_role(sets, "baseline")
    fakes = [training_set.name for training_set in answer_sets(sets)]
    leaky = [name for name in _in_role(sets, "leaky") if name not in fakes]
    return {
        "help": [(name, baseline) for name in fakes],
        "checks": [(name, baseline) for role in CHECKS for name in _in_role(sets, role)],
        "rank": [(later, earlier) for earlier, later in combinations(fakes, 2)],
        **dict(_statistics(sets, baseline)),
        **dict(_beyond(sets, baseline, fakes)),
        "leaky": [(name, baseline) for name in leaky],
        "leak": leak_pairs(sets),
        **_curves(sets),
    }


def _in_role(sets: tuple[TrainingSet, ...], role: str) -> list[str]:
    return [training_set.name for training_set in sets if training_set.role == role]


def _statistics(sets: tuple[TrainingSet, ...], baseline: str) -> Iterator[tuple[str, list[Pair]]]:
    """Yield what NIR statistics do to rivals, and checks in which both sides have them."""
    adapted = adapted_names(sets)
    if baseline not in adapted:
        return
    without_fakes = [rival.name for rival in rivals(sets) if rival.role == "adapted"]
    yield "statistics", [(name, baseline) for name in without_fakes]
    yield (
        "checks with NIR statistics",
        [
            (adapted[name], adapted[baseline])
            for role in CHECKS
            for name in _in_role(sets, role)
            if name in adapted
        ],
    )


def _beyond(
    sets: tuple[TrainingSet, ...], baseline: str, fakes: list[str]
) -> Iterator[tuple[str, list[Pair]]]:
    """Yield comparisons of fakes with each control and each rival.

    With a rival that has NIR statistics the fakes have them, too. With the baseline that has them,
    fakes are compared both ways.
    """
    controls = [training_set for training_set in sets if training_set.role == "control"]
    others = {training_set.name: training_set for training_set in (*controls, *rivals(sets))}
    for name, other in others.items():
        pairs = [(scored, name) for one in fakes if (scored := as_scored(one, other, sets))]
        if other.counterpart == baseline:
            pairs += [(one, name) for one in fakes]
        yield f"beyond {name}", pairs


def _curves(sets: tuple[TrainingSet, ...]) -> dict[str, list[Pair]]:
    """Return the comparisons of points of curves over amounts of images."""
    names = {training_set.name for training_set in sets}
    curves = [
        training_set
        for training_set in sets
        if training_set.role == "curve" and training_set.counterpart in names
    ]
    vis_again = [point for point in curves if point.amount and point.amount.again]
    vis_again_names = {point.name for point in vis_again}
    pairs = [(point.name, point.counterpart) for point in curves if point.counterpart]
    return {
        "curve": [pair for pair in pairs if pair[0] not in vis_again_names],
        "curve again": [pair for pair in pairs if pair[0] in vis_again_names],
        "curve beyond": [
            (point.name, other.name)
            for point in curves
            for other in vis_again
            if point.amount and point.amount.fake_images and point.counterpart == other.counterpart
        ],
    }
