"""The hover link: which inputs made this number, with which weights?

Hovering an output pixel outlines its window on the input and lists the products and their sum;
hovering an input pixel shows which outputs it reaches. What is shown stays when the mouse leaves,
so that it can go to the products; a click pins it, Escape lets go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from engines.tracing import OutputTrace, trace_input, trace_output
from visualizer.state import Border, Operation, PaddingMode
from widgets.image_view import ImageView
from widgets.kernel_grid import KernelGrid
from widgets.products_view import ProductsView

INVITATION = "Move the mouse over a picture to see the products behind a pixel. A click holds it."
CHANNELS = {1: ("",), 3: ("red", "green", "blue")}


@dataclass(frozen=True)
class Sliding:
    """A kernel slid over a picture: everything that the products behind a pixel follow from.

    values: (H, W, C), the input as it was filtered; kernel: (kh, kw); bias: added to every sum;
    note: what else must be said about the output.
    """

    values: np.ndarray
    kernel: np.ndarray
    operation: Operation
    padding: PaddingMode | int
    border: Border
    stride: int
    dilation: int
    bias: float = 0.0
    note: str = ""

    def applied_kernel(self) -> np.ndarray:
        """Return the kernel as it lies on the picture: turned by 180° for convolution."""
        return self.kernel[::-1, ::-1] if self.operation == "convolution" else self.kernel

    def trace_output(self, row: int, column: int, channel: int) -> OutputTrace:
        """Return what the output pixel (row, column) was made of."""
        return trace_output(
            self.values[..., channel],
            self.kernel,
            row,
            column,
            operation=self.operation,
            padding=self.padding,
            border=self.border,
            stride=self.stride,
            dilation=self.dilation,
        )


@dataclass(frozen=True)
class _Spot:
    side: Literal["input", "output"]
    row: int
    column: int


class HoverLink(QObject):
    """Joins an input view, an output view, the kernel as applied and the list of products."""

    pinned_changed = Signal(bool)

    def __init__(
        self,
        input_view: ImageView,
        output_view: ImageView,
        applied_grid: KernelGrid,
        products: ProductsView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._input, self._output = input_view, output_view
        self._grid, self._products = applied_grid, products
        self._sliding: Sliding | None = None
        self._output_shape = (0, 0)
        self._channel = 0
        self._spot: _Spot | None = None
        self._pinned = False
        self._trace: OutputTrace | None = None
        self._explaining = False
        products.clear(INVITATION)
        for side, view in (("input", input_view), ("output", output_view)):
            view.pixel_hovered.connect(lambda r, c, s=side: self._hovered(_Spot(s, r, c)))
            view.pixel_clicked.connect(lambda r, c, s=side: self._clicked(_Spot(s, r, c)))
        products.tap_hovered.connect(self._tap_hovered)
        applied_grid.cell_hovered.connect(self._tap_hovered)
        applied_grid.hover_left.connect(lambda: self._tap_hovered(-1, -1))

    def set_sliding(self, sliding: Sliding, output_shape: tuple[int, int]) -> None:
        """Take the picture and kernel that are now shown; what was hovered is traced anew."""
        self._sliding = sliding
        self._output_shape = output_shape
        self._channel = min(self._channel, sliding.values.shape[2] - 1)
        self._refresh()

    def set_channel(self, channel: int) -> None:
        """Explain the channel `channel` of a colour picture from now on."""
        self._channel = channel
        self._refresh()

    def point_at(self, side: Literal["input", "output"], row: int, column: int) -> None:
        """Show what a mouse at (row, column) would, and pin it."""
        self._spot = _Spot(side, row, column)
        self._set_pinned(True)
        self._refresh()

    def release(self) -> bool:
        """Let go of a pinned pixel; returns whether there was one."""
        was_pinned = self._pinned
        self._set_pinned(False)
        self._spot = None
        self._refresh()
        return was_pinned

    # -- listening --------------------------------------------------------------------------

    def _hovered(self, spot: _Spot) -> None:
        if not self._pinned:
            self._spot = spot
            self._refresh()

    def _clicked(self, spot: _Spot) -> None:
        if self._pinned and spot == self._spot:
            self._set_pinned(False)
            return
        self._spot = spot
        self._set_pinned(True)
        self._refresh()

    def _tap_hovered(self, row: int, column: int) -> None:
        if self._trace is None:
            return
        tap = (row, column) if row >= 0 else None
        self._grid.set_highlight(*(tap or (None, None)))
        self._products.set_highlight(*(tap or (None, None)))
        if tap is None:
            self._input.set_marker(None, None)
        else:
            self._input.set_marker(int(self._trace.rows[tap]), int(self._trace.columns[tap]))

    def _set_pinned(self, pinned: bool) -> None:
        if pinned != self._pinned:
            self._pinned = pinned
            self._products.set_pinned(pinned)
            self.pinned_changed.emit(pinned)

    # -- showing ----------------------------------------------------------------------------

    def _refresh(self) -> None:
        self._trace = None
        sliding, spot = self._sliding, self._spot
        if sliding is None or spot is None or not self._exists(spot):
            if not self._explaining:
                return  # nothing to take back: spare both views a repaint
            self._explaining = False
            self._input.clear_highlights()
            self._output.clear_highlights()
            self._products.clear(INVITATION)
            return
        self._explaining = True
        if spot.side == "output":
            self._explain_output(sliding, spot)
        else:
            self._explain_input(sliding, spot)

    def _exists(self, spot: _Spot) -> bool:
        assert self._sliding is not None
        height, width = (
            self._output_shape if spot.side == "output" else self._sliding.values.shape[:2]
        )
        return 0 <= spot.row < height and 0 <= spot.column < width

    def _channel_name(self, sliding: Sliding) -> str:
        name = CHANNELS.get(sliding.values.shape[2], ("",))[self._channel]
        return f", {name}" if name else ""

    def _explain_output(self, sliding: Sliding, spot: _Spot) -> None:
        trace = sliding.trace_output(spot.row, spot.column, self._channel)
        self._trace = trace
        self._input.clear_highlights()
        self._output.clear_highlights()
        self._input.set_window(trace.rows, trace.columns, trace.inside)
        self._output.set_marker(spot.row, spot.column)
        self._products.set_products(
            trace.rows,
            trace.columns,
            trace.weights,
            trace.values,
            trace.products,
            trace.total,
            trace.inside,
            title=f"Output pixel ({spot.row}, {spot.column}){self._channel_name(sliding)}",
            bias=sliding.bias,
            note=sliding.note,
        )

    def _explain_input(self, sliding: Sliding, spot: _Spot) -> None:
        height, width = sliding.values.shape[:2]
        reach = trace_input(
            height,
            width,
            sliding.kernel,
            spot.row,
            spot.column,
            operation=sliding.operation,
            padding=sliding.padding,
            border=sliding.border,
            stride=sliding.stride,
            dilation=sliding.dilation,
        )
        limit = float(np.abs(sliding.kernel).max())
        self._input.clear_highlights()
        self._output.clear_highlights()
        self._input.set_marker(spot.row, spot.column)
        self._output.set_reached(reach.rows, reach.columns, reach.weights, limit)
        self._products.set_reached(reach.rows, reach.columns, reach.weights, len(reach.rows))
