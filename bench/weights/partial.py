"""Keeps the part of a file that was downloaded so far, with a note of the file's version."""

import json
from dataclasses import dataclass
from pathlib import Path

from faces.common.files import write_text


@dataclass(frozen=True)
class Partial:
    """`.NAME.part` and `.NAME.part.json` beside `target`, of what lies under `url`."""

    target: Path
    url: str

    @property
    def path(self) -> Path:
        return self.target.with_name(f".{self.target.name}.part")

    @property
    def note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    def begin(self, version: str, total: int | None) -> None:
        """Forgets what was there, and notes what is to come: its version, "" if unknown."""
        self.discard()
        write_text(self.note, json.dumps({"url": self.url, "version": version, "total": total}))

    def is_begun(self) -> bool:
        """Tells whether there is a part that can be continued, since its version is known."""
        return bool(self.version()) and self.length() > 0

    def is_whole(self) -> bool:
        """Tells whether everything has come, and only the check is left."""
        return self.is_begun() and self.length() == self._noted().get("total")

    def version(self) -> str:
        """Gives what the server called this version of the file; "" where it did not say."""
        return self._noted().get("version", "")

    def length(self) -> int:
        """Gives the bytes that have come."""
        return self.path.stat().st_size if self.path.exists() else 0

    def discard(self) -> None:
        """Removes the part and its note."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def _noted(self) -> dict:
        """Gives the note, or nothing where it is absent, torn, or of another address."""
        try:
            noted = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) and noted.get("url") == self.url else {}
