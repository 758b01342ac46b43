"""A square heat map of how alike things are, sorted by class, with the classes' borders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainterPath, QPalette
from PySide6.QtWidgets import QWidget

from widgets.colors import (
    NOT_A_NUMBER,
    OUTLINE_UNDER,
    WINDOW_OUTLINE,
    Colors,
    color_table,
    quantize,
)
from widgets.plot_look import dress_axes
from widgets.square_map import MARK_LAYER, Cell, ZoomedSquareMap, cosmetic

_BORDER_LAYER = 5
NAMES = 0.25  # of the width, at most, for the names at the left


class SimilarityMap(ZoomedSquareMap):
    """Shows an (N, N) matrix; row and column i are the thing i of the order that was handed over.

    Mouse: hovering says which two and their number, a click chooses both, the wheel zooms, a drag
    moves, a double click shows everything. Keys: arrows move the hovered cell, Return chooses it,
    Escape gives it up; + and − zoom, Home or 0 shows everything.
    """

    pair_hovered = Signal(int, int)
    """Row and column as places in the order shown."""
    hover_left = Signal()
    pair_chosen = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: the objectName; drawing "<name>_area", readout "<name>_readout"."""
        super().__init__(name, "How alike the pictures are", parent)
        self._values = np.zeros((0, 0), np.float32)
        self._names: Sequence[str] = ()
        self._blocks: Sequence[tuple[str, int]] = ()
        self._idle_text = ""
        self._plot.setToolTip(
            "Hover: which two pictures; click: choose both; wheel: zoom; double click: show all"
        )
        self._image.setAutoDownsample(True)
        self._borders = self._path_item(_BORDER_LAYER)
        self._marks = [self._path_item(MARK_LAYER) for _ in range(2)]
        self._cross = self._path_item(MARK_LAYER)
        for changed in (self._box.sigRangeChanged, self._box.sigResized):
            changed.connect(lambda *_: self._fit_names())
        self._take_palette()

    def _count(self) -> int:
        return len(self._values)

    # -- what is shown ----------------------------------------------------------------------

    def set_matrix(
        self,
        values: np.ndarray,
        names: Sequence[str],
        blocks: Sequence[tuple[str, int]],
        *,
        colors: Colors = "signed",
        levels: tuple[float, float] = (-1.0, 1.0),
        note: str = "cosine",
    ) -> None:
        """Show `values` (N, N), any float dtype; NaN is grey.

        names: of the N things; blocks: (class name, how many) in the order of the rows, N in all;
        note: what the numbers are, along the colour bar. Zoom stays while N stays. Raises
        ValueError where they do not fit together.
        """
        count = len(names)
        if values.shape != (count, count) or sum(size for _, size in blocks) != count:
            raise ValueError(f"values {values.shape}, {count} names and the blocks do not fit")
        fresh = values.shape != self._values.shape
        self._values, self._names = values, names
        pixels = color_table(colors)[quantize(values, levels)]
        pixels[~np.isfinite(values)] = NOT_A_NUMBER.getRgb()[:3]
        self._image.setImage(pixels, autoLevels=False, levels=(0, 255))
        self._bar.set_scale(colors, levels)
        self._bar.set_note(note)
        self._show_blocks(blocks)
        self.set_marked(())
        self._hover(None)
        if fresh:
            self.fit()

    def set_idle_text(self, text: str) -> None:
        """Show `text` above the map while no cell is hovered."""
        self._idle_text = text
        self._show_readout()

    def set_marked(self, places: Sequence[int]) -> None:
        """Frame the cells in which two of `places` meet."""
        path = QPainterPath()
        for row in places:
            for column in places:
                if row != column:
                    path.addRect(column, row, 1, 1)
        for item in self._marks:
            item.setPath(path)

    # -- events -----------------------------------------------------------------------------

    def _choose(self, cell: Cell) -> None:
        self.pair_chosen.emit(*cell)

    def _hover(self, cell: Cell | None) -> None:
        if cell == self._hovered:
            return
        self._hovered = cell
        path = QPainterPath()
        if cell is not None:
            row, column = cell
            path.addRect(column, row, 1, 1)
            path.moveTo(0, row + 0.5)
            path.lineTo(len(self._values), row + 0.5)
            path.moveTo(column + 0.5, 0)
            path.lineTo(column + 0.5, len(self._values))
        self._cross.setPath(path)
        self._show_readout()
        self._bar.set_value(None if cell is None else float(self._values[cell]))
        if cell is None:
            self.hover_left.emit()
        else:
            self.pair_hovered.emit(*cell)

    # -- drawing ----------------------------------------------------------------------------

    def _show_readout(self) -> None:
        if self._hovered is None:
            self._readout.setText(self._idle_text)
            return
        row, column = self._hovered
        value = float(self._values[row, column])
        number = f"{value:.3f}".replace("-", "−") if np.isfinite(value) else "no direction"
        self._readout.setText(f"{self._names[row]} × {self._names[column]}: {number}")

    def _show_blocks(self, blocks: Sequence[tuple[str, int]]) -> None:
        ends = np.cumsum([0, *(size for _, size in blocks)])
        path, count = QPainterPath(), len(self._values)
        for end in ends[1:-1].tolist():
            path.moveTo(end, 0)
            path.lineTo(end, count)
            path.moveTo(0, end)
            path.lineTo(count, end)
        self._borders.setPath(path)
        self._blocks = blocks
        self._fit_names()

    def _fit_names(self) -> None:
        """Write the classes' names beside their blocks, as much of each as there is room for."""
        text, wide = QFontMetricsF(self.font()), self._box.viewPixelSize()[0]
        ends = np.cumsum([0, *(size for _, size in self._blocks)])
        below, beside = [], []
        for (name, size), start in zip(self._blocks, ends, strict=False):
            for ticks, room in (
                (below, size / wide - 4),
                (beside, min(9 * text.height(), NAMES * self.width())),
            ):
                told = text.elidedText(name, Qt.TextElideMode.ElideRight, room)
                ticks.append((float(start + size / 2), told))
        for side, ticks in (("bottom", below), ("left", beside)):
            self._plot.getPlotItem().getAxis(side).setTicks([ticks])

    def _take_palette(self) -> None:
        dress_axes(self._plot, {"bottom": "pictures by class", "left": "pictures by class"}, self)
        self._fit_names()
        widths = ((OUTLINE_UNDER, 3), (WINDOW_OUTLINE, 1.5))
        for item, (color, width) in zip(self._marks, widths, strict=True):
            item.setPen(cosmetic(color, width))
        self._cross.setPen(cosmetic(WINDOW_OUTLINE, 1.0))
        self._borders.setPen(cosmetic(self.palette().color(QPalette.ColorRole.Shadow), 1.0))
