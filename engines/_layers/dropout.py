"""Dropout: numbers, or whole channels, set to 0 at random while a network is trained."""

from __future__ import annotations

import torch
from torch import Tensor

from engines.errors import LayerError


def dropout(
    values: Tensor, p: float, seed: int, *, channels: bool = False, scaled: bool = True
) -> Tensor:
    """Return `values` with each number at 0 with probability p, the others divided by 1 − p.

    values: (N, C, …), any float dtype; channels: one draw for each channel of each entry instead of
    one for each number; scaled: whether what stays is divided by 1 − p, which keeps the mean. As
    torch.nn.functional.dropout and dropout2d after torch.manual_seed(seed), but the generator is
    its own (Srivastava et al. 2014; Tompson et al. 2015). Raises LayerError for p outside [0, 1].
    """
    if not 0 <= p <= 1:
        raise LayerError(f"p is {p:g}. It is a probability: take a number from 0 to 1.")
    if channels and values.ndim < 2:
        raise LayerError(
            f"An input of {values.ndim} axis has no channels to drop. Drop single numbers instead."
        )
    if p == 1:
        return torch.zeros_like(values)
    shape = (*values.shape[:2], *(1,) * (values.ndim - 2)) if channels else values.shape
    generator = torch.Generator(values.device).manual_seed(seed)
    mask = torch.empty(shape, dtype=values.dtype, device=values.device)
    mask.bernoulli_(1 - p, generator=generator)
    return values * (mask.div_(1 - p) if scaled else mask)
