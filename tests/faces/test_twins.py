"""Likely twins: two spellings of one person are named, and people who only look alike are not."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faces import twins
from tests.odd_names import odd_names

BOTH, VIS, NIR = {"VIS", "NIR"}, {"VIS"}, {"NIR"}
COMPOSED, DECOMPOSED = "Zo\u00e9", "Zoe\u0301"
PAIRS = [
    (COMPOSED, DECOMPOSED, "accents"),
    ("\ud55c", "\u1112\u1161\u11ab", "accents"),  # a syllable and its three letters
    ("Zo\u00e9", "Zoe", "accents"),
    ("\uff11\uff12", "12", "forms of letters"),
    ("a\u200bb", "ab", "forms of letters"),
    ("ANNA", "Anna", "case"),
    ("STRASSE", "straße", "case"),
    ("Anna", "Anna ", "blanks"),
    ("Anna  B", "Anna B", "blanks"),
    ("Anna\u00a0B", "Anna B", "forms of letters"),
    ("001", "1", "leading zeros"),
    ("P01-007", "P1-7", "leading zeros"),
    ("00", "0", "leading zeros"),
    ("Zo\u00e9 01", "zoe\u0301  1", "accents"),
]
ALIKE = {first: second for first, second, _ in PAIRS}
DIFFERENT = [("1", "10"), ("10", "100"), ("1", "11"), ("a1", "b1"), ("1.0", "1"), ("a_b", "ab"),
             ("101", "11"), ("\u0915\u093f", "\u0915\u0940"), ("o", "\u00f8")]  # fmt: skip
OFTEN_OTHERS = {("001", "1"), ("P01-007", "P1-7"), ("00", "0"), ("Zo\u00e9", "Zoe"),
                ("Zo\u00e9 01", "zoe\u0301  1")}  # fmt: skip


def table(people: dict[str, set[str]]) -> pd.DataFrame:
    """Return two images of each person in each of the spectra."""
    rows = [(name, spectrum) for name, own in people.items() for spectrum in sorted(own) * 2]
    return pd.DataFrame(rows, columns=["subject", "spectrum"])


@pytest.mark.parametrize(("first", "second", "difference"), PAIRS)
@pytest.mark.parametrize("spectra", [(VIS, NIR), (NIR, VIS)])
def test_who_has_one_spectrum_under_each_spelling_is_named(first, second, difference, spectra):
    people = dict(zip((first, second), spectra, strict=True))
    (note,) = twins.notes_on(table(people | {"somebody else": BOTH}))
    names = {f"{min(own)}/{name}" for name, own in people.items()}
    assert note == twins.divided(table(people))
    assert all(name in note for name in names)
    assert note.startswith("VIS/")
    assert difference in note
    assert "look like one person; spell" in note


def test_the_differences_of_a_pair_are_all_told():
    note = twins.divided(table({"Zo\u00e9 01": VIS, "zoe\u0301  1": NIR}))
    assert "(other accents, other case, other blanks, other leading zeros)" in note


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
@pytest.mark.parametrize("spectra", [(VIS, NIR), (BOTH, BOTH), (BOTH, NIR)])
def test_people_who_differ_in_more_are_not_named(first, second, spectra):
    assert twins.notes_on(table(dict(zip((first, second), spectra, strict=True)))) == []


@pytest.mark.parametrize(("first", "second", "difference"), PAIRS)
def test_spellings_that_lack_nothing_get_a_weaker_note_and_numbers_none(first, second, difference):
    notes = twins.notes_on(table({first: BOTH, second: BOTH}))
    if (first, second) in OFTEN_OTHERS:
        assert notes == []
    else:
        assert len(notes) == 1
        assert "may be one person" in notes[0]
        assert difference in notes[0]
        assert "spell" not in notes[0].partition("(")[0]
    assert twins.divided(table({first: BOTH, second: BOTH})) == ""


@pytest.mark.parametrize(("first", "second", "_"), PAIRS)
def test_who_lacks_a_spectrum_beside_a_complete_spelling_is_named(first, second, _):
    note = twins.divided(table({first: BOTH, second: NIR}))
    assert f"NIR/{second}" in note
    assert f"VIS/{first}" not in note
    assert first in note


@pytest.mark.parametrize("own", [VIS, NIR])
def test_spellings_that_lack_the_same_spectrum_cannot_complete_each_other(own):
    assert twins.notes_on(table({"Anna": own, "anna": own})) == []


def test_numbers_of_two_widths_are_quiet_where_all_are_complete():
    """People 1 to 200 and 001 to 200 are 300 people, if all have both spectra."""
    names = {str(number) for number in range(1, 201)} | {f"{n:03d}" for n in range(1, 201)}
    assert twins.notes_on(table(dict.fromkeys(names, BOTH))) == []


def test_of_many_the_first_ten_are_named_and_the_others_counted():
    people = {f"p{number:03d}": VIS for number in range(40)}
    people |= {f"P{number:03d}": NIR for number in range(40)}
    (note,) = twins.notes_on(table(people))
    assert note.count("VIS/") == note.count("NIR/") == 10
    assert "and 30 more look like one person each" in note


NAMES = st.sampled_from([*ALIKE, *ALIKE.values(), *odd_names(300)])


@given(st.dictionaries(NAMES, st.sampled_from([BOTH, VIS, NIR]), max_size=8))
def test_notes_do_not_depend_on_the_order_of_images(people):
    images = table(people)
    assert twins.notes_on(images) == twins.notes_on(images[::-1])


@given(st.text(max_size=8), st.sampled_from(["NFC", "NFD"]))
def test_every_name_is_alike_to_itself_otherwise_composed(name, form):
    other = unicodedata.normalize(form, name)
    if other != name:
        assert twins.divided(table({name: VIS, other: NIR})) != ""


def test_a_funnel_names_twins_where_people_are_left_out():
    steps = [{"step": "readable"}, {"step": "both kinds", "note": "left out: a, A"}]
    images = table({"a": VIS, "A": NIR})
    told = twins.in_funnel(steps, images)
    note = f"left out: a, A; {twins.divided(images)}"
    assert told == [steps[0], {"step": "both kinds", "note": note}]
    assert steps[1]["note"] == "left out: a, A"  # the protocol's own steps are as they were
    assert twins.in_funnel(steps, table({"a": BOTH})) == steps
