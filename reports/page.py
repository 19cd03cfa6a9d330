"""report.html: one file that makes no request, from numbers, plots and images."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.answer import Answer, rendered
from reports.grids import Sheet, data_uri
from reports.plots.figure import Plot, inline
from reports.summary import Summary
from reports.tables import Table
from reports.words import duration, listed, metric, number

HERE = Path(__file__).parent
MOST_BYTES = 4_500_000
IMAGE_SIDES_PX = (192, 160, 128, 96, 64)  # tried in turn until the page is small enough
TITLE = "Do fake near-infrared faces make the recognizer better?"


@dataclass(frozen=True)
class Drawn:
    """A plot and its SVG as saved."""

    plot: Plot
    svg: str

    def markup(self) -> Markup:
        """SVG by matplotlib, which escapes every text in it."""
        return Markup(inline(self.svg, self.plot.name))


@dataclass(frozen=True)
class Section:
    """A part of the page: text, then tables, plots and sheets, all of them optional."""

    id: str
    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Drawn, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.plots or self.sheets)


def render(sections: list[Section], answer: Answer, facts: Mapping[str, Any]) -> str:
    """The page, its images as large as fit into MOST_BYTES."""
    template = environment().get_template("report.html.j2")
    for most_px in IMAGE_SIDES_PX:
        page = template.render(
            title=TITLE,
            style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
            answer=answer,
            about=[facts.get("data", {}).get("name"), facts.get("device")],
            command=facts.get("command"),
            notes=facts.get("notes", ()),
            rendered=rendered(dict(facts)),
            sections=[section for section in sections if section],
            uri=lambda image, most_px=most_px: data_uri(image, most_px),
        )
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


def environment() -> jinja2.Environment:
    """Everything is escaped but `Markup`; a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["unbroken"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    return made


def quality_text(summary: Summary) -> tuple[str, ...]:
    """What the figures tell and what they do not, and how the floor and plain VIS compare here."""
    return (
        "A Fréchet or kernel distance tells how far two sets of images lie apart in the features "
        "of one network that was trained on everyday photographs. It does not tell what the fakes "
        "are good for: traces of upsampling and blur can weigh more in it than the spectrum, so "
        "that untranslated grey VIS images can be nearer to real NIR than fakes that help a "
        "recognizer. Recognition is the result; these figures only describe the images.",
        *nearer_than_fakes(summary),
        "A distance also shrinks as the number of images grows: compare rows of the same n, and "
        "read each beside the floor, which is what two halves of the real NIR images get.",
    )


def nearer_than_fakes(summary: Summary, name: str = "fd_lite0") -> tuple[str, ...]:
    """Says so where untranslated VIS is nearer to NIR than some fakes."""
    rows = summary.quality[summary.quality["metric"] == name]
    means = rows.groupby("images", sort=False)["value"].mean()
    if "vis" not in means.index:
        return ()
    farther = [kind for kind in means.index if means[kind] > means["vis"] and kind != "real"]
    if not farther:
        return ()
    return (
        f"So it is here: by the {metric(name).label}, untranslated VIS images are nearer to real "
        f"NIR ({number(means['vis'], name)}) than the fakes by {listed(farther)}.",
    )


def flat(settings: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested settings as ("generator.steps", "1600"), in the order given."""
    rows = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            rows += flat(value, f"{prefix}{name}.")
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            rows.append((f"{prefix}{name}", text))
    return rows


def key_value_table(title: str, values: Mapping[str, Any], note: str = "") -> Table:
    return Table(title, ("name", "value"), tuple(((k,), (v,)) for k, v in flat(values)), note)


def run_tables(facts: Mapping[str, Any]) -> tuple[Table, ...]:
    """How the images were chosen, settings, weights, versions and times, where known."""
    data = facts.get("data", {})
    aligned = f" (alignment {data['alignment']})" if data.get("alignment") else ""
    tables = [
        record_table("What became of the images found", data.get("funnel", ())),
        record_table(f"Faces found{aligned}", data.get("detection", ())),
        key_value_table("The split", data.get("split", {})),
        record_table("Weights", facts.get("weights", ())),
        stage_table(facts.get("stages", ())),
        key_value_table("Settings", facts.get("settings", {})),
        key_value_table("Versions", facts.get("versions", {})),
    ]
    return tuple(table for table in tables if table.rows)


def record_table(title: str, records: list[Mapping[str, Any]]) -> Table:
    """A table of dictionaries; the columns are all their keys."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    rows = tuple(tuple((shown(record.get(name, "")),) for name in columns) for record in records)
    return Table(title, tuple(name.replace("_", " ") for name in columns), rows)


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def stage_table(stages: list[Mapping[str, Any]]) -> Table:
    """How long each stage took; one that was there already keeps the time it took then."""
    total = sum(stage.get("seconds") or 0 for stage in stages)
    rows = tuple(
        (
            (stage["name"],),
            (duration(stage.get("seconds") or 0),),
            ("yes" if stage.get("cached") else "no",),
            (stage.get("key", ""),),
        )
        for stage in stages
    )
    note = f"Together {duration(total)} of work; stages may have run side by side."
    return Table("Stages", ("stage", "time", "was there already", "key"), rows, note)
