"""Tests which image a listed path means, against a plain search over all images."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.protocols.path_matching import PathMatcher


def find(listed: str, *sources: str) -> list[str]:
    return [sources[k] for k in PathMatcher(sources).find(tuple(listed.split("/")))]


@pytest.mark.parametrize(
    ("listed", "first", "others"),
    [
        ("VIS/7/1.png", "VIS/7/1.png", ["NIR/7/1.png", "VIS/7/10.png"]),
        ("vis/7/1.PNG", "VIS/7/1.png", []),
        ("VIS/7/1.jpg", "VIS/7/1.png", []),
        ("VIS/7/1", "VIS/7/1.png", []),
        ("VIS/7/day.1", "VIS/7/day.1.png", ["VIS/7/day.2.png"]),
        ("VIS/7/1.jpg", "VIS/7/1.jpg", ["VIS/7/1.png"]),
        ("/data/faces/set/VIS/7/1.png", "VIS/7/1.png", []),
        ("7/1.png", "VIS/7/1.png", ["VIS/8/1.png"]),
        ("NIR_P0588_5_UP_f.jpg", "NIR/NIR_P0588_5_UP_f.jpg", []),
        ("VIS/7/1.png", "VIS/7/1.png", ["x/VIS/7/1.png"]),
        ("x/VIS/7/1.png", "x/VIS/7/1.png", ["VIS/7/1.png"]),
        ("1/NIR/3.png", "001/NIR/0003.png", []),
        ("001/NIR/3.png", "1/NIR/3.png", []),
        ("1/NIR/3.png", "1/NIR/3.png", ["001/NIR/3.png"]),
        ("p12_0.png", "p012_0.png", []),
    ],
)
def test_the_image_that_is_meant(listed, first, others):
    assert find(listed, first, *others) == [first]
    assert find(listed, *others, first) == [first]


@pytest.mark.parametrize(
    ("listed", "sources"),
    [
        ("VIS/7/1.png", ["VIS/8/1.png", "NIR/7/1.png", "VIS/7/11.png"]),
        ("set/VIS/7/1.png", ["other/VIS/7/1.png"]),
        ("10.png", ["1.png", "100.png"]),
        ("x", []),
    ],
)
def test_what_fits_nothing(listed, sources):
    assert find(listed, *sources) == []


@pytest.mark.parametrize(
    ("listed", "sources"),
    [("1.png", ["VIS/1.png", "NIR/1.png"]), ("1/3.png", ["001/3.png", "01/3.png"]),
     ("a.tif", ["a.png", "a.jpg"])],
)  # fmt: skip
def test_what_is_not_clear_is_all_returned(listed, sources):
    assert find(listed, *sources) == sources


part = st.sampled_from(["a", "A", "b", "1", "01", "10"])
name = st.sampled_from(["1.png", "01.png", "1.jpg", "1.PNG", "2.png", "1"])
path = st.tuples(st.lists(part, max_size=3), name).map(lambda both: (*both[0], both[1]))
source = st.tuples(st.lists(part, max_size=3), name.filter(lambda n: "." in n)).map(
    lambda both: (*both[0], both[1])
)


def plain_search(listed, sources):
    """Apply the rules as they are written, one image at a time."""

    def stem(parts, zeros):
        words = [word.lower() for word in (*parts[:-1], parts[-1].split(".")[0])]
        return [word.lstrip("0") or "0" if zeros and word.isdigit() else word for word in words]

    for zeros in (False, True):
        fitting = []
        for candidate in sources:
            one, other = stem(candidate, zeros), stem(listed, zeros)
            shared = min(len(one), len(other))
            if one[-shared:] == other[-shared:]:
                fitting.append((shared, candidate))
        exact = [c for _, c in fitting if stem(c, zeros) == stem(listed, zeros)]
        longest = max((shared for shared, _ in fitting), default=0)
        chosen = exact or [c for shared, c in fitting if shared == longest]
        if chosen:
            break
    else:
        return []
    suffix = listed[-1].rpartition(".")[2].lower()
    same = [c for c in chosen if c[-1].rpartition(".")[2].lower() == suffix] or chosen
    shared = [c for c in same if all(map(str.__eq__, reversed(c), reversed(listed)))]
    return shared or same


@given(path, st.lists(source, unique=True, max_size=10))
@settings(deadline=None, max_examples=400)
def test_against_a_plain_search(listed, sources):
    found = PathMatcher(["/".join(source) for source in sources]).find(listed)
    assert sorted(sources[k] for k in found) == sorted(plain_search(listed, sources))
