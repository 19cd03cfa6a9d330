"""Turns the text of command-line options into settings."""

from pathlib import Path

from faces.common.errors import UsageError


def numbers(text: str | None) -> list[int] | None:
    """ "0,1,2" as numbers. Raises UsageError."""
    if text is None:
        return None
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise UsageError(f"--seeds {text}: write whole numbers, as in 0,1,2") from None


def names(text: str | None) -> list[str] | None:
    """ "A,B" as names."""
    return None if text is None else text.split(",")


def fold(text: str | None) -> int | str | None:
    """Gives a fold's number, or "all". Raises UsageError."""
    if text is None or text == "all":
        return text
    if not text.isdecimal():
        raise UsageError(f"--fold {text}: write a whole number, or all")
    return int(text)


def data_source(spec: str | None) -> dict[str, str]:
    """ "casia:PATH" as the settings it stands for."""
    if spec is None:
        return {}
    name, _, path = spec.partition(":")  # a shell leaves a tilde behind a colon as it is
    absolute = str(Path(path).expanduser().absolute()) if path else ""
    return {"data.name": name, "data.path": absolute}
