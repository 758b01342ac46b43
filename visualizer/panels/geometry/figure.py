"""Input, window and output as one figure: for files, in any thread."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPalette

from widgets.cell_map import GridCells, GridMarks, draw_cells

MARGIN = 14.0
WIDTH = 960
ARROW = 46.0
TITLE_GAP = 6.0


@dataclass(frozen=True)
class Figure:
    """What the figure shows: two grids with titles and marks, and lines of text below."""

    input_title: str
    inputs: GridCells
    input_marks: GridMarks
    output_title: str
    outputs: GridCells
    output_marks: GridMarks
    lines: tuple[str, ...]


def paper() -> QPalette:
    """Return the colours of a figure on white paper, whatever the theme."""
    palette = QPalette()
    for role, color in (
        (QPalette.ColorRole.Base, "#ffffff"),
        (QPalette.ColorRole.AlternateBase, "#eceef1"),
        (QPalette.ColorRole.Text, "#1b1f24"),
        (QPalette.ColorRole.PlaceholderText, "#5c6570"),
        (QPalette.ColorRole.Mid, "#b9bec6"),
    ):
        palette.setColor(role, QColor(color))
    return palette


def figure_size(figure: Figure, font: QFont) -> QSize:
    """Return the size that shows both grids well: as high as the higher grid and the text need."""
    half = (WIDTH - 2 * MARGIN - ARROW) / 2
    ratio = max(
        cells.shape[0] / max(cells.shape[1], 1) for cells in (figure.inputs, figure.outputs)
    )
    grid = min(max(half * ratio, 120.0), 1.4 * half)
    text = QFontMetricsF(font).height() + 4
    return QSize(WIDTH, round(grid + (len(figure.lines) + 1.5) * text + 2 * MARGIN))


def paint_figure(painter: QPainter, size: QSize, figure: Figure, font: QFont, *, vector: bool
                 ) -> None:  # fmt: skip
    """Draw `figure` on white in a `size` area."""
    palette = paper()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), Qt.GlobalColor.white)
    line = QFontMetricsF(font).height() + 4
    half = (size.width() - 2 * MARGIN - ARROW) / 2
    top = MARGIN + line + TITLE_GAP
    height = size.height() - top - len(figure.lines) * line - MARGIN - TITLE_GAP
    bold = QFont(font)
    bold.setBold(True)
    for left, title, cells, marks in (
        (MARGIN, figure.input_title, figure.inputs, figure.input_marks),
        (MARGIN + half + ARROW, figure.output_title, figure.outputs, figure.output_marks),
    ):
        painter.setFont(bold)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(QRectF(left, MARGIN, half, line), Qt.AlignmentFlag.AlignCenter, title)
        painter.save()
        painter.translate(left, top)
        draw_cells(painter, half, height, cells, marks, palette, font, vector=vector)
        painter.restore()
    _paint_arrow(painter, MARGIN + half, top + height / 2)
    painter.setFont(font)
    painter.setPen(palette.color(QPalette.ColorRole.Text))
    for number, text in enumerate(figure.lines):
        place = QRectF(MARGIN, top + height + TITLE_GAP + number * line,
                       size.width() - 2 * MARGIN, line)  # fmt: skip
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _paint_arrow(painter: QPainter, left: float, y: float) -> None:
    painter.setPen(QColor("#1b1f24"))
    right = left + ARROW - 10
    painter.drawLine(round(left + 10), round(y), round(right), round(y))
    for shift in (-5, 5):
        painter.drawLine(round(right - 7), round(y + shift), round(right), round(y))


def figure_image(figure: Figure, font: QFont, size: QSize | None = None) -> QImage:
    """Return `figure` as an opaque RGB picture."""
    size = size or figure_size(figure, font)
    image = QImage(size, QImage.Format.Format_RGB888)
    painter = QPainter(image)
    paint_figure(painter, size, figure, font, vector=False)
    painter.end()
    return image
