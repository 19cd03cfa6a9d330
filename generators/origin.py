"""Records where a translator outside nirbench is defined: in a package or in a file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Origin(BaseModel):
    """The identity of a definition: part of a training's key and of its weights' header.

    A package's `name` and `version` are those of the distribution; a file's are its name without
    folders and its SHA-256.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["package", "file"]
    name: str
    version: str

    def __str__(self) -> str:
        if self.kind == "file":
            return f"the file {self.name} with SHA-256 {self.version}"
        return f"the package {self.name} {self.version}"
