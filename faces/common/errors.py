"""Defines the errors that a person can cause: one line each, and an exit code for scripts.

The line names the thing, the file or setting, and the remedy. 0 is fine and 1 is a bug.
"""


class NirbenchError(Exception):
    """Base of the errors that are shown as one line, without a traceback."""

    exit_code = 1


class UsageError(NirbenchError):
    """A wrong option or setting."""

    exit_code = 2


class DataError(NirbenchError):
    """Images, a layout or a protocol that cannot be used as they are."""

    exit_code = 3


class MissingError(NirbenchError):
    """A weight file or a package that has to be there and is not."""

    exit_code = 4


class StageError(NirbenchError):
    """A stage failed; whatever was finished before it is kept.

    `step` is the optimizer's step at which a training failed, where there is one.
    """

    exit_code = 5

    def __init__(self, message: str, step: int | None = None) -> None:
        super().__init__(message)
        self.step = step


class TamperedError(NirbenchError):
    """A stored file does not pass its check."""

    exit_code = 6
