"""From a layer's answer to one row of numbers a picture."""

from __future__ import annotations

from torch import Tensor

from engines._features.parts import POOLINGS, Pooling
from engines._networks.capturing import as_maps
from engines.errors import FeatureError


def check_pooling(pooling: str) -> None:
    """Raise FeatureError for a pooling that does not exist."""
    if pooling not in POOLINGS:
        raise FeatureError(f"There is no pooling {pooling!r}; choose {', '.join(POOLINGS)}.")


def pool(answer: Tensor, pooling: Pooling) -> Tensor:
    """Return (N, D) of a layer's answer; its memory is never that of `answer`.

    "flatten": all numbers in the layer's own order; "average", "max": (N, C), over all positions,
    of tokens without leading extra ones; "gram": F·Fᵀ / (C·positions), row by row, (N, C·C).
    Raises FeatureError for a Gram matrix of what has no positions, NetworkError for what is
    neither maps, tokens nor a vector.
    """
    if answer.ndim < 2:
        raise FeatureError("This layer gives no numbers for each picture; choose another.")
    if pooling == "flatten":
        return answer.flatten(1).clone()
    maps = as_maps(answer)
    flat = maps.values.flatten(2)
    if pooling == "average":
        return flat.mean(dim=2)
    if pooling == "max":
        return flat.amax(dim=2)
    if maps.kind == "vector":
        raise FeatureError(
            "This layer gives one number a channel, without positions; a Gram matrix tells which "
            "channels answer at the same places. Choose a layer with maps, or another pooling."
        )
    return ((flat @ flat.transpose(1, 2)) / (flat.shape[1] * flat.shape[2])).flatten(1)
