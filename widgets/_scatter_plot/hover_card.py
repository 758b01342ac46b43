"""A small card beside the mouse: a picture and what it is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPalette, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

_AWAY = 14
_LEAST_SIDE = 72


class HoverCard(QFrame):
    """Lies over its parent, lets the mouse through, and stays within the parent."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.text = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setObjectName(f"{name}_text")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(2)
        layout.addWidget(self.picture)
        layout.addWidget(self.text)
        self.hide()

    def show_at(self, place: QPoint, pixels: np.ndarray | None, text: str) -> None:
        """Show `pixels` (H, W, 3) uint8, or none, and `text` beside `place` of the parent."""
        self.picture.setVisible(pixels is not None)
        if pixels is not None:
            self.picture.setPixmap(_pixmap(pixels))
        self.text.setText(text)
        self.adjustSize()
        room = self.parentWidget().rect()
        x = place.x() + _AWAY
        if x + self.width() > room.right():
            x = place.x() - _AWAY - self.width()
        y = min(max(place.y() - self.height() // 2, 0), room.bottom() - self.height())
        self.move(max(0, x), max(0, y))
        self.raise_()
        self.show()


def _pixmap(pixels: np.ndarray) -> QPixmap:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    pixmap = QPixmap.fromImage(image.copy())
    side = max(height, width)
    if side < _LEAST_SIDE:  # digits of 8 × 8: pixels as squares
        return pixmap.scaled(_LEAST_SIDE, _LEAST_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
    return pixmap
