"""A kernel as a sum of columns times rows (SVD): two passes for each term."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from engines._filter2d import direct, loops
from engines._filter2d.memory import Axes, as_planes, batch_of, padded
from engines._filter2d.padding import AxisGeometry, Border

# Relative to the largest singular value; float32 itself is exact to 1.2e-7.
TOLERANCE = 1e-7


def terms(weights: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return columns (kh,) and rows (kw,) whose outer products sum to `weights`."""
    left, sizes, right = np.linalg.svd(weights)
    kept = int((sizes > TOLERANCE * max(float(sizes[0]), 1e-300)).sum())
    roots = np.sqrt(sizes[:kept])
    return [(left[:, i] * roots[i], right[i] * roots[i]) for i in range(kept)]


def rank(weights: np.ndarray) -> int:
    """Return how many terms `terms` gives."""
    if 1 in weights.shape:
        return 1
    sizes = np.linalg.svd(weights, compute_uv=False)
    return int((sizes > TOLERANCE * max(float(sizes[0]), 1e-300)).sum())


def apply(planes: torch.Tensor, weights: np.ndarray, axes: Axes, border: Border) -> torch.Tensor:
    """Return the correlation of `planes` (C, H, W) with `weights` (kh, kw), (C, H', W')."""
    found = terms(weights)
    if found and loops.applies_to(planes, axes):
        return loops.passes(planes, found, axes, border)
    batch = batch_of(padded(planes, axes, border))
    rows, columns = axes
    total: torch.Tensor | None = None
    for column, row in found:
        middle = direct.correlate(batch, column[:, None], (rows, _untouched(columns)))
        result = direct.correlate(middle, row[None, :], (_untouched(rows), columns))
        total = result if total is None else total.add_(result)
    if total is None:  # an all-zero kernel has no term
        shape = (1, planes.shape[0], rows.positions, columns.positions)
        total = torch.zeros(shape, dtype=planes.dtype).contiguous(memory_format=torch.channels_last)
    return as_planes(total)


def _untouched(axis: AxisGeometry) -> AxisGeometry:
    """Return the axis as a pass along the other one sees it: one tap, every position."""
    return replace(axis, stride=1, dilation=1)
