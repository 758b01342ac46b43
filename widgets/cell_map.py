"""A grid of numbers to look at and point into: input, output, use counts, a matrix."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from widgets._cell_map.cell_editor import CellEditor
from widgets._cell_map.content import GridCells, GridMarks, Window, signed_levels
from widgets._cell_map.layout import CellLayout
from widgets._cell_map.marks import paint_marks
from widgets._cell_map.painter import center_of, number_text, paint_cells, paint_rulers, ruler_room
from widgets._image_view.color_bar import ColorBar
from widgets.number_text import NumberTextError, parse_matrix, parse_number

__all__ = [
    "CellMap",
    "CellPane",
    "ColorBar",
    "GridCells",
    "GridMarks",
    "Window",
    "draw_cells",
    "signed_levels",
]

_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class CellMap(QWidget):
    """Paints `GridCells` and, over them, `GridMarks`; says what the mouse and the keys point at.

    All rows and columns count from the first real cell, so that padding lies at −1 and before.
    The cells are painted once and kept as an image; only the marks are painted at every step.
    """

    cell_hovered = Signal(int, int)
    hover_left = Signal()
    cell_clicked = Signal(int, int)
    cell_moved = Signal(int, int)
    """The arrow keys went to this cell (never to padding)."""
    text_typed = Signal(str)
    """The first character of a number, typed while the map had the keyboard (not editable)."""
    value_typed = Signal(int, int, float)
    """Row, column and the number that the person gave a cell (editable)."""
    matrix_pasted = Signal(object)
    """Several numbers from the clipboard, float64 (rows, columns) (editable)."""
    typing_refused = Signal(str)
    """Why what was typed or pasted is no number; the cells keep their own."""

    def __init__(self, parent: QWidget | None = None, *, rulers: bool = True) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._cells: GridCells | None = None
        self._marks = GridMarks()
        self._rulers = rulers
        self._layout: CellLayout | None = None
        self._image: QImage | None = None
        self._hovered: tuple[int, int] | None = None
        self._editable = False
        self._most = 0
        self._editor: CellEditor | None = None

    def set_editable(self, editable: bool, most: int = 31) -> None:
        """Let cells be typed into (a digit, F2 or a double click begins) and pasted into.

        most: rows and columns that a pasted matrix may have.
        """
        self._editable, self._most = editable, most

    def set_cells(self, cells: GridCells | None) -> None:
        """Show `cells`, or nothing."""
        if self._cells is None or cells is None or self._cells.shape != cells.shape:
            self._end_edit()
        self._cells = cells
        self._forget()

    def cells(self) -> GridCells | None:
        """Return what is shown."""
        return self._cells

    def set_marks(self, marks: GridMarks) -> None:
        """Lay `marks` over the cells."""
        self._marks = marks
        self.update()

    def marks(self) -> GridMarks:
        """Return what lies over the cells."""
        return self._marks

    def cell_center(self, row: int, column: int) -> QPoint:
        """Return the middle of a cell, for a mouse."""
        layout = self.cell_layout()
        assert layout is not None, "there are no cells"
        return center_of(layout, row, column).toPoint()

    def cell_layout(self) -> CellLayout | None:
        """Return where the cells lie, None without cells."""
        if self._layout is None and self._cells is not None:
            left, top = ruler_room(self._cells, self.font()) if self._rulers else (0.0, 0.0)
            self._layout = CellLayout(self._cells, self.width(), self.height(), left=left, top=top)
        return self._layout

    def cell_text(self, row: int, column: int) -> str:
        """Return what is said about a cell: where it is, and its number in full."""
        cells = self._cells
        if cells is None:
            return ""
        place = f"row {row}, column {column}"
        at = row + cells.padding[0], column + cells.padding[2]
        if at in cells.captions or cells.value(row, column) != cells.value(row, column):
            return ""
        if cells.hidden is not None and cells.hidden[at]:
            return f"{place}: to be guessed"
        number = f"{cells.value(row, column):.10g}".replace("-", "−").replace("inf", "∞")
        if any(cells.padding) and cells.is_padding(row, column):
            return f"{place}: padding, {number}"
        said = f"{place}: {number}"
        if cells.hatched is not None and cells.hatched[at]:
            return f"{said} (read by no window)"
        if cells.uncentred is not None and cells.uncentred[at]:
            return f"{said} (no window is centred here)"
        return said

    def shown_text(self, row: int, column: int) -> str:
        """Return the number as it is written in a cell with room for it."""
        assert self._cells is not None, "there are no cells"
        return number_text(self._cells.value(row, column))

    def sizeHint(self) -> QSize:
        """Ask for little, so that a page of maps can be low; a map takes all the room there is."""
        return QSize(120, 120)

    def minimumSizeHint(self) -> QSize:
        """Stay large enough for colours."""
        return QSize(90, 90)

    # -- drawing ----------------------------------------------------------------------------

    def _forget(self) -> None:
        self._layout = self._image = None
        self.update()

    def resizeEvent(self, event: QEvent) -> None:
        """Lay the cells out anew."""
        super().resizeEvent(event)
        self._forget()

    def changeEvent(self, event: QEvent) -> None:
        """Follow palette and text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._forget()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the kept image of the cells, and the marks over it."""
        layout = self.cell_layout()
        if layout is None or self._cells is None:
            return
        if self._image is None:
            self._image = self._painted(layout, self._cells)
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        paint_marks(painter, layout, self._marks, self.palette(), self.font())
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _painted(self, layout: CellLayout, cells: GridCells) -> QImage:
        ratio = self.devicePixelRatioF()
        image = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_cells(painter, layout, cells, self.palette(), self.font())
        if self._rulers:
            paint_rulers(painter, layout, cells, self.palette(), self.font())
        painter.end()
        return image

    # -- mouse and keys ---------------------------------------------------------------------

    def _cell_at(self, position: QPointF) -> tuple[int, int] | None:
        layout = self.cell_layout()
        return layout.cell_at(position) if layout is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which cell the mouse is on."""
        cell = self._cell_at(event.position())
        if cell == self._hovered:
            return
        self._hovered = cell
        if cell is None:
            self.hover_left.emit()
        else:
            self.cell_hovered.emit(*cell)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse left."""
        if self._hovered is not None:
            self._hovered = None
            self.hover_left.emit()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell which cell was clicked."""
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cell_clicked.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrows, click with Space or Return, begin a number with a digit."""
        key = Qt.Key(event.key())
        cell = self._marks.cell
        if self._cells is None:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste) and self._editable:
            self.paste()
        elif key in _ARROWS:
            down, right = _ARROWS[key]
            self._step(cell if cell is not None else (0, 0), down, right)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and cell is not None:
            self.cell_clicked.emit(*cell)
        elif key == Qt.Key.Key_F2 and self._editable:
            self._edit(cell or (0, 0), None)
        elif event.text() and event.text() in "0123456789+-−.,½⅓¼":
            if self._editable:
                self._edit(cell or (0, 0), event.text())
            else:
                self.text_typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Type into the cell."""
        cell = self._cell_at(event.position())
        if cell is not None and self._editable:
            self._edit(cell, None)

    # -- typing -----------------------------------------------------------------------------

    def _edit(self, cell: tuple[int, int], typed: str | None) -> None:
        """Open the editor on a real cell, with `typed` or with what the cell holds."""
        layout, cells = self.cell_layout(), self._cells
        if layout is None or cells is None or cells.is_padding(*cell):
            return
        self._end_edit()
        held = f"{cells.value(*cell):.10g}"
        self._editor = CellEditor(self, layout.rect(*cell).toRect(), typed or held)
        if typed is None:
            self._editor.selectAll()
        self._editor.done.connect(lambda text, step: self._typed(cell, text, step))

    def _typed(self, cell: tuple[int, int], text: str | None, step: tuple[int, int]) -> None:
        """Take what was typed (None: nothing) and go a step on."""
        self._end_edit()
        if text is None or self._cells is None:
            return
        try:
            value = parse_number(text)
        except NumberTextError as error:
            self.typing_refused.emit(f"Row {cell[0]}, column {cell[1]}: {error}")
            return
        self.value_typed.emit(*cell, value)
        if step != (0, 0):
            self._step(cell, *step)

    def copy(self) -> None:
        """Put the numbers, without padding, on the clipboard as a spreadsheet takes them."""
        cells = self._cells
        if cells is None:
            return
        top, bottom, left, right = cells.padding
        rows, columns = cells.shape
        lines = [
            "\t".join(
                "?"
                if cells.hidden is not None and cells.hidden[r, c]
                else f"{cells.values[r, c]:.10g}"
                for c in range(left, columns - right)
            )
            for r in range(top, rows - bottom)
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paste(self) -> None:
        """Take a number from the clipboard into the current cell, or a matrix as all cells."""
        try:
            matrix = parse_matrix(QGuiApplication.clipboard().text(), self._most, "an input")
        except NumberTextError as error:
            self.typing_refused.emit(str(error))
            return
        if matrix.size == 1:
            self.value_typed.emit(*(self._marks.cell or (0, 0)), float(matrix[0, 0]))
        else:
            self.matrix_pasted.emit(matrix)

    def _step(self, cell: tuple[int, int], down: int, right: int) -> None:
        """Go from `cell` to its neighbour, but never to padding."""
        assert self._cells is not None, "there are no cells"
        top, bottom, left, right_end = self._cells.padding
        rows, columns = self._cells.shape
        self.cell_moved.emit(
            min(max(cell[0] + down, 0), rows - top - bottom - 1),
            min(max(cell[1] + right, 0), columns - left - right_end - 1),
        )

    def _end_edit(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            had_focus = editor.hasFocus()
            editor.close_quietly()
            if had_focus:
                self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Tell a cell's number, in full, in its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(QPointF(event.pos()))
            said = self.cell_text(*cell) if cell else self.toolTip()
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)


def draw_cells(
    painter: QPainter,
    width: float,
    height: float,
    cells: GridCells,
    marks: GridMarks,
    palette: QPalette,
    font: QFont,
    *,
    vector: bool = False,
) -> None:
    """Draw `cells` with `marks` in a `width` × `height` area, for a file; in any thread.

    vector: one rectangle a cell, for files that scale.
    """
    left, top = ruler_room(cells, font)
    layout = CellLayout(cells, width, height, left=left, top=top)
    paint_cells(painter, layout, cells, palette, font, vector=vector)
    paint_rulers(painter, layout, cells, palette, font)
    paint_marks(painter, layout, marks, palette, font)


class CellPane(QWidget):
    """A map of cells with a title above and, beside it, what its colours stand for.

    The map's objectName is "<name>_map", the title's "<name>_title".
    """

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.map = CellMap()
        self.map.setObjectName(f"{name}_map")
        self.map.setToolTip(tooltip)
        self.map.setAccessibleName(tooltip)
        self.title = QLabel(objectName=f"{name}_title")
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.bar = ColorBar()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.map, 1)
        row.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addLayout(row, 1)

    def show_cells(self, title: str, cells: GridCells) -> None:
        """Show `cells` under `title`."""
        self.title.setText(title)
        self.map.set_cells(cells)
        self.bar.set_scale(cells.colors, cells.levels)
        self.map.setAccessibleDescription(title)
