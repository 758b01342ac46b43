"""No training at all: random filters of several sizes as a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engines.models import LoadedModel

RANDOM_FILTERS = "random_filters"
SCALES = (3, 5, 7, 11, 15, 23)


def random_filters(
    seed: int = 0, scales: Sequence[int] = SCALES, channels: int = 32
) -> LoadedModel:
    """Return one layer of random filters of the sides `scales`, `channels` of each, then ReLU."""
    raise NotImplementedError
