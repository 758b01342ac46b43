"""Softmax with a temperature, how sure it is, and what goes wrong without care."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engines.errors import LayerError


def softmax(scores: Tensor, temperature: float = 1.0, dim: int = -1) -> Tensor:
    """Return exp(s / T) over its sum along `dim`: as `scores`, every entry in [0, 1].

    T → ∞ makes all equal, T → 0 gives everything to the largest score (Hinton, Vinyals and Dean
    2015). Raises LayerError for T ≤ 0, where it is not defined, and for no scores.
    """
    _check(scores, temperature)
    return torch.softmax(scores / temperature, dim=dim)


def plain_softmax(scores: Tensor, temperature: float = 1.0, dim: int = -1) -> Tensor:
    """Return what the formula gives as it is written, without subtracting the largest score first.

    exp overflows in float32 above 88.7 and the quotient is then not a number; where all scores are
    far below 0, every power is 0 and so is their sum. Raises LayerError as `softmax`.
    """
    _check(scores, temperature)
    powers = torch.exp(scores / temperature)
    return powers / powers.sum(dim=dim, keepdim=True)


def entropy_bits(shares: Tensor, dim: int = -1) -> Tensor:
    """Return −Σ p·log₂ p along `dim`: 0 where one has all, log₂ n where n have the same."""
    return -(torch.special.xlogy(shares, shares)).sum(dim=dim) / math.log(2)


def _check(scores: Tensor, temperature: float) -> None:
    if not temperature > 0:
        raise LayerError(
            f"The temperature is {temperature:g}, and nothing can be divided by it. Take a number "
            "above 0: the nearer to 0, the more the largest score takes all."
        )
    if not scores.numel():
        raise LayerError("There are no scores. Type at least one number.")
