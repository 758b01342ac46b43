"""What is laid over a map of cells: windows, taps, the current cell. Usable in any thread."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen

from widgets._cell_map.content import GridMarks, Window
from widgets._cell_map.layout import CellLayout
from widgets.colors import OUTLINE_UNDER, WINDOW_OUTLINE

OTHER_OUTLINE = QColor(64, 196, 255)
LEAST_FOR_TAP_TEXT = 40.0
LEAST_FOR_TAPS = 12.0  # smaller ones would hide the cells; their window is outlined anyway


def paint_marks(
    painter: QPainter, layout: CellLayout, marks: GridMarks, palette: QPalette, font: QFont
) -> None:
    """Draw `marks` over cells that are drawn already."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if marks.covered_from is not None:
        _cover(painter, layout, marks.covered_from, palette)
    if marks.band is not None:
        columns = layout.columns - layout.first_column
        _outline(painter, layout.rect(marks.band, 0, 1, columns), WINDOW_OUTLINE, 2.0)
    for window in marks.windows:
        _paint_window(painter, layout, window)
    _paint_taps(painter, layout, marks, font)
    if marks.cell is not None:
        _outline(painter, layout.rect(*marks.cell).adjusted(1, 1, -1, -1), WINDOW_OUTLINE, 3.0)
        if marks.held:
            _paint_pin(painter, layout.rect(*marks.cell))


def _cover(painter: QPainter, layout: CellLayout, first: int, palette: QPalette) -> None:
    """Cover all cells from the place `first` in reading order on."""
    row, column = divmod(first, layout.columns)
    base = palette.color(QPalette.ColorRole.AlternateBase)
    rest = layout.rect(row, column, 1, layout.columns - column)
    below = layout.rect(row + 1, 0, layout.rows - row - 1, layout.columns)
    for rect in (rest, below):
        if rect.width() > 0 and rect.height() > 0:
            painter.fillRect(rect.adjusted(1, 1, 0, 0), base)


def _outline(
    painter: QPainter,
    rect: QRectF,
    color: QColor,
    width: float,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> None:
    painter.setPen(QPen(OUTLINE_UNDER, width + 2))
    painter.drawRect(rect)
    painter.setPen(QPen(color, width, style))
    painter.drawRect(rect)


def _paint_window(painter: QPainter, layout: CellLayout, window: Window) -> None:
    rect = layout.rect(window.row, window.column, window.height, window.width)
    if window.kind == "overlap":
        painter.fillRect(rect, QBrush(QColor(0, 0, 0, 110), Qt.BrushStyle.DiagCrossPattern))
    elif window.kind == "other":
        _outline(painter, rect, OTHER_OUTLINE, 2.0, Qt.PenStyle.DashLine)
    else:
        _outline(painter, rect, WINDOW_OUTLINE, 2.0)


def _paint_taps(painter: QPainter, layout: CellLayout, marks: GridMarks, font: QFont) -> None:
    if marks.taps is None:
        return
    if layout.side < LEAST_FOR_TAPS and any(window.kind == "main" for window in marks.windows):
        return
    rects = [layout.rect(row, column) for row, column in marks.taps.tolist()]
    inset = min(2.0, layout.side / 8)
    painter.setPen(QPen(WINDOW_OUTLINE, 1.5))
    painter.drawRects([rect.adjusted(inset, inset, -inset, -inset) for rect in rects])
    if layout.side < LEAST_FOR_TAP_TEXT:
        return
    small = QFont(font)
    small.setPointSizeF(max(6.0, min(font.pointSizeF() * 0.85, layout.side * 0.2)))
    painter.setFont(small)
    metrics = QFontMetricsF(small)
    for rect, text in zip(rects, marks.tap_texts, strict=False):
        width = min(metrics.horizontalAdvance(text) + 4, rect.width() - 2 * inset)
        label = QRectF(rect.right() - inset - width, rect.bottom() - inset - metrics.height(),
                       width, metrics.height())  # fmt: skip
        painter.fillRect(label, QColor(20, 20, 20, 215))
        painter.setPen(WINDOW_OUTLINE)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)


def _paint_pin(painter: QPainter, rect: QRectF) -> None:
    radius = max(2.0, min(4.0, rect.width() / 6))
    painter.setPen(QPen(Qt.GlobalColor.white, 1))
    painter.setBrush(QColor(20, 20, 20))
    painter.drawEllipse(rect.topLeft() + QPointF(radius + 3, radius + 3), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
