"""Pictures in HWC memory: reading any layout into a padded buffer, and views of the result."""

from __future__ import annotations

import numpy as np
import torch

from engines._filter2d.padding import AxisGeometry, Border, border_index

Axes = tuple[AxisGeometry, AxisGeometry]


def padded(planes: torch.Tensor, axes: Axes, border: Border) -> torch.Tensor:
    """Return `planes` (C, H, W) with the border added, as contiguous (H', W', C).

    Filling a buffer by slices costs a tenth of what torch's own pad takes on HWC memory.
    """
    hwc = planes.permute(1, 2, 0)
    rows, columns = axes
    height, width, channels = hwc.shape
    if rows.before == rows.after == columns.before == columns.after == 0:
        return hwc.contiguous()
    shape = (height + rows.before + rows.after, width + columns.before + columns.after, channels)
    buffer = torch.empty(shape, dtype=hwc.dtype, device=hwc.device)
    top, left = rows.before, columns.before
    buffer[top : top + height, left : left + width] = hwc
    inner = buffer[top : top + height]
    _fill_sides(inner, columns, border, axis=1)
    _fill_sides(buffer, rows, border, axis=0)
    return buffer


def _fill_sides(
    buffer: torch.Tensor, axis_geometry: AxisGeometry, border: Border, axis: int
) -> None:
    """Fill the padding before and after along `axis` from what lies between them."""
    geometry = axis_geometry
    for start, count in ((0, geometry.before), (geometry.before + geometry.size, geometry.after)):
        if not count:
            continue
        side = buffer.narrow(axis, start, count)
        if border == "zero":
            side.zero_()
            continue
        coordinates = np.arange(start, start + count) - geometry.before
        found = border_index(coordinates, geometry.size, border) + geometry.before
        side.copy_(buffer.index_select(axis, torch.from_numpy(np.ascontiguousarray(found))))


def batch_of(hwc: torch.Tensor) -> torch.Tensor:
    """Return (H, W, C) memory as a (1, C, H, W) view that torch knows to be channels_last.

    Permuting before adding the batch axis would hide that from torch and cost a factor of ninety.
    """
    return hwc[None].permute(0, 3, 1, 2)


def as_planes(batch: torch.Tensor) -> torch.Tensor:
    """Return (1, C, H, W) as (C, H, W), a view of HWC memory."""
    return batch[0].permute(1, 2, 0).contiguous().permute(2, 0, 1)
