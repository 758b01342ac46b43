"""The kernels of a chain as numbered buttons: select, switch off, add, remove."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLabel, QToolButton, QWidget

from widgets.icon_button import IconButton


class ChainStrip(QWidget):
    """Buttons 1 … n, one of them selected; those of kernels that are switched off are struck."""

    selected = Signal(int)
    enabled_changed = Signal(bool)
    """Whether the selected kernel is to be applied."""
    add_pressed = Signal()
    remove_pressed = Signal()

    def __init__(self, name: str, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._most = most
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(QLabel("Kernel"))
        row.addSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons: list[QToolButton] = []
        for number in range(1, most + 1):
            button = QToolButton()
            button.setObjectName(f"{name}_{number}")
            button.setText(str(number))
            button.setCheckable(True)
            button.setAccessibleName(f"Kernel {number} of the chain")
            button.clicked.connect(lambda _=False, index=number - 1: self.selected.emit(index))
            self._group.addButton(button)
            self._buttons.append(button)
            row.addWidget(button)
        self._add = IconButton("mdi6.plus", "Apply one more kernel after this one")
        self._add.setObjectName(f"{name}_add")
        self._add.clicked.connect(self.add_pressed)
        row.addWidget(self._add)
        row.addStretch(1)
        self._extras: list[QWidget] = []
        self._apply = QCheckBox("on")
        self._apply.setObjectName(f"{name}_enabled")
        self._apply.setToolTip("Apply this kernel; off, it is skipped")
        self._apply.clicked.connect(self.enabled_changed)
        self._remove = IconButton("mdi6.trash-can-outline", "Take this kernel out of the chain")
        self._remove.setObjectName(f"{name}_remove")
        self._remove.clicked.connect(self.remove_pressed)
        for widget in (self._apply, self._remove):
            row.addWidget(widget)
            self._extras.append(widget)
        self._fit_numbers()
        self.set_chain([True], 0)

    def changeEvent(self, event: QEvent) -> None:
        """Give the numbers the room that another size of text needs."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_numbers()

    def _fit_numbers(self) -> None:
        width = self.fontMetrics().horizontalAdvance("8") + 12
        for button in self._buttons:
            button.setFixedWidth(width)

    def set_chain(self, enabled: list[bool], selected: int) -> None:
        """Show a chain of which the kernels with True are applied."""
        for index, button in enumerate(self._buttons):
            exists = index < len(enabled)
            button.setVisible(exists)
            if not exists:
                continue
            font = button.font()
            font.setStrikeOut(not enabled[index])
            button.setFont(font)
            state = "applied" if enabled[index] else "switched off"
            button.setToolTip(f"Kernel {index + 1}, {state}: put it into the grid")
        self._buttons[selected].setChecked(True)
        self._apply.setChecked(enabled[selected])
        self._add.setEnabled(len(enabled) < self._most)
        for extra in self._extras:
            extra.setVisible(len(enabled) > 1 or not enabled[0])
        self._remove.setVisible(len(enabled) > 1)
