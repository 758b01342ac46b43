"""The grid between large pixels and the number written into each of them."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontDatabase, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets._image_view.canvas import PictureBox
from widgets._image_view.navigation import Navigator
from widgets._image_view.number_format import NumberFormat
from widgets._image_view.picture import Picture
from widgets.colors import NOT_A_NUMBER, is_light

_GRID_FROM = 26.0
_TEXT_FROM = 36.0
_SMALLEST_FONT = 8
# Numbers have six characters (−0.125) where those can be this large, else five (−0.13).
_COMFORTABLE_FONT = 11
_LONG, _SHORT = 6, 5
_LARGEST_FONT = 18
_LINE_HEIGHT = 1.2
# Of the font size; what the digits of the usual monospaced fonts are wide.
_DIGIT_WIDTH = 0.62
# More numbers than this nobody reads, and painting them would make panning stutter.
_MOST_TEXTS = 3000
_GRID_COLOR = QColor(128, 128, 128, 120)
_HATCH_COLOR = QColor(0, 0, 0, 90)

Texts = dict[tuple[int, int], tuple[str, ...]]


class PixelValues(QGraphicsItem):
    """Paints frame, grid and numbers of the visible pixels, in widget pixels."""

    def __init__(self, box: PictureBox, navigator: Navigator) -> None:
        super().__init__(box)
        self.setZValue(10)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._box = box
        self._navigator = navigator
        self._picture: Picture | None = None
        self._format = NumberFormat(1.0)
        self._shown = True
        self._frame_color = QColor(128, 128, 128)
        self._cached: tuple[tuple[int, ...] | None, Texts] = (None, {})

    def set_picture(self, picture: Picture | None, number_format: NumberFormat) -> None:
        """Write the numbers of `picture` from now on."""
        self._picture = picture
        self._format = number_format
        self._cached = (None, {})
        self.update()

    def set_shown(self, shown: bool) -> None:
        """Write numbers, or the grid only."""
        self._shown = shown
        self.update()

    def set_frame_color(self, color: QColor) -> None:
        """Draw the frame around the picture in `color`."""
        self._frame_color = color
        self.update()

    def visible_texts(self) -> Texts:
        """Return what is written at present: (row, column) → one text per channel."""
        picture = self._picture
        if picture is None or not self._shown:
            return {}
        top, left, bottom, right = visible = self._visible(picture)
        font, characters = self._text_size(picture)
        channels = 1 if picture.values.ndim == 2 else picture.values.shape[2]
        count = max(0, bottom - top) * max(0, right - left) * channels
        too_small = min(self._cell(picture)) < _TEXT_FROM or font < _SMALLEST_FONT
        if too_small or count > _MOST_TEXTS:
            return {}
        key = (*visible, characters)
        if self._cached[0] != key:
            part = picture.values[top:bottom, left:right].astype(np.float64)
            numbers = part.reshape(bottom - top, right - left, channels).tolist()
            cell = self._format.cell
            texts = {
                (top + i, left + j): tuple(cell(number, characters) for number in pixel)
                for i, line in enumerate(numbers)
                for j, pixel in enumerate(line)
            }
            self._cached = (key, texts)
        return self._cached[1]

    def boundingRect(self) -> QRectF:
        """The whole view."""
        return self._box.rect()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint frame, grid and numbers."""
        picture = self._picture
        if picture is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if min(self._cell(picture)) >= _GRID_FROM:
            self._paint_missing(painter, picture)
            self._paint_grid(painter, picture)
        painter.setPen(QPen(self._frame_color, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self._navigator.rect_to_widget(picture.bounds()).adjusted(-1, -1, 0, 0))
        texts = self.visible_texts()
        if texts:
            self._paint_texts(painter, picture, texts)

    def _cell(self, picture: Picture) -> tuple[float, float]:
        """Width and height of a pixel on the screen."""
        scale = self._navigator.camera.scale
        return scale * picture.pixel_size[1], scale * picture.pixel_size[0]

    def _visible(self, picture: Picture) -> tuple[int, int, int, int]:
        """First row and column that can be seen, and those behind the last."""
        rect = self._navigator.visible_rect()
        top, left = picture.index_at(rect.topLeft())
        bottom, right = picture.index_at(rect.bottomRight())
        rows, columns = picture.shape
        return (
            min(max(top, 0), rows),
            min(max(left, 0), columns),
            min(max(bottom + 1, 0), rows),
            min(max(right + 1, 0), columns),
        )

    def _text_size(self, picture: Picture) -> tuple[int, int]:
        """The largest font, in pixels, with which every line fits, and the characters a line."""
        width, height = self._cell(picture)
        channels = 1 if picture.values.ndim == 2 else picture.values.shape[2]
        down = (height - 4) / (channels * _LINE_HEIGHT)
        font = 0
        for characters in (_LONG, _SHORT):
            across = (width - 7) / (characters * _DIGIT_WIDTH)
            font = math.floor(min(across, down, _LARGEST_FONT))
            if font >= _COMFORTABLE_FONT:
                return font, characters
        return font, _SHORT

    def _paint_grid(self, painter: QPainter, picture: Picture) -> None:
        top, left, bottom, right = self._visible(picture)
        area = self._navigator.rect_to_widget(
            picture.cells_rect(top, left, bottom - top, right - left)
        )
        width, height = self._cell(picture)
        xs = [area.left() + width * k for k in range(1, right - left)]
        ys = [area.top() + height * k for k in range(1, bottom - top)]
        lines = [QLineF(x, area.top(), x, area.bottom()) for x in xs]
        lines += [QLineF(area.left(), y, area.right(), y) for y in ys]
        painter.setPen(QPen(_GRID_COLOR, 1))
        painter.drawLines(lines)

    def _paint_missing(self, painter: QPainter, picture: Picture) -> None:
        """Hatch the visible pixels whose numbers are NaN: no colour of a map stands for that."""
        top, left, _, _ = self._visible(picture)
        rects = [
            self._navigator.rect_to_widget(picture.cells_rect(top + i, left + j, 1, 1))
            for i, j in np.argwhere(self._missing(picture)).tolist()
        ]
        if rects:
            painter.setPen(Qt.PenStyle.NoPen)
            hatch = QBrush(_HATCH_COLOR, Qt.BrushStyle.BDiagPattern)
            for brush in (QBrush(NOT_A_NUMBER), hatch):
                painter.setBrush(brush)
                painter.drawRects(rects)

    def _missing(self, picture: Picture) -> np.ndarray:
        """Which of the visible pixels hold a NaN."""
        top, left, bottom, right = self._visible(picture)
        missing = np.isnan(picture.values[top:bottom, left:right])
        return missing.any(axis=2) if missing.ndim == 3 else missing

    def _paint_texts(self, painter: QPainter, picture: Picture, texts: Texts) -> None:
        font = value_font(self._text_size(picture)[0])
        metrics = QFontMetricsF(font)
        digit, line = metrics.horizontalAdvance("0"), metrics.height()
        # Digits have no descenders: centring their height looks centred.
        rise = metrics.tightBoundingRect("0").height()
        top, left, bottom, right = self._visible(picture)
        colors = picture.rgb(slice(top, bottom), slice(left, right)).copy()
        colors[self._missing(picture)] = NOT_A_NUMBER.getRgb()[:3]
        light = is_light(colors)
        first = self._navigator.to_widget(picture.center_of(0, 0))
        width, height = self._cell(picture)
        painter.setFont(font)
        for dark_text in (True, False):
            painter.setPen(Qt.GlobalColor.black if dark_text else Qt.GlobalColor.white)
            for (row, column), lines in texts.items():
                if bool(light[row - top, column - left]) is not dark_text:
                    continue
                x = first.x() + width * column
                y = first.y() + height * row + rise / 2 - line * (len(lines) - 1) / 2
                for number, text in enumerate(lines):
                    place = QPointF(x - len(text) * digit / 2, y + number * line)
                    painter.drawText(place, text)


def value_font(pixels: int) -> QFont:
    """Return the system's monospaced font, `pixels` high: all digits are equally wide."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(pixels)
    return font
