"""A few numbers in one line, each with its name: the keyboard's way to what the mouse drags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QWidget


@dataclass(frozen=True)
class NumberField:
    """One number: its name (for the objectName), the text before it, and its tooltip."""

    name: str
    text: str
    tooltip: str


class NumberRow(QWidget):
    """Number boxes side by side; any of them changed tells them all.

    Each box's objectName is "<name>_<field>".
    """

    edited = Signal(list)
    """All numbers, as float, after the person changed one."""

    def __init__(
        self,
        name: str,
        fields: Sequence[NumberField],
        *,
        decimals: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._boxes: list[QDoubleSpinBox] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for field in fields:
            box = QDoubleSpinBox()
            box.setObjectName(f"{name}_{field.name}")
            box.setDecimals(decimals)
            box.setToolTip(field.tooltip)
            box.setAccessibleName(field.tooltip)
            box.setAlignment(Qt.AlignmentFlag.AlignRight)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(lambda _: self.edited.emit(self.values()))
            row.addWidget(QLabel(field.text))
            row.addWidget(box)
            self._boxes.append(box)
        row.addStretch(1)

    def values(self) -> list[float]:
        """Return all numbers."""
        return [box.value() for box in self._boxes]

    def set_limits(self, limits: Sequence[tuple[float, float]]) -> None:
        """Let the numbers reach from one end to the other of `limits` each, without telling."""
        for box, (low, high) in zip(self._boxes, limits, strict=True):
            with QSignalBlocker(box):
                box.setRange(low, high)

    def set_values(self, values: Sequence[float]) -> None:
        """Show `values`, or the limits that they are beyond, without telling."""
        for box, value in zip(self._boxes, values, strict=True):
            if box.value() != value:  # setting it would throw away what is being typed
                with QSignalBlocker(box):
                    box.setValue(value)
