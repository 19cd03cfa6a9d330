"""Defines the errors that a user can cause, each with the exit code that scripts may rely on.

A message is one line that names the thing, the file or setting, and the remedy. Exit code 0 means
success, 1 a bug.
"""


class NirbenchError(Exception):
    """The base of all errors that are shown as one line, without a traceback."""

    exit_code = 1
    step: int | None = None  # the optimizer's step at which a training failed, if it failed at one


class UsageError(NirbenchError):
    """The error for a wrong option or setting."""

    exit_code = 2


class DataError(NirbenchError):
    """The error for images, a layout or a protocol that cannot be used as they are."""

    exit_code = 3


class MissingError(NirbenchError):
    """The error for a weight file or a package that is needed and missing."""

    exit_code = 4


class StageError(NirbenchError):
    """The error for a stage that failed; the results of finished stages are kept.

    `step` is the optimizer's step at which a training failed, if it failed at one.
    """

    exit_code = 5

    def __init__(self, message: str, step: int | None = None) -> None:
        super().__init__(message)
        self.step = step


class TamperedError(NirbenchError):
    """The error for a stored file that does not pass its check."""

    exit_code = 6
