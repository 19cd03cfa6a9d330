"""Makes the tables on how a run was made: from the images found to the time of each stage."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reports.tables.formats import Table
from reports.words import duration

MOST_LINES = 5_000  # of files or lines listed by name; they scroll, and keep the page under 1 MB
COUNTS = ("vis_subjects", "vis_images", "nir_subjects", "nir_images")


def flat(settings: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return nested settings as rows like ("generator.steps", "1600"), in the order given."""
    rows = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            rows += flat(value, f"{prefix}{name}.")
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            rows.append((f"{prefix}{name}", text))
    return rows


def _key_value_table(title: str, values: Mapping[str, Any], note: str = "") -> Table:
    return Table(title, ("name", "value"), tuple(((k,), (v,)) for k, v in flat(values)), note)


def data_tables(provenance: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the tables on how images were found, refused, detected and split."""
    data = provenance.get("data", {})
    aligned = f" (alignment {data['alignment']})" if data.get("alignment") else ""
    fold = f" (fold {data['folds'][0]})" if data.get("folds") else ""
    tables = [
        funnel_table(f"What became of the images found{fold}", data.get("funnel", ())),
        _record_table(f"Faces found{aligned}", data.get("detection", ())),
        _key_value_table(f"The split{fold}", data.get("split", {})),
        *_refusal_tables(data.get("refused", ())),
        *_unresolved_tables(data.get("unresolved", ())),
    ]
    return tuple(table for table in tables if table.rows)


def run_tables(provenance: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return settings, weights, versions and the time of each stage, where known."""
    tables = [
        _key_value_table("Settings", provenance.get("settings", {})),
        _record_table("Weights", provenance.get("weights", ())),
        _key_value_table("Versions", _versions(provenance)),
        _stage_table(provenance.get("stages", ())),
    ]
    return tuple(table for table in tables if table.rows)


def _versions(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return the packages and, where it is known, the device."""
    device = {"trained on": provenance["device"]} if provenance.get("device") else {}
    return {**provenance.get("versions", {}), **device}


def funnel_table(title: str, steps: Sequence[Mapping[str, Any]]) -> Table:
    """Return a table of the counts after each step, notes and the paper's counts under them."""
    names = dict.fromkeys(
        name
        for step in steps
        for name in [*step, *(step.get("paper") or ())]
        if name not in ("step", "paper", "note")
    )
    counts = sorted(names, key=lambda name: COUNTS.index(name) if name in COUNTS else len(COUNTS))
    rows = tuple(
        ((str(step.get("step", "")), *filter(None, [step.get("note")])),
         *(_count_cell(step, name) for name in counts))
        for step in steps
    )  # fmt: skip
    return Table(title, ("step", *map(_spelled, counts)), rows)


def _spelled(name: str) -> str:
    """Return the name of a count in words: "vis_images" => "VIS images"."""
    return " ".join(word.upper() if word in ("vis", "nir") else word for word in name.split("_"))


def _count_cell(step: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return our count, and the paper's under it where it is known."""
    paper = (step.get("paper") or {}).get(name)
    known = () if paper is None else (f"in the paper {shown(paper)}",)
    return shown(step.get(name, "")), *known


def _refusal_tables(refused: Sequence[Mapping[str, str]]) -> list[Table]:
    return [
        _reason_table("Files that were not used, by reason", "files", refused),
        _first_lines(
            "Files that were not used", ("source", "reason"), refused,
            "the others are in refused.csv",
        ),
    ]  # fmt: skip


def _unresolved_tables(unresolved: Sequence[Mapping[str, Any]]) -> list[Table]:
    title = "Lines of protocol lists without exactly one image"
    return [
        _reason_table(f"{title}, by reason", "lines", unresolved),
        _first_lines(
            title, ("list", "line", "reason"), unresolved, "the others are in results.json"
        ),
    ]


def _reason_table(title: str, unit: str, records: Sequence[Mapping[str, Any]]) -> Table:
    """Count how often each reason was given, the most frequent first."""
    counted = Counter(str(record["reason"]) for record in records)
    rows = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    more = len(rows) - MOST_LINES
    return Table(
        title,
        ("reason", unit),
        tuple(((reason,), (shown(count),)) for reason, count in rows[:MOST_LINES]),
        f"{more:,} rarer reasons are left out here." if more > 0 else "",
    )


def _first_lines(
    title: str, columns: tuple[str, ...], records: Sequence[Mapping[str, Any]], others: str
) -> Table:
    """Return the first MOST_LINES records; the note says where the others are."""
    cut = len(records) > MOST_LINES
    return Table(
        title,
        columns,
        tuple(
            tuple((str(record.get(name, "")),) for name in columns)
            for record in records[:MOST_LINES]
        ),
        f"The first {MOST_LINES} of {len(records):,}; {others}." if cut else "",
    )


def _record_table(title: str, records: Sequence[Mapping[str, Any]]) -> Table:
    """Return a table of dictionaries; the columns are all their keys."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    rows = tuple(tuple((shown(record.get(name, "")),) for name in columns) for record in records)
    return Table(title, tuple(name.replace("_", " ") for name in columns), rows)


def shown(value: Any) -> str:
    """Return a value as it is printed: True as "yes", 1200 as "1,200"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _stage_table(stages: list[Mapping[str, Any]]) -> Table:
    """Return the time of each stage, as it took when the stage was made."""
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
