"""Finds likely twins: names that differ as one person's do who was spelled in two ways.

Such a person is left out for want of a spectrum, or trained on and tested as two people, and
nothing else would tell. The spellings are named and never merged: whether `1` and `001` are one
person is not known here.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

import pandas as pd

from faces.common.evenly_spaced import first_few

ACCENTS = re.compile("[\u0300-\u036f]")  # those of Latin, Greek and Cyrillic letters


def _plain_letters(name: str) -> str:
    """Return the letters without accents, composed or not."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFD", name)))


def _usual_forms(name: str) -> str:
    """Return the usual form of each letter, such as of a wide digit; none that is not seen."""
    if name.isascii():
        return name
    seen = (letter for letter in name if unicodedata.category(letter) != "Cf")
    return "".join(unicodedata.normalize("NFKC", letter) for letter in seen)


# In what the spellings of one name differ, and what takes that difference away.
DIFFERENCES: dict[str, Callable[[str], str]] = {
    "accents": _plain_letters,
    "forms of letters": _usual_forms,
    "case": str.casefold,
    "blanks": lambda name: " ".join(filter(None, name.split(" "))),
    "leading zeros": lambda name: re.sub(r"(?<![0-9])0+(?=[0-9])", "", name),
}
OF_OTHERS = ("accents", "leading zeros")  # in which names of two people differ often
SHOWN = 10
Spectra = Mapping[str, set[str]]  # those of which there are images, by name


def notes_on(images: pd.DataFrame) -> list[str]:
    """Return what is to be said of likely twins; `images` has `subject` and `spectrum`.

    Where all spellings have both spectra, they may be two people as well, so less is said, and
    nothing of numbers with and without leading zeros and of letters with and without accents.
    """
    spectra = _spectra_of(images)
    twins = _alike((name for name, own in spectra.items() if len(own) > 1), _nearly_folded)
    whole = f"{_named(twins, spectra)} may be one person, but count as several" if twins else ""
    return [note for note in (divided(images), whole) if note]


def divided(images: pd.DataFrame) -> str:
    """Return a sentence on likely twins of whom one lacks a spectrum that another has, or ""."""
    spectra = _spectra_of(images)
    twins = [
        names for names in _alike(spectra) if len({frozenset(spectra[name]) for name in names}) > 1
    ]
    if not twins:
        return ""
    each = " each" if len(twins) > 1 else ""
    return f"{_named(twins, spectra)} look like one person{each}; spell the names alike"


def in_funnel(funnel: Iterable[Mapping], images: pd.DataFrame) -> list[dict]:
    """Return the steps of a protocol's funnel; who is left out for one spectrum is set beside."""
    steps, twins = [dict(step) for step in funnel], divided(images)
    for step in steps:
        if twins and step["step"] == "both kinds":
            step["note"] = f"{step['note']}; {twins}" if "note" in step else twins
    return steps


def _spectra_of(images: pd.DataFrame) -> Spectra:
    spectra: dict[str, set[str]] = defaultdict(set)
    for name, spectrum in zip(images["subject"], images["spectrum"], strict=True):
        spectra[name].add(spectrum)
    return spectra


def _folded(name: str, but: Collection[str] = ()) -> str:
    """Return a name without DIFFERENCES `but` these."""
    for difference, without in DIFFERENCES.items():
        name = name if difference in but else without(name)
    return name


def _nearly_folded(name: str) -> str:
    """Return a name without DIFFERENCES but OF_OTHERS; accents are composed and stay."""
    return _folded(unicodedata.normalize("NFC", name), OF_OTHERS)


def _alike(names: Iterable[str], key: Callable[[str], str] = _folded) -> list[list[str]]:
    """Return the groups of names of which `key` is the same."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        groups[key(name)].append(name)
    return [group for group in groups.values() if len(group) > 1]


def _named(twins: list[list[str]], spectra: Spectra) -> str:
    """Return the first few groups as text."""
    shown = [_described(names, spectra) for names in twins[:SHOWN]]
    return first_few([*shown, *[""] * (len(twins) - SHOWN)], SHOWN, "; ")


def _described(names: list[str], spectra: Spectra) -> str:
    """Return a group, as in "VIS/Zoé and NIR/zoé (other case)"; who has both stands alone."""
    shown = [name if len(spectra[name]) > 1 else f"{min(spectra[name])}/{name}" for name in names]
    shown.sort(key=lambda name: name.startswith("NIR/"))
    differ = [
        difference
        for difference in DIFFERENCES
        if len({_folded(name, [difference]) for name in names}) > 1
    ]
    what = ", other ".join(differ or ["spelling"])  # one that several of DIFFERENCES take away
    return f"{', '.join(shown[:-1])} and {shown[-1]} (other {what})"
