"""The report in a browser: silent, readable wide and narrow, in the light and in the dark.

Debian's chromium, driven by Playwright. Set REPORT_PICTURES to a folder to keep the screenshots.
A page is opened once for each view, and each test leaves it as it found it.
"""

import io
import os
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reports.build import build
from reports.compare.page import write_comparison
from reports.compare.runs import Run, compare_runs
from tests.reports.conftest import CONTROLS, HOSTILE, SETS, made_material

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium")
WIDE, PHONE, PROJECTOR = (1440, 900), (390, 844), (1920, 1080)
PATIENCE_MS = 120_000  # a machine may be busy
TOPMOST = "element => element.getBoundingClientRect().top"


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """The report of a run with controls, whose last subject and a path are called HOSTILE."""
    out = tmp_path_factory.mktemp("report")
    material = made_material(sets=(*SETS, *CONTROLS[-2:]), subjects=12, trainings=False)
    settings = {"data": {"path": HOSTILE}} | {f"setting_{i}": i for i in range(30)}
    build(replace(material, provenance={**material.provenance, "settings": settings}), out)
    return out / "report.html"


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        # Chromium's sandbox needs rights that a container may not have; the page is our own.
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def opened(browser, report):
    """A function that opens the report; its `heard` collects requests, messages and errors."""

    @cache
    def open_page(size: tuple[int, int] = WIDE, scheme: str = "light"):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.heard = []
        page.on("request", lambda request: page.heard.append(request.url))
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("dialog", lambda dialog: page.heard.append(dialog.message))
        page.goto(report.as_uri())
        return page

    return open_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_page_is_drawn_without_a_request_and_fits_its_window(opened, size, scheme):
    page = opened(size, scheme)
    pixels = picture(page, f"report-{size[0]}-{scheme}")
    assert page.heard == [page.url]  # nothing but the file itself
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert np.median(pixels) > 230 if scheme == "light" else np.median(pixels) < 50
    assert pixels.std() > 15
    assert page.locator("nav details").evaluate("element => element.open") == (size == WIDE)
    page.locator("table.sortable").first.evaluate("element => element.scrollIntoView()")
    picture(page, f"report-{size[0]}-{scheme}-table")
    page.evaluate("scrollTo(0, 0)")


def picture(page, name: str) -> np.ndarray:
    """What is in the window, (height, width) float64 in [0, 255]; kept where that is asked for."""
    png = page.screenshot()
    if folder := os.environ.get("REPORT_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(png)
    return grey(png)


def grey(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"), float)


def test_every_column_of_the_accuracy_table_sorts_both_ways_and_back(opened):
    page = opened()
    table = page.locator("table.sortable").first
    printed = table.locator("tbody tr").all_text_contents()
    for place, button in enumerate(table.locator("thead button").all()):
        for way in ("descending", "ascending") if place else ("ascending", "descending"):
            button.click()
            signs = table.locator("th").evaluate_all("all => all.map(head => head.ariaSort)")
            assert [i for i, sign in enumerate(signs) if sign] == [place]
            assert signs[place] == way
            found = column(table, place)
            assert found == in_order(found, way)
            assert found != in_order(found, "ascending" if way == "descending" else "descending")
        button.click()
        assert table.locator("[aria-sort]").count() == 0
        assert table.locator("tbody tr").all_text_contents() == printed
    assert page.heard == [page.url]


def column(table, place: int) -> list:
    """What a reader sees in a column, top to bottom: names, or numbers, None for a dash."""
    lines = table.locator("tbody tr").evaluate_all(
        "(rows, place) => rows.map(row => row.cells[place].querySelector('span').textContent)",
        place,
    )
    if not place:
        return [line.casefold() for line in lines]
    starts = [line.split(" ")[0].replace("−", "-").replace(",", "") for line in lines]
    return [None if start in ("–", "") else float(start) for start in starts]


def in_order(values: list, way: str) -> list:
    """Sorted; what has no number comes last both ways."""
    known = sorted((v for v in values if v is not None), key=plain, reverse=way == "descending")
    return known + [None] * (len(values) - len(known))


def plain(value: float | str) -> float | str:
    """Names as the Unicode collation has them: a hyphen before a plus before letters."""
    return value if isinstance(value, float) else value.replace("-", "\1").replace("+", "\2")


def test_rows_without_a_number_come_last_and_text_sorts_by_its_numbers(opened):
    page = opened()
    found = page.evaluate(
        """() => {
            const table = document.createElement("table");
            table.innerHTML = `<thead><tr><th>a</th><th class="n">b</th></tr></thead><tbody>
              <tr><th>s10</th><td>–</td></tr><tr><th>s9</th><td data-v="-1">−1</td></tr>
              <tr><th>s1</th><td data-v="1e3">1,000</td></tr><tr><th>s2</th><td data-v="3"></td>
              </tr></tbody>`;
            sortable(table);
            return [0, 0, 0, 1, 1].map((place) => {
              table.tHead.rows[0].cells[place].firstChild.click();
              return [...table.tBodies[0].rows].map((row) => row.cells[0].textContent).join(" ");
            });
        }"""
    )
    printed = "s10 s9 s1 s2"
    assert found == ["s1 s2 s9 s10", "s10 s9 s2 s1", printed, "s1 s2 s9 s10", "s9 s2 s1 s10"]


def test_the_accuracy_table_sorts_by_keyboard(opened):
    table = opened(PHONE).locator("table.sortable").first
    before = column(table, 1)
    button = table.locator("thead button").nth(1)
    button.press("Enter")
    assert button.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    assert column(table, 1) == in_order(before, "descending") != before
    button.press("Space")
    assert column(table, 1) == in_order(before, "ascending")
    button.press("Enter")
    assert column(table, 1) == before


def test_every_picture_has_words(opened):
    page = opened()
    words = page.locator("img, svg").evaluate_all(
        """all => all.map(element => element.localName == "svg" && element.role != "img" ? ""
            : (element.alt || element.ariaLabel || "").trim())"""
    )
    assert len(words) > 50
    assert all(words)
    shown = page.get_by_role("img").all()[:3]  # by the browser's own accessibility tree
    for image, name in zip(shown, words, strict=False):
        sync_api.expect(image).to_have_accessible_name(name, timeout=PATIENCE_MS)


def test_a_hostile_name_is_text(opened):
    page = opened()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # unfolds
    assert page.locator("td", has_text=HOSTILE).first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.scripts.length") == 1
    assert page.heard == [page.url]  # no dialog


def test_drawings_look_as_their_files_do(opened, browser, report):
    """The key figure on the page and its file: the same lines at the same places."""
    page = opened()
    drawing = page.locator("#answer svg").first
    name = page.locator("#answer .files a", has_text="svg").first.get_attribute("href")
    source = (report.parent / name).read_text()
    alone = browser.new_page()
    width = drawing.bounding_box()["width"]
    alone.set_content(f"<style>svg {{ width: {width}px; height: auto }}</style>{source}")
    hide = (
        "drawing => drawing.querySelectorAll('text').forEach(text => { text.style.opacity = %d; })"
    )
    pair = []
    for shown in (drawing, alone.locator("svg")):
        shown.evaluate(hide % 0)  # the page has its own font
        image = Image.open(io.BytesIO(shown.screenshot())).convert("RGB").resize((160, 120))
        pair.append(np.asarray(image, float).ravel())
    drawing.evaluate(hide % 1)
    alone.close()
    assert np.corrcoef(*pair)[0, 1] > 0.9


def test_the_contents_unfold_on_a_phone_and_close_behind_the_reader(opened):
    page = opened(PHONE)
    page.locator("nav summary").click()
    link = page.locator("nav a").nth(2)
    link.click()
    assert not page.locator("nav details").evaluate("element => element.open")
    head = page.locator(link.get_attribute("href")).locator("h2")
    assert page.locator("nav").evaluate(TOPMOST) == 0  # it stays on top
    below = head.evaluate(TOPMOST) - page.locator("nav").bounding_box()["height"]
    assert 0 <= below < 100
    page.evaluate("scrollTo(0, 0)")


def test_the_first_column_stays_in_sight_on_a_phone(opened):
    page = opened(PHONE)
    box = page.locator(".table .scroll").first
    assert box.evaluate("element => element.scrollWidth > element.clientWidth")
    cell = box.locator("tbody th").first
    left = cell.bounding_box()["x"]
    box.evaluate("element => { element.scrollLeft = 100; }")
    assert cell.bounding_box()["x"] == pytest.approx(left, abs=1)
    box.evaluate("element => { element.scrollLeft = 0; }")


def test_the_reader_chooses_light_or_dark(opened):
    page = opened(WIDE, "dark")
    button = page.locator("button.theme")
    for before, ground in (("Light", "light"), ("Dark", "dark")):
        assert button.inner_text() == before
        button.click()
        assert (np.median(grey(page.screenshot())) > 128) == (ground == "light")


def test_print_unfolds_all_hides_the_contents_and_is_light(opened):
    page = opened(WIDE, "dark")
    folds = page.locator("main details:not(.endless)")
    assert folds.count() > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert folds.evaluate_all("all => all.every(element => element.open)")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    ground = page.locator("body").evaluate("element => getComputedStyle(element).backgroundColor")
    assert min(map(int, ground.removeprefix("rgb(").removesuffix(")").split(","))) > 240
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not folds.evaluate_all("all => all.some(element => element.open)")


def test_the_command_is_selected_to_be_copied(opened):
    page = opened()
    button = page.locator("pre.copy + button")
    button.click()
    sync_api.expect(button).not_to_have_text("Copy", timeout=PATIENCE_MS)
    chosen = page.evaluate("getSelection().toString()").strip()
    assert chosen == page.locator("pre.copy").inner_text().strip()
    assert chosen.startswith("bench run-all")


def test_runs_side_by_side_are_drawn_sorted_and_silent(browser, tmp_path):
    runs = [made_material(sets=SETS[:3], subjects=8, images=False, trainings=False, seeds=seeds)
            for seeds in ((0, 1), (1, 2))]  # fmt: skip
    named = [Run(name, run, "") for name, run in zip((HOSTILE, "second"), runs, strict=True)]
    write_comparison(compare_runs(named, 200), tmp_path)
    for width, scheme in ((WIDE[0], "light"), (PHONE[0], "dark")):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.heard = []
        page.on("request", lambda request, page=page: page.heard.append(request.url))
        page.on("console", lambda message, page=page: page.heard.append(message.text))
        page.on("pageerror", lambda error, page=page: page.heard.append(str(error)))
        page.goto((tmp_path / "compare.html").as_uri())
        picture(page, f"compare-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        table = page.locator("#recognition table.sortable").first
        before = column(table, 1)
        table.locator("thead button").nth(1).click()
        assert column(table, 1) == in_order(before, "descending")
        assert page.heard == [page.url]
        page.close()


def test_a_projector_shows_larger_letters(opened):
    page = opened(PROJECTOR)
    picture(page, "report-1920-light")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    assert page.evaluate(size) > 1.1 * opened(WIDE).evaluate(size)
    assert page.evaluate("document.documentElement.scrollWidth") == PROJECTOR[0]


def test_the_skip_link_comes_first(opened):
    page = opened(PHONE, "dark")
    page.keyboard.press("Tab")
    assert page.locator("a.skip").evaluate("element => element === document.activeElement")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#answer"
