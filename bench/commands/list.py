"""`bench list`: lists presets, variants, controls and so on, within 80 columns."""

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

TOPICS = ("presets", "variants", "data", "protocols", "controls", "metrics", "weights", "settings")
INDENT = "  "


@dataclass(frozen=True)
class Entry:
    """One entry: its name, sentences that are wrapped, and lines to copy that are not wrapped."""

    name: str
    sentences: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


@click.command("list")
@click.argument("topic", type=click.Choice(TOPICS))
@click.option("--preset", default="demo", show_default=True, help="Whose values `settings` shows.")
def list_(topic: str, preset: str) -> None:
    """Print what there is to choose from, such as presets, controls or settings."""
    entries: dict[str, Callable[[], Iterator[Entry]]] = {
        "presets": _presets,
        "variants": _variants,
        "data": _data,
        "protocols": _protocols,
        "controls": _controls,
        "metrics": _metrics,
        "weights": _weights,
        "settings": lambda: _settings(preset),
    }
    console = Console(emoji=False, highlight=False)
    for entry in entries[topic]():
        for line in lines_of(entry, console.width):
            console.print(line, soft_wrap=True)


def lines_of(entry: Entry, width: int) -> Iterator[Text]:
    """Yield an entry's lines; sentences are wrapped between words at `width` columns."""
    yield Text(entry.name, "bold")
    for sentence in entry.sentences:
        for line in textwrap.wrap(
            sentence, width - len(INDENT), break_long_words=False, break_on_hyphens=False
        ):
            yield Text(INDENT + line)
    yield from (Text(INDENT + line) for line in entry.whole)


def _presets() -> Iterator[Entry]:
    from bench.settings.loading import preset_names, preset_text

    for name in preset_names():
        yield Entry(name, (preset_text(name).partition("\n")[0].removeprefix("# "),))


def _variants() -> Iterator[Entry]:
    from generators import variants

    for name in variants.names():
        variant = variants.get(name)
        own = [f"{name}.{key}" for key in variant.settings.model_fields]
        settings = f"own settings: {', '.join(own)}" if own else "no settings of its own"
        yield Entry(name, (variant.description, settings))


def _data() -> Iterator[Entry]:
    from faces import layouts

    people = "people rendered here, in visible and near-infrared light (CC0)"
    yield Entry("--data synthetic", (people,))
    for name in layouts.names():
        layout = layouts.get(name)
        yield Entry(f"--data {name}:PATH", (layout.description,), (layout.expected,))


def _protocols() -> Iterator[Entry]:
    from faces import protocols

    for name in protocols.names():
        protocol = protocols.get(name)
        folds = protocol.folds
        which = (f"--fold {folds[0]} to {folds[-1]}, or all",) if folds else ()
        yield Entry(f"--protocol {name}", (protocol.description, *which))


def _controls() -> Iterator[Entry]:
    from recognizer import controls

    for name in controls.names():
        control = controls.get(name)
        training_set, label = (
            text.format(translator="TRANSLATOR") for text in (control.training_set, control.label)
        )
        yield Entry(name, (label, f"in tables: {training_set}"))


def _metrics() -> Iterator[Entry]:
    from generators import quality_metrics
    from recognizer import recognition_metrics
    from recognizer.settings import RecognizerSettings

    fars = RecognizerSettings.model_fields["far_targets"].get_default()
    for measured, records in (
        ("recognition", recognition_metrics.records(fars)),
        ("image quality", quality_metrics.records()),
    ):
        for record in records:
            unit = f", in {record.unit}" if record.unit else ""
            better = f"{record.better or 'neither higher nor lower'} is better"
            needs = f"needs {', '.join(record.needs)}" if record.needs else "needs nothing else"
            yield Entry(record.name, (f"{measured}: {record.label}{unit}; {better}", needs))


def _weights() -> Iterator[Entry]:
    from bench import weights
    from faces.common.cache import cache_folder

    cache = cache_folder()
    yield Entry("Kept in", whole=(str(cache / "weights"),))
    for weight in weights.report(cache):
        about = (weight.role, f"licence: {weight.licence}", f"state: {weight.state}")
        note = (weight.note,) if weight.note else ()
        yield Entry(weight.name, about, (_shown(weight.place, cache), *note))


def _shown(place: Path, cache: Path) -> str:
    """Return the name of a file in the cache, the path of any other file."""
    return place.name if place.is_relative_to(cache) else str(place)


def _settings(preset: str) -> Iterator[Entry]:
    from bench.settings.describing import described

    for setting in described(preset):
        default = "" if setting.default in ("", setting.value) else f"; default {setting.default}"
        yield Entry(
            f"{setting.key} = {setting.value}",
            (setting.meaning, f"allowed: {setting.allowed}{default}"),
        )
