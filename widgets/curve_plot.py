"""A plot of a few curves or bars with named axes, units and a legend, in the palette's colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from widgets._curve_plot.axes import ValueAxis, WholeAxis
from widgets.mark_line import mark_line
from widgets.plot_look import dress_axes, plain_axes, zoomed_by_key

Style = Literal["line", "dots", "bars", "points", "steps", "ridge"]
LEAST_LINES = 8  # of text that a plot is high, with its x axis
MARK_LINES = 3  # heights at which the texts of marks are written in turn

# Okabe and Ito's colours, told apart without colour vision; the dash pattern differs as well.
COLORS = {
    "red": "#d55e00",
    "green": "#009e73",
    "blue": "#0072b2",
    "grey": "#8a8f98",
    "accent": "#e69f00",
    "sky": "#56b4e9",
    "purple": "#cc79a7",
}
SIGNS = ("━━", "╍╍", "┄┄", "━┄")  # of the dash patterns, for the legend
DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)


@dataclass(frozen=True)
class Curve:
    """One curve: x and y are 1D arrays of equal length (for "steps" and "bars", x are centres).

    color: a name of `COLORS`; dash: 0 solid, 1 dashed, 2 dotted, 3 dash-dotted. "dots" is a line
    with its points, for few of them; a "ridge" hides what was drawn before it, down to `base`.
    spread: how far the error bars reach up and down from each y; none without.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    color: str = "blue"
    style: Style = "line"
    dash: int = 0
    base: float = 0.0
    spread: np.ndarray | None = None


class CurvePlot(QWidget):
    """Shows curves over one x axis; a click on it tells where.

    whole_x: x counts something, so only whole numbers are written at its axis.
    keeps_whole: it never gets so low that the name of its y axis is cut, whatever the text size.
    staggers_marks: the texts of neighbouring marks are written at different heights.
    The wheel and the keys + and − zoom, a drag pans, a double click, Home or 0 fits.
    """

    x_clicked = Signal(float)

    def __init__(
        self,
        x_label: str,
        y_label: str,
        *,
        x_units: str = "",
        y_units: str = "",
        whole_x: bool = False,
        keeps_whole: bool = False,
        staggers_marks: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("curve_plot")
        axes = {"left": ValueAxis("left")}
        if whole_x:
            axes["bottom"] = WholeAxis("bottom")
        self._plot = pg.PlotWidget(axisItems=axes)
        self._plot.setObjectName("curve_plot_area")
        self._item = self._plot.getPlotItem()
        plain_axes(self._plot)
        self._item.showGrid(x=True, y=True, alpha=0.2)
        self._plot.setToolTip("Wheel: zoom; drag: move; double click: show everything")
        self._legend = QLabel()
        self._legend.setObjectName("curve_plot_legend")
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._legend.setWordWrap(True)  # rather than wider than the plot
        self._labels = {
            "bottom": f"{x_label} ({x_units})" if x_units else x_label,
            "left": f"{y_label} ({y_units})" if y_units else y_label,
        }
        self._curves: tuple[Curve, ...] = ()
        self._marks: tuple[tuple[float, str], ...] = ()
        self._lines: list[pg.PlotDataItem] = []
        self._plain = True  # whether what is drawn are lines alone
        self._mark_lines: list[pg.InfiniteLine] = []
        self._fixed: dict[str, tuple[float, float]] = {}
        self._legend_shown = True
        self._logarithmic = False
        self._keeps_whole = keeps_whole
        self._staggers_marks = staggers_marks
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._legend)
        layout.addWidget(self._plot, 1)
        self._plot.scene().sigMouseClicked.connect(self._clicked)
        self._plot.installEventFilter(self)
        self._take_palette()

    def curves(self) -> tuple[Curve, ...]:
        """Return what is shown."""
        return self._curves

    def set_curves(
        self, curves: Sequence[Curve], *, marks: Sequence[tuple[float, str]] = ()
    ) -> None:
        """Show `curves` instead of those before; marks are vertical lines as (x, text).

        Lines that look as those before are only given their new numbers, which is quick.
        """
        before, self._curves = self._curves, tuple(curves)
        old_marks, self._marks = self._marks, tuple(marks)
        same = 0 < len(before) == len(self._curves) <= len(self._lines)
        if same and all(map(_differ_in_numbers, before, self._curves)):
            for line, curve in zip(self._lines, self._curves, strict=False):  # hidden ones last
                line.setData(curve.x, self._heights(curve))
            if self._marks != old_marks:
                self._draw_marks()
            return
        self._draw()

    def _draw(self) -> None:
        """Draw everything anew, with the lines that are there: to make one takes long."""
        plain = all(map(_is_line, self._curves))
        if plain and self._plain:
            self._take_lines()
        else:
            self._item.clear()
            self._mark_lines = []
            self._lines = [line for curve in self._curves if (line := self._add(curve)) is not None]
        self._plain = plain
        self._draw_marks()
        self._show_legend()
        self._show_numbers()

    def _take_lines(self) -> None:
        """Give each curve one of the lines that are there, make those missing, hide the others."""
        for line, curve in zip(self._lines, self._curves, strict=False):
            line.setData(curve.x, self._heights(curve), **_look(curve))
            line.setVisible(True)
        for line in self._lines[len(self._curves) :]:
            line.setVisible(False)
            line.clear()
        for curve in self._curves[len(self._lines) :]:
            self._lines.append(self._add_line(curve))

    def _draw_marks(self) -> None:
        for line in self._mark_lines:
            self._item.removeItem(line)
        # Where marks lie close their texts would lie over each other: the next one is a line lower.
        text_height = 1.2 * QFontMetricsF(self.font()).height() / max(self._plot.height(), 1)
        lower = min(text_height, 1 / MARK_LINES) if self._staggers_marks else 0.0
        self._mark_lines = [
            mark_line(
                position,
                text,
                COLORS["accent"],
                self._text_color(),
                height=1.0 - lower * (number % MARK_LINES),
            )
            for number, (position, text) in enumerate(self._marks)
        ]
        for line in self._mark_lines:
            self._item.addItem(line)

    def _show_numbers(self) -> None:
        # Without curves the numbers of a scale that nobody chose would be invented.
        for side, which in (("bottom", "x"), ("left", "y")):
            there = bool(self._curves) or which in self._fixed
            self._item.getAxis(side).setStyle(showValues=there)

    def _show_legend(self) -> None:
        # Above the plot, not in it: a small plot has no corner free of data.
        self._legend.setText("&ensp; ".join(_legend_entry(curve) for curve in self._curves))
        self._legend.setVisible(self._legend_shown and len(self._curves) > 1)

    def set_legend_shown(self, shown: bool) -> None:
        """Show the curves' names where there is more than one."""
        self._legend_shown = shown
        self._show_legend()

    def set_logarithmic(self, on: bool) -> None:
        """Use a logarithmic y axis; values that are not positive are left out."""
        if on == self._logarithmic:
            return
        self._logarithmic = on
        self._item.setLogMode(y=on)
        self._draw()

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Name the axes anew, units included."""
        self._labels = {"bottom": x_label, "left": y_label}
        self._take_palette()

    def minimumSizeHint(self) -> QSize:
        """Return the least size, in which a plot that is kept whole has room for its y axis."""
        least = super().minimumSizeHint()
        if not self._keeps_whole:
            return least
        height = self._named_height() + least.height() - self._plot.minimumSizeHint().height()
        return QSize(least.width(), max(least.height(), height))

    def whole_height(self, width: int) -> int:
        """Return the height at which legend and y axis's name are whole and curves can be seen."""
        legend = 0 if self._legend.isHidden() else self._legend.heightForWidth(width)
        lines = LEAST_LINES * QFontMetrics(self.font()).lineSpacing()
        return max(self._named_height(), lines) + legend

    def _named_height(self) -> int:
        """Return the height of the plot alone at which the name of its y axis is not cut."""
        text = QFontMetrics(self.font())
        below = max(int(self._item.getAxis("bottom").height()), 2 * text.lineSpacing())
        return text.horizontalAdvance(self._labels["left"]) + text.lineSpacing() // 2 + below

    def fit(self) -> None:
        """Show everything."""
        self._item.enableAutoRange()
        if "x" in self._fixed:
            self.set_x_range(*self._fixed["x"])
        if "y" in self._fixed:
            self.set_y_range(*self._fixed["y"])

    def set_x_range(self, low: float, high: float) -> None:
        """Show these x at first and whenever everything is shown, whatever the curves reach."""
        self._item.getViewBox().setXRange(low, high, padding=0.02)
        self._fixed["x"] = (low, high)
        self._show_numbers()

    def set_y_range(self, low: float, high: float) -> None:
        """Show these y at first and whenever everything is shown, whatever the curves reach."""
        self._item.getViewBox().setYRange(low, high, padding=0.05)
        self._fixed["y"] = (low, high)
        self._show_numbers()

    def set_x_names(self, names: Sequence[tuple[float, str]]) -> None:
        """Write names at places of the x axis instead of numbers; none brings the numbers back."""
        self._item.getAxis("bottom").setTicks([list(names)] if names else None)

    def _heights(self, curve: Curve) -> np.ndarray:
        """Return what is drawn of y: a logarithmic axis has a gap where it is not positive."""
        y = np.asarray(curve.y, dtype=float)
        return np.where(y > 0, y, np.nan) if self._logarithmic else y

    def _add(self, curve: Curve) -> pg.PlotDataItem | None:
        """Draw `curve`; return its line if that can be given other numbers."""
        color, pen = QColor(COLORS[curve.color]), _pen(curve)
        y = self._heights(curve)
        if curve.spread is not None:
            x, middle, spread = (np.asarray(a, float) for a in (curve.x, curve.y, curve.spread))
            thin = pg.mkPen(color, width=2)
            bars = pg.ErrorBarItem(x=x, y=middle, height=2 * spread, beam=0.0, pen=thin)
            self._item.addItem(bars)
        if curve.style == "bars":
            step = float(np.diff(curve.x).min()) if len(curve.x) > 1 else 1.0
            bars = pg.BarGraphItem(x=curve.x, height=y, width=0.8 * step, brush=color, pen=color)
            self._item.addItem(bars)
        elif curve.style == "points":
            self._item.plot(
                curve.x, y, pen=None, symbol="o", symbolSize=7, symbolBrush=color,
                symbolPen=None,
            )  # fmt: skip
        elif curve.style == "ridge":
            ground = self.palette().color(QPalette.ColorRole.Base)
            self._item.plot(curve.x, y, pen=pen, fillLevel=curve.base, fillBrush=ground)
        elif curve.style == "steps":
            half = (curve.x[1] - curve.x[0]) / 2 if len(curve.x) > 1 else 0.5
            edges = np.append(curve.x - half, curve.x[-1] + half)
            self._item.plot(edges, y, stepMode="center", pen=pen)
        else:
            return self._add_line(curve)
        return None

    def _add_line(self, curve: Curve) -> pg.PlotDataItem:
        return self._item.plot(curve.x, self._heights(curve), connect="finite", **_look(curve))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Zoom and fit by the keyboard."""
        if event.type() == QEvent.Type.KeyPress:
            box = self._item.getViewBox()
            if zoomed_by_key(box, event, self.fit):
                return True
        return super().eventFilter(watched, event)

    def _clicked(self, event: MouseClickEvent) -> None:
        if event.double():
            self.fit()
        elif event.button() == Qt.MouseButton.LeftButton:
            box = self._item.getViewBox()
            if box.sceneBoundingRect().contains(event.scenePos()):
                self.x_clicked.emit(box.mapSceneToView(event.scenePos()).x())

    def viewport(self) -> QWidget:
        """Return the widget that takes the mouse; positions are in its pixels."""
        return self._plot.viewport()

    def x_at(self, position: QPoint) -> float | None:
        """Return the x of a position in the viewport, None beside the plot."""
        box, scene = self._item.getViewBox(), self._plot.mapToScene(position)
        return box.mapSceneToView(scene).x() if box.sceneBoundingRect().contains(scene) else None

    def to_widget(self, x: float, y: float) -> QPoint:
        """Return where (x, y) is drawn in the viewport; y of a logarithmic axis is the number."""
        height = math.log10(y) if self._logarithmic else y
        return self._plot.mapFromScene(self._item.getViewBox().mapViewToScene(QPointF(x, height)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the texts of marks a line apart."""
        super().resizeEvent(event)
        if self._staggers_marks:
            self._draw_marks()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._take_palette()

    def _text_color(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Text)

    def _take_palette(self) -> None:
        dress_axes(self._plot, self._labels, self)
        self.updateGeometry()
        self.setAccessibleName("Plot: {left} against {bottom}".format(**self._labels))
        self._draw()


def _differ_in_numbers(one: Curve, another: Curve) -> bool:
    """Return whether both are lines of one name and one look."""
    looks = [(c.name, c.color, c.dash, c.style) for c in (one, another)]
    return looks[0] == looks[1] and _is_line(one) and _is_line(another)


def _is_line(curve: Curve) -> bool:
    """Return whether one item draws all of it, which may draw another such curve later."""
    return curve.style in ("line", "dots") and curve.spread is None


def _look(curve: Curve) -> dict[str, Any]:
    """Return what pyqtgraph is told of a line, with or without dots."""
    if curve.style != "dots":
        return {"pen": _pen(curve), "symbol": None}
    return {
        "pen": _pen(curve), "symbol": "o", "symbolSize": 6,
        "symbolBrush": QColor(COLORS[curve.color]), "symbolPen": None,
    }  # fmt: skip


def _pen(curve: Curve) -> QPen:
    return pg.mkPen(QColor(COLORS[curve.color]), width=2, style=DASHES[curve.dash])


def _legend_entry(curve: Curve) -> str:
    sign = "●" if curve.style == "points" else SIGNS[curve.dash]
    return f'<span style="color:{COLORS[curve.color]}">{sign}</span>&nbsp;{escape(curve.name)}'
