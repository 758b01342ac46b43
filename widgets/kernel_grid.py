"""A grid of numbers to be typed, turned, dragged and pasted: the kernel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QWidget

from widgets._kernel_grid.painter import GridLayout, GridLook, paint_grid
from widgets.number_text import (
    MAX_SIDE,
    NumberTextError,
    format_fraction,
    format_number,
    parse_matrix,
    parse_number,
)

STEP = 0.1
LARGEST = 1e38  # about what a 32-bit number can hold
PIXELS_PER_STEP = 6
EDITOR_WIDTH = 84
_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class KernelGrid(QWidget):
    """Shows and edits a kernel of 1×1 to 31×31 numbers, or more if told, coloured about zero.

    Type a number or fraction; Enter goes down (Shift: up), Tab right (Shift: left), Escape takes
    the typing back, F2 or a double click edits, Delete sets 0. The wheel, or a drag up and down on
    a cell, changes it by 0.1 (Ctrl: 0.01, Shift: 1). Ctrl+C copies, Ctrl+V pastes a number or a
    matrix.
    """

    kernel_edited = Signal(object, bool)
    """The new kernel (rows, columns), and whether the edit goes on (typing, wheel, drag)."""
    cell_rejected = Signal(int, int, str, str)
    """Row, column, the text that is no number, and the sentence why. The kernel is unchanged."""
    cell_accepted = Signal(int, int)
    """A rejected cell holds a good number again."""
    cell_hovered = Signal(int, int)
    hover_left = Signal()
    matrix_pasted = Signal(object)
    paste_rejected = Signal(str)

    def __init__(
        self, parent: QWidget | None = None, *, most: int = MAX_SIDE, noun: str = "a kernel"
    ) -> None:
        """most: rows and columns that can be pasted; noun: what they become, in the sentences."""
        super().__init__(parent)
        self._most, self._noun = most, noun
        self.setObjectName("kernel_grid")
        self.setAccessibleName("Kernel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._values = np.zeros((3, 3))
        self._look = GridLook(current=(0, 0))
        self._editor: QLineEdit | None = None
        self._before_edit = 0.0
        self._unchanged_text: str | None = None
        self._drag: tuple[QPointF, float, bool] | None = None
        self._hovered: tuple[int, int] | None = None

    # -- values -----------------------------------------------------------------------------

    def kernel(self) -> np.ndarray:
        """Return the kernel, float64 (rows, columns); rejected cells keep their last number."""
        return self._values.copy()

    def set_kernel(self, values: np.ndarray) -> None:
        """Show `values` (rows, columns), dropping marks and an edit that is under way."""
        self._close_editor()
        self._values = np.array(values, dtype=np.float64)
        self._look.invalid.clear()
        rows, columns = self._values.shape
        if self._look.current is not None:
            row, column = self._look.current
            self._look.current = (min(row, rows - 1), min(column, columns - 1))
        if self._look.highlight is not None and not self._has(self._look.highlight):
            self._look.highlight = None
        self.update()

    def invalid_cells(self) -> list[tuple[int, int]]:
        """Return the cells that hold a text which is no number."""
        return list(self._look.invalid)

    def is_held(self) -> bool:
        """Return whether the mouse is held on a cell, so that its value may go on changing."""
        return self._drag is not None

    def set_read_only(self, read_only: bool) -> None:
        """Only show the kernel, or let it be edited."""
        self._look.read_only = read_only
        policy = Qt.FocusPolicy.NoFocus if read_only else Qt.FocusPolicy.StrongFocus
        self.setFocusPolicy(policy)
        self.update()

    def set_highlight(self, row: int | None, column: int | None) -> None:
        """Outline a cell, or none."""
        cell = None if row is None or column is None else (row, column)
        if cell is not None and not self._has(cell):
            cell = None
        if cell != self._look.highlight:
            self._look.highlight = cell
            self.update()

    def current_cell(self) -> tuple[int, int]:
        """Return the cell that the keyboard edits."""
        return self._look.current or (0, 0)

    def set_current_cell(self, row: int, column: int) -> None:
        """Choose the cell that the keyboard edits."""
        if self._has((row, column)):
            self._look.current = (row, column)
            self.update()

    def viewport(self) -> QWidget:
        """Return the widget that takes the mouse."""
        return self

    def cell_center(self, row: int, column: int) -> QPoint:
        """Return the middle of a cell in the viewport's coordinates."""
        return self._layout().rect(row, column).center().toPoint()

    def sizeHint(self) -> QSize:
        """Ask for a square in which a 5×5 kernel is easy to read."""
        return QSize(260, 260)

    def minimumSizeHint(self) -> QSize:
        """Stay large enough for coloured cells."""
        return QSize(96, 96)

    def _has(self, cell: tuple[int, int]) -> bool:
        rows, columns = self._values.shape
        return 0 <= cell[0] < rows and 0 <= cell[1] < columns

    def _layout(self) -> GridLayout:
        rows, columns = self._values.shape
        return GridLayout((rows, columns), self.width(), self.height())

    def _change(self, cell: tuple[int, int], value: float, *, goes_on: bool) -> None:
        if cell in self._look.invalid:
            del self._look.invalid[cell]
            self.cell_accepted.emit(*cell)
        self._values[cell] = value
        self.update()
        self.kernel_edited.emit(self.kernel(), goes_on)

    # -- typing -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, start typing, copy or paste."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif self._look.read_only:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif key in _ARROWS:
            self._move(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            up = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._move(-1 if up else 1, 0)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._change(self.current_cell(), 0.0, goes_on=False)
        elif key == Qt.Key.Key_F2:
            self._edit(None)
        elif event.text() and event.text() in "0123456789+-−.,/½⅓¼⅕⅙⅛¾abcdefghijklmnopqrstuvwxyz":
            self._edit(event.text())
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab walk through the cells and leave the grid behind the last one."""
        if self._look.read_only or not self._walk(1 if forward else -1):
            return super().focusNextPrevChild(forward)
        return True

    def _walk(self, step: int) -> bool:
        """Go to the next cell in reading order; returns whether there is one."""
        columns = self._values.shape[1]
        row, column = self.current_cell()
        place = row * columns + column + step
        if not 0 <= place < self._values.size:
            return False
        self.set_current_cell(*divmod(place, columns))
        return True

    def _move(self, down: int, right: int) -> None:
        row, column = self.current_cell()
        self.set_current_cell(row + down, column + right)

    def _edit(self, typed: str | None) -> None:
        """Open the editor on the current cell, with `typed` or what the cell holds."""
        if self._look.read_only:
            return
        cell = self.current_cell()
        self._close_editor()
        self._before_edit = float(self._values[cell])
        editor = QLineEdit(self)
        editor.setObjectName("cell_editor")
        editor.setAccessibleName(f"Row {cell[0] + 1}, column {cell[1] + 1}")
        editor.setAlignment(Qt.AlignmentFlag.AlignCenter)
        rect = self._layout().rect(*cell).toRect()
        width = max(rect.width(), EDITOR_WIDTH)
        height = max(rect.height(), editor.sizeHint().height())
        left = min(max(rect.center().x() - width // 2, 0), self.width() - width)
        top = min(max(rect.center().y() - height // 2, 0), self.height() - height)
        editor.setGeometry(left, top, width, height)
        held = self._look.invalid.get(cell)
        value = format_fraction(self._before_edit) or repr(self._before_edit).removesuffix(".0")
        editor.setText(typed if typed is not None else held or value)
        self._unchanged_text = value if typed is None and held is None else None
        if typed is None:
            editor.selectAll()
        editor.textEdited.connect(self._typed)
        editor.installEventFilter(self)
        self._editor = editor
        editor.show()
        editor.setFocus()
        if typed is not None:
            self._typed(typed)

    def _typed(self, text: str) -> None:
        """Follow every keystroke that makes a number."""
        try:
            value = _parse_weight(text)
        except NumberTextError:
            return  # judged when the person is done
        if value != self._values[self.current_cell()]:
            self._change(self.current_cell(), value, goes_on=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the editor's keys commit, cancel and move."""
        if watched is not self._editor or not isinstance(event, (QKeyEvent, QFocusEvent)):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.FocusOut:
            self._commit()
            return False
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._commit()
            self._move(-1 if back else 1, 0)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._commit()
            self._walk(-1 if back or key == Qt.Key.Key_Backtab else 1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._commit()
            self._move(*_ARROWS[key])
        elif key == Qt.Key.Key_Escape:
            self._cancel()
        else:
            return super().eventFilter(watched, event)
        return True

    def _commit(self) -> None:
        if self._editor is None:
            return
        cell, text = self.current_cell(), self._editor.text()
        self._close_editor()
        if text == self._unchanged_text and self._values[cell] == self._before_edit:
            return  # a fraction stands for a number that it may miss by a billionth
        try:
            value = _parse_weight(text)
        except NumberTextError as error:
            self._values[cell] = self._before_edit
            self._look.invalid[cell] = text
            self.update()
            self.kernel_edited.emit(self.kernel(), False)
            self.cell_rejected.emit(*cell, text, str(error))
            return
        self._change(cell, value, goes_on=False)

    def _cancel(self) -> None:
        cell = self.current_cell()
        self._close_editor()
        if self._values[cell] != self._before_edit:
            self._change(cell, self._before_edit, goes_on=False)

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.removeEventFilter(self)
            if editor.hasFocus():
                self.setFocus()  # before hiding, or Qt would pass the focus on, cell by cell
            editor.hide()
            editor.deleteLater()

    # -- wheel and mouse --------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the cell under the mouse; nothing around the grid scrolls."""
        cell = self._layout().cell_at(event.position())
        if self._look.read_only or cell is None:
            event.ignore()
            return
        event.accept()
        self._commit()
        self._look.current = cell
        delta = event.angleDelta().y() or event.angleDelta().x()
        notches = delta / 120
        if notches:
            value = round(float(self._values[cell]) + notches * _step(event.modifiers()), 10)
            self._change(cell, value, goes_on=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell; a drag from it changes its value."""
        cell = self._layout().cell_at(event.position())
        if cell is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._commit()
        self._look.current = cell
        self.update()
        if not self._look.read_only:
            self._drag = (event.position(), float(self._values[cell]), False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the value while dragging, else say which cell the mouse is on."""
        if self._drag is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event)
            return
        cell = self._layout().cell_at(event.position())
        if cell == self._hovered:
            return
        self._hovered = cell
        if cell is None:
            self.hover_left.emit()
        else:
            self.cell_hovered.emit(*cell)

    def _scrub(self, event: QMouseEvent) -> None:
        assert self._drag is not None
        start, value, moving = self._drag
        up = start.y() - event.position().y()
        if not moving and abs(up) < QApplication.startDragDistance():
            return
        self._drag = (start, value, True)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        changed = round(value + round(up / PIXELS_PER_STEP) * _step(event.modifiers()), 10)
        if changed != self._values[self.current_cell()]:
            self._change(self.current_cell(), changed, goes_on=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        if event.button() == Qt.MouseButton.LeftButton and self._drag is not None:
            moved = self._drag[2]
            self._drag = None
            self.unsetCursor()
            if moved:
                self.kernel_edited.emit(self.kernel(), False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edit the cell."""
        if self._layout().cell_at(event.position()) is not None:
            self._edit(None)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hovered cell."""
        if self._hovered is not None:
            self._hovered = None
            self.hover_left.emit()
        super().leaveEvent(event)

    # -- clipboard --------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the kernel on the clipboard as tab-separated cells."""
        rows = ("\t".join(repr(float(value)) for value in row) for row in self._values)
        QGuiApplication.clipboard().setText("\n".join(rows))

    def paste(self) -> None:
        """Take a number into the current cell, or a matrix as the kernel."""
        try:
            matrix = parse_matrix(QGuiApplication.clipboard().text(), self._most, self._noun)
            if np.abs(matrix).max() > LARGEST:
                raise NumberTextError(f"A weight is larger than {LARGEST:g}; paste smaller ones.")
        except NumberTextError as error:
            self.paste_rejected.emit(str(error))
            return
        if matrix.size == 1:
            self._change(self.current_cell(), float(matrix[0, 0]), goes_on=False)
        else:
            self.matrix_pasted.emit(matrix)

    # -- drawing ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells."""
        self._look.focused = self.hasFocus() or self._editor is not None
        painter = QPainter(self)
        paint_grid(painter, self._layout(), self._values, self._look, self.palette(), self.font())
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Tell a cell's number, in full, in its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._layout().cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.cell_tooltip(cell) if cell else "", self)
            return True
        return super().event(event)

    def cell_tooltip(self, cell: tuple[int, int]) -> str:
        """Return what is said about a cell: its number in full, or why its text is no number."""
        if cell in self._look.invalid:
            try:
                _parse_weight(self._look.invalid[cell])
            except NumberTextError as error:
                return str(error)
        value = float(self._values[cell])
        fraction = format_fraction(value)
        number = f"{format_number(value, 7)} = {fraction}" if fraction else f"{value:.10g}"
        return f"row {cell[0] + 1}, column {cell[1] + 1}: {number}"


def _parse_weight(text: str) -> float:
    """Return the number in `text`; raises NumberTextError for none or too large a one."""
    value = parse_number(text)
    if abs(value) > LARGEST:
        raise NumberTextError(f"“{text.strip()}” is too large; a weight is at most {LARGEST:g}.")
    return value


def _step(modifiers: Qt.KeyboardModifier) -> float:
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return STEP / 10
    return STEP * 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else STEP
