"""Softmax with a temperature."""

from __future__ import annotations

import torch
from torch import Tensor

from engines.errors import LayerError


def softmax(scores: Tensor, temperature: float = 1.0, dim: int = -1) -> Tensor:
    """Return exp(s / T) over its sum along `dim`: as `scores`, every entry in [0, 1].

    T → ∞ makes all equal, T → 0 gives everything to the largest score (Hinton, Vinyals and Dean
    2015). Raises LayerError for T ≤ 0, where it is not defined, and for no scores.
    """
    if not temperature > 0:
        raise LayerError(
            f"The temperature is {temperature:g}, and nothing can be divided by it. Take a number "
            "above 0: the nearer to 0, the more the largest score takes all."
        )
    if not scores.numel():
        raise LayerError("There are no scores. Type at least one number.")
    return torch.softmax(scores / temperature, dim=dim)
