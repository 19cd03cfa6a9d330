"""Tests where the cache lies, and what is said where no home folder is known."""

import os
from pathlib import Path

import pytest

from bench.settings import loading, options
from faces.common.cache import cache_folder
from faces.common.errors import UsageError


@pytest.fixture
def environment(monkeypatch):
    """Return a function that sets the variables on which the cache depends, and no others."""

    def set_them(**values: str) -> None:
        for name in ("BENCH_CACHE", "XDG_CACHE_HOME", "HOME", "USERPROFILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_them


@pytest.fixture
def nobody_known(monkeypatch):
    """No user of this number or name is known, as in a container under any number."""
    pwd = pytest.importorskip("pwd")

    def unknown(who):
        raise KeyError(who)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)


@pytest.mark.skipif(os.name == "nt", reason="homes are found in another way")
@pytest.mark.parametrize(
    ("values", "folder"),
    [
        ({"BENCH_CACHE": "~/x"}, "/home/ann/x"),
        ({"BENCH_CACHE": "~"}, "/home/ann"),
        ({"BENCH_CACHE": "/a/~b"}, "/a/~b"),
        ({"BENCH_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, "/a"),
        ({"XDG_CACHE_HOME": "~/y"}, "/home/ann/y/nirbench"),
        ({"BENCH_CACHE": "", "XDG_CACHE_HOME": ""}, "/home/ann/.cache/nirbench"),
    ],
)
def test_the_cache_is_where_the_variables_say(environment, values, folder):
    environment(HOME="/home/ann", **values)
    assert cache_folder() == Path(folder)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "cache ~/.cache: no such home folder is known; set BENCH_CACHE to a folder"),
        ({"BENCH_CACHE": "~/x"}, "BENCH_CACHE ~/x: no such home"),
        ({"BENCH_CACHE": "~bob/x"}, "BENCH_CACHE ~bob/x: no such home"),
        ({"XDG_CACHE_HOME": "~/x"}, "XDG_CACHE_HOME ~/x: no such home"),
    ],
)
@pytest.mark.usefixtures("nobody_known")
def test_where_no_home_is_known_one_line_says_so(environment, values, words):
    environment(**values)
    with pytest.raises(UsageError) as caught:
        cache_folder()
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("nobody_known")
def test_a_cache_that_is_named_needs_no_home(environment, tmp_path):
    environment(BENCH_CACHE=str(tmp_path))
    assert cache_folder() == tmp_path


@pytest.mark.usefixtures("nobody_known")
def test_paths_of_options_name_the_option(environment):
    environment()
    with pytest.raises(UsageError, match=r"--data ~bob/set: no such home"):
        options.data_source("casia:~bob/set")
    with pytest.raises(UsageError, match=r"translator ~bob/mine\.py: no such home"):
        loading.load("demo", None, {"variants": ["~bob/mine.py"]})
