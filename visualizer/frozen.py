"""The base of every state: plain values that never change, only get replaced."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A frozen model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def replace(self, **changes: object) -> Any:
        """Return the same with some fields changed, checked like a new one."""
        return type(self).model_validate({**dict(self), **changes})
