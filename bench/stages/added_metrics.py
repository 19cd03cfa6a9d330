"""Defines a setting of stages that measure: the metrics of other packages, for their keys."""

from pydantic import BaseModel, Field


class AddedMetrics(BaseModel):
    """`added_metrics` with their packages; part of a key only where there are any."""

    added_metrics: tuple[str, ...] = Field((), exclude_if=lambda added: not added)
