"""`bench compare` in sentences, files and on a page: compare.html, .csv, .md and .tex."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from faces.common.files import write_text
from reports.answer import phrases
from reports.answer.caveats import rendered
from reports.answer.sentences import heading
from reports.compare.runs import Compared, Run, different
from reports.compare.tables import (
    all_tables,
    data_table,
    frame,
    quality_table,
    recognition_tables,
    settings_tables,
)
from reports.comparisons import Comparison
from reports.page.html import Section, environment, policy, source
from reports.tables.formats import write_formats
from reports.words import listed

FILES = ("compare.csv", "compare.md", "compare.tex")  # beside the page
MOST_SETTINGS = 4  # named in a sentence; the table has them all
ONE_SEED = (
    "One seed is in both runs, so a difference is about the networks that were trained, not about "
    "what the settings do in general."
)
ARROW = "\N{RIGHTWARDS ARROW}"


def write_comparison(compared: Compared, out: Path) -> None:
    """Write everything into `out`; compare.html comes last."""
    out.mkdir(parents=True, exist_ok=True)
    write_formats(out / "compare", all_tables(compared), frame(compared))
    write_text(out / "compare.html", render(compared))


def render(compared: Compared) -> str:
    """Return the page: one file that makes no request."""
    style, script = source("style.css"), source("report.js")
    return environment().get_template("compare.html.j2").render(
        title=f"{listed([run.name for run in compared.runs])}, side by side",
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
        rendered=any(rendered(dict(run.material.provenance)) for run in compared.runs),
        lines=list(lines(compared)),
        sections=[section for section in _sections(compared) if section],
    )  # fmt: skip


def _sections(compared: Compared) -> list[Section]:
    quality = quality_table(compared)
    parts = (
        ("settings", "What differs", settings_tables(compared)),
        ("data", "Data and protocol", [data_table(compared)]),
        ("recognition", "Recognition", recognition_tables(compared).values()),
        ("quality", "Image quality", [quality] if quality.rows else []),
    )
    return [
        Section(name, title, tables=tuple(replace(table, data=FILES) for table in tables))
        for name, title, tables in parts
    ]


def lines(compared: Compared) -> Iterator[str]:
    """Yield the comparison in sentences: which settings differ, then each leading metric."""
    first, *others = compared.runs
    yield " ".join(_setting_sentence(first, run) for run in others)
    for run in others:
        for task, name in leading(compared):
            yield _sentence(compared, run, task, name)
    if any(change.estimate.seeds == 1 for change in compared.changes.values()):
        yield ONE_SEED


def leading(compared: Compared) -> list[tuple[str, str]]:
    """Return the headline metrics that were scored, else the first of each protocol."""
    scored = [(task, name) for task in compared.protocols() for name in compared.metrics(task)]
    firsts = [(task, compared.metrics(task)[0]) for task in compared.protocols()]
    headlines = [(task, name) for task, name in scored
                 if compared.metric(name).prominence == "headline"]  # fmt: skip
    return headlines or firsts


def _setting_sentence(first: Run, run: Run) -> str:
    """Return "B differs from A in generator.steps (800 → 1600)."."""
    settings = [one.material.provenance.get("settings", {}) for one in (first, run)]
    rows = different(settings)
    if not rows:
        return f"{run.name} has the same settings as {first.name}."
    named = [f"{name} ({a} {ARROW} {b})" for name, (a, b) in rows[:MOST_SETTINGS]]
    more = len(rows) - MOST_SETTINGS
    if more > 0:
        named.append(f"{more} more setting{'s'[: more > 1]}")
    return f"{run.name} differs from {first.name} in {listed(named)}."


def _sentence(compared: Compared, run: Run, task: str, name: str) -> str:
    """Say what changes in one metric: gains, losses, undecided changes, then equal outcomes."""
    first = compared.runs[0].name
    start = f"{heading(task, compared.metric(name))}, {run.name} against {first}:"
    if why := compared.untested.get((run.name, task)):
        return f"{start} nothing was tested, because {why}."
    keys = [(run.name, training_set.name, task, name) for training_set in compared.training_sets()]
    found = [compared.changes[key] for key in keys if key in compared.changes]
    same = [key[1] for key in keys if key in compared.identical]
    words = {"gain": "better with", "loss": "worse with", "undecided": "undecided with"}
    parts = [
        f"{words[verdict]} {listed([_effect(change) for change in changes])}"
        for verdict in words
        if (changes := [change for change in found if change.verdict == verdict])
    ]
    parts += [f"the same in every outcome with {listed(same)}"] if same else []
    return f"{start} {'; '.join(parts) or 'no training set was scored in both'}."


def _effect(comparison: Comparison) -> str:
    """Return "real+C (+6.1 points [2.0, 10.1])"."""
    return f"{comparison.training_set} ({phrases.effect(comparison)})"
