"""The page by itself: whole, escaped, self-contained, small, whatever stands in it."""

import base64
import hashlib
import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from reports.answer.sentences import Answer
from reports.page import html as page
from reports.page.html import SavedPlot, Section, unbroken
from reports.page.sheets import Sheet
from reports.page.svg import described, long_font, without_style
from reports.plots.figure import COLOURS, GREY, INK, Plot, drawing, inline, to_svg
from reports.tables.formats import Table
from tests.reports.page.html_page import Page, check

HOSTILE = '<script>alert(1)</script>"&\' onload="x" style="fill: red" $x^2$ {{ 1 }}'
NOISE = np.random.default_rng(0).integers(0, 256, (4, 4, 256, 256, 3), dtype=np.uint8)


def saved_plot(name: str, colours: tuple[str, ...] = COLOURS[:1]) -> SavedPlot:
    """A small plot full of hostile text."""
    with drawing() as (figure, axes):
        for height, colour in enumerate(colours):
            axes.plot([0, 1, 2], [height, 3, 2], "o-", color=colour, label=HOSTILE)
        axes.fill_between([0, 1, 2], [1, 2, 1], alpha=0.3)
        axes.set_title(HOSTILE, style="italic", weight="bold")
        axes.legend()
    plot = Plot(name, HOSTILE, HOSTILE, figure, pd.DataFrame({"x": [1]}))
    return SavedPlot(plot, to_svg(figure))


def sheet(cells: np.ndarray) -> Sheet:
    """`cells` are (rows, columns, H, W, C) uint8."""
    names = [f"{i} {HOSTILE}" for i in range(max(cells.shape[:2]))]
    rows, columns = (tuple(names[:count]) for count in cells.shape[:2])
    return Sheet("s", HOSTILE, HOSTILE, columns, rows, tuple(tuple(row) for row in cells))


def table(rows: int, folded: bool = False) -> Table:
    cells = tuple(((HOSTILE, HOSTILE), (f"{i}.5 [1, 2]",), (HOSTILE,)) for i in range(rows))
    return Table(HOSTILE, (HOSTILE, "n", HOSTILE), cells, HOSTILE, folded=folded)


@pytest.fixture(scope="module")
def everything() -> str:
    """A page with one of everything, and hostile text wherever text comes from users."""
    plot = saved_plot("curve")
    sentences = Answer(HOSTILE, ((HOSTILE, (HOSTILE,)),), (HOSTILE,), leaky=True)
    data = {"name": HOSTILE, "alignment": HOSTILE, "protocol": HOSTILE, "folds": [1, 2]}
    data |= {"notes": [HOSTILE]}
    provenance = {"data": data, "device": HOSTILE, "command": HOSTILE, "notes": [HOSTILE]}
    sections = [
        Section("answer", "", plots=(plot,)),
        Section(
            "curves", HOSTILE, (HOSTILE,), plots=(plot,), more=(saved_plot("more"),), lead=HOSTILE
        ),
        Section("images", "Images", sheets=(sheet(NOISE[:2, :2, :20, :20]),)),
        Section("empty", "Nothing to show", text=("Nothing.",)),
        Section("run", "Run", tables=(table(3), table(4, folded=True), table(40), table(400))),
    ]
    return page.render(sections, sentences, provenance)


def test_a_page_with_everything_is_whole_and_self_contained(everything):
    check(Page(everything))


def test_nothing_that_users_write_becomes_markup(everything):
    found = Page(everything)  # raises where a name has become an attribute
    assert "<script>alert" not in everything
    shown = [text for text in found.texts if HOSTILE in text]
    assert len(shown) > 2 * 447  # two lines a row, and all titles, captions, notes and texts
    assert "link" in found.tags
    assert found.tags.count("link") == 1


def test_sections_with_nothing_to_show_are_left_out(everything):
    found = Page(everything)
    assert "empty" not in found.ids
    assert found.ids.count("answer") == 1
    anchors = [link[1:] for link in found.links if link.startswith("#")]
    # Once from the contents, once beside the heading; the answer from the skip link too.
    assert {id: anchors.count(id) for id in anchors} == {
        "answer": 3, "curves": 2, "images": 2, "run": 2, "command": 2,
    }  # fmt: skip


def test_long_tables_are_folded_and_those_that_ask_for_it(everything):
    folds = re.findall(r'<details class="([^"]*)"><summary>.*?<span class="count">(.*?)</span>',
                       everything)  # fmt: skip
    assert folds == [
        ("fold", "1"), ("fold", "4 rows"), ("fold", "40 rows"), ("fold endless", "400 rows"),
    ]  # fmt: skip


def test_each_figure_names_the_files_of_its_numbers(everything):
    links = [link for link in Page(everything).links if not link.startswith("#")]
    for name in ("curve", "more"):
        for ending in ("csv", "svg", "png"):
            assert f"plots/{name}.{ending}" in links
    assert "plots/grid-s.png" in links
    assert links.count("results.json") == 4 + 1  # each table without a file, and the footer
    named = Table("t", ("a",), ((("1",),),), data=("tables/t.csv", "tables/t.tex"))
    text = page.render([Section("t", "T", tables=(named,))], Answer("", (), ()), {})
    assert Page(text).links.count("tables/t.csv") == Page(text).links.count("tables/t.tex") == 1


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(everything):
    rules = re.search(r'Content-Security-Policy" content="(.*?)"', everything)[1]
    rules = dict(rule.split(" ", 1) for rule in rules.replace("&#39;", "'").split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    for name in ("style", "script"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", everything, re.DOTALL)
        named = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[f"{name}-src"] == f"'sha256-{named}'"
    assert not re.search(r"url\((?!#)|@import|fetch\(|XMLHttp|import\(|localStorage", everything)
    assert len(rules) == 6


def test_a_drawing_without_style_attributes_looks_the_same():
    """Every property of every element is kept, as matplotlib wrote it."""
    svg = saved_plot("n").svg
    before, after = (ET.fromstring(text) for text in (svg, without_style(svg)))
    sheets = [element for element in before.iter() if element.tag.endswith("style")]
    assert [element.text for element in sheets] == [
        "*{stroke-linejoin: round; stroke-linecap: butt}"
    ]
    elements = [element for element in before.iter() if not element.tag.endswith("style")]
    assert len(elements) > 50
    for old, new in zip(elements, after.iter(), strict=True):
        properties = [rule.split(":") for rule in old.get("style", "").split(";") if rule]
        wanted = {name: old.get(name) for name in set(old.attrib) - {"style"}}
        wanted |= {name.strip(): value.strip() for name, value in properties}
        assert new.attrib == wanted
        assert (new.text or "").strip() == (old.text or "").strip()


@pytest.mark.parametrize(
    ("short", "properties"),
    [
        ("10px 'DejaVu Sans'", {}),
        ("italic 8.5px 'DejaVu Sans', serif", {"font-style": "italic"}),
        ("oblique 700 10px 'A'", {"font-style": "oblique", "font-weight": "700"}),
        ("bold 10px 'A'", {"font-weight": "bold"}),
    ],
)
def test_a_font_in_short_is_written_out(short, properties):
    size, family = re.search(r"(\S+px) (.*)", short).groups()
    assert long_font(short) == {"font-size": size, "font-family": family, **properties}
    tag = f'<text style="font: {short}; fill: #000">a</text>'
    assert without_style(tag).startswith("<text font-size=")
    assert 'fill="#000"' in without_style(tag)


def test_text_that_looks_like_a_style_stays_text():
    text = '<text>a style="fill: red"</text>'
    assert without_style(text) == text


def test_a_drawing_is_described_once_in_escaped_words():
    found = ET.fromstring(described('<svg id="a"><g/></svg>', HOSTILE))
    assert (found.get("role"), found.get("aria-label"), found.get("id")) == ("img", HOSTILE, "a")


def test_plots_are_lighter_in_the_dark_and_ink_is_the_colour_of_text():
    rules = page.palette()
    svg = without_style(inline(saved_plot("n", (*COLOURS, GREY, INK)).svg, "n"))
    assert INK not in svg
    assert "currentColor" in svg
    for colour in (*COLOURS, GREY):
        assert f'[stroke="{colour}"]' in rules
        assert f'[fill="{colour}"]' in rules
        assert f'stroke="{colour}"' in svg
        # The lighter colour is readable on the dark card, the plain one on the light card.
        lighter = 0.65 * np.array(to_rgba(colour)[:3]) + 0.35
        assert contrast(lighter, to_rgba(style("--card", dark=True))) > 4.5


def style(name: str, dark: bool) -> str:
    pair = re.search(rf"{name}: light-dark\((#\w+), (#\w+)\)", page.source("style.css"))
    return pair[2 if dark else 1]


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_on_every_ground(dark):
    """WCAG 2.2, 1.4.3: a contrast of 4.5 at least."""
    for ground in ("--paper", "--card", "--tint", "--warn"):
        for text in ("--ink", "--quiet", "--accent"):
            pair = (to_rgba(style(name, dark)) for name in (text, ground))
            assert contrast(*pair) >= 4.5, (text, ground)


def contrast(first, second) -> float:
    """Of two RGB colours in [0, 1], by WCAG 2.2."""
    bright, dim = sorted((luminance(colour[:3]) for colour in (first, second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_lines_do_not_end_within_an_interval_or_before_per_cent():
    assert unbroken("37.9 % [−3.1, 42.6] of a [b]") == "37.9\xa0% [−3.1,\xa042.6] of a [b]"


@pytest.mark.parametrize(
    ("provenance", "kicker"),
    [
        ({}, "nirbench"),
        ({"device": "cpu"}, "nirbench · cpu"),
        ({"data": {"name": "casia"}, "device": "cpu"}, "nirbench · casia · cpu"),
    ],
)
def test_the_header_names_what_is_known_and_separates_nothing_else(provenance, kicker):
    text = page.render([], Answer("", (), ()), provenance)
    assert f'<p class="kicker">{kicker}</p>' in text
    assert 'id="command"' not in text
    check(Page(text))


def test_large_images_are_scaled_until_the_page_is_small(monkeypatch):
    monkeypatch.setattr(page, "MOST_BYTES", 900_000)
    section = Section("images", "Images", sheets=(sheet(NOISE),))
    text = page.render([section], Answer("", (), ()), {})
    assert 200_000 < len(text.encode()) <= 900_000
