"""A slider whose handle comes to the mouse wherever it is pressed."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider


class GrabSlider(QSlider):
    """A horizontal slider that a press beside the handle takes there, as the start of a drag.

    Qt's own moves by a page instead, again and again while the button is held.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the handle under the mouse, then let Qt drag it."""
        place = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and not self.handle_rect().contains(place):
            self.setSliderDown(True)
            self.setSliderPosition(self._position_at(place.x()))
        super().mousePressEvent(event)

    def handle_rect(self) -> QRect:
        """Return where the handle is."""
        return self._part(QStyle.SubControl.SC_SliderHandle)

    def _part(self, part: QStyle.SubControl) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)

    def _position_at(self, x: int) -> int:
        groove, handle = self._part(QStyle.SubControl.SC_SliderGroove), self.handle_rect().width()
        start = groove.x() + handle // 2
        return QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), x - start, groove.width() - handle
        )
