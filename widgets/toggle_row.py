"""A row of buttons of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


@dataclass(frozen=True)
class Choice:
    """One button: its value, text and tooltip."""

    value: str
    text: str
    tooltip: str


class ToggleRow(QWidget):
    """Buttons side by side; the chosen one is bold and in the accent colour.

    Each button's objectName is "<name>_<value>".
    """

    chosen = Signal(str)
    """The value of the button that the person pressed."""

    def __init__(self, name: str, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for choice in choices:
            button = QPushButton(choice.text)
            button.setObjectName(f"{name}_{choice.value}")
            button.setToolTip(choice.tooltip)
            button.setCheckable(True)
            button.toggled.connect(self._color)
            button.clicked.connect(lambda _=False, value=choice.value: self.chosen.emit(value))
            self._group.addButton(button)
            self._buttons[choice.value] = button
            row.addWidget(button)
        if choices:
            self.set_value(choices[0].value)

    def changeEvent(self, event: QEvent) -> None:
        """Take the accent colour of the new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()

    def _color(self, _checked: bool = False) -> None:
        accent = QPalette()
        for role, source in (
            (QPalette.ColorRole.Button, QPalette.ColorRole.Highlight),
            (QPalette.ColorRole.ButtonText, QPalette.ColorRole.HighlightedText),
        ):
            accent.setColor(role, self.palette().color(source))
        for button in self._buttons.values():
            button.setPalette(accent if button.isChecked() else QPalette())
            font = QFont(self.font())
            font.setBold(button.isChecked())
            button.setFont(font)

    def value(self) -> str:
        """Return the value of the chosen button."""
        return next(value for value, button in self._buttons.items() if button.isChecked())

    def set_choice_enabled(self, value: str, on: bool) -> None:
        """Let the person press the button of `value`, or not."""
        self._buttons[value].setEnabled(on)

    def set_value(self, value: str) -> None:
        """Choose a button without telling."""
        self._buttons[value].setChecked(True)
