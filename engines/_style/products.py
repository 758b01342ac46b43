"""The products of a Gram matrix, with a quicker way back."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class _Products(torch.autograd.Function):
    """F·Fᵀ, whose gradient is (G + Gᵀ)·F: one large product.

    Left to itself, autograd makes one for each side, a transposed copy and their sum; at the first
    layers that is a good part of a step's time and of its memory.
    """

    @staticmethod
    def forward(ctx: Any, flat: Tensor) -> Tensor:
        """Return the products of all pairs of rows."""
        ctx.save_for_backward(flat)
        return flat @ flat.T

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Return the gradient by the rows."""
        (flat,) = ctx.saved_tensors
        return (gradient + gradient.T) @ flat


def products(flat: Tensor) -> Tensor:
    """Return F·Fᵀ (C, C) of rows F (C, N), differentiable."""
    answer: Tensor = _Products.apply(flat)
    return answer
