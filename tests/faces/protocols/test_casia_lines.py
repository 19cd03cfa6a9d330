"""Tests the parser of protocol lists: known variants, and random bytes without a crash."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.protocols.casia_lines import parse, parse_line, split_path
from faces.protocols.list_text import LONGEST_LINE

GOOD = ("s2", "NIR", "10153", "001.bmp")


@pytest.mark.parametrize(
    "text",
    [
        r"s2\NIR\10153\001.bmp",
        "s2/NIR/10153/001.bmp",
        r"s2\NIR/10153\\001.bmp",
        r".\s2\NIR\10153\001.bmp",
        r"\s2\NIR\10153\001.bmp",
        r"D:\faces\CASIA NIR-VIS 2.0\s2\NIR\10153\001.bmp",
        "s2\\NIR\\10153\\001.bmp  \t",
        "  s2\\NIR\\10153\\001.bmp",
        "s2\\NIR\\10153\\001.bmp 17",
        "s2\\NIR\\10153\\001.bmp\t10153",
        "s2\\NIR\\10153\\001.bmp, 17",
        "s2\\NIR\\10153\\001.bmp;17;m",
        "s2\\NIR\\10153\\001.bmp\N{NO-BREAK SPACE}",
    ],
)
def test_what_circulates_is_understood(text):
    assert split_path(text) == GOOD


@pytest.mark.parametrize(
    ("text", "name"),
    [("a/b/c/001 12", "001"), ("a/b/c/001", "001"), ("a/b/c/001 copy.bmp", "001 copy.bmp"),
     ("a/b/c/001.v2.bmp x", "001.v2.bmp"), ("a/b/c/é.BMP", "é.BMP")],
)  # fmt: skip
def test_only_columns_behind_the_name_are_labels(text, name):
    assert split_path(text) == ("a", "b", "c", name)


def test_ends_of_lines_may_be_mixed_and_blank_lines_are_skipped_but_counted():
    content = b"\xef\xbb\xbfa/b/c/1\r\n\n  \r\r\na/b/c/2\na/b/c/3\ra/b/c/4"
    assert [(line.number, line.path[3]) for line in parse(content)] == [
        (1, "1"),
        (5, "2"),
        (6, "3"),
        (7, "4"),
    ]


@pytest.mark.parametrize(
    ("line", "problem", "shown"),
    [
        (b"s1\\NIR\\00001\\0\x0001.bmp", "NUL", "s1\\NIR\\00001\\0\\x0001.bmp"),
        (b"s1\\NIR\\\xff\\001.bmp", "UTF-8", "s1\\NIR\\\\xff\\001.bmp"),
        (b"NIR\\00001\\001.bmp", "session", "NIR\\00001\\001.bmp"),
        (b"hello", "session", "hello"),
        (b"a/b/c/, ;", "session", "a/b/c/, ;"),
        (b"a/b/c/" + b"x" * LONGEST_LINE, "longer", "a/b/c/" + "x" * 194 + "…"),
        (b"\x1b[2J", "session", "\\x1b[2J"),
    ],
)
def test_a_line_that_cannot_be_understood_says_why(line, problem, shown):
    parsed = parse_line(7, line)
    assert parsed.path == ()
    assert problem in parsed.problem
    assert (parsed.number, parsed.text) == (7, shown)


words = st.text("ab1.\\/ ,;\t\n\r\x00é\x1b", max_size=60).map(str.encode)


@given(st.lists(st.one_of(words, st.binary(max_size=40), st.just(b"s1\\VIS\\1\\1.bmp"))))
@settings(deadline=None, max_examples=200)
def test_every_line_that_is_not_blank_is_parsed_or_named(pieces):
    content = b"\n".join(pieces)
    lines = parse(content)
    plain = content.removeprefix(b"\xef\xbb\xbf")
    expected = plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert [line.number for line in lines] == [
        number for number, line in enumerate(expected, start=1) if line.strip()
    ]
    for line in lines:
        assert bool(line.path) != bool(line.problem)
        assert all(line.path)
        assert line.text.isprintable()
