"""Writes `events.jsonl`, one line per event of a run. A failure to write it stops no run."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Tell = Callable[[str], None]  # says a sentence to the person who watches


class Events:
    """Appends to one file. The first failure is told, then it is tried again with each event."""

    def __init__(self, path: Path, tell: Tell) -> None:
        self.path, self.tell = path, tell
        self._told = False

    def write(self, kind: str, **fields: Any) -> None:
        """Appends one line: the time in UTC, the kind of event, and what it is about."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": kind}
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(_plain(line | fields), allow_nan=False) + "\n")
        except OSError as error:
            if not self._told:
                self._told = True
                self.tell(f"{self.path}: cannot be written ({error.strerror}); the run goes on")


def _plain(value: Any) -> Any:
    """Gives what JSON can say: a loss that is not finite becomes null."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
