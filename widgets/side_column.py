"""A column of controls or explanations beside the picture: it scrolls, and is never cut off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QFrame, QScrollArea, QSlider, QWidget

# What would take the wheel from the column that is being scrolled.
_TURNED = (QAbstractSpinBox, QComboBox, QSlider)
WIDEST = 0.4  # of the window, from which on the column scrolls sideways as well


class SideColumn(QScrollArea):
    """As wide as `content` needs, also when its text grows; scrolls where the window is too small.

    The wheel changes the value of a box or slider only once that has been clicked; else it scrolls.
    """

    def __init__(self, name: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        content.installEventFilter(self)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the content's needs; keep the wheel from boxes that are only passed over."""
        turned = event.type() == QEvent.Type.Wheel and isinstance(watched, _TURNED)
        if turned and not watched.hasFocus():
            event.ignore()  # so that it goes on to the column
            return True
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QEvent) -> None:
        """Take the needs that the content has in its window, not those it had before."""
        super().showEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        content = self.widget()
        if content is None:
            return
        for kind in _TURNED:
            for box in content.findChildren(kind):
                box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                box.installEventFilter(self)
        least = max(content.minimumSizeHint().width(), content.minimumWidth())
        needed = least + self.verticalScrollBar().sizeHint().width()
        room = self.window().width() if self.window() is not self else 0
        self.setMinimumWidth(min(needed, round(room * WIDEST)) if room > 400 else needed)
