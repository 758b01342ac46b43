"""A confusion matrix: how many of each true class were said to be of each class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainterPath,
    QTextOption,
)
from PySide6.QtWidgets import QWidget

from widgets.colors import (
    NOT_A_NUMBER,
    OUTLINE_UNDER,
    WINDOW_OUTLINE,
    color_table,
    quantize,
    text_color_on,
)
from widgets.plot_look import dress_axes
from widgets.square_map import MARK_LAYER, Cell, SquareMap, cosmetic

NAMES = 0.25  # of the width, at most, for the names at the left
_WIDTHS = ((OUTLINE_UNDER, 4.0), (WINDOW_OUTLINE, 2.0))


class ConfusionMatrix(SquareMap):
    """Shows (C, C) counts, row = true class, column = what was said, coloured by share of the row.

    A cell has its count and, where there is room, its share of the true class. Mouse: hovering says
    the cell in words, a click chooses it. Keys: arrows move, Return chooses, Escape gives up.
    """

    cell_hovered = Signal(int, int)
    hover_left = Signal()
    cell_chosen = Signal(int, int)
    """True class and predicted class."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: the objectName; drawing "<name>_area", the line above it "<name>_readout"."""
        super().__init__(name, "Confusion matrix: true class against predicted class", parent)
        self._counts = np.zeros((0, 0), np.int64)
        self._classes: tuple[str, ...] = ()
        self._chosen: Cell | None = None
        self._texts: list[tuple[pg.TextItem, int, int]] = []
        self._plot.setToolTip("Hover: the cell in words; click: its pictures; arrows and Return")
        self._frames = [self._path_item(MARK_LAYER) for _ in _WIDTHS]
        for frame, (color, width) in zip(self._frames, _WIDTHS, strict=True):
            frame.setPen(cosmetic(color, width))
        self._bar.set_note("share of the true class")
        for changed in (self._box.sigRangeChanged, self._box.sigResized):
            changed.connect(lambda *_: self._fit_texts())
        self._take_palette()

    def _count(self) -> int:
        return len(self._counts)

    # -- what is shown ----------------------------------------------------------------------

    def set_matrix(self, counts: np.ndarray, classes: Sequence[str]) -> None:
        """Show `counts` (C, C), whole numbers. Raises ValueError where `classes` does not fit."""
        if counts.shape != (len(classes), len(classes)):
            raise ValueError(f"counts {counts.shape} do not fit {len(classes)} classes")
        self._counts, self._classes = np.asarray(counts, np.int64), tuple(classes)
        self.set_hint("")
        shares = self.shares()
        pixels = color_table("magnitude")[quantize(shares, (0.0, 1.0))]
        pixels[~np.isfinite(shares)] = NOT_A_NUMBER.getRgb()[:3]
        self._image.setImage(pixels, autoLevels=False, levels=(0, 255))
        self._bar.set_scale("magnitude", (0.0, 1.0))
        self.fit()
        self._put_texts(pixels)
        self.set_chosen(None)
        self._hover(None)
        self._fit_texts()

    def clear(self, hint: str = "") -> None:
        """Show nothing but `hint`: what there will be."""
        self.set_matrix(np.zeros((0, 0), np.int64), ())
        self.set_hint(hint)

    def shares(self) -> np.ndarray:
        """Return each count as a share of its row, (C, C) float64; NaN in empty rows."""
        totals = self._counts.sum(axis=1, keepdims=True)
        return np.where(totals > 0, self._counts / np.maximum(totals, 1), np.nan)

    def set_chosen(self, cell: Cell | None) -> None:
        """Frame the cell whose pictures are shown elsewhere."""
        self._chosen = cell
        self._draw_frames()

    def texts(self) -> list[str]:
        """Return what is written in the cells, row by row."""
        return [item.toPlainText() for item, _, _ in self._texts]

    # -- events -----------------------------------------------------------------------------

    def _choose(self, cell: Cell) -> None:
        self.set_chosen(cell)
        self.cell_chosen.emit(*cell)

    def _hover(self, cell: Cell | None) -> None:
        self._hovered = cell
        self._draw_frames()
        if cell is None:
            right, total = int(np.trace(self._counts)), int(self._counts.sum())
            self._readout.setText(f"{right} of {total} right, on the diagonal" if total else "")
            self._bar.set_value(None)
            self.hover_left.emit()
            return
        share = float(self.shares()[cell])
        true, said = (self._classes[index] for index in cell)
        part = f" ({share:.1%} of its pictures)" if np.isfinite(share) else ""
        self._readout.setText(f"{self._counts[cell]} of “{true}” said to be “{said}”{part}")
        self._bar.set_value(share if np.isfinite(share) else None)
        self.cell_hovered.emit(*cell)

    # -- drawing ----------------------------------------------------------------------------

    def _draw_frames(self) -> None:
        path = QPainterPath()
        for cell in {self._hovered, self._chosen} - {None}:
            path.addRect(cell[1], cell[0], 1, 1)
        for frame in self._frames:
            frame.setPath(path)

    def _put_texts(self, pixels: np.ndarray) -> None:
        for item, _, _ in self._texts:
            self._box.removeItem(item)
        self._texts = []
        for row, column in np.ndindex(self._counts.shape):
            color = text_color_on(QColor(*pixels[row, column].tolist()))
            item = pg.TextItem(color=color, anchor=(0.5, 0.5))
            item.setPos(column + 0.5, row + 0.5)
            self._box.addItem(item, ignoreBounds=True)
            self._texts.append((item, row, column))

    def _fit_texts(self) -> None:
        """Write counts and shares where both fit, counts alone where they do, else nothing."""
        count = len(self._counts)
        if not count:
            self._set_ticks([], [])
            return
        width, height = (1 / length for length in self._box.viewPixelSize())  # of a cell
        text = QFontMetricsF(self.font())
        both = height > 2.6 * text.height() and width > text.horizontalAdvance("100 %") + 6
        alone = height > 1.1 * text.height() and width > text.horizontalAdvance("000") + 4
        shares = self.shares()
        for item, row, column in self._texts:
            number = int(self._counts[row, column])
            said = str(number)
            if both and number:
                said += f"\n{shares[row, column]:.0%}".replace("%", " %")
            item.setFont(self.font())
            item.setText(said if alone else "")
            item.textItem.document().setDefaultTextOption(
                QTextOption(Qt.AlignmentFlag.AlignHCenter)
            )
            item.setTextWidth(width)
        room = Qt.TextElideMode.ElideRight
        most = min(9 * text.height(), NAMES * self.width())
        below = [text.elidedText(name, room, width - 4) for name in self._classes]
        beside = [text.elidedText(name, room, most) for name in self._classes]
        self._set_ticks(below, beside)

    def _set_ticks(self, below: list[str], beside: list[str]) -> None:
        for side, names in (("bottom", below), ("left", beside)):
            ticks = [(index + 0.5, name) for index, name in enumerate(names)]
            self._plot.getPlotItem().getAxis(side).setTicks([ticks])

    def _take_palette(self) -> None:
        dress_axes(self._plot, {"bottom": "predicted", "left": "true"}, self)
        self._fit_texts()
