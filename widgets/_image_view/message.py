"""A sentence in the middle of an empty or busy view."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget

_MARGIN = 12


class Message(QLabel):
    """A rounded plate over its parent, which lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("image_view_message")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setContentsMargins(_MARGIN, _MARGIN // 2, _MARGIN, _MARGIN // 2)
        self.hide()

    def show_text(self, text: str | None) -> None:
        """Show `text`, or nothing for None or an empty text."""
        self.setText(text or "")
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """Take the middle of the parent, no wider than it."""
        parent = self.parentWidget()
        room = max(40, parent.width() - 2 * _MARGIN)
        natural = self.fontMetrics().horizontalAdvance(self.text()) + 2 * _MARGIN + 4
        width = min(room, natural)
        height = max(self.heightForWidth(width), self.fontMetrics().height() + _MARGIN)
        self.setGeometry(
            (parent.width() - width) // 2, (parent.height() - height) // 2, width, height
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the plate, then the text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = self.palette().color(QPalette.ColorRole.Window)
        plate.setAlpha(225)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.setBrush(plate)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()
        super().paintEvent(event)
