"""Defines settings of stages that measure: metrics of other packages are part of their keys."""

from pydantic import BaseModel, Field


class AddedMetrics(BaseModel):
    """`added_metrics`, each with its package; they stand in the key only where there are any."""

    added_metrics: tuple[str, ...] = Field((), exclude_if=lambda added: not added)
