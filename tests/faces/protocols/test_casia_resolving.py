"""Tests which images are found for lines against a plain implementation of the rules."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.protocols.casia_lines import Line, parse
from faces.protocols.casia_resolving import NO_IMAGE, WRONG_SPECTRUM, Resolver


def images_of(*sources):
    spectra = ["VIS" if "vis" in source.lower() else "NIR" for source in sources]
    return pd.DataFrame({"source": sources, "spectrum": spectra})


def resolve(listed, *sources, spectrum="NIR"):
    """Return the source for one line, or the reason why there is none."""
    (line,) = parse(listed.encode())
    resolved = Resolver(images_of(*sources)).resolve(line, spectrum)
    return sources[resolved.image] if resolved.image >= 0 else resolved.reason


@pytest.mark.parametrize(
    ("listed", "first", "others"),
    [
        (r"s1\NIR\1\001.bmp", "s1/NIR/1/001.bmp", ["s1/NIR/1/001.jpg", "s2/NIR/1/001.bmp"]),
        (r"s1\NIR\1\001.jpg", "s1/NIR/1/001.JPG", ["s1/NIR/1/001.bmp"]),
        (r"s1\NIR\1\001.tif", "s1/NIR/1/001.bmp", ["s1/NIR/1/001.jpg", "s1/NIR/1/001.png"]),
        (r"s1\NIR\1\001.bmp", "s1/NIR/1/001.jpg", ["s1/NIR/1/001.png", "s1/NIR/1/001.jpeg"]),
        (r"s1\NIR\1\001", "s1/NIR/1/001.jpeg", []),
        (r"S1\nir\1\001.BMP", "s1/NIR/1/001.bmp", []),
        (r"s1\NIR\1\001.bmp", "S1/Nir/1/001.Bmp", []),
        (r"s1\NIR\1\001.bmp", "s1/NIR/1/001.bmp", ["s1/NIR/1/001.BMP", "S1/NIR/1/001.bmp"]),
        (r"s1\NIR\1\001.bmp", "s1/NIR_128x128/1/001.bmp", []),
        (r"s1\NIR_128x128\1\001.bmp", "s1/NIR/1/001.jpg", []),
        (r"s1\NIR_128X128\1\001.bmp", "s1/NIR_128x128/1/001.jpg", ["s1/NIR/1/001.bmp"]),
        (r"s1\NIR\1\001.bmp", "s1/NIR/1/001.jpg", ["s1/NIR_128x128/1/001.bmp"]),
        (r"s1\NIR\a.b\c.d.bmp", "s1/NIR/a.b/c.d.jpg", ["s1/NIR/a.b/c.bmp"]),
        (r"s1\NIR\1\001.bmp 5", "copy/s1/NIR/1/001.bmp", []),
    ],
)
def test_the_closest_image_is_meant(listed, first, others):
    assert resolve(listed, first, *others) == first
    assert resolve(listed, *others, first) == first


@pytest.mark.parametrize(
    ("listed", "sources", "reason"),
    [
        (r"s1\NIR\1\001.bmp", ["s1/NIR/1/0001.bmp", "s1/NIR/11/001.bmp"], NO_IMAGE),
        (r"s1\NIR\1\001.bmp", ["NIR/1/001.bmp"], NO_IMAGE),
        (r"s1\NIR\1\001 copy.bmp", ["s1/NIR/1/001.bmp"], NO_IMAGE),
        (r"s1\VIS\1\001.bmp", ["s1/VIS/1/001.bmp"], WRONG_SPECTRUM),
        (r"s1\VIS_128x128\1\001.bmp", [], WRONG_SPECTRUM),
    ],
)
def test_what_fits_nothing_is_named(listed, sources, reason):
    assert resolve(listed, *sources) == reason


def test_two_images_that_fit_equally_are_both_named():
    sources = ["s1/NIR/1/001.BMP", "s1/NIR/1/001.bmp"]
    reason = resolve(r"s1\NIR\1\001.jpg", *sources)
    assert reason == f"more than one image: {', '.join(sources)}"


def test_a_repeated_line_is_told_and_counted_once():
    lines = parse(b"s1/NIR/1/001.bmp\ns1/NIR/1/9.bmp\ns1\\nir\\1\\001.JPG 3\ns1/NIR/1/9.bmp\nx\nx")
    resolved = Resolver(images_of("s1/NIR/1/001.bmp")).resolve_all(lines, "NIR")
    assert [line.image for line in resolved] == [0, -1, -1, -1, -1, -1]
    assert [line.repeated for line in resolved] == [False, False, True, True, False, False]
    assert resolved[2].reason == "says the same as line 1"
    assert resolved[3].reason == "says the same as line 2"


paths = st.tuples(
    st.sampled_from(["s1", "S1", "s2"]),
    st.sampled_from(["NIR", "nir", "NIR_128x128", "VIS"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["001.bmp", "001.BMP", "001.jpg", "001.png", "002.jpeg", "001"]),
)


def by_rules(listed, sources):
    """Apply every rule as a separate filter, in the order of the description."""

    def parts(path):
        session, folder, subject, name = (part.lower() for part in path)
        stem, _, suffix = name.partition(".")
        return (session, folder.split("_")[0], subject, stem), folder, suffix

    same, folder, suffix = parts(listed)
    fitting = [path for path in sources if parts(path)[0] == same]
    fitting = [path for path in fitting if parts(path)[1] == folder] or fitting
    for wanted in (suffix, "bmp", "jpg", "png"):
        if chosen := [path for path in fitting if parts(path)[2] == wanted]:
            fitting = chosen
            break
    return [path for path in fitting if path == listed] or fitting


@given(paths, st.lists(paths, unique=True, max_size=12))
@settings(deadline=None, max_examples=250)
def test_against_the_rules_one_by_one(listed, sources):
    resolver = Resolver(images_of(*("/".join(source) for source in sources)))
    resolved = resolver.resolve(Line(1, "", listed), "NIR")
    expected = by_rules(listed, sources)
    if listed[1] == "VIS":
        assert resolved.reason == WRONG_SPECTRUM
    elif len(expected) == 1:
        assert sources[resolved.image] == expected[0]
    else:
        assert resolved.image == -1
        assert resolved.reason.startswith("more than one image" if expected else NO_IMAGE)
