"""Parses the text of command-line options."""

from faces.common import utf8
from faces.common.cache import with_home
from faces.common.errors import UsageError


def numbers(text: str | None) -> list[int] | None:
    """Return the numbers of "0,1,2". Raises UsageError."""
    if text is None:
        return None
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise UsageError(f"--seeds {text}: write whole numbers, as in 0,1,2") from None


def names(text: str | None) -> list[str] | None:
    """Return the names of "A,B"."""
    return None if text is None else text.split(",")


def fold(text: str | None) -> int | str | None:
    """Return a fold's number, or "all". Raises UsageError."""
    if text is None or text == "all":
        return text
    if not text.isdecimal():
        raise UsageError(f"--fold {text}: write a whole number, or all")
    return int(text)


def data_source(spec: str | None) -> dict[str, str]:
    """Return the settings for "casia:PATH": the layout and the folder. Raises UsageError."""
    if spec is None:
        return {}
    name, _, path = spec.partition(":")  # a shell leaves a tilde behind a colon as it is
    absolute = str(with_home(path, "--data").absolute()) if path else ""
    require_utf8("--data", absolute)
    return {"data.name": name, "data.path": absolute}


def require_utf8(option: str, path: str) -> None:
    """Check that a path can be written into settings and passed to libraries. Raises UsageError."""
    if fault := utf8.fault_of(path):
        raise UsageError(f"{option} {path}: {fault}; choose a folder with another name")
