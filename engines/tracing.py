"""Which inputs made this number, and which outputs use this pixel? NumPy only: answers the mouse.

The padding arithmetic is that of `engines.convolution.filter2d`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines._filter2d.padding import (
    AxisGeometry,
    Border,
    Operation,
    PaddingMode,
    axis_geometry,
    border_index,
    centre_offset,
    pair,
)
from engines.errors import GeometryError


@dataclass(frozen=True)
class OutputTrace:
    """What one output pixel was made of; every array is (kh, kw), one entry a tap.

    rows, columns: the input pixel that the tap reads, after the border rule (with border "zero"
    the true coordinates, outside the picture); inside: whether the tap lies on the picture itself;
    weights: as they lie on the picture, turned by 180° for convolution; values, products: float64.
    """

    rows: np.ndarray
    columns: np.ndarray
    inside: np.ndarray
    weights: np.ndarray
    values: np.ndarray
    products: np.ndarray
    total: float


@dataclass(frozen=True)
class InputTrace:
    """Which outputs read one input pixel, and with which weight: three arrays (n,).

    Where the border makes one output read the pixel more than once, the weights are summed.
    """

    rows: np.ndarray
    columns: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class OutputGeometry:
    """The output's size and where it lies over the input, in input pixels.

    origin: the centre of output pixel (0, 0)'s window (input pixel (0, 0)'s centre is 0.0);
    step: how far the next output's window lies; pad: cells added on each side.
    """

    height: int
    width: int
    origin_y: float
    origin_x: float
    step_y: int
    step_x: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int


def sliding_axes(
    height: int,
    width: int,
    kernel_height: int,
    kernel_width: int,
    *,
    operation: Operation,
    padding: PaddingMode | int,
    stride: int | tuple[int, int],
    dilation: int | tuple[int, int],
) -> tuple[AxisGeometry, AxisGeometry]:
    """Return the geometry of the rows and of the columns; errors as `filter2d`."""
    strides, dilations = pair(stride, "stride"), pair(dilation, "dilation")
    rows = axis_geometry(
        height,
        kernel_height,
        operation=operation,
        padding=padding,
        stride=strides[0],
        dilation=dilations[0],
        axis="height",
    )
    columns = axis_geometry(
        width,
        kernel_width,
        operation=operation,
        padding=padding,
        stride=strides[1],
        dilation=dilations[1],
        axis="width",
    )
    return rows, columns


def output_geometry(
    height: int,
    width: int,
    kernel_height: int,
    kernel_width: int,
    *,
    operation: Operation = "correlation",
    padding: PaddingMode | int = "same",
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> OutputGeometry:
    """Return the size and place of the output of `filter2d` with these settings."""
    rows, columns = sliding_axes(
        height,
        width,
        kernel_height,
        kernel_width,
        operation=operation,
        padding=padding,
        stride=stride,
        dilation=dilation,
    )
    return OutputGeometry(
        height=rows.positions,
        width=columns.positions,
        origin_y=centre_offset(rows),
        origin_x=centre_offset(columns),
        step_y=rows.stride,
        step_x=columns.stride,
        pad_top=rows.before,
        pad_bottom=rows.after,
        pad_left=columns.before,
        pad_right=columns.after,
    )


def trace_output(
    image: np.ndarray,
    kernel: np.ndarray,
    row: int,
    column: int,
    *,
    channel: int = 0,
    operation: Operation = "correlation",
    padding: PaddingMode | int = "same",
    border: Border = "zero",
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> OutputTrace:
    """Return the products behind the output pixel (row, column).

    image: (H, W), or (C, H, W) of which `channel` is traced; kernel: (kh, kw).
    Raises GeometryError when there is no such output pixel.
    """
    plane = image if image.ndim == 2 else image[channel]
    axes = sliding_axes(
        *plane.shape,
        *kernel.shape,
        operation=operation,
        padding=padding,
        stride=stride,
        dilation=dilation,
    )
    if not (0 <= row < axes[0].positions and 0 <= column < axes[1].positions):
        raise GeometryError(
            f"There is no output pixel ({row}, {column}): "
            f"the output has {axes[0].positions} × {axes[1].positions}."
        )
    reads = [
        axis.first_read(position) + axis.dilation * np.arange(axis.taps)
        for axis, position in zip(axes, (row, column), strict=True)
    ]
    found = [border_index(read, axis.size, border) for read, axis in zip(reads, axes, strict=True)]
    rows, columns = np.meshgrid(*found, indexing="ij")
    raw_rows, raw_columns = np.meshgrid(*reads, indexing="ij")
    inside = (
        (raw_rows >= 0)
        & (raw_rows < axes[0].size)
        & (raw_columns >= 0)
        & (raw_columns < axes[1].size)
    )
    readable = (rows >= 0) & (columns >= 0)
    values = np.where(readable, plane[rows, columns], 0.0).astype(np.float64)
    weights = np.asarray(kernel, dtype=np.float64)
    if operation == "convolution":
        weights = weights[::-1, ::-1]
    products = weights * values
    if border == "zero":
        rows, columns = raw_rows, raw_columns
    return OutputTrace(rows, columns, inside, weights, values, products, float(products.sum()))


def trace_input(
    height: int,
    width: int,
    kernel: np.ndarray,
    row: int,
    column: int,
    *,
    operation: Operation = "correlation",
    padding: PaddingMode | int = "same",
    border: Border = "zero",
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> InputTrace:
    """Return the outputs that read the input pixel (row, column), with their weights.

    kernel: (kh, kw). Raises GeometryError when there is no such input pixel.
    """
    if not (0 <= row < height and 0 <= column < width):
        raise GeometryError(f"There is no input pixel ({row}, {column}).")
    axes = sliding_axes(
        height,
        width,
        *kernel.shape,
        operation=operation,
        padding=padding,
        stride=stride,
        dilation=dilation,
    )
    weights = np.asarray(kernel, dtype=np.float64)
    if operation == "convolution":
        weights = weights[::-1, ::-1]
    # The border rule acts on each axis for itself: uses[o, t] says that output o's tap t reads it.
    (row_outputs, row_uses), (column_outputs, column_uses) = (
        _uses(axis, position, border) for axis, position in zip(axes, (row, column), strict=True)
    )
    summed = row_uses @ weights @ column_uses.T
    reads = (row_uses.sum(axis=1)[:, None] * column_uses.sum(axis=1)[None, :]) > 0
    chosen_rows, chosen_columns = np.nonzero(reads)
    return InputTrace(row_outputs[chosen_rows], column_outputs[chosen_columns], summed[reads])


def _uses(axis: AxisGeometry, position: int, border: Border) -> tuple[np.ndarray, np.ndarray]:
    """Return (outputs (n,), uses (n, taps)): which taps of which outputs read `position`."""
    taps = axis.dilation * np.arange(axis.taps)
    outputs = np.arange(axis.positions)
    reads = border_index((outputs * axis.stride - axis.before)[:, None] + taps, axis.size, border)
    uses = reads == position
    reading = uses.any(axis=1)
    return outputs[reading], uses[reading].astype(np.float64)
