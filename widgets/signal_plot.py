"""A signal over its time axis: stems or lines, a shaded area, a time that can be dragged."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPalette
from PySide6.QtWidgets import QGraphicsItem, QLabel, QVBoxLayout, QWidget

from widgets._signal_plot.traces import Trace, TraceItem
from widgets.curve_plot import COLORS, SIGNS
from widgets.mark_line import mark_line

__all__ = ["Gesture", "SignalPlot", "Trace"]

Gesture = Literal["look", "slide", "point", "draw"]
ZOOM_STEP = 0.8
ROOMY_LINE = 14  # height of a line of text, from which on fewer values are written
MARGIN = 0.06  # of the height, above and below the numbers
_HINTS: dict[Gesture, str] = {
    "look": "Wheel: zoom in time; drag: move; double click: show everything",
    "slide": "Drag anywhere to slide it; arrow keys: by one sample; Space: play; wheel: zoom",
    "point": "Click or drag to go to that time; arrow keys: by one sample; wheel: zoom",
    "draw": "Draw with the mouse; the numbers can also be typed below",
}


class SignalPlot(QWidget):
    """Shows traces over one time axis; several of them can share it (`share_time_with`).

    What a drag does depends on the gesture: "look" moves the axis, "slide" tells how far the mouse
    went since it was pressed, "point" where it is, "draw" the strokes. The wheel and + − zoom in
    time, 0 and a double click show everything. Other keys are left to the parent.
    The area's objectName is "<name>_area".
    """

    slid = Signal(float, bool)
    """How far, in time, since the press; and whether the drag goes on."""
    slide_began = Signal()
    pointed = Signal(float, bool)
    """The time under the mouse, and whether the drag goes on."""
    stroked = Signal(float, float, float, float, bool)
    """From (x, y) to (x, y), and whether the drag goes on."""

    def __init__(
        self, name: str, x_label: str, y_label: str, gesture: Gesture = "look",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName(name)
        self._gesture = gesture
        self._labels = {"bottom": x_label, "left": y_label}
        self._title, self._traces, self._marks = "", (), ()
        self._items: list[TraceItem] = []
        self._looks: list[tuple[str, str, int, bool]] = []
        self._mark_items: list[pg.InfiniteLine] = []
        self._extent: tuple[float, float] | None = None
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._legend = QLabel(objectName=f"{name}_legend")
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setMinimumWidth(1)
        self._plot = pg.PlotWidget()
        self._plot.setObjectName(f"{name}_area")
        self._plot.setMinimumHeight(40)
        self._plot.setToolTip(_HINTS[gesture])
        self._item = self._plot.getPlotItem()
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._item.showGrid(x=True, y=True, alpha=0.2)
        for side in ("bottom", "left"):
            self._item.getAxis(side).enableAutoSIPrefix(False)
            # Or every step would draw the grid's long translucent lines anew: 5 ms an axis.
            self._item.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._item.getViewBox().setMouseEnabled(x=True, y=False)
        self._item.getViewBox().disableAutoRange()
        self._cursor = pg.InfiniteLine(0.0, movable=False)
        self._dot = pg.ScatterPlotItem(size=12, symbol="o")
        for item in (self._cursor, self._dot):
            item.setZValue(10)
            item.hide()
            self._item.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._legend)
        layout.addWidget(self._plot, 1)
        self._plot.installEventFilter(self)
        self._plot.viewport().installEventFilter(self)
        self._plot.viewport().setCursor(
            Qt.CursorShape.SizeHorCursor if gesture == "slide" else Qt.CursorShape.CrossCursor
        )
        self._take_palette()

    # -- what is shown ----------------------------------------------------------------------

    def set_traces(self, traces: Sequence[Trace], *, title: str = "") -> None:
        """Show `traces` instead of those before, with `title` above them."""
        self._traces, self._title = tuple(traces), title
        looks = [trace.look() for trace in self._traces]
        if looks != self._looks:
            for old in self._items:
                for item in old.items:
                    self._item.removeItem(item)
            self._items = [TraceItem(look, self._item) for look in looks]
            self._looks = looks
        for item, trace in zip(self._items, self._traces, strict=True):
            item.show(trace)
        self._show_legend()

    def traces(self) -> tuple[Trace, ...]:
        """Return what is shown."""
        return self._traces

    def set_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Mark times by dashed lines with a text each."""
        if tuple(marks) == self._marks:
            return
        self._marks = tuple(marks)
        self._draw_marks()

    def marks(self) -> tuple[tuple[float, str], ...]:
        """Return the times that are marked, with their texts."""
        return self._marks

    def set_cursor(self, time: float | None, value: float | None = None) -> None:
        """Show a line at `time`, with a dot at `value` on it; None hides them."""
        self._cursor.setVisible(time is not None)
        self._dot.setVisible(time is not None and value is not None)
        if time is not None:
            self._cursor.setValue(time)
            if value is not None:
                self._dot.setData([time], [value])

    def cursor_time(self) -> float | None:
        """Return where the line is, None where it is hidden."""
        return float(self._cursor.value()) if self._cursor.isVisible() else None

    def set_extent(self, first: float, last: float) -> None:
        """Let the time axis hold `first` … `last`; the zoom is kept while they stay the same."""
        if (first, last) != self._extent:
            self._extent = (first, last)
            self.fit()

    def set_value_range(self, low: float, high: float) -> None:
        """Let the value axis hold `low` … `high` with some margin."""
        if high <= low:
            low, high = low - 1.0, high + 1.0
        spare = MARGIN * (high - low)
        self._item.setYRange(low - spare, high + spare, padding=0)

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Name the axes anew, units included."""
        if self._labels != {"bottom": x_label, "left": y_label}:
            self._labels = {"bottom": x_label, "left": y_label}
            self._take_palette()

    def set_time_axis_shown(self, shown: bool) -> None:
        """Show the time axis, or leave its room to the numbers where another plot shares it."""
        self._item.showAxis("bottom", shown)
        self._fit_label()

    def share_time_with(self, other: SignalPlot) -> None:
        """Have the time axis of `other`, whichever of the two is moved or zoomed."""
        self._item.setXLink(other._item)

    def fit(self) -> None:
        """Show the whole extent."""
        if self._extent is not None:
            first, last = self._extent
            spare = max(last - first, 1e-9) * 0.03
            self._item.setXRange(first - spare, last + spare, padding=0)

    def time_range(self) -> tuple[float, float]:
        """Return the times at the left and the right end."""
        low, high = self._item.viewRange()[0]
        return float(low), float(high)

    def area(self) -> QWidget:
        """Return the widget that the mouse acts on."""
        return self._plot.viewport()

    def place_of(self, time: float, value: float) -> QPoint:
        """Return where (time, value) lies in `area()`."""
        return self._plot.mapFromScene(self._item.getViewBox().mapViewToScene(QPointF(time, value)))

    # -- mouse and keys ---------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the gesture's drags and the keys that zoom; leave other keys to the parent."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and watched is self._plot:
            if not self._zoomed_by(event.key()):
                event.ignore()
            return True
        if watched is self._plot.viewport() and isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseButtonDblClick and self._gesture != "draw":
                self.fit()
                return True
            if self._gesture != "look":
                return self._dragged(kind, event)
        return super().eventFilter(watched, event)

    def _zoomed_by(self, key: int) -> bool:
        factors = {
            Qt.Key.Key_Plus: ZOOM_STEP,
            Qt.Key.Key_Equal: ZOOM_STEP,
            Qt.Key.Key_Minus: 1 / ZOOM_STEP,
        }
        if key == Qt.Key.Key_0:
            self.fit()
            return True
        if key in factors:
            self._item.getViewBox().scaleBy((factors[key], 1.0))
            return True
        return False

    def _dragged(self, kind: QEvent.Type, event: QMouseEvent) -> bool:
        """Return whether the mouse event was the gesture's."""
        place = self._in_view(event.position())
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._plot.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pressed = self._last = place
            self.slide_began.emit()
            if self._gesture != "slide":
                self._tell(place, goes_on=True)
            return True
        if self._pressed is None:
            return False
        if kind == QEvent.Type.MouseMove:
            self._tell(place, goes_on=True)
            return True
        if kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            self._tell(place, goes_on=False)
            self._pressed = None
            return True
        return False

    def _tell(self, place: QPointF, *, goes_on: bool) -> None:
        if self._gesture == "slide":
            self.slid.emit(place.x() - self._pressed.x(), goes_on)
        elif self._gesture == "point":
            self.pointed.emit(place.x(), goes_on)
        else:
            self.stroked.emit(self._last.x(), self._last.y(), place.x(), place.y(), goes_on)
        self._last = place

    def _in_view(self, position: QPointF) -> QPointF:
        scene = self._plot.mapToScene(position.toPoint())
        return self._item.getViewBox().mapSceneToView(scene)

    # -- look -------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._take_palette()

    def _show_legend(self) -> None:
        entries = [
            f'<span style="color:{COLORS[trace.color]}">{_sign(trace)}</span>'
            f"&nbsp;{escape(trace.name)}"
            for trace in self._traces
            if trace.name
        ]
        title = f"<b>{escape(self._title)}</b>&emsp;" if self._title else ""
        whole, names = title + "&ensp; ".join(entries), "&ensp; ".join(entries)
        self._legend.setText(whole)
        self._legend.setToolTip("")
        if names and self._legend.sizeHint().width() > self.width():
            # What the colours mean is found nowhere else; the title is.
            self._legend.setText(names)
            self._legend.setToolTip(whole)
        self._legend.setVisible(bool(whole))

    def resizeEvent(self, event: QEvent) -> None:
        """Leave out of the legend and the axis what has no room."""
        super().resizeEvent(event)
        self._show_legend()
        self._fit_label()

    def _fit_label(self) -> None:
        """Leave out the value axis's label where it would be cut: the title above names it too."""
        room = self._plot.height()
        if self._item.getAxis("bottom").isVisible():
            room -= self._item.getAxis("bottom").height()
        needed = self.fontMetrics().horizontalAdvance(self._labels["left"])
        self._item.getAxis("left").showLabel(needed < room)

    def _draw_marks(self) -> None:
        for item in self._mark_items:
            self._item.removeItem(item)
        color = self.palette().color(QPalette.ColorRole.Text)
        self._mark_items = [
            mark_line(time, text, COLORS["accent"], color) for time, text in self._marks
        ]
        for item in self._mark_items:
            self._item.addItem(item)

    def _take_palette(self) -> None:
        palette = self.palette()
        text = palette.color(QPalette.ColorRole.Text)
        self._plot.setBackground(palette.color(QPalette.ColorRole.Base))
        for name, label in self._labels.items():
            axis = self._item.getAxis(name)
            axis.setPen(palette.color(QPalette.ColorRole.Mid))
            axis.setTextPen(text)
            axis.setTickFont(self.font())
            style = {"color": text.name(), "font-size": f"{self.font().pointSizeF():g}pt"}
            axis.setLabel(label, **style)
        # The same width in every plot, or shared times would not stand above each other.
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance("−00.00") + metrics.height() + 8
        self._item.getAxis("left").setWidth(width)
        self._item.getAxis("left").setTickDensity(min(1.0, ROOMY_LINE / metrics.height()))
        self._cursor.setPen(pg.mkPen(COLORS["red"], width=2))
        self._dot.setPen(pg.mkPen(QColor(palette.color(QPalette.ColorRole.Base)), width=2))
        self._dot.setBrush(QColor(COLORS["red"]))
        self._fit_label()
        self.setAccessibleName("Plot: {left} against {bottom}".format(**self._labels))
        self._plot.setAccessibleName(self.accessibleName())
        self._draw_marks()


def _sign(trace: Trace) -> str:
    if trace.style in ("area", "bars"):
        return "■"
    return "●" if trace.style == "stems" else SIGNS[trace.dash]
