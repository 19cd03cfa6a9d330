"""Writes losses for TensorBoard to RUN/tensorboard/ (`pip install nirbench[tensorboard]`).

Each stage is one of TensorBoard's runs, so that one chart shows the same loss of several
translators or recognizers. The values that the display shows are logged, not those of every step.
The first failure is shown and ends the logging, but never the run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.display.events import Tell
from faces.common.errors import MissingError

FOLDER = "tensorboard"


def require() -> None:
    """Import the package, which takes seconds. Raises MissingError if it is not installed."""
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
        """Add one point for each of a stage's numbers."""
        if self._broken:
            return
        try:
            writer = self._writer(stage)
            for name, value in values.items():
                writer.add_scalar(name, value, step)
        except Exception as error:  # any kind of error: it is only a log
            self._give_up(error)

    def finish(self, stage: str) -> None:
        """Write what a stage added, and close its file and thread."""
        try:
            if stage in self._writers:
                self._writers.pop(stage).close()
        except Exception as error:
            self._give_up(error)

    def close(self) -> None:
        """Finish all stages."""
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
