"""Tries protocols on a data set before any training: who would be used, and what would fail.

A trial assumes that every face is found. A protocol that stops at missing listed images is tried
again without stopping, so that the page has all its problems.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from bench.doctor.page import Problem, Section
from bench.planning.datasets import request_of, try_protocol
from bench.settings.run_settings import RunSettings
from faces import protocols, twins
from faces.common.errors import DataError
from faces.common.evenly_spaced import first_few
from faces.common.progress import Progress
from faces.manifest import Manifest
from faces.protocols import Assignment, Protocol, Request
from faces.protocols.casia_views import DEV, LISTS
from faces.protocols.list_files import FOLDER
from faces.protocols.listed import SAYS_THE_SAME

WITH_LISTS = "casia"  # the layout whose data set brings lists
HEAD = ("protocol", "train", "held out", "test", "people", "missing", "result")
LEGEND = ("the numbers", "images of VIS+NIR; people trained on+tested; missing of those listed")


@dataclass(frozen=True)
class Trial:
    """The reasons for which a run would fail, and its images if some may be missing."""

    protocol: str
    fold: int | None
    assignment: Assignment | None
    faults: tuple[str, ...]

    @property
    def missing(self) -> pd.DataFrame:
        """Return the lines of lists without an image: list, line, reason."""
        if self.assignment is None:
            return pd.DataFrame(columns=["list", "line", "reason"], dtype=str)
        unresolved = self.assignment.unresolved
        return unresolved[~unresolved["reason"].str.startswith(SAYS_THE_SAME)]


def run(
    manifest: Manifest, settings: RunSettings, every_list: bool, progress: Progress
) -> list[Trial]:
    """Try the settings' protocols; with `every_list` also those whose lists the data set has."""
    chosen = [(protocol, fold) for protocol in settings.chosen_protocols for fold in settings.folds]
    if every_list and manifest.layout == WITH_LISTS:
        chosen += [pair for pair in _with_lists(manifest) if pair not in chosen]
    tried: list[Trial] = []
    for protocol, fold in chosen:
        progress(len(tried), len(chosen), {})
        tried.append(_attempt(manifest, protocol, request_of(settings, protocol, fold)))
    return tried


def _with_lists(manifest: Manifest) -> Iterator[tuple[Protocol, int | None]]:
    """Yield the protocols and folds for which the data set's folder has any list."""
    folders = [path for path in _inside(manifest.root) if path.name.casefold() == FOLDER]
    there = {path.name.casefold() for folder in folders for path in _inside(folder)}
    for protocol in map(protocols.get, protocols.names()):
        for fold in protocol.folds or (None,):
            lists = {f"{list_name}_{fold or DEV}.txt" for list_name in LISTS}
            if protocol.needs_lists and not protocol.own_lists and lists & there:
                yield protocol, fold


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _attempt(manifest: Manifest, protocol: Protocol, request: Request) -> Trial:
    """Try a protocol with the request, and if that fails also without stopping."""
    faults = []
    for attempt in (request, replace(request, allow_missing=True)):
        try:
            assignment = try_protocol(manifest, protocol, attempt)
        except DataError as error:
            faults.append(str(error))
        else:
            return Trial(protocol.name, request.fold, assignment, tuple(faults))
    return Trial(protocol.name, request.fold, None, tuple(dict.fromkeys(faults)))


def section(trials: Sequence[Trial], allow_missing: bool) -> Section:
    """Return a row per trial, and the problems to solve before a run."""
    rows = [_row(trial) for trial in trials]
    return Section("Protocols", [LEGEND], [HEAD, *rows], _problems(trials, allow_missing))


def _row(trial: Trial) -> tuple[str, ...]:
    name = trial.protocol if trial.fold is None else f"{trial.protocol} {trial.fold}"
    if trial.assignment is None:
        return (name, *["-"] * (len(HEAD) - 2), "fails")
    parts = trial.assignment.parts
    size = parts.groupby(["part", "spectrum"]).size().to_dict()
    tested = parts["part"].isin(["gallery", "probe"])
    return (
        name,
        _sum(size.get(("train", "VIS"), 0), size.get(("train", "NIR"), 0)),
        _sum(size.get(("held_out", "VIS"), 0), size.get(("held_out", "NIR"), 0)),
        _sum(size.get(("gallery", "VIS"), 0), size.get(("probe", "NIR"), 0)),
        _sum(*(parts.loc[chosen, "subject"].nunique() for chosen in (~tested, tested))),
        f"{len(trial.missing):,}",
        "fails" if trial.faults else "works",
    )


def _sum(first: int, second: int) -> str:
    return f"{first:,}+{second:,}"


def _problems(trials: Sequence[Trial], allow_missing: bool) -> list[Problem]:
    """Return the problems, each once even if it is found in several folds."""
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        for fault in () if _tested(trial.missing).any() else trial.faults:  # else see below
            found[fault].append(trial)
    problems = [
        Problem(f"protocol {_names(failing)}: {fault}", exit_code=3)
        for fault, failing in found.items()
    ]
    missing = pd.concat([trial.missing for trial in trials]) if trials else pd.DataFrame()
    if missing.empty:
        return problems
    tested, trained = missing[_tested(missing)], missing[~_tested(missing)]
    if len(tested):
        remedy = "mend the lists or the images, or let them count as misses: --allow-missing"
        text = f"listed gallery and probe images that cannot be used: {_lines(tested)}; {remedy}"
        problems.append(Problem(text, exit_code=0 if allow_missing else 3))
    if len(trained):
        text = f"listed training images that cannot be used: {_lines(trained)}"
        problems.append(Problem(f"{text}; a run does without them"))
    return problems


def _tested(missing: pd.DataFrame) -> pd.Series:
    """Tell which lines are of a gallery or a probe list: (N,) bool."""
    return missing["list"].str.contains("gallery|probe", case=False)


def _lines(missing: pd.DataFrame) -> str:
    """Return each line once, with its reason and the lists that have it."""
    groups = missing.groupby(["line", "reason"], sort=False)["list"]
    lines = []
    for (line, reason), own in groups:
        lists = list(dict.fromkeys(own))
        more = f" and {len(lists) - 1} more lists" if len(lists) > 1 else ""
        lines.append(f"{line}: {reason} ({lists[0]}{more})")
    return first_few(lines, separator="; ")


def _names(trials: Sequence[Trial]) -> str:
    """Return the protocols with their folds: "casia-view2 folds 1, 3"."""
    folds: dict[str, list[str]] = defaultdict(list)
    for trial in trials:
        folds[trial.protocol] += [] if trial.fold is None else [str(trial.fold)]
    return "; ".join(
        f"{name} fold{'s' * (len(own) > 1)} {', '.join(own)}" if own else name
        for name, own in folds.items()
    )


def funnel(trial: Trial, images: pd.DataFrame) -> Section:
    """Return the steps of the selection from all images to those that a protocol uses."""
    name = trial.protocol if trial.fold is None else f"{trial.protocol}, fold {trial.fold}"
    steps = twins.in_funnel(trial.assignment.funnel if trial.assignment else [], images)
    keys = ("vis_subjects", "vis_images", "nir_subjects", "nir_images")
    head = ("step", "VIS people", "VIS images", "NIR people", "NIR images")
    rows = [(step["step"], *(f"{step[key]:,}" for key in keys)) for step in steps]
    notes = [(step["step"], step["note"]) for step in steps if "note" in step]
    return Section(f"Who is used by {name}", notes, [head, *rows])
