"""The tables on how a run was made: counts beside the paper's, files and lines not used."""

from collections import Counter

import pytest

from reports.answer.sentences import Answer
from reports.page import html as page
from reports.tables.run import MOST_LINES, data_tables, funnel_table, run_tables

HOSTILE = "<script>alert(1)</script>"
REASONS = ("not an image", "truncated", HOSTILE)


def refused(count: int) -> list[dict[str, str]]:
    return [
        {"source": f"s1/NIR/{i:05d}/{HOSTILE}.bmp", "reason": REASONS[i % 5 % 3]}
        for i in range(count)
    ]


def tables(**data) -> dict:
    return {table.title: table for table in data_tables({"data": data})}


@pytest.mark.parametrize("count", [1, MOST_LINES, MOST_LINES + 1, 12_345])
def test_files_are_counted_by_reason_and_some_are_listed(count):
    records = refused(count)
    found = tables(refused=records)
    counted = found["Files that were not used, by reason"]
    wanted = Counter(record["reason"] for record in records)
    assert {row[0][0]: int(row[1][0].replace(",", "")) for row in counted.rows} == wanted
    numbers = [int(row[1][0].replace(",", "")) for row in counted.rows]
    assert numbers == sorted(numbers, reverse=True)
    listed = found["Files that were not used"]
    assert [row[0][0] for row in listed.rows] == [line["source"] for line in records[:MOST_LINES]]
    assert ("refused.csv" in listed.note) == (count > MOST_LINES)
    if count > MOST_LINES:
        assert f"The first {MOST_LINES} of {count:,}" in listed.note


def test_lines_of_lists_stand_with_their_list_and_number():
    records = [
        {"list": "nir_probe_1.txt", "line": i + 1, "reason": f"no such image {i}"}
        for i in range(MOST_LINES + 1)
    ]
    found = tables(unresolved=records)
    title = "Lines of protocol lists without exactly one image"
    assert found[title].header == ("list", "line", "reason")
    assert found[title].rows[6] == (("nir_probe_1.txt",), ("7",), ("no such image 6",))
    assert len(found[title].rows) == MOST_LINES
    assert "results.json" in found[title].note
    assert "1 rarer reasons" in found[f"{title}, by reason"].note


def test_how_a_run_was_made_names_settings_weights_versions_device_and_times():
    provenance = {
        "settings": {"seeds": [0, 1], "generator": {"steps": 800}},
        "weights": [{"role": "recognizer", "name": HOSTILE, "sha256": "ab"}],
        "versions": {"numpy": "2.3"},
        "device": "cpu",
        "stages": [
            {"name": "a", "key": "k1", "seconds": 61.0, "cached": True},
            {"name": "b", "key": "k2", "seconds": 9.0, "cached": False},
        ],
    }
    found = {table.title: table for table in run_tables(provenance)}
    assert list(found) == ["Settings", "Weights", "Versions", "Stages"]
    assert found["Settings"].rows == ((("seeds",), ("0, 1",)), (("generator.steps",), ("800",)))
    assert found["Versions"].rows == ((("numpy",), ("2.3",)), (("trained on",), ("cpu",)))
    assert found["Stages"].rows[0] == (("a",), ("1 min 1 s",), ("yes",), ("k1",))
    assert "1 min 10 s" in found["Stages"].note
    assert run_tables({}) == data_tables({}) == ()


def test_nothing_refused_leaves_no_table():
    assert tables(refused=[], unresolved=[], notes=[], name="casia") == {}


def test_the_papers_counts_stand_under_ours_and_notes_under_the_step():
    table = funnel_table(
        "t",
        [
            {"step": "found", "vis_images": 5000, "nir_images": 7},
            {
                "step": "kept",
                "vis_subjects": 519,
                "vis_images": 2924,
                "nir_images": 3,
                "paper": {"vis_subjects": 520, "nir_subjects": 0},
                "note": HOSTILE,
            },
        ],
    )
    assert table.header == ("step", "VIS subjects", "VIS images", "NIR subjects", "NIR images")
    assert table.rows == (
        (("found",), ("",), ("5,000",), ("",), ("7",)),
        (
            ("kept", HOSTILE),
            ("519", "in the paper 520"),
            ("2,924",),
            ("", "in the paper 0"),
            ("3",),
        ),
    )


def test_shipped_eyes_are_a_column():
    row = {"spectrum": "VIS", "images": 9, "eyes shipped": 8, "not found": 1}
    table = tables(detection=[row])["Faces found"]
    assert table.header == ("spectrum", "images", "eyes shipped", "not found")


def test_counts_of_one_fold_say_which():
    found = tables(folds=[3, 4], funnel=[{"step": "found"}], split={"train": 1})
    assert set(found) == {"What became of the images found (fold 3)", "The split (fold 3)"}


def test_files_notes_and_protocol_are_escaped_and_told():
    data = {
        "alignment": "eyes-v9",
        "protocol": HOSTILE,
        "folds": [1, 2],
        "notes": [f"note {HOSTILE}"],
        "refused": refused(3),
        "unresolved": [{"list": HOSTILE, "line": 1, "reason": HOSTILE}],
        "funnel": [{"step": HOSTILE, "note": HOSTILE, "paper": {"vis_images": 1}}],
    }
    provenance = {"data": data, "notes": ["first"]}
    section = page.Section("run", "How this was made", tables=data_tables(provenance))
    text = page.render([section], Answer("", (), ()), provenance)
    assert "<script>alert" not in text
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert f"s1/NIR/00000/{escaped}.bmp" in text
    assert f"<p>note {escaped}</p>" in text
    assert text.index("<p>first</p>") < text.index("<p>note ")
    footer = text[text.index("<footer>") :]
    assert f"Alignment: eyes-v9. Protocol: {escaped}, folds 1, 2." in footer


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, []),
        ({"protocol": "subjects"}, ["Protocol: subjects."]),
        (
            {"alignment": "v1", "protocol": "p", "folds": [3]},
            ["Alignment: v1.", "Protocol: p, fold 3."],
        ),
    ],
)
def test_the_footer_names_what_is_known(data, says):
    assert page.made_by(data) == says


def test_the_badge_says_leaky_only_of_leaky_answers():
    for leaky in (False, True):
        text = page.render([], Answer("", (), (), leaky), {})
        assert ("Leaky: the translators saw what is tested" in text) == leaky
