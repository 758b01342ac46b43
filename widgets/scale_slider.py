"""A slider that multiplies something by a factor and springs back to 1."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from widgets.grab_slider import GrabSlider

TICKS_A_DECADE = 100
STEPS = 2


class ScaleSlider(QWidget):
    """Dragging gives factors from 0.1 to 10 of what there was before; letting go ends it.

    The slider's objectName is "<name>_slider".
    """

    scaled = Signal(float, bool)
    """The factor since the drag began (or of one key press), and whether the drag goes on."""

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.slider = GrabSlider()
        self.slider.setObjectName(f"{name}_slider")
        self.slider.setRange(-TICKS_A_DECADE, TICKS_A_DECADE)
        self.slider.setSingleStep(STEPS)
        self.slider.setPageStep(5 * STEPS)
        self.slider.setToolTip(tooltip)
        self.slider.setAccessibleName(tooltip)
        self._factor = QLabel()
        self._factor.setObjectName(f"{name}_factor")
        self._factor.setMinimumWidth(self.fontMetrics().horizontalAdvance("× 10.00"))
        self._factor.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(QLabel("Scale"))
        row.addWidget(self.slider, 1)
        row.addWidget(self._factor)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self._released)
        self._show(1.0)

    def _moved(self, tick: int) -> None:
        factor = 10 ** (tick / TICKS_A_DECADE)
        going_on = self.slider.isSliderDown()
        self._show(factor)
        self.scaled.emit(factor, going_on)
        if not going_on:
            self._spring_back()

    def _released(self) -> None:
        self.scaled.emit(10 ** (self.slider.value() / TICKS_A_DECADE), False)
        self._spring_back()

    def _spring_back(self) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(0)
        self._show(1.0)

    def _show(self, factor: float) -> None:
        self._factor.setText(f"× {factor:.2f}")
