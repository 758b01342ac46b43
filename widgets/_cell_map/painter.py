"""How a map of cells is drawn: colours, numbers, padding, hatching. Usable in any thread."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPalette,
    QPen,
    QTransform,
)

from widgets._cell_map.content import GridCells
from widgets._cell_map.layout import SHEET_SHIFT, CellLayout
from widgets.colors import color_table, is_light, quantize
from widgets.number_text import format_number

LEAST_FOR_LINES = 9.0
LEAST_TEXT = 6.5
LEAST_FOR_TEXT = 15.0
TEXT_MARGIN = 7.0


def paint_cells(
    painter: QPainter,
    layout: CellLayout,
    cells: GridCells,
    palette: QPalette,
    font: QFont,
    *,
    vector: bool = False,
) -> None:
    """Draw the cells without marks. vector: one rectangle a cell, for files that scale."""
    for depth in range(len(cells.behind), 0, -1):
        _paint_sheet_behind(painter, layout, cells, depth, palette)
    rgba = cell_colors(cells)
    _paint_colors(painter, layout.area(), rgba, vector=vector)
    _paint_padding(painter, layout, cells, palette)
    _paint_lines(painter, layout, cells, palette)
    if cells.uncentred is not None:
        _paint_uncentred(painter, layout, cells.uncentred)
    if cells.hatched is not None:
        _paint_hatching(painter, layout, cells.hatched)
    if cells.hidden is not None:
        _paint_hidden(painter, layout, cells.hidden, palette, font)
    _paint_numbers(painter, layout, cells, rgba, palette, font)
    _paint_frame(painter, layout, cells, palette)


def cell_colors(cells: GridCells) -> np.ndarray:
    """Return the colours of the cells, uint8 (rows, columns, 4); no cell is transparent."""
    return _colors_of(cells.values, cells)


def _colors_of(values: np.ndarray, cells: GridCells) -> np.ndarray:
    shades = cells.shades if cells.shades is not None else quantize(values, cells.levels)
    rgba = np.empty((*values.shape, 4), dtype=np.uint8)
    rgba[..., :3] = color_table(cells.colors)[shades]
    rgba[..., 3] = np.where(np.isnan(values), 0, 255)
    return rgba


def _paint_colors(painter: QPainter, area: QRectF, rgba: np.ndarray, *, vector: bool) -> None:
    rows, columns = rgba.shape[:2]
    if vector:
        width, height = area.width() / columns, area.height() / rows
        for row, column in np.argwhere(rgba[..., 3] > 0):
            place = QRectF(area.x() + column * width, area.y() + row * height, width, height)
            painter.fillRect(place, QColor(*rgba[row, column].tolist()))
        return
    data = np.ascontiguousarray(rgba)
    image = QImage(data.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    painter.drawImage(area, image)


def _paint_sheet_behind(
    painter: QPainter, layout: CellLayout, cells: GridCells, depth: int, palette: QPalette
) -> None:
    shift = depth * SHEET_SHIFT
    values = cells.behind[depth - 1]
    top, bottom, left, right = cells.padding
    rows, columns = values.shape
    inner = values[top : rows - bottom, left : columns - right]
    place = layout.rect(0, 0, *inner.shape).translated(shift, -shift)
    whole = layout.area().translated(shift, -shift)
    painter.fillRect(whole, palette.color(QPalette.ColorRole.Base))
    _paint_colors(painter, place, _colors_of(inner, cells), vector=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    text = palette.color(QPalette.ColorRole.Text)
    if any(cells.padding):
        painter.setPen(QPen(text, 1, Qt.PenStyle.DashLine))
        painter.drawRect(whole)
    painter.setPen(QPen(text, 1))
    painter.drawRect(place)


def _paint_padding(
    painter: QPainter, layout: CellLayout, cells: GridCells, palette: QPalette
) -> None:
    """Cover the added cells with dots on the background: they are none of the input's."""
    base = palette.color(QPalette.ColorRole.Base)
    dots = QColor(palette.color(QPalette.ColorRole.Text))
    dots.setAlpha(110)
    for rect in _padding_rects(layout, cells):
        painter.fillRect(rect, base)
        painter.fillRect(rect, QBrush(dots, Qt.BrushStyle.Dense7Pattern))


def _padding_rects(layout: CellLayout, cells: GridCells) -> list[QRectF]:
    top, bottom, left, right = cells.padding
    rows, columns = cells.shape
    height, width = rows - top - bottom, columns - left - right
    rects = [
        layout.rect(-top, -left, top, columns),
        layout.rect(height, -left, bottom, columns),
        layout.rect(0, -left, height, left),
        layout.rect(0, width, height, right),
    ]
    return [rect for rect in rects if rect.width() > 0 and rect.height() > 0]


def _paint_lines(
    painter: QPainter, layout: CellLayout, cells: GridCells, palette: QPalette
) -> None:
    if layout.side < LEAST_FOR_LINES:
        return
    blank = np.isnan(cells.values)
    areas = [(layout.area(), Qt.PenStyle.SolidLine)]
    color = palette.color(QPalette.ColorRole.Mid)
    if blank.any():
        _paint_single_frames(painter, layout, ~blank, color)
        return
    if any(cells.padding):
        top, bottom, left, right = cells.padding
        inner = layout.rect(0, 0, layout.rows - top - bottom, layout.columns - left - right)
        areas = [(inner, Qt.PenStyle.SolidLine)]
        areas += [(rect, Qt.PenStyle.DotLine) for rect in _padding_rects(layout, cells)]
    for area, style in areas:
        painter.setPen(QPen(color, 1, style))
        painter.drawLines(_grid_lines(area, layout.side))


def _grid_lines(area: QRectF, side: float) -> list[QLineF]:
    rows, columns = round(area.height() / side), round(area.width() / side)
    across = [
        QLineF(area.left(), area.top() + r * side, area.right(), area.top() + r * side)
        for r in range(rows + 1)
    ]
    down = [
        QLineF(area.left() + c * side, area.top(), area.left() + c * side, area.bottom())
        for c in range(columns + 1)
    ]
    return across + down


def _paint_single_frames(
    painter: QPainter, layout: CellLayout, there: np.ndarray, color: QColor
) -> None:
    painter.setPen(QPen(color, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    first_row, first_column = layout.first_row, layout.first_column
    painter.drawRects(
        [layout.rect(r - first_row, c - first_column) for r, c in np.argwhere(there).tolist()]
    )


def _paint_hatching(painter: QPainter, layout: CellLayout, hatched: np.ndarray) -> None:
    dark = QBrush(QColor(0, 0, 0, 150), Qt.BrushStyle.BDiagPattern)
    light = QBrush(QColor(255, 255, 255, 120), Qt.BrushStyle.FDiagPattern)
    for row, column in np.argwhere(hatched).tolist():
        rect = layout.rect(row - layout.first_row, column - layout.first_column)
        painter.fillRect(rect, light)
        painter.fillRect(rect, dark)


def _paint_uncentred(painter: QPainter, layout: CellLayout, uncentred: np.ndarray) -> None:
    """Hatch lightly, one way only: such a cell is read, but no window is centred on it."""
    dark = QBrush(QColor(0, 0, 0, 130), Qt.BrushStyle.BDiagPattern)
    light = QBrush(QColor(255, 255, 255, 130), Qt.BrushStyle.BDiagPattern)
    light.setTransform(QTransform.fromTranslate(1.5, 0))
    for row, column in np.argwhere(uncentred).tolist():
        rect = layout.rect(row - layout.first_row, column - layout.first_column)
        painter.fillRect(rect, light)
        painter.fillRect(rect, dark)


def _paint_hidden(
    painter: QPainter, layout: CellLayout, hidden: np.ndarray, palette: QPalette, font: QFont
) -> None:
    font = QFont(font)
    font.setPointSizeF(max(LEAST_TEXT, min(font.pointSizeF() * 1.2, layout.side * 0.4)))
    painter.setFont(font)
    painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
    base = palette.color(QPalette.ColorRole.AlternateBase)
    if layout.side < LEAST_FOR_TEXT:
        cover = np.zeros((*hidden.shape, 4), dtype=np.uint8)
        cover[hidden] = base.getRgb()
        _paint_colors(painter, layout.area(), cover, vector=False)
        return
    for row, column in np.argwhere(hidden).tolist():
        rect = layout.rect(row - layout.first_row, column - layout.first_column)
        painter.fillRect(rect.adjusted(1, 1, -0.5, -0.5), base)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "?")


def fitting_texts(
    values: np.ndarray, side: float, font: QFont
) -> tuple[list[list[str]], QFont] | None:
    """Return the numbers as texts that fit cells of `side` pixels, and their font; None: too small.

    Rather fewer digits than a smaller font, down to two; a whole number is never cut.
    """
    if side < LEAST_FOR_TEXT:
        return None
    shown = np.unique(values[np.isfinite(values)])
    whole = bool(np.all(shown == np.round(shown)))
    for digits in (6,) if whole else (4, 3, 2):
        texts = {float(value): number_text(float(value), digits) for value in shown}
        longest = max(texts.values(), key=len, default="0")
        fitted = _fitting_font(longest, side, font, least=LEAST_TEXT if digits in (2, 6) else 8.0)
        if fitted is not None:
            return [
                [texts.get(value, "" if value != value else number_text(value)) for value in row]
                for row in values.tolist()
            ], fitted
    return None


def number_text(value: float, digits: int = 6) -> str:
    """Return `value` as it is written in a cell, with a real minus sign."""
    return format_number(value, digits).replace("-", "−").replace("inf", "∞")


def _fitting_font(text: str, side: float, font: QFont, *, least: float) -> QFont | None:
    font = QFont(font)
    size = min(font.pointSizeF() * 1.8, side * 0.36)
    size = max(size, least)
    while size >= least:
        font.setPointSizeF(size)
        metrics = QFontMetricsF(font)
        wide = metrics.horizontalAdvance(text) + TEXT_MARGIN <= side
        if wide and metrics.height() <= side:
            return font
        size -= 0.5
    return None


def _paint_numbers(
    painter: QPainter,
    layout: CellLayout,
    cells: GridCells,
    rgba: np.ndarray,
    palette: QPalette,
    font: QFont,
) -> None:
    fitted = fitting_texts(cells.values, layout.side, font)
    centre = Qt.AlignmentFlag.AlignCenter
    if fitted is not None:
        texts, number_font = fitted
        painter.setFont(number_font)
        dark = is_light(rgba[..., :3])
        hidden = cells.hidden
        on_base = palette.color(QPalette.ColorRole.PlaceholderText)
        for row, column in np.ndindex(cells.shape):
            if hidden is not None and hidden[row, column]:
                continue
            r, c = row - layout.first_row, column - layout.first_column
            if any(cells.padding) and cells.is_padding(r, c):
                painter.setPen(on_base)
            else:
                painter.setPen(Qt.GlobalColor.black if dark[row, column] else Qt.GlobalColor.white)
            painter.drawText(layout.rect(r, c), centre, texts[row][column])
    painter.setFont(font)
    painter.setPen(palette.color(QPalette.ColorRole.Text))
    for (row, column), text in cells.captions.items():
        rect = layout.rect(row - layout.first_row, column - layout.first_column)
        painter.drawText(rect.adjusted(-20, -20, 20, 20), centre, text)


def _paint_frame(
    painter: QPainter, layout: CellLayout, cells: GridCells, palette: QPalette
) -> None:
    if np.isnan(cells.values).any():
        return
    top, bottom, left, right = cells.padding
    inner = layout.rect(0, 0, layout.rows - top - bottom, layout.columns - left - right)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 1.5))
    painter.drawRect(inner)
    if any(cells.padding):
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 1, Qt.PenStyle.DashLine))
        painter.drawRect(layout.area())


def paint_rulers(
    painter: QPainter, layout: CellLayout, cells: GridCells, palette: QPalette, font: QFont
) -> None:
    """Write the numbers of rows and columns, as many as fit."""
    painter.setFont(font)
    painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
    metrics = QFontMetricsF(font)
    top, bottom, left, right = cells.padding
    rows, columns = cells.shape
    high = metrics.height()
    wide = metrics.horizontalAdvance(f"−{max(rows, columns)}") + 4
    area = layout.area()
    for column in _numbered(columns - left - right, wide / layout.side):
        middle = layout.rect(0, column).center().x()
        place = QRectF(middle - 30, area.top() - layout.behind - high - 2, 60, high)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(column))
    for row in _numbered(rows - top - bottom, high / layout.side):
        middle = layout.rect(row, 0).center().y()
        place = QRectF(area.left() - 64, middle - high / 2, 60, high)
        painter.drawText(
            place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(row)
        )


def _numbered(count: int, least: float) -> range:
    """Return which of `count` cells get a number, so that they are `least` cells apart."""
    step = next((s for s in (1, 2, 4, 8, 16, 32) if s >= least), 64)
    return range(0, count, step)


def ruler_room(cells: GridCells, font: QFont) -> tuple[float, float]:
    """Return the room (left, top) that the numbers of rows and columns take."""
    metrics = QFontMetricsF(font)
    return metrics.horizontalAdvance(str(max(cells.shape))) + 8, metrics.height() + 3


def center_of(layout: CellLayout, row: int, column: int) -> QPointF:
    """Return the middle of a cell."""
    return layout.rect(row, column).center()
