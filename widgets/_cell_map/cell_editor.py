"""The line in which a cell's number is typed."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

WIDTH = 84
_STEPS = {
    Qt.Key.Key_Return: (1, 0),
    Qt.Key.Key_Enter: (1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Tab: (0, 1),
    Qt.Key.Key_Backtab: (0, -1),
}


class CellEditor(QLineEdit):
    """Lies over a cell until Return, Tab, Escape or a click elsewhere."""

    done = Signal(object, object)
    """The text, or None if it was taken back, and where to go: (rows, columns)."""

    def __init__(self, parent: QWidget, cell: QRect, text: str) -> None:
        super().__init__(text, parent)
        self.setObjectName("map_cell_editor")
        self.setAccessibleName("The number of this cell")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        width = max(cell.width(), WIDTH)
        height = max(cell.height(), self.sizeHint().height())
        left = min(max(cell.center().x() - width // 2, 0), max(parent.width() - width, 0))
        top = min(max(cell.center().y() - height // 2, 0), max(parent.height() - height, 0))
        self.setGeometry(left, top, width, height)
        self._over = False
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Commit, or take back."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self._finish(None, (0, 0))
        elif key in _STEPS:
            self._finish(self.text(), _STEPS[key])
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab commit and go to the neighbour."""
        self._finish(self.text(), (0, 1 if forward else -1))
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Commit."""
        super().focusOutEvent(event)
        self._finish(self.text(), (0, 0))

    def close_quietly(self) -> None:
        """Go away without telling."""
        self._over = True
        self.hide()
        self.deleteLater()

    def _finish(self, text: str | None, step: tuple[int, int]) -> None:
        if not self._over:
            self._over = True
            self.done.emit(text, step)
