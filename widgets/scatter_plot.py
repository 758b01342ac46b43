"""A map of many points to look through: groups by colour and shape, lasso, hover, selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets._scatter_plot.group_list import GroupList
from widgets._scatter_plot.hover_card import HoverCard
from widgets._scatter_plot.lasso_box import LassoBox, inside
from widgets._scatter_plot.looks import CROSSED, NO_GROUP, cross, cross_pen, look_of
from widgets.plot_look import dress_axes, plain_axes, zoomed_by_key

REACH = 10.0  # pixels from the mouse within which a point is meant
_SIZES = ((400, 10), (3000, 8))  # up to so many points, pixels of each
_SMALLEST = 6
_RING = 6  # pixels that the ring around a selected point is wider than the point
_BEYOND = 2  # pixels that a cross is wider than the point
_CROSS_LAYER, _SELECTED_LAYER, _HOVERED_LAYER = 9, 10, 11
_STEPS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}


@dataclass(frozen=True, eq=False)
class Crossed:
    """Points with a cross over them: what they are, for the legend, and their numbers, int64."""

    name: str
    rows: np.ndarray


class _Points(pg.ScatterPlotItem):
    """Points that leave clicks to the plot, which takes those nearby as well."""

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        """Pass it on."""
        ev.ignore()


class ScatterPlot(QWidget):
    """Shows points in groups, of which the legend at the right hides some.

    Mouse: a drag draws a lasso that selects, a click selects one point (with Ctrl or Shift: more),
    the wheel zooms, a drag with another button moves, a double click shows everything. Keys: arrows
    go from point to point, Return selects, Space selects more, Ctrl+A selects all that is shown,
    Escape none; + and − zoom, Home or 0 shows everything.

    Performance: one item of pyqtgraph a group, all points of which look alike; 10,000 points are
    set in about 20 ms. Hidden points are neither hovered nor selected. Where room is dear, `legend`
    can be put into another layout.
    """

    point_hovered = Signal(int)
    hover_left = Signal()
    selection_changed = Signal(object)
    """What the person selected: numbers of points, int64, ascending."""

    def __init__(self, name: str, title: str = "Map", parent: QWidget | None = None) -> None:
        """name: the objectName; the drawing inside is "<name>_area", the legend "<name>_legend"."""
        super().__init__(parent)
        self.setObjectName(name)
        self._title = title
        self._points = np.zeros((0, 2))
        self._groups = np.zeros(0, dtype=np.int64)
        self._items: dict[int, _Points] = {}
        self._selected = np.zeros(0, dtype=np.int64)
        self._hovered: int | None = None
        self._labels = {"bottom": "", "left": ""}
        self._box = LassoBox()
        self._plot = pg.PlotWidget(viewBox=self._box)
        self._plot.setObjectName(f"{name}_area")
        self._plot.setToolTip(
            "Drag: lasso; click: select; wheel: zoom; right drag: move; double click: show all"
        )
        plain_axes(self._plot)
        self.legend = GroupList(f"{name}_legend")
        self._card = HoverCard(f"{name}_card", self._plot)
        self._crossed = np.zeros(0, dtype=np.int64)
        self._crossed_item = _Points()
        self._selected_item, self._hovered_item = _Points(), _Points()
        for item, layer in (
            (self._crossed_item, _CROSS_LAYER),
            (self._selected_item, _SELECTED_LAYER),
            (self._hovered_item, _HOVERED_LAYER),
        ):
            item.setZValue(layer)
            self._plot.addItem(item, ignoreBounds=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot, 1)
        layout.addWidget(self.legend)
        self.setFocusProxy(self._plot)
        self._connect()
        self._take_palette()

    def _connect(self) -> None:
        self._plot.installEventFilter(self)
        self._plot.viewport().installEventFilter(self)
        self._plot.viewport().setMouseTracking(True)
        self.legend.shown_changed.connect(self._show_groups)
        self._box.lassoed.connect(self._lassoed)
        self._box.clicked.connect(self._clicked)
        self._box.double_clicked.connect(self.fit)

    # -- what is shown ----------------------------------------------------------------------

    def set_points(
        self,
        points: np.ndarray,
        groups: np.ndarray,
        names: Sequence[str],
        *,
        without: str = "no class",
        crossed: Crossed | None = None,
        fit: bool = True,
    ) -> None:
        """Show `points` (N, 2), each of the group `groups` (N,) int, a number of `names`, or −1.

        without: what the legend calls those of −1. crossed: points with a cross over them; None:
        neither crosses nor a line of the legend for them. fit: show everything; False leaves zoom
        and pan. Selection and hover end with a change of the number of points. Raises ValueError
        for arrays that do not fit.
        """
        points = np.asarray(points, dtype=np.float64)
        groups = np.asarray(groups, dtype=np.int64)
        if points.shape != (len(groups), 2):
            raise ValueError(f"points {points.shape} do not fit groups {groups.shape}")
        if len(points) != len(self._points):
            self._selected = np.zeros(0, dtype=np.int64)
        if not np.array_equal(points, self._points):
            self._hover(None)  # another point lies under the mouse now
        self._points, self._groups = points, groups
        self._crossed = np.zeros(0, np.int64) if crossed is None else crossed.rows
        for item in self._items.values():
            self._plot.removeItem(item)
        size = self._size()
        edge = pg.mkPen(self.palette().color(QPalette.ColorRole.Base), width=0.5)
        self._items = {}
        for group in np.unique(groups).tolist():
            look, rows = look_of(group), groups == group
            item = _Points(
                x=points[rows, 0], y=points[rows, 1], size=size, symbol=look.shape, pen=edge,
                brush=look.color,
            )  # fmt: skip
            self._items[group] = item
            self._plot.addItem(item)
        counts = {group: int((groups == group).sum()) for group in self._items}
        listed = [(group, name, counts.get(group, 0)) for group, name in enumerate(names)]
        if NO_GROUP in counts:
            listed.append((NO_GROUP, without, counts[NO_GROUP]))
        if crossed is not None:
            listed.append((CROSSED, crossed.name, len(crossed.rows)))
        self.legend.set_groups(listed)
        self._show_groups()
        if fit:
            self.fit()

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Name the axes, units included."""
        self._labels = {"bottom": x_label, "left": y_label}
        self._take_palette()

    def set_selected(self, indices: Sequence[int] | np.ndarray) -> None:
        """Mark points as selected, without telling."""
        chosen = np.unique(np.asarray(indices, dtype=np.int64))
        self._selected = chosen[(chosen >= 0) & (chosen < len(self._points))]
        self._show_marks()

    def selected(self) -> np.ndarray:
        """Return the numbers of the selected points, ascending."""
        return self._selected.copy()

    def shown(self) -> np.ndarray:
        """Return the numbers of the points whose group is shown."""
        return np.flatnonzero(self._is_shown())

    def crossed(self) -> np.ndarray:
        """Return the numbers of the points with a cross that is shown."""
        if CROSSED in self.legend.hidden():
            return np.zeros(0, dtype=np.int64)
        return self._crossed[self._is_shown()[self._crossed]]

    def hovered(self) -> int | None:
        """Return the point under the mouse, or where the arrow keys are."""
        return self._hovered

    def show_card(self, pixels: np.ndarray | None, text: str) -> None:
        """Show a picture (H, W, 3) uint8, or none, and `text` beside the hovered point."""
        if self._hovered is not None:
            self._card.show_at(self.point_to_widget(self._hovered), pixels, text)

    def fit(self) -> None:
        """Show everything."""
        self._box.enableAutoRange()

    # -- where the view looks ---------------------------------------------------------------

    def viewport(self) -> QWidget:
        """Return the widget that takes the mouse; positions are in its pixels."""
        return self._plot.viewport()

    def point_to_widget(self, index: int) -> QPoint:
        """Return where a point lies in the viewport."""
        scene = self._box.mapViewToScene(QPointF(*self._points[index].tolist()))
        return self._plot.mapFromScene(scene)

    # -- events -----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the plot, and its keys."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and watched is self._plot:
            return self._key_pressed(event)
        if kind == QEvent.Type.MouseMove and not event.buttons():
            self._hover(self._nearest(event.position()))
        elif kind in (QEvent.Type.Leave, QEvent.Type.MouseButtonPress):
            self._hover(None)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._take_palette()

    def _key_pressed(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in _STEPS and not control:
            self._go(np.array(_STEPS[key]))
        elif key == Qt.Key.Key_A and control:
            self._select(self.shown())
        elif key == Qt.Key.Key_Escape and (self._hovered is not None or len(self._selected)):
            self._hover(None)
            self._select(np.zeros(0, dtype=np.int64))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._hovered is None:
                return False
            self._choose(self._hovered, adding=key == Qt.Key.Key_Space)
        else:
            return zoomed_by_key(self._box, event)
        return True

    def _go(self, direction: np.ndarray) -> None:
        """Hover the nearest shown point in a direction, the first time the middle one."""
        shown = self.shown()
        if not len(shown):
            return
        if self._hovered is None:
            from_middle = self._points[shown] - np.array(self._box.viewRect().center().toTuple())
            self._hover(int(shown[np.square(from_middle).sum(axis=1).argmin()]))
            return
        ways = self._points[shown] - self._points[self._hovered]
        along, length = ways @ direction, np.hypot(*ways.T)
        ahead = along > 0.5 * length  # within 60° of the arrow
        if (ahead & (length > 0)).any():
            cost = np.where(ahead & (length > 0), 2 * length - along, np.inf)
            self._hover(int(shown[cost.argmin()]))

    def _lassoed(self, corners: np.ndarray, adding: bool) -> None:
        found = np.flatnonzero(inside(self._points, corners) & self._is_shown())
        self._select(np.union1d(self._selected, found) if adding else found)

    def _clicked(self, place: QPointF, adding: bool) -> None:
        position = self._plot.mapFromScene(self._box.mapViewToScene(place))
        found = self._nearest(QPointF(position))
        if found is not None:
            self._choose(found, adding=adding)
        elif not adding:
            self._select(np.zeros(0, dtype=np.int64))

    def _choose(self, index: int, *, adding: bool) -> None:
        if not adding:
            self._select(np.array([index]))
        else:
            self._select(np.setxor1d(self._selected, [index]))

    def _select(self, indices: np.ndarray) -> None:
        if np.array_equal(indices, self._selected):
            return
        self.set_selected(indices)
        self.selection_changed.emit(self.selected())

    def _hover(self, index: int | None) -> None:
        if index == self._hovered:
            return
        self._hovered = index
        self._card.hide()
        self._show_marks()
        if index is None:
            self.hover_left.emit()
        else:
            self.point_hovered.emit(index)

    def _nearest(self, position: QPointF) -> int | None:
        """Return the shown point nearest to a position of the viewport, within reach."""
        if not len(self._points):
            return None
        place = self._box.mapSceneToView(self._plot.mapToScene(position.toPoint()))
        size = self._box.viewPixelSize()
        away = np.square((self._points - (place.x(), place.y())) / size).sum(axis=1)
        away[~self._is_shown() | ~np.isfinite(away)] = np.inf
        nearest = int(away.argmin())
        return nearest if away[nearest] <= REACH**2 else None

    # -- drawing ----------------------------------------------------------------------------

    def _is_shown(self) -> np.ndarray:
        return ~np.isin(self._groups, list(self.legend.hidden()))

    def _show_groups(self) -> None:
        hidden = self.legend.hidden()
        for group, item in self._items.items():
            item.setVisible(group not in hidden)
        if self._hovered is not None and (
            self._hovered >= len(self._points) or not self._is_shown()[self._hovered]
        ):
            self._hover(None)
        self._show_marks()

    def _show_marks(self) -> None:
        marked = self._selected[self._is_shown()[self._selected]]
        text = self.palette().color(QPalette.ColorRole.Text)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        size = self._size() + _RING
        crossed = self.crossed()
        self._crossed_item.setData(
            x=self._points[crossed, 0], y=self._points[crossed, 1], size=self._size() + _BEYOND,
            symbol=cross(), pen=cross_pen(text), brush=None,
        )  # fmt: skip
        self._selected_item.setData(
            x=self._points[marked, 0], y=self._points[marked, 1], size=size, symbol="o",
            pen=pg.mkPen(text, width=1.5), brush=None,
        )  # fmt: skip
        hovered = [] if self._hovered is None else [self._hovered]
        self._hovered_item.setData(
            x=self._points[hovered, 0], y=self._points[hovered, 1], size=size + 4, symbol="o",
            pen=pg.mkPen(accent, width=2.5), brush=None,
        )  # fmt: skip

    def _size(self) -> int:
        count = len(self._points)
        return next((size for most, size in _SIZES if count <= most), _SMALLEST)

    def _take_palette(self) -> None:
        dress_axes(self._plot, self._labels, self)
        self._box.set_lasso_color(self.palette().color(QPalette.ColorRole.Highlight))
        edge = pg.mkPen(self.palette().color(QPalette.ColorRole.Base), width=0.5)
        for item in self._items.values():
            item.setPen(edge)
        self._show_marks()
        said = "{left} against {bottom}".format(**self._labels)
        self.setAccessibleName(f"{self._title}: {said}")
        self._plot.setAccessibleName(self.accessibleName())
