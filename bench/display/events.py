"""Writes `events.jsonl`, one line per event of a run. A failure to write does not stop the run."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Tell = Callable[[str], None]  # shows a sentence to the user


class Events:
    """Appends events to one file. The first failure is shown; later events are tried again."""

    def __init__(self, path: Path, tell: Tell) -> None:
        self.path, self.tell = path, tell
        self._told = False

    def write(self, event: str, **fields: Any) -> None:
        """Append one line: the time in UTC, the event, and its fields."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event}
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(_plain(line | fields), allow_nan=False) + "\n")
        except OSError as error:
            if not self._told:
                self._told = True
                self.tell(f"{self.path}: cannot be written ({error.strerror}); the run goes on")


def _plain(value: Any) -> Any:
    """Return a value that JSON allows: a loss that is not finite becomes None."""
    if isinstance(value, dict):
        return {name: _plain(field) for name, field in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
