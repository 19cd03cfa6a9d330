"""Tells which file names are no text; Python holds bytes that it cannot decode as surrogates."""

import os


def fault_of(name: str) -> str:
    """Return why a path that the system gave cannot be written as UTF-8 text, "" where it can."""
    try:
        name.encode("utf-8")
        return ""
    except UnicodeEncodeError:
        pass
    try:
        os.fsencode(name).decode("utf-8")
    except UnicodeError:
        return "its name is not UTF-8 text"
    return "its name is not read as UTF-8 text here (set PYTHONUTF8=1)"
