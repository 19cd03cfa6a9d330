"""Writes losses for TensorBoard to RUN/tensorboard/ (`pip install nirbench[tensorboard]`).

Each stage is one of TensorBoard's runs, so that the same loss of several translators or recognizers
lies in one chart. What is shown while a run goes on is logged, not every step. Whatever fails while
logging is told once and ends the logging, never the run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.display.events import Tell
from faces.common.errors import MissingError

FOLDER = "tensorboard"


def require() -> None:
    """Loads the package, which takes seconds. Raises MissingError where it is not installed."""
    try:
        from torch.utils import tensorboard  # noqa: F401
    except ImportError:
        raise MissingError(
            "--tensorboard: the package tensorboard is missing or does not load; "
            "pip install nirbench[tensorboard], or leave --tensorboard out"
        ) from None


class Scalars:
    """Writes named numbers of stages below one folder; close it at the end."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.folder, self.tell = folder, tell
        self._writers: dict[str, Any] = {}
        self._broken = False

    def add(self, stage: str, step: int, values: Mapping[str, float]) -> None:
        """One point of each of a stage's numbers."""
        if self._broken:
            return
        try:
            writer = self._writer(stage)
            for name, value in values.items():
                writer.add_scalar(name, value, step)
        except Exception as error:  # of whatever kind: it is only a log
            self._give_up(error)

    def finish(self, stage: str) -> None:
        """Flushes what a stage added and lets go of its file and thread."""
        try:
            if stage in self._writers:
                self._writers.pop(stage).close()
        except Exception as error:
            self._give_up(error)

    def close(self) -> None:
        """Finishes all stages."""
        for stage in list(self._writers):
            self.finish(stage)

    def _writer(self, stage: str) -> Any:
        from torch.utils.tensorboard import SummaryWriter  # late: an extra

        if stage not in self._writers:
            folder = self.folder / stage.replace(":", "-")
            self._writers[stage] = SummaryWriter(str(folder), flush_secs=10)
        return self._writers[stage]

    def _give_up(self, error: Exception) -> None:
        if not self._broken:
            why = str(error).partition("\n")[0]
            self.tell(f"{self.folder}: not logged any more ({why}); the run goes on")
        self._broken = True
