"""Where the kernel lies: padding, output size, what is read beyond the border. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines.errors import EngineError, GeometryError, KernelTooLarge

Operation = Literal["correlation", "convolution"]
PaddingMode = Literal["same", "valid", "full"]
Border = Literal["zero", "replicate", "reflect", "circular"]

OPERATIONS: tuple[Operation, ...] = ("correlation", "convolution")
PADDINGS: tuple[PaddingMode, ...] = ("same", "valid", "full")
BORDERS: tuple[Border, ...] = ("zero", "replicate", "reflect", "circular")


@dataclass(frozen=True)
class AxisGeometry:
    """One axis of a sliding window.

    size: of the input; extent: of the dilated kernel; before, after: cells of padding;
    positions: how many outputs there are; stride, dilation as asked for.
    """

    size: int
    taps: int
    extent: int
    before: int
    after: int
    stride: int
    dilation: int
    positions: int

    def first_read(self, output: int) -> int:
        """Return the input coordinate of the first tap at the position `output`."""
        return output * self.stride - self.before


def check_choice(value: object, choices: tuple[str, ...], what: str) -> None:
    """Raise EngineError listing `choices` when `value` is none of them."""
    if value not in choices:
        raise EngineError(f"There is no {what} {value!r}; choose one of {', '.join(choices)}.")


def pair(value: int | tuple[int, int], what: str) -> tuple[int, int]:
    """Return `value` as (rows, columns), both at least 1."""
    rows, columns = (value, value) if isinstance(value, int) else value
    if rows < 1 or columns < 1:
        raise GeometryError(f"A {what} of {min(rows, columns)} goes nowhere; choose 1 or more.")
    return rows, columns


def axis_geometry(
    size: int,
    taps: int,
    *,
    operation: Operation,
    padding: PaddingMode | int,
    stride: int,
    dilation: int,
    axis: str,
) -> AxisGeometry:
    """Return how a kernel of `taps` taps slides along an axis of `size` pixels.

    "same" centres as scipy.signal does, where even kernels lie differently for correlation and
    convolution. Raises KernelTooLarge when the kernel exceeds the padded axis.
    """
    extent = dilation * (taps - 1) + 1
    if isinstance(padding, int) and not isinstance(padding, bool):
        if padding < 0:
            raise GeometryError(f"Padding cannot be negative ({padding}); choose 0 or more.")
        before = after = padding
    elif padding == "same":
        before = (extent - 1) // 2 if operation == "correlation" else extent // 2
        after = extent - 1 - before
    elif padding == "full":
        before = after = extent - 1
    elif padding == "valid":
        before = after = 0
    else:
        raise EngineError(
            f"There is no padding {padding!r}; choose {', '.join(PADDINGS)} or a number."
        )
    room = size + before + after - extent
    if room < 0:
        raise KernelTooLarge(
            f"The kernel's {axis} ({extent} with dilation {dilation}) exceeds the picture's "
            f"({size + before + after} with padding). Take a smaller kernel or dilation, a larger "
            "picture, or padding “same”."
        )
    return AxisGeometry(size, taps, extent, before, after, stride, dilation, room // stride + 1)


def border_index(coordinates: np.ndarray, size: int, border: Border) -> np.ndarray:
    """Return which pixel is read at each of `coordinates`, inside or outside [0, size).

    "zero" gives −1 outside. "reflect" mirrors about the outermost pixel without repeating it, as
    often as needed, as numpy.pad does; an axis of one pixel is replicated.
    """
    if border == "circular":
        return coordinates % size
    if border == "replicate":
        return np.clip(coordinates, 0, size - 1)
    if border == "reflect":
        if size == 1:
            return np.zeros_like(coordinates)
        folded = coordinates % (2 * (size - 1))
        return np.where(folded < size, folded, 2 * (size - 1) - folded)
    return np.where((coordinates >= 0) & (coordinates < size), coordinates, -1)


def centre_offset(axis: AxisGeometry) -> float:
    """Return the input coordinate of the centre of the first output's window."""
    return axis.first_read(0) + (axis.extent - 1) / 2
