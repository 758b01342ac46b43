"""A line and a box that the person drags over a picture."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QObject, Signal

from widgets.image_view import ImageView

NEARLY = 1e-6  # of a pixel: two positions are the same
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
        self._dragged = False
        view.view_box.addItem(self._roi, ignoreBounds=True)
        self._roi.sigRegionChangeStarted.connect(self._start)
        self._roi.sigRegionChanged.connect(lambda: self._tell(True))
        self._roi.sigRegionChangeFinished.connect(self._finish)

    def set_visible(self, visible: bool) -> None:
        """Show or hide the line."""
        self._roi.setVisible(visible)

    def set_line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Put the line from `start` to `end`, (row, column) each, without telling.

        Under the mouse, where the person has it, the line stays.
        """
        if self._dragged:
            return
        self._silent = True
        self._roi.setPos(0, 0, finish=False)
        for handle, (row, column) in zip(self._roi.endpoints, (start, end), strict=True):
            self._roi.movePoint(handle, pg.Point(column, row), finish=False, coords="parent")
        self._silent = False

    def line(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return start and end as (row, column)."""
        points = [self._roi.mapToParent(handle.pos()) for handle in self._roi.endpoints]
        return (points[0].y(), points[0].x()), (points[1].y(), points[1].x())

    def _start(self) -> None:
        # A drag counts from where it began: setting the line meanwhile would add to it.
        self._dragged = True

    def _finish(self) -> None:
        self._dragged = False
        self._tell(False)

    def _tell(self, goes_on: bool) -> None:
        if not self._silent:
            start, end = self.line()
            self.moved.emit(*start, *end, goes_on)


class PictureBox(QObject):
    """A box with handles at two corners, which keeps to whole pixels inside the picture."""

    moved = Signal(int, int, int, int, bool)
    """Row, column, height and width in pixels, and whether the drag goes on."""

    def __init__(self, view: ImageView) -> None:
        super().__init__(view)
        self._roi = pg.RectROI(
            [0, 0],
            [8, 8],
            pen=pg.mkPen(COLOR, width=3),
            hoverPen=pg.mkPen(COLOR, width=5),
            invertible=True,  # beyond the opposite corner we stop it ourselves, at one pixel
        )
        self._roi.addScaleHandle([0, 0], [1, 1])
        self._roi.setZValue(50)
        self._roi.hide()
        self._area: tuple[int, int] | None = None
        self._box = (0, 0, 8, 8)
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
        self._draw()
        self._roi.sigRegionChanged.connect(lambda: self._dragged(True))
        self._roi.sigRegionChangeFinished.connect(lambda: self._dragged(False))

    def set_visible(self, visible: bool) -> None:
        """Show or hide the box and the matches."""
        self._roi.setVisible(visible)
        self._matches.setVisible(visible)

    def set_area(self, height: int, width: int) -> None:
        """Let the person drag the box within a picture of this size only."""
        self._area = (height, width)

    def set_box(self, row: int, column: int, height: int, width: int) -> None:
        """Put the box over these pixels, without telling."""
        self._box = (row, column, height, width)
        self._draw()

    def box(self) -> tuple[int, int, int, int]:
        """Return row, column, height and width, in whole pixels."""
        return self._box

    def outline(self) -> tuple[float, float, float, float]:
        """Return where the box is drawn, (top, left, height, width) in scene coordinates."""
        corner, size = self._roi.pos(), self._roi.size()
        return corner.y(), corner.x(), size.y(), size.x()

    def set_matches(self, centres: list[tuple[float, float]]) -> None:
        """Ring these places, (row, column)."""
        self._matches.setData([column for _, column in centres], [row for row, _ in centres])

    def matches(self) -> list[tuple[float, float]]:
        """Return the ringed places."""
        columns, rows = self._matches.getData()
        if rows is None:
            return []
        return [(float(r), float(c)) for r, c in zip(rows, columns, strict=True)]

    def _draw(self) -> None:
        row, column, height, width = self._box
        blocked = self._roi.blockSignals(True)
        # Pixel (0, 0) is centred at the origin, so its corner lies half a pixel before it.
        self._roi.setPos(column - 0.5, row - 0.5, finish=False)
        self._roi.setSize([width, height], finish=False)
        self._roi.blockSignals(blocked)

    def _dragged(self, goes_on: bool) -> None:
        """Take what the mouse made of the box, in whole pixels; tell it if it is news."""
        top, left, height, width = self.outline()
        row, column, old_height, old_width = self._box
        rows, columns = self._area or (None, None)
        row, height = _moved((row, old_height), (top + 0.5, height), rows)
        column, width = _moved((column, old_width), (left + 0.5, width), columns)
        news = (row, column, height, width) != self._box
        self.set_box(row, column, height, width)
        if news or not goes_on:
            self.moved.emit(*self._box, goes_on)


def _moved(
    before: tuple[int, int], after: tuple[float, float], limit: int | None
) -> tuple[int, int]:
    """Return start and length, along one axis, of what the mouse made of `before`.

    after: the same as the mouse has it, anywhere; limit: the picture's length, if there is one.
    A side that the mouse did not take stays where it is; a box moved as a whole keeps its length.
    """
    start, length = before
    end, new_start, new_end = start + length, after[0], after[0] + after[1]
    last = limit if limit is not None else max(round(new_end), end)
    if abs(new_start - start) < NEARLY:
        return start, min(max(round(new_end), start + 1), max(last, start + 1)) - start
    first = 0 if limit is not None else min(round(new_start), start)
    if abs(new_end - end) < NEARLY:
        moved = min(max(round(new_start), first), end - 1)
        return moved, end - moved
    return min(max(round(new_start), first), max(last - length, first)), length
