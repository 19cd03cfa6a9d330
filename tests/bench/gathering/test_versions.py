"""Which nirbench made a run: its release and, from a working copy, the commit."""

import subprocess

import pytest

from bench.gathering import versions


def git(folder, *arguments):
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    command = ["git", "-C", folder, *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """Return a working copy of one commit."""
    git(tmp_path, "init", "-q")
    (tmp_path / "code.py").write_text("a = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    return tmp_path


def test_a_working_copy_names_its_commit_and_whether_it_was_changed(copy):
    commit = git(copy, "rev-parse", "HEAD")[:12]
    released = versions.version_of("nirbench")
    assert versions.own_version() == f"{released} (commit {commit})"
    (copy / "runs").mkdir()  # what is not part of it is no change
    (copy / "runs" / "results.json").write_text("{}")
    assert versions.own_version() == f"{released} (commit {commit})"
    (copy / "code.py").write_text("a = 2\n")
    assert versions.own_version() == f"{released} (commit {commit}, and changes)"


def test_without_a_commit_to_name_the_release_is_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    released = versions.version_of("nirbench")
    assert versions.own_version() == released
    (tmp_path / ".git").write_text("no repository")
    assert versions.own_version() == released
    monkeypatch.setenv("PATH", str(tmp_path))  # no git
    assert versions.own_version() == released


def test_every_package_has_a_version_or_says_that_it_has_none():
    found = versions.versions()
    assert list(found)[:2] == ["nirbench", "python"]
    assert found["torch"].startswith("2.")
    assert versions.version_of("no-such-package") == "not installed by this name"
