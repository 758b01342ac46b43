"""The name of one of two pictures, in its upper corner."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget

_PAD = 6
_GAP = 6


class SideName(QLabel):
    """A plate in a corner of the picture, which lets the mouse through.

    It goes where its side is narrower than its text.
    """

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setContentsMargins(_PAD, 1, _PAD, 1)
        self.hide()

    def place(self, side: QRectF, *, right: bool) -> None:
        """Stand in the upper left (or right) corner of `side`, in pixels of the parent."""
        hint = self.sizeHint()
        fits = hint.width() + 2 * _GAP <= side.width() and hint.height() + _GAP <= side.height()
        if self.text() and fits:
            left = side.right() - _GAP - hint.width() if right else side.left() + _GAP
            self.setGeometry(round(left), round(side.top()) + _GAP, hint.width(), hint.height())
        self.setVisible(bool(self.text()) and fits)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the plate, then the text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = self.palette().color(QPalette.ColorRole.Window)
        plate.setAlpha(200)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(plate)
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.end()
        super().paintEvent(event)
