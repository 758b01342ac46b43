"""Buttons one below the other, as many as there are things to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget


class ButtonList(QWidget):
    """Shows texts as buttons; hidden while there are none. Children: "<name>_0", "<name>_1", …"""

    chosen = Signal(int)
    """Which of the texts was pressed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._buttons: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self.hide()

    def set_texts(self, texts: Sequence[tuple[str, str]]) -> None:
        """Show one button for each of `texts` (with a tooltip)."""
        while len(self._buttons) < len(texts):
            self._add()
        for number, button in enumerate(self._buttons):
            shown = number < len(texts)
            button.setVisible(shown)
            if shown:
                button.setText(texts[number][0])
                button.setToolTip(texts[number][1])
        self.setVisible(bool(texts))

    def texts(self) -> list[str]:
        """Return what the buttons say."""
        return [button.text() for button in self._buttons if not button.isHidden()]

    def _add(self) -> None:
        number = len(self._buttons)
        button = QPushButton(objectName=f"{self.objectName()}_{number}")
        button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(1)  # squeezed rather than widening the column
        button.clicked.connect(lambda _checked=False: self.chosen.emit(number))
        self._buttons.append(button)
        self._column.addWidget(button)
