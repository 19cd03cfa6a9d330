"""Examines the machine and a data set, section by section of the page."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bench import weights
from bench.display.single_task import shown
from bench.doctor import (
    brightness,
    eyes,
    images,
    machine,
    sample,
    several_faces,
    sheet,
    spectra,
    storage,
    trials,
)
from bench.doctor import weights as weights_section
from bench.doctor.page import Problem, Section
from bench.planning import preparing
from bench.settings import loading
from bench.settings.options import data_source
from bench.settings.run_settings import RunSettings
from faces import layouts, protocols
from faces.align import LANDMARKS
from faces.common.cache import cache_folder
from faces.common.disk_faults import ANOTHER_FOLDER, writing
from faces.protocols.list_settings import ListSettings
from faces.settings import SYNTHETIC


@dataclass(frozen=True)
class Request:
    """The options of `bench doctor`; None: not given."""

    preset: str
    config: Path | None
    data: str | None
    protocol: str | None
    fold: int | str | None
    variants: list[str] | None
    assignments: tuple[str, ...]
    out: Path
    sample: int


def examine(request: Request, console: Console) -> Iterator[Section]:
    """Yield each section of the page as soon as it is known; progress goes to `console`.

    Raises UsageError for a wrong option and DataError for a folder that cannot be read at all.
    """
    settings = _resolve(request)
    reads = request.data is not None and settings.data.on_disk
    if reads:
        _make(request.out)
    yield machine.section(settings)
    cache = cache_folder()
    statuses = weights.report(cache)
    needed = preparing.weight_names(settings)
    yield weights_section.section(statuses, needed, settings.preset, cache / "weights")
    yield storage.section(cache)
    if reads:
        predictor = weights_section.usable_file(statuses, LANDMARKS)
        yield from _examine_data(request, settings, predictor, console)


def _examine_data(
    request: Request, settings: RunSettings, predictor: Path | None, console: Console
) -> Iterator[Section]:
    """Read the data set, look for faces in a sample, and try the protocols."""
    name, root = settings.data.name, Path(settings.data.path)
    with shown(console, "reading images") as progress:
        manifest = layouts.read(
            name, root, cache_folder(), workers=settings.workers, progress=progress
        )
    yield _with(images.section(manifest), eyes.problems(manifest))
    with shown(console, "looking for faces") as progress:
        seen = sample.look(manifest, request.sample, predictor, progress)
    path = request.out / f"doctor-{name}.png"
    sheet.write(seen, path)
    yield _with(sample.section(seen, path), several_faces.problems(seen))
    yield brightness.section(seen)
    yield spectra.section(seen)
    if set(manifest.images["spectrum"]) != set(images.SPECTRA):
        return  # the problem is on the page already, and every protocol would repeat it
    with shown(console, "trying protocols") as progress:
        tried = trials.run(manifest, settings, request.protocol is None, progress)
    yield trials.section(tried, settings.allow_missing)
    if tried[0].assignment is not None:
        yield trials.funnel(tried[0], manifest.images)


def _with(section: Section, problems: Sequence[Problem]) -> Section:
    """Return a section with further problems."""
    return replace(section, problems=[*section.problems, *problems])


def _resolve(request: Request) -> RunSettings:
    """Return the settings of the run to examine; with all folds of a protocol that has folds."""
    overrides: dict[str, object] = {"protocol": request.protocol, "fold": request.fold}
    overrides |= {"variants": request.variants, **_data(request)}
    if request.protocol and request.fold is None:
        chosen_protocol = protocols.get(request.protocol.partition(",")[0])
        overrides["fold"] = "all" if chosen_protocol.folds_of(_lists(request)) else None
    chosen = {key: value for key, value in overrides.items() if value is not None}
    return loading.load(request.preset, request.config, chosen, request.assignments)


def _lists(request: Request) -> ListSettings:
    """Return the settings `lists` of the run to examine."""
    assignments = [text for text in request.assignments if text.strip().startswith("lists.")]
    plain = {"protocol": "subjects", "fold": None, **_data(request)}
    return loading.load(request.preset, request.config, plain, assignments).lists


def _data(request: Request) -> dict[str, str]:
    """Return the settings of --data; without it, a preset's data set gets an unused folder."""
    if request.data is not None:
        return data_source(request.data)
    data = tomllib.loads(loading.preset_text(request.preset)).get("data", {})
    return {"data.path": "."} if data.get("name", SYNTHETIC) != SYNTHETIC else {}


def _make(out: Path) -> None:
    """Make the folder for the contact sheet. Raises UsageError."""
    with writing(f"--out {out}", ANOTHER_FOLDER):
        out.mkdir(parents=True, exist_ok=True)
