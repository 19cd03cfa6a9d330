"""The error for a file that is no usable image."""

from faces.common.errors import DataError


class Refused(DataError):
    """The error for a file that is no usable image.

    `reason` is one phrase, the same on every machine. `lasting`: the cause lies in the file's
    bytes, so that another attempt must fail in the same way.
    """

    def __init__(self, reason: str, name: str = "", lasting: bool = True):
        super().__init__(f"{name}: {reason}" if name else reason)
        self.reason = reason
        self.lasting = lasting
