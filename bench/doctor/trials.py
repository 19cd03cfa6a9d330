"""Tries protocols on a data set before any training: who would be used, and what would fail.

A trial takes every face as found. Where a protocol stops at listed images that are not there, it is
tried once more without stopping, so that all its problems are told at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from bench.doctor.page import Problem, Section
from bench.planning.datasets import request_of, try_protocol
from bench.settings.run_settings import RunSettings
from faces import protocols
from faces.common.errors import DataError
from faces.common.evenly_spaced import first_few
from faces.common.progress import Progress
from faces.manifest import Manifest
from faces.protocols import Assignment, Protocol, Request
from faces.protocols.casia_views import DEV, LISTS
from faces.protocols.list_files import FOLDER

WITH_LISTS = "casia"  # the layout whose data set brings lists
REPEATED = "says the same as line"  # no image is missing for a line that stands there twice
HEAD = ("protocol", "train", "held out", "test", "people", "missing", "result")
LEGEND = ("the numbers", "images of VIS+NIR; people trained on+tested; missing of those listed")


@dataclass(frozen=True)
class Trial:
    """Why a run would fail, and what it would use if images may be missing."""

    protocol: str
    fold: int | None
    assignment: Assignment | None
    faults: tuple[str, ...]

    @property
    def missing(self) -> pd.DataFrame:
        """Gives the lines of lists without an image: list, line, reason."""
        if self.assignment is None:
            return pd.DataFrame(columns=["list", "line", "reason"], dtype=str)
        unresolved = self.assignment.unresolved
        return unresolved[~unresolved["reason"].str.startswith(REPEATED)]


def run(
    manifest: Manifest, settings: RunSettings, every_list: bool, progress: Progress
) -> list[Trial]:
    """Tries the settings' protocols; with `every_list` also all whose lists the data set brings."""
    chosen = [(each, fold) for each in settings.chosen_protocols for fold in settings.folds]
    if every_list and manifest.layout == WITH_LISTS:
        chosen += [pair for pair in _with_lists(manifest) if pair not in chosen]
    tried: list[Trial] = []
    for protocol, fold in chosen:
        progress(len(tried), len(chosen), {})
        tried.append(_attempt(manifest, protocol, request_of(settings, protocol, fold)))
    return tried


def _with_lists(manifest: Manifest) -> Iterator[tuple[Protocol, int | None]]:
    """Gives the protocols and folds of which the data set's folder has any list."""
    folders = [path for path in _inside(manifest.root) if path.name.casefold() == FOLDER]
    there = {path.name.casefold() for folder in folders for path in _inside(folder)}
    for protocol in map(protocols.get, protocols.names()):
        for fold in protocol.folds or (None,):
            lists = {f"{kind}_{fold or DEV}.txt" for kind in LISTS}
            if protocol.needs_lists and lists & there:
                yield protocol, fold


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _attempt(manifest: Manifest, protocol: Protocol, request: Request) -> Trial:
    """Tries one protocol as asked for, and where that fails also without stopping."""
    faults = []
    for asked in (request, replace(request, allow_missing=True)):
        try:
            assignment = try_protocol(manifest, protocol, asked)
        except DataError as error:
            faults.append(str(error))
        else:
            return Trial(protocol.name, request.fold, assignment, tuple(faults))
    return Trial(protocol.name, request.fold, None, tuple(dict.fromkeys(faults)))


def section(trials: Sequence[Trial], allow_missing: bool) -> Section:
    """Gives a row per trial, and what has to be done before a run."""
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
        _sum(*(parts.loc[which, "subject"].nunique() for which in (~tested, tested))),
        f"{len(trial.missing):,}",
        "fails" if trial.faults else "works",
    )


def _sum(first: int, second: int) -> str:
    return f"{first:,}+{second:,}"


def _problems(trials: Sequence[Trial], allow_missing: bool) -> list[Problem]:
    """Gives what is wrong, each thing once however many folds it is found in."""
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        for fault in () if _tested(trial.missing).any() else trial.faults:  # else named below
            found[fault].append(trial)
    told = [
        Problem(f"protocol {_names(some)}: {fault}", exit_code=3) for fault, some in found.items()
    ]
    missing = pd.concat([trial.missing for trial in trials]) if trials else pd.DataFrame()
    if missing.empty:
        return told
    tested, trained = missing[_tested(missing)], missing[~_tested(missing)]
    if len(tested):
        remedy = "mend the lists or the images, or let them count as misses: --allow-missing"
        text = f"listed gallery and probe images that cannot be used: {_lines(tested)}; {remedy}"
        told.append(Problem(text, exit_code=0 if allow_missing else 3))
    if len(trained):
        text = f"listed training images that cannot be used: {_lines(trained)}"
        told.append(Problem(f"{text}; a run does without them"))
    return told


def _tested(missing: pd.DataFrame) -> pd.Series:
    """Gives which lines are of a gallery or a probe list."""
    return missing["list"].str.contains("gallery|probe", case=False)


def _lines(missing: pd.DataFrame) -> str:
    """Gives each line with its reason once, and the lists in which it stands."""
    groups = missing.groupby(["line", "reason"], sort=False)["list"]
    named = []
    for (line, reason), own in groups:
        lists = list(dict.fromkeys(own))
        more = f" and {len(lists) - 1} more lists" if len(lists) > 1 else ""
        named.append(f"{line}: {reason} ({lists[0]}{more})")
    return first_few(named, separator="; ")


def _names(trials: Sequence[Trial]) -> str:
    """ "casia-view2 folds 1, 3"."""
    folds: dict[str, list[str]] = defaultdict(list)
    for trial in trials:
        folds[trial.protocol] += [] if trial.fold is None else [str(trial.fold)]
    return "; ".join(
        f"{name} fold{'s' * (len(own) > 1)} {', '.join(own)}" if own else name
        for name, own in folds.items()
    )


def funnel(trial: Trial) -> Section:
    """Gives the steps from all images to those that one protocol uses."""
    name = trial.protocol if trial.fold is None else f"{trial.protocol}, fold {trial.fold}"
    steps = trial.assignment.funnel if trial.assignment else []
    keys = ("vis_subjects", "vis_images", "nir_subjects", "nir_images")
    head = ("step", "VIS people", "VIS images", "NIR people", "NIR images")
    rows = [(each["step"], *(f"{each[key]:,}" for key in keys)) for each in steps]
    notes = [(each["step"], each["note"]) for each in steps if "note" in each]
    return Section(f"Who is used by {name}", notes, [head, *rows])
