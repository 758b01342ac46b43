"""A Gram matrix as a heat map: which channels of a layer go together."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainterPath
from PySide6.QtWidgets import QWidget

from widgets._image_view.number_format import format_tick
from widgets._image_view.picture import Picture, PictureItem
from widgets.colors import (
    MARKER_OUTLINE,
    NOT_A_NUMBER,
    OUTLINE_UNDER,
    WINDOW_OUTLINE,
    color_table,
    quantize,
)
from widgets.plot_look import dress_axes
from widgets.square_map import MARK_LAYER, Cell, ZoomedSquareMap, cosmetic

_LEAST_LIMIT = 1e-30  # below it, dividing by it overflows
_TICKS = 5  # numbers along a side, at most, at any zoom


class GramMap(ZoomedSquareMap):
    """Shows a (C, C) matrix in signed colours; hovering reads two channels and their number.

    Mouse: a click chooses an entry, the wheel zooms, a drag moves, a double click shows all. Keys:
    arrows move the hovered entry, Return chooses it, Escape gives it up; + and − zoom, 0 and Home
    show everything.
    """

    entry_hovered = Signal(int, int)
    """Row and column: the two channels."""
    hover_left = Signal()
    entry_chosen = Signal(int, int)
    view_changed = Signal(QRectF)
    """The part that the person brought into view, x the column, y the row."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """name: the objectName, drawing "<name>_area"; title: whose matrix, above it at rest."""
        super().__init__(name, title, parent)
        self._values = np.zeros((0, 0), np.float32)
        self._cosine = False
        self._chosen: Cell | None = None
        self._plot.setToolTip(
            "Hover: which two channels; click: their maps; wheel: zoom; double click: show all"
        )
        # Many times as quick as pyqtgraph's item where there are more channels than pixels.
        self._plot.removeItem(self._image)
        self._cells = PictureItem()
        self._box.addItem(self._cells, ignoreBounds=True)
        self._frames = [self._path_item(MARK_LAYER) for _ in range(2)]
        self._cross = [self._path_item(MARK_LAYER) for _ in range(2)]
        for changed in (self._box.sigRangeChanged, self._box.sigResized):
            changed.connect(lambda *_: self._fit_ticks())
        self._take_palette()
        self.set_title(title)

    # -- what is shown ----------------------------------------------------------------------

    def set_matrix(
        self, values: np.ndarray, *, cosine: bool = False, limit: float | None = None
    ) -> None:
        """Show `values`, (C, C) of any float dtype; NaN (a channel of zeros) is grey.

        cosine: the numbers are cosines, and −1…1 spans the colours; else ±limit does, by default
        the largest size of a number. Zoom, hovered and chosen entry stay while C stays. Raises
        ValueError for an array that is no square.
        """
        if values.ndim != 2 or values.shape[0] != values.shape[1]:
            raise ValueError(f"values of shape {values.shape} are no square matrix")
        fresh = values.shape != self._values.shape
        self._values, self._cosine = values, cosine
        span = 1.0 if cosine else max(limit or shared_limit(values, share=1.0), _LEAST_LIMIT)
        pixels = color_table("signed")[quantize(values, (-span, span))]
        pixels[~np.isfinite(values)] = NOT_A_NUMBER.getRgb()[:3]
        self._cells.set_picture(_cells(pixels) if values.size else None)
        self._bar.set_scale("signed", (-span, span))
        self._bar.set_note("cosine similarity" if cosine else "mean product")
        if not self._hint.isHidden():
            self.set_hint("")
        if fresh:
            self.set_chosen(None)
            self._hover(None)
            self.fit()
            self._fit_ticks()  # a linked map may have brought the view here before
        self._show_readout()

    def set_title(self, title: str) -> None:
        """Show `title` above the map while nothing is hovered."""
        self._title = title
        self.setAccessibleName(title)
        self._plot.setAccessibleName(title)
        self._show_readout()

    def set_hovered(self, cell: Cell | None) -> None:
        """Cross out (row, column) as hovered in a neighbour, without telling."""
        inside = cell is not None and max(cell) < self._count()
        self._hovered = cell if inside else None
        self._draw_cross()
        self._show_readout()

    def set_chosen(self, cell: Cell | None) -> None:
        """Frame (row, column) and its mirror image (column, row), without telling."""
        self._chosen = cell if cell is not None and max(cell) < self._count() else None
        path = QPainterPath()
        for row, column in {self._chosen, self._chosen and self._chosen[::-1]} - {None}:
            path.addRect(column, row, 1, 1)
        for frame in self._frames:
            frame.setPath(path)

    def chosen(self) -> Cell | None:
        """Return the framed entry, or None."""
        return self._chosen

    def link_to(self, other: GramMap) -> None:
        """Share zoom and hovered entry with `other`, both ways."""
        for one, another in ((self, other), (other, self)):
            one.view_changed.connect(another._look)
            one.entry_hovered.connect(another._follow)
            one.hover_left.connect(another._follow_nothing)

    def fit(self) -> None:
        """Show everything, here and in linked maps."""
        super().fit()
        self._tell_view()

    # -- linked maps ------------------------------------------------------------------------

    def _look(self, part: QRectF) -> None:
        self._box.setRange(part, padding=0.0)

    def _follow(self, row: int, column: int) -> None:
        self.set_hovered((row, column))

    def _follow_nothing(self) -> None:
        self.set_hovered(None)

    def _tell_view(self) -> None:
        self.view_changed.emit(self._box.targetRect())

    # -- events -----------------------------------------------------------------------------

    def _count(self) -> int:
        return len(self._values)

    def _hover(self, cell: Cell | None) -> None:
        if cell == self._hovered:
            return
        self.set_hovered(cell)
        if cell is None:
            self.hover_left.emit()
        else:
            self.entry_hovered.emit(*cell)

    def _choose(self, cell: Cell) -> None:
        self.set_chosen(cell)
        self.entry_chosen.emit(*cell)

    def _key_pressed(self, event: QKeyEvent) -> bool:
        used = super()._key_pressed(event)
        if used:
            self._tell_view()
        return used

    def _zoom(self, notches: float, position: QPointF) -> None:
        super()._zoom(notches, position)
        self._tell_view()

    def _drag_moved(self, way: QPointF) -> None:
        super()._drag_moved(way)
        self._tell_view()

    # -- drawing ----------------------------------------------------------------------------

    def _draw_cross(self) -> None:
        path, count = QPainterPath(), self._count()
        if self._hovered is not None:
            row, column = self._hovered
            path.addRect(column, row, 1, 1)
            # Up to the entry from either side, not through it: its colour is to be seen.
            for start, end in ((0, column), (column + 1, count)):
                path.moveTo(start, row + 0.5)
                path.lineTo(end, row + 0.5)
            for start, end in ((0, row), (row + 1, count)):
                path.moveTo(column + 0.5, start)
                path.lineTo(column + 0.5, end)
        for item in self._cross:
            item.setPath(path)

    def _show_readout(self) -> None:
        if self._hovered is None:
            self._readout.setText(self._title)
            self._bar.set_value(None)
            return
        row, column = self._hovered
        value = float(self._values[row, column])
        whose = f"channel {row} with itself" if row == column else f"channels {row} and {column}"
        if math.isfinite(value):
            number = f"{value:.3f}".replace("-", "−") if self._cosine else format_tick(value)
        else:
            number = "no direction (all zero)" if self._cosine else "not a number"
        self._readout.setText(f"{number}, {whose}")  # the number first: the end may be cut
        self._bar.set_value(value if math.isfinite(value) else None)

    def _fit_ticks(self) -> None:
        """Number the channels in the middle of their cells, a few of those in view."""
        seen, count = self._box.viewRect(), self._count()
        text = QFontMetricsF(self.font())
        for side, low, high, length in (
            ("bottom", seen.left(), seen.right(), self._box.width()),
            ("left", seen.top(), seen.bottom(), self._box.height()),
        ):
            wide = text.horizontalAdvance(f" {count} ") if side == "bottom" else text.height()
            most = max(1, min(_TICKS, int(length / (1.3 * wide))))
            step = _whole_step((min(high, count) - max(low, 0)) / most)
            first = max(0, math.ceil((low - 0.5) / step) * step)
            last = min(count - 1, math.floor(high - 0.5))
            ticks = [(channel + 0.5, str(channel)) for channel in range(first, last + 1, step)]
            self._plot.getPlotItem().getAxis(side).setTicks([ticks])

    def _take_palette(self) -> None:
        dress_axes(self._plot, {"bottom": "channel", "left": "channel"}, self)
        text = QFontMetricsF(self.font())
        room = text.height() / 2  # for the number beside the first row, which reaches above it
        self._plot.getPlotItem().layout.setContentsMargins(0, room, 0, 0)
        self._fit_ticks()
        under = (cosmetic(OUTLINE_UNDER, 4), cosmetic(OUTLINE_UNDER, 3))
        over = (cosmetic(WINDOW_OUTLINE, 2), cosmetic(MARKER_OUTLINE, 1))
        for items, pens in (
            (self._frames, (under[0], over[0])),
            (self._cross, (under[1], over[1])),
        ):
            for item, pen in zip(items, pens, strict=True):
                item.setPen(pen)


def shared_limit(*matrices: np.ndarray, share: float = 0.995) -> float:
    """Return a limit for the colours of all `matrices`: |number| that `share` of them keep below.

    The few largest numbers, which would leave all others pale, go beyond it. NaN and ∞ do not
    count; 1 where all are zero.
    """
    sizes = np.abs(np.concatenate([np.ravel(matrix) for matrix in matrices] or [np.zeros(0)]))
    sizes = sizes[np.isfinite(sizes)]
    if not sizes.size:
        return 1.0
    return float(np.quantile(sizes, share)) or float(sizes.max()) or 1.0


def _cells(pixels: np.ndarray) -> Picture:
    """Return `pixels`, uint8 (C, C, 3), as cells whose corners are at whole numbers."""
    return Picture(pixels, pixels, "rgb", (0.0, 1.0), (1.0, 1.0), (0.5, 0.5), "")


def _whole_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10 … that is at least `least`."""
    power = 10 ** max(0, math.floor(math.log10(max(least, 1.0))))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)
