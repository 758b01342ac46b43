"""One line in which a panel speaks to the person: information, warnings, errors."""

from __future__ import annotations

from typing import Literal

import qtawesome
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from widgets.icon_button import IconButton

Kind = Literal["info", "warning", "error"]
_LOOK: dict[Kind, tuple[str, str, str]] = {
    "info": ("mdi6.information-outline", "#1976d2", "Note"),
    "warning": ("mdi6.alert-outline", "#b26a00", "Look here"),
    "error": ("mdi6.alert-circle-outline", "#c62828", "That did not work"),
}


class MessageBar(QFrame):
    """Shows one message at a time; a newer one replaces it.

    Details, such as a traceback, wait behind a button; an action may be offered as a button.
    """

    action_triggered = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._kind: Kind = "info"
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setObjectName("message_text")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton()
        self._action.setObjectName("message_action")
        self._action.clicked.connect(self.action_triggered)
        self._details_button = QPushButton("Details")
        self._details_button.setObjectName("message_details_button")
        self._details_button.setCheckable(True)
        close = IconButton("mdi6.close", "Close this message")
        close.setObjectName("message_close")
        close.clicked.connect(self._close)
        self._details = QPlainTextEdit()
        self._details.setObjectName("message_details")
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(140)
        self._details.setStyleSheet("font-family: monospace")
        self._details_button.toggled.connect(self._details.setVisible)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        for button in (self._action, self._details_button, close):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.addLayout(row)
        column.addWidget(self._details)
        self.hide()

    def show_message(
        self, text: str, *, kind: Kind = "info", details: str = "", action_text: str = ""
    ) -> None:
        """Show `text`; details and the action's button only where they are given."""
        self._kind = kind
        icon, color, word = _LOOK[kind]
        self._icon.setPixmap(qtawesome.icon(icon, color=color).pixmap(QSize(20, 20)))
        self._icon.setAccessibleName(word)
        self._text.setText(text)
        self._text.setAccessibleName(f"{word}: {text}")
        self._action.setText(action_text)
        self._action.setVisible(bool(action_text))
        self._details.setPlainText(details)
        self._details_button.setVisible(bool(details))
        self._details_button.setChecked(False)
        self._details.hide()
        self.update()
        self.show()

    def clear(self) -> None:
        """Show nothing."""
        self._text.clear()
        self._kind = "info"
        self.hide()

    def text(self) -> str:
        """Return the message that is shown, or nothing."""
        return self._text.text()

    def kind(self) -> Kind:
        """Return what kind of message is shown."""
        return self._kind

    def _close(self) -> None:
        self.clear()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the background in the kind's tint of the palette, with a bar of its colour."""
        color = QColor(_LOOK[self._kind][1])
        tint = QColor(color)
        tint.setAlpha(36)
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.fillRect(self.rect(), tint)
        painter.fillRect(0, 0, 4, self.height(), color)
        painter.end()
