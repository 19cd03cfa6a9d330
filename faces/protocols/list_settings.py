"""Defines the settings of the protocol `lists`: where its lists are, and how they are called."""

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

FOLD = "{fold}"


class ListSettings(BaseModel):
    """The settings `lists.*`.

    A list is named below the data set's folder, or by its whole path. `*` stands for any
    characters of a name, and `{fold}` for the fold's number; without folds it stands for nothing.
    All lists that a name fits are read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    train: str = Field(
        f"protocols/*train*{FOLD}.*", description="protocol lists: lists of training images"
    )
    gallery: str = Field(
        f"protocols/*gallery*{FOLD}.*", description="protocol lists: lists of enrolled VIS images"
    )
    probe: str = Field(
        f"protocols/*probe*{FOLD}.*", description="protocol lists: lists of NIR probes"
    )
    folds: PositiveInt | None = Field(
        None, description="protocol lists: number of folds, counted from 1; none: no folds"
    )
    path_column: str = Field(
        "",
        description="protocol lists: column of a CSV that holds the path; "
        "empty: path, file, filename, image or source, else the first",
    )

    @model_validator(mode="after")
    def _folds_are_in_the_names(self) -> "ListSettings":
        if self.folds and not any(FOLD in name for name in (self.train, self.gallery, self.probe)):
            raise ValueError(f"folds = {self.folds}: no list's name says where the fold is: {FOLD}")
        return self
