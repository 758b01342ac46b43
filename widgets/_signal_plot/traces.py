"""One signal as graphics: stems with heads, or a line, and the area under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from widgets.curve_plot import COLORS, DASHES

TraceStyle = Literal["stems", "line", "area", "bars"]
MOST_HEADS = 400  # more of them in one plot hide each other, and take their time
MOST_WIDE = 1000  # samples that are joined by a wide line
FAINT, SHADE = 130, 110  # opacities of 255


@dataclass(frozen=True, eq=False)
class Trace:
    """One curve: x and y are 1D arrays of equal length; x rises evenly.

    "stems" stand on zero, "line" joins the samples, "area" is filled down to zero between the
    samples and "bars" a sample wide. color: a name of `COLORS`; dash: 0 solid, 1 dashed, 2 dotted,
    3 dash-dotted; faint: in the background; step: the width of a bar where there is but one.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    color: str = "blue"
    style: TraceStyle = "line"
    dash: int = 0
    faint: bool = False
    step: float = 1.0

    def look(self) -> tuple[str, str, int, bool]:
        """Return what an item that draws it must have been made for."""
        return self.color, self.style, self.dash, self.faint


class TraceItem:
    """The items that draw one trace; `show` only replaces their numbers."""

    def __init__(self, look: tuple[str, str, int, bool], plot: pg.PlotItem) -> None:
        color_name, self._style, dash, faint = look
        color = QColor(COLORS[color_name])
        self._shade = QColor(color)
        self._shade.setAlpha(SHADE)
        if faint:
            color.setAlpha(FAINT)
        thin = 1 if faint or self._style in ("stems", "area", "bars") else 2
        self._pen = pg.mkPen(color, width=thin, style=DASHES[dash])
        self._thin_pen = pg.mkPen(color, width=1, style=DASHES[dash])
        self._line = pg.PlotDataItem(pen=self._pen)
        self.items = [self._line]
        self._heads: pg.ScatterPlotItem | None = None
        if self._style == "stems":
            self._heads = pg.ScatterPlotItem(
                size=5 if faint else 7,
                symbol="os^d"[dash],
                pen=None,
                brush=color,
            )
            self.items.append(self._heads)
        for item in self.items:
            plot.addItem(item)

    def show(self, trace: Trace) -> None:
        """Draw the numbers of `trace`, which has the look that this was made for."""
        x, y = np.asarray(trace.x, dtype=float), np.asarray(trace.y, dtype=float)
        if self._style == "stems":
            feet = np.column_stack([np.zeros_like(y), y]).ravel()
            self._line.setData(np.repeat(x, 2), feet, connect="pairs")
            heads = len(x) <= MOST_HEADS
            self._heads.setData(x if heads else [], y if heads else [])
        elif self._style == "bars":
            half = trace.step / 2
            edges = np.append(x - half, x[-1] + half) if len(x) else np.empty(0)
            self._fill(edges, y, "center" if len(x) else None)
        elif self._style == "area":
            self._fill(x, y, None)
        else:
            # Qt draws wide lines far more slowly, and so many samples look wide anyway.
            pen = self._pen if len(x) <= MOST_WIDE else self._thin_pen
            self._line.setData(x, y, connect="finite", pen=pen)

    def _fill(self, x: np.ndarray, y: np.ndarray, step_mode: str | None) -> None:
        self._line.setData(x, y, stepMode=step_mode, fillLevel=0.0, fillBrush=self._shade)
