"""Keeps the downloaded part of a file, with a note of the file's version."""

import json
from dataclasses import dataclass
from pathlib import Path

from faces.common.files import write_text


@dataclass(frozen=True)
class Partial:
    """The files `.NAME.part` and `.NAME.part.json` beside `target`: the part, and its note."""

    target: Path
    url: str

    @property
    def path(self) -> Path:
        """Return the path of the part."""
        return self.target.with_name(f".{self.target.name}.part")

    @property
    def note(self) -> Path:
        """Return the path of the note."""
        return self.path.with_name(f"{self.path.name}.json")

    def begin(self, version: str, total: int | None) -> None:
        """Delete an earlier part, and write the note: version, "" if unknown, and bytes in all."""
        self.discard()
        write_text(self.note, json.dumps({"url": self.url, "version": version, "total": total}))

    def is_begun(self) -> bool:
        """Tell whether there is a part of a known version, which can be continued."""
        return bool(self.version()) and self.length() > 0

    def is_whole(self) -> bool:
        """Tell whether the part has all bytes of the file."""
        return self.is_begun() and self.length() == self._noted().get("total")

    def version(self) -> str:
        """Return the server's name for this version of the file; "" if it gave none."""
        return self._noted().get("version", "")

    def length(self) -> int:
        """Return the number of bytes so far."""
        return self.path.stat().st_size if self.path.exists() else 0

    def discard(self) -> None:
        """Delete the part and its note."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def _noted(self) -> dict:
        """Return the content of the note; {} if it is missing, damaged, or of another address."""
        try:
            noted = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) and noted.get("url") == self.url else {}
