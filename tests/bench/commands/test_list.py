"""Tests that what `bench list` prints can be read and copied on a terminal of 80 columns."""

import re

import pytest
from click.testing import CliRunner

from bench.commands.list import TOPICS, Entry, lines_of, list_

WIDTH = 80


@pytest.fixture
def listed(monkeypatch, tmp_path):
    """Return a function that gives the lines of `bench list` at 80 columns, with an empty cache."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))

    def run(*arguments):
        done = CliRunner().invoke(list_, arguments)
        assert done.exit_code == 0, done.output
        return done.output.splitlines()

    return run


@pytest.mark.parametrize("topic", TOPICS)
def test_lines_are_short_unless_they_are_to_be_copied(listed, topic):
    lines = listed(topic)
    assert len(lines) > 3
    long = [line for line in lines if len(line) > WIDTH]
    assert all("/" in line or " = " in line for line in long), long
    assert not re.search("[│┃━]", "".join(lines))


def test_settings_of_another_preset_can_be_shown(listed):
    assert "generator.side_px = 256" in listed("settings", "--preset", "paper")
    assert "generator.side_px = 64" in listed("settings")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_word_is_broken_or_lost(width):
    words = [f"word-{n}-of-the-sentence" for n in range(30)]
    entry = Entry("name", (" ".join(words),), ("/a/path with blanks/" * 20,))
    name, *lines, path = (line.plain for line in lines_of(entry, width))
    assert name == "name"
    assert " ".join(line.strip() for line in lines).split() == words
    assert path.strip() == entry.whole[0].strip()
