"""One line in which a panel speaks to the person: information, warnings, errors."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import qtawesome
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPainter, QPaintEvent, QPalette
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


READING_SECONDS = 6.0


@dataclass(frozen=True)
class _Message:
    text: str
    kind: Kind
    details: str
    action_text: str
    passing: bool
    since: float


class MessageBar(QFrame):
    """Shows the newest of the messages that stand, at most one for each topic.

    A message stands until its topic is cleared, so that one part of a panel does not take away
    what another has to say; then the one before it is shown again. Details, such as a traceback,
    wait behind a button; an action may be offered as a button.
    """

    action_triggered = Signal()
    closed = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._clock = clock
        self._messages: dict[str, _Message] = {}  # by topic, the newest last
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
        # Only the family is set, so that the size goes on following the window's text.
        font = QFont()
        font.setFamilies([QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()])
        self._details.setFont(font)
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
        self,
        text: str,
        *,
        kind: Kind = "info",
        details: str = "",
        action_text: str = "",
        topic: str = "",
        passing: bool = False,
    ) -> None:
        """Show `text`; details and the action's button only where they are given.

        topic: whose message it is; it takes the place of that topic's earlier one. passing: it
        tells of an event, not of a state, and goes with the first `fade` after it could be read.
        """
        self._messages.pop(topic, None)
        self._messages[topic] = _Message(text, kind, details, action_text, passing, self._clock())
        self._show_newest()

    def clear(self, topic: str | None = None) -> None:
        """Take back the message of `topic`, or all."""
        if topic is None:
            self._messages.clear()
        elif self._messages.pop(topic, None) is None:
            return
        self._show_newest()

    def fade(self) -> None:
        """Take back what told of an event and has had its time to be read."""
        now = self._clock()
        kept = {
            topic: message
            for topic, message in self._messages.items()
            if not message.passing or now - message.since < READING_SECONDS
        }
        if len(kept) != len(self._messages):
            self._messages = kept
            self._show_newest()

    def text(self) -> str:
        """Return the message that is shown, or nothing."""
        newest = self._newest()
        return newest.text if newest is not None else ""

    def kind(self) -> Kind:
        """Return what kind of message is shown."""
        newest = self._newest()
        return newest.kind if newest is not None else "info"

    def topic(self) -> str:
        """Return whose message is shown."""
        return next(reversed(self._messages), "")

    def _newest(self) -> _Message | None:
        return self._messages[self.topic()] if self._messages else None

    def _show_newest(self) -> None:
        message = self._newest()
        if message is None:
            self._text.clear()
            self.hide()
            return
        icon, color, word = _LOOK[message.kind]
        self._icon.setPixmap(qtawesome.icon(icon, color=color).pixmap(QSize(20, 20)))
        self._icon.setAccessibleName(word)
        self._text.setText(message.text)
        self._text.setAccessibleName(f"{word}: {message.text}")
        self._action.setText(message.action_text)
        self._action.setVisible(bool(message.action_text))
        self._details.setPlainText(message.details)
        self._details_button.setVisible(bool(message.details))
        self._details_button.setChecked(False)
        self._details.hide()
        self.update()
        self.show()

    def _close(self) -> None:
        self.clear(self.topic())
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the background in the kind's tint of the palette, with a bar of its colour."""
        color = QColor(_LOOK[self.kind()][1])
        tint = QColor(color)
        tint.setAlpha(36)
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.fillRect(self.rect(), tint)
        painter.fillRect(0, 0, 4, self.height(), color)
        painter.end()
