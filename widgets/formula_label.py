"""A formula, drawn from SVG that somebody else has set; small enough to stand in a line of text."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget


class FormulaLabel(QWidget):
    """Shows an SVG at its own size, smaller where there is no room; never larger.

    The text says the same in words or plain signs, for screen readers, tooltips and the clipboard.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._renderer = QSvgRenderer(self)
        self._text = ""
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_svg(self, svg: bytes, text: str) -> None:
        """Show `svg`; `text` is the same formula in plain signs."""
        self._renderer.load(QByteArray(svg))
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return the formula in plain signs."""
        return self._text

    def is_blank(self) -> bool:
        """Return whether there is nothing to draw."""
        return not self._renderer.isValid()

    def _natural(self) -> QSizeF:
        return QSizeF(self._renderer.defaultSize()) if self._renderer.isValid() else QSizeF(0, 0)

    def sizeHint(self) -> QSize:
        """Return the formula's own size."""
        return self._natural().toSize()

    def minimumSizeHint(self) -> QSize:
        """Return a size at which it can still be read."""
        return (self._natural() * 0.6).toSize()

    def hasHeightForWidth(self) -> bool:
        """Say that a narrower formula is lower."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height at `width`."""
        natural = self._natural()
        if natural.width() <= 0:
            return 0
        return round(natural.height() * min(1.0, width / natural.width()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the formula at the left, in the middle of the height."""
        natural = self._natural()
        if natural.isEmpty():
            return
        shrink = min(1.0, self.width() / natural.width(), self.height() / natural.height())
        size = natural * shrink
        place = QRectF(0, (self.height() - size.height()) / 2, size.width(), size.height())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            place.moveRight(self.width())
        self._renderer.render(painter, place)
