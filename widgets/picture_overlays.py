"""A line and a box that the person drags over a picture."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QObject, Signal

from widgets.image_view import ImageView

COLOR = "#e69f00"  # seen on both light and dark pictures, with its black outline


class PictureLine(QObject):
    """A line with a handle at either end; dragging the line itself moves all of it."""

    moved = Signal(float, float, float, float, bool)
    """Row and column of the start, of the end, and whether the drag goes on."""

    def __init__(self, view: ImageView) -> None:
        super().__init__(view)
        self._roi = pg.LineSegmentROI(
            [[0, 0], [1, 1]], pen=pg.mkPen(COLOR, width=3), hoverPen=pg.mkPen(COLOR, width=5)
        )
        self._roi.setZValue(50)
        self._roi.hide()
        self._silent = False
        view.view_box.addItem(self._roi, ignoreBounds=True)
        self._roi.sigRegionChanged.connect(lambda: self._tell(True))
        self._roi.sigRegionChangeFinished.connect(lambda: self._tell(False))

    def set_visible(self, visible: bool) -> None:
        """Show or hide the line."""
        self._roi.setVisible(visible)

    def set_line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Put the line from `start` to `end`, (row, column) each, without telling."""
        self._silent = True
        self._roi.setPos(0, 0, finish=False)
        for handle, (row, column) in zip(self._roi.endpoints, (start, end), strict=True):
            self._roi.movePoint(handle, pg.Point(column, row), finish=False, coords="parent")
        self._silent = False

    def line(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return start and end as (row, column)."""
        points = [self._roi.mapToParent(handle.pos()) for handle in self._roi.endpoints]
        return (points[0].y(), points[0].x()), (points[1].y(), points[1].x())

    def _tell(self, goes_on: bool) -> None:
        if not self._silent:
            start, end = self.line()
            self.moved.emit(*start, *end, goes_on)


class PictureBox(QObject):
    """A box with handles at its corners, which keeps to whole pixels inside the picture."""

    moved = Signal(int, int, int, int, bool)
    """Row, column, height and width in pixels, and whether the drag goes on."""

    def __init__(self, view: ImageView) -> None:
        super().__init__(view)
        self._roi = pg.RectROI(
            [0, 0], [8, 8], pen=pg.mkPen(COLOR, width=3), hoverPen=pg.mkPen(COLOR, width=5)
        )
        self._roi.addScaleHandle([0, 0], [1, 1])
        self._roi.setZValue(50)
        self._roi.hide()
        self._silent = False
        self._matches = pg.PlotDataItem(
            pen=None,
            symbol="o",
            symbolSize=13,
            symbolBrush=None,
            symbolPen=pg.mkPen(COLOR, width=2),
        )
        self._matches.setZValue(49)
        view.view_box.addItem(self._roi, ignoreBounds=True)
        view.view_box.addItem(self._matches, ignoreBounds=True)
        self._roi.sigRegionChanged.connect(lambda: self._tell(True))
        self._roi.sigRegionChangeFinished.connect(lambda: self._tell(False))

    def set_visible(self, visible: bool) -> None:
        """Show or hide the box and the matches."""
        self._roi.setVisible(visible)
        self._matches.setVisible(visible)

    def set_box(self, row: int, column: int, height: int, width: int) -> None:
        """Put the box over these pixels, without telling."""
        self._silent = True
        # Pixel (0, 0) is centred at the origin, so its corner lies half a pixel before it.
        self._roi.setPos(column - 0.5, row - 0.5, finish=False)
        self._roi.setSize([width, height], finish=False)
        self._silent = False

    def box(self) -> tuple[int, int, int, int]:
        """Return row, column, height and width, in whole pixels."""
        corner, size = self._roi.pos(), self._roi.size()
        left, top = round(corner.x() + 0.5), round(corner.y() + 0.5)
        return top, left, max(1, round(size.y())), max(1, round(size.x()))

    def set_matches(self, centres: list[tuple[float, float]]) -> None:
        """Ring these places, (row, column)."""
        self._matches.setData([column for _, column in centres], [row for row, _ in centres])

    def matches(self) -> list[tuple[float, float]]:
        """Return the ringed places."""
        columns, rows = self._matches.getData()
        if rows is None:
            return []
        return [(float(r), float(c)) for r, c in zip(rows, columns, strict=True)]

    def _tell(self, goes_on: bool) -> None:
        if not self._silent:
            self.moved.emit(*self.box(), goes_on)
