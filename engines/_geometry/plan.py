"""One axis of an operation: which cells each output reads, and which outputs read each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines._geometry.sizes import output_size, transposed_output_size
from engines.errors import GeometryError

Kind = Literal["correlation", "convolution", "max", "average", "transposed"]
KINDS: tuple[Kind, ...] = ("correlation", "convolution", "max", "average", "transposed")
POOLS: tuple[Kind, ...] = ("max", "average")


@dataclass(frozen=True)
class Axis:
    """One axis of a setting, in cells; output_padding counts for transposed convolutions alone."""

    size: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    output_padding: int = 0

    @property
    def extent(self) -> int:
        """Cells from a window's first tap to its last."""
        return self.dilation * (self.kernel - 1) + 1


@dataclass(frozen=True)
class AxisPlan:
    """What each output along one axis reads.

    reads, taps: (positions, n): the input cell (before 0 or from size on: padding) and the tap of
    the kernel; there: whether the entry stands for anything. counts: (size,), by how many windows
    each input cell is read. lost: padded cells at the end that no window reaches.
    """

    axis: Axis
    kind: Kind
    positions: int
    reads: np.ndarray
    taps: np.ndarray
    there: np.ndarray
    counts: np.ndarray
    lost: int

    @property
    def inside(self) -> np.ndarray:
        """Whether each entry reads a cell of the input itself: (positions, n)."""
        return self.there & (self.reads >= 0) & (self.reads < self.axis.size)

    @property
    def lost_cells(self) -> int:
        """Cells of the input itself, padding apart, that are among the lost ones."""
        return max(self.lost - self.axis.after, 0)

    @property
    def lost_centres(self) -> tuple[int, int]:
        """Input cells at the start and at the end on which no centre of a window can stand.

        At stride 1 these are as many as the output is short of the input: kernel − 1 without
        padding or dilation. An even kernel's centre is the cell before its middle.
        """
        ahead = (self.axis.extent - 1) // 2
        behind = self.axis.extent - 1 - ahead
        return max(ahead - self.axis.before, 0), max(behind - self.axis.after, 0)

    def users(self, cell: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the outputs (n,) that read the input's `cell`, and with which tap (n,).

        Raises GeometryError when there is no such cell.
        """
        if not 0 <= cell < self.axis.size:
            raise GeometryError(
                f"There is no input cell {cell}: the axis has cells 0 to {self.axis.size - 1}."
            )
        outputs, entries = np.nonzero(self.there & (self.reads == cell))
        return outputs, self.taps[outputs, entries]


def plan(axis: Axis, kind: Kind, *, ceil_mode: bool = False) -> AxisPlan:
    """Return what each output reads; ceil_mode counts for pools alone.

    Raises GeometryError as `output_size` and `transposed_output_size`, and for a pool whose padding
    is more than half its window, as torch.
    """
    if kind not in KINDS:
        raise GeometryError(f"There is no operation {kind!r}; choose one of {', '.join(KINDS)}.")
    if kind in POOLS and axis.kernel >= 1 and max(axis.before, axis.after) > axis.kernel // 2:
        raise GeometryError(
            f"A pool's padding of {max(axis.before, axis.after)} is more than half its window of "
            f"{axis.kernel}: some windows would hold padding alone. Take at most "
            f"{axis.kernel // 2}."
        )
    if kind == "transposed":
        return _transposed_plan(axis)
    positions = output_size(
        axis.size,
        axis.kernel,
        axis.stride,
        (axis.before, axis.after),
        axis.dilation,
        ceil_mode=ceil_mode and kind in POOLS,
    )
    taps = np.tile(np.arange(axis.kernel), (positions, 1))
    reads = np.arange(positions)[:, None] * axis.stride + taps * axis.dilation - axis.before
    there = reads < axis.size + axis.after  # ceil_mode's last window may hang over
    reached = (positions - 1) * axis.stride + axis.extent
    lost = max(axis.size + axis.before + axis.after - reached, 0)
    return AxisPlan(axis, kind, positions, reads, taps, there, _counts(axis, reads, there), lost)


def _transposed_plan(axis: Axis) -> AxisPlan:
    """Return the plan in which an output reads every input cell that laid a tap on it."""
    positions = transposed_output_size(
        axis.size,
        axis.kernel,
        axis.stride,
        (axis.before, axis.after),
        axis.output_padding,
        axis.dilation,
    )
    place = np.arange(positions)[:, None] + axis.before - np.arange(axis.kernel) * axis.dilation
    there = (place % axis.stride == 0) & (place >= 0) & (place // axis.stride < axis.size)
    order = np.argsort(~there, axis=1, kind="stable")
    widest = max(int(there.sum(axis=1).max()), 1)
    entries = (
        np.where(there, place // axis.stride, -1),
        np.tile(np.arange(axis.kernel), (positions, 1)),
        there,
    )
    reads, taps, there = (np.take_along_axis(array, order, axis=1)[:, :widest] for array in entries)
    counts = _counts(axis, reads, there)
    return AxisPlan(axis, "transposed", positions, reads, taps, there, counts, 0)


def _counts(axis: Axis, reads: np.ndarray, there: np.ndarray) -> np.ndarray:
    inside = there & (reads >= 0) & (reads < axis.size)
    return np.bincount(reads[inside], minlength=axis.size)
