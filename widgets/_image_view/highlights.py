"""Marks over a picture: the window that is read, the pixels that are reached, the one hovered."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets._image_view.canvas import PictureBox
from widgets._image_view.cell_shapes import CellShape, cell_image, cell_shape, paired
from widgets._image_view.navigation import Navigator
from widgets._image_view.picture import Picture
from widgets.colors import (
    MARKER_OUTLINE,
    NOT_A_NUMBER,
    OUTLINE_UNDER,
    SIGNED,
    WINDOW_OUTLINE,
)

_REACHED_ALPHA = 185
_OUTSIDE_ALPHA = 60
# A mark smaller than this on the screen, in widget pixels, is drawn as a frame of this size.
_SMALLEST_MARK = 11.0
_TICK = 5.0


class Highlights(QGraphicsItem):
    """Paints all marks of one picture, in widget pixels, so that lines stay thin and crisp."""

    def __init__(self, box: PictureBox, navigator: Navigator) -> None:
        super().__init__(box)
        self.setZValue(20)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._box = box
        self._navigator = navigator
        self._picture: Picture | None = None
        self.clear()

    def set_picture(self, picture: Picture | None) -> None:
        """Lay the marks on `picture` from now on."""
        self._picture = picture
        self.update()

    def set_window(
        self, rows: np.ndarray, columns: np.ndarray, inside: np.ndarray | None = None
    ) -> None:
        """Outline the cells; those that are not `inside` dashed."""
        shape = np.broadcast_shapes(np.shape(rows), np.shape(columns))
        rows, columns = paired(rows, columns)
        if inside is not None:
            within = np.broadcast_to(inside, shape).ravel().astype(bool)
        elif self._picture is None:
            within = np.ones(rows.shape, dtype=bool)
        else:
            height, width = self._picture.shape
            within = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        self._window = cell_shape(rows[within], columns[within])
        self._outside = cell_shape(rows[~within], columns[~within])
        red, green, blue, _ = WINDOW_OUTLINE.getRgb()
        fill = np.array([red, green, blue, _OUTSIDE_ALPHA], dtype=np.uint8)
        self._outside_fill = cell_image(rows[~within], columns[~within], fill)
        self.update()

    def set_reached(
        self, rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, limit: float
    ) -> None:
        """Fill the cells with the signed colours of `weights`."""
        shape = np.broadcast_shapes(np.shape(rows), np.shape(columns))
        flat = np.broadcast_to(np.asarray(weights, dtype=np.float64), shape).ravel()
        rows, columns = paired(rows, columns)
        missing = np.isnan(flat)
        scale = 1.0 / limit if limit > 0 and np.isfinite(limit) else 0.0
        shares = np.clip(np.where(missing, 0.0, flat) * scale, -1.0, 1.0)
        rgba = np.full((flat.size, 4), _REACHED_ALPHA, dtype=np.uint8)
        rgba[:, :3] = SIGNED[np.minimum(255, (shares * 127.5 + 128.0).astype(np.int64))]
        rgba[missing, :3] = NOT_A_NUMBER.getRgb()[:3]
        self._reached = cell_shape(rows, columns)
        self._reached_fill = cell_image(rows, columns, rgba)
        self.update()

    def set_marker(self, row: int, column: int) -> None:
        """Frame one pixel."""
        self._marker = (int(row), int(column))
        self.update()

    def clear(self) -> None:
        """Take all marks away."""
        self._window = self._outside = self._reached = CellShape()
        self._outside_fill = self._reached_fill = (QImage(), QRectF())
        self._marker: tuple[int, int] | None = None
        self.update()

    def boundingRect(self) -> QRectF:
        """The whole view: marks may lie beside the picture."""
        return self._box.rect()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint fills first, then outlines, the marker on top."""
        if self._picture is None:
            return
        index_to_widget = self._index_transform(self._picture)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setTransform(index_to_widget, combine=True)
        for image, place in (self._reached_fill, self._outside_fill):
            if not image.isNull():
                painter.drawImage(place, image)
        painter.restore()
        self._outline(painter, index_to_widget, self._reached, MARKER_OUTLINE, 1.0)
        self._outline(painter, index_to_widget, self._outside, WINDOW_OUTLINE, 2.0, dashed=True)
        self._outline(painter, index_to_widget, self._window, WINDOW_OUTLINE, 2.0)
        if self._marker is not None:
            self._paint_marker(painter, index_to_widget, *self._marker)

    def _index_transform(self, picture: Picture) -> QTransform:
        """From (column, row) of the picture to widget pixels."""
        origin = self._navigator.to_widget(picture.center_of(0, 0))
        scale = self._navigator.camera.scale
        step_y, step_x = picture.pixel_size
        return QTransform(scale * step_x, 0, 0, scale * step_y, origin.x(), origin.y())

    def _outline(
        self,
        painter: QPainter,
        to_widget: QTransform,
        shape: CellShape,
        color: QColor,
        width: float,
        *,
        dashed: bool = False,
    ) -> None:
        if shape.empty:
            return
        frame = to_widget.mapRect(shape.bounds)
        if min(frame.width(), frame.height()) < _SMALLEST_MARK:
            squares, edges, transform = [_at_least(frame, _SMALLEST_MARK)], [], QTransform()
        else:
            squares, edges, transform = shape.squares, shape.edges, to_widget
        painter.save()
        painter.setTransform(transform, combine=True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ratio = painter.device().devicePixelRatioF()
        under = _pen(OUTLINE_UNDER, (width + 2.0) * ratio)
        for pen in (under, _pen(color, width * ratio, dashed=dashed)):
            painter.setPen(pen)
            if squares:
                painter.drawRects(squares)
            if edges:
                painter.drawLines(edges)
        painter.restore()

    def _paint_marker(
        self, painter: QPainter, to_widget: QTransform, row: int, column: int
    ) -> None:
        """A frame around the pixel; four ticks tell it from a window, whatever its colour."""
        pixel = to_widget.mapRect(QRectF(column - 0.5, row - 0.5, 1, 1))
        frame = _at_least(pixel, _SMALLEST_MARK)
        center = frame.center()
        ticks = [
            QLineF(frame.left() - _TICK, center.y(), frame.left(), center.y()),
            QLineF(frame.right(), center.y(), frame.right() + _TICK, center.y()),
            QLineF(center.x(), frame.top() - _TICK, center.x(), frame.top()),
            QLineF(center.x(), frame.bottom(), center.x(), frame.bottom() + _TICK),
        ]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ratio = painter.device().devicePixelRatioF()
        for pen in (_pen(OUTLINE_UNDER, 4.0 * ratio), _pen(MARKER_OUTLINE, 2.0 * ratio)):
            painter.setPen(pen)
            painter.drawRect(frame)
            painter.drawLines(ticks)
        painter.restore()


def _at_least(rect: QRectF, side: float) -> QRectF:
    """`rect` grown about its centre until both sides measure `side`."""
    extra_x = max(0.0, side - rect.width()) / 2
    extra_y = max(0.0, side - rect.height()) / 2
    return rect.adjusted(-extra_x, -extra_y, extra_x, extra_y)


def _pen(color: QColor, width: float, *, dashed: bool = False) -> QPen:
    """A pen of `width` device pixels at any zoom: Qt does not scale cosmetic pens for a screen."""
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashed else Qt.PenCapStyle.SquareCap)
    if dashed:
        pen.setDashPattern([3.0, 2.0])
    return pen
