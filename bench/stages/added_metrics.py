"""Settings of stages that measure: metrics that other packages add are part of their keys."""

from typing import Any

from pydantic import BaseModel, SerializerFunctionWrapHandler, model_serializer


class AddedMetrics(BaseModel):
    """`added_metrics`, each with its package; they stand in the key only where there are any."""

    added_metrics: tuple[str, ...] = ()

    @model_serializer(mode="wrap")
    def _added_where_there_are_any(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = plain(self)
        if not self.added_metrics:
            del values["added_metrics"]
        return values
