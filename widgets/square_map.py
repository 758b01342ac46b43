"""What heat maps with a row and a column for each of N things share: the cell under the mouse."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGridLayout, QLabel, QWidget
from superqt import QElidingLabel

from widgets._image_view.canvas import PictureBox
from widgets._image_view.color_bar import ColorBar
from widgets._image_view.navigation import ZOOM_PER_NOTCH
from widgets.plot_look import plain_axes, zoomed_by_key

Cell = tuple[int, int]
MARK_LAYER = 10
_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class SquareMap(QWidget):
    """A square of cells with a line of words above it and a colour bar beside it.

    Hovering and the arrows move the hovered cell, a click and Return choose it, Escape gives it up.
    A subclass says how many rows there are, and what hovering and choosing do.
    """

    def __init__(self, name: str, accessible: str, parent: QWidget | None = None) -> None:
        """name: the objectName; drawing "<name>_area", the line above it "<name>_readout"."""
        super().__init__(parent)
        self.setObjectName(name)
        self._hovered: Cell | None = None
        self._box = PictureBox()
        self._plot = pg.PlotWidget(viewBox=self._box)
        self._plot.setObjectName(f"{name}_area")
        plain_axes(self._plot)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._plot.addItem(self._image)
        self._readout = QElidingLabel()
        self._readout.setObjectName(f"{name}_readout")
        self._bar = ColorBar()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._readout, 0, 0, 1, 2)
        layout.addWidget(self._plot, 1, 0)
        layout.addWidget(self._bar, 1, 1)
        self._hint = QLabel(objectName=f"{name}_hint", alignment=Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._hint.hide()
        layout.addWidget(self._hint, 1, 0, 1, 2)
        layout.setRowStretch(1, 1)
        layout.setColumnStretch(0, 1)
        self.setFocusProxy(self._plot)
        self.setAccessibleName(accessible)
        self._plot.setAccessibleName(accessible)
        self._plot.installEventFilter(self)
        self._plot.viewport().installEventFilter(self)
        self._plot.viewport().setMouseTracking(True)
        self._box.clicked.connect(self._clicked)

    # -- what a subclass says ---------------------------------------------------------------

    def _count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def _hover(self, cell: Cell | None) -> None:
        """Show which cell is under the mouse, or that none is."""
        raise NotImplementedError

    def _choose(self, cell: Cell) -> None:
        """Tell that the person chose `cell`."""
        raise NotImplementedError

    def _take_palette(self) -> None:
        """Take the palette's colours and the size of the text."""
        raise NotImplementedError

    # -- what is shown ----------------------------------------------------------------------

    def set_hint(self, text: str) -> None:
        """Show `text` in place of the map, for which there are no numbers yet; "": the map."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))
        for part in (self._plot, self._bar):
            part.setVisible(not text)
        layout = self.layout()
        assert layout is not None, "laid out from the start"
        layout.activate()  # so that what is written into the cells finds their size

    def readout(self) -> str:
        """Return the line above the map."""
        return self._readout.text()

    def fit(self) -> None:
        """Show everything."""
        count = max(self._count(), 1)
        self._box.setRange(xRange=(0, count), yRange=(0, count), padding=0.0)

    def viewport(self) -> QWidget:
        """Return the widget that takes the mouse; positions are in its pixels."""
        return self._plot.viewport()

    def cell_to_widget(self, row: int, column: int) -> QPoint:
        """Return where the middle of a cell lies in the viewport."""
        return self._plot.mapFromScene(self._box.mapViewToScene(QPointF(column + 0.5, row + 0.5)))

    def _path_item(self, layer: int) -> QGraphicsPathItem:
        item = QGraphicsPathItem()
        item.setZValue(layer)
        item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._box.addItem(item, ignoreBounds=True)
        return item

    # -- events -----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the map, and its keys."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and watched is self._plot:
            return self._key_pressed(event)
        if kind == QEvent.Type.MouseMove and not event.buttons():
            self._hover(self._cell(self._plot.mapToScene(event.position().toPoint())))
        elif kind == QEvent.Type.Leave:
            self._hover(None)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._take_palette()

    def _key_pressed(self, event: QKeyEvent) -> bool:
        """Return whether the key was one of the map's."""
        key = Qt.Key(event.key())
        if key in _ARROWS and self._count():
            row, column = self._hovered or (0, 0)
            down, right = _ARROWS[key] if self._hovered else (0, 0)
            last = self._count() - 1
            self._hover((min(max(row + down, 0), last), min(max(column + right, 0), last)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hovered is not None:
            self._choose(self._hovered)
        elif key == Qt.Key.Key_Escape and self._hovered is not None:
            self._hover(None)
        else:
            return False
        return True

    def _clicked(self, position: QPointF) -> None:
        cell = self._cell(self._box.mapToScene(position))
        if cell is not None:
            self._hover(cell)
            self._choose(cell)

    def _cell(self, scene: QPointF) -> Cell | None:
        place = self._box.mapSceneToView(scene)
        row, column = int(place.y() // 1), int(place.x() // 1)
        count = self._count()
        return (row, column) if 0 <= row < count and 0 <= column < count else None


class ZoomedSquareMap(SquareMap):
    """A SquareMap of many cells: the wheel and the keys + and − zoom, a drag moves.

    A double click, Home and 0 show everything.
    """

    def __init__(self, name: str, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(name, accessible, parent)
        self._box.wheel_turned.connect(self._zoom)
        self._box.drag_started.connect(self._drag_started)
        self._box.drag_moved.connect(self._drag_moved)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show everything on a double click."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.fit()
        return super().eventFilter(watched, event)

    def _key_pressed(self, event: QKeyEvent) -> bool:
        return super()._key_pressed(event) or zoomed_by_key(self._box, event, self.fit)

    def _zoom(self, notches: float, position: QPointF) -> None:
        factor = ZOOM_PER_NOTCH**-notches
        self._box.scaleBy((factor, factor), center=self._box.mapToView(position))

    def _drag_started(self) -> None:
        self._drag_start = self._box.viewRect()

    def _drag_moved(self, way: QPointF) -> None:
        width, height = self._box.viewPixelSize()
        moved = self._drag_start.translated(-way.x() * width, -way.y() * height)
        self._box.setRange(moved, padding=0.0)


def cosmetic(color: object, width: float) -> QPen:
    """Return a pen whose width is in pixels, whatever the zoom."""
    pen = QPen(color, width)
    pen.setCosmetic(True)
    return pen
