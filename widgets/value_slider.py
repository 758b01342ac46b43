"""A number with its symbol, a slider for the hand and a box for the keyboard."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QWidget

from widgets.grab_slider import GrabSlider

TICKS = 1000
SHORT = 3  # decimals that are always written, so that numbers do not jump
DIGITS = 6  # behind the point, at least, of a value that was slid to


@dataclass(frozen=True)
class ValueRange:
    """What a slider reaches.

    step: 0 for any number, else values are low + n·step. logarithmic: equal ways on the slider are
    equal factors (low must be positive).
    """

    low: float
    high: float
    default: float
    step: float = 0.0
    unit: str = ""
    logarithmic: bool = False

    def at(self, share: float) -> float:
        """Return the value at `share` of the way, 0…1."""
        if self.logarithmic:
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + share * (self.high - self.low)
        return self.nearest(value)

    def nearest(self, value: float) -> float:
        """Return the value that can be had and lies next to `value`."""
        if self.step:
            value = self.low + round((value - self.low) / self.step) * self.step
        return min(max(value, self.low), self.high)

    def share_of(self, value: float) -> float:
        """Return how far along `value` lies, 0…1."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0


class _Box(QDoubleSpinBox):
    """A number box that leaves out the zeros behind a small number."""

    def textFromValue(self, value: float) -> str:  # noqa: N802  Qt's name
        """Return 0.00001, not 0.000010000."""
        text = super().textFromValue(value)
        return text.rstrip("0").rstrip(".,") if self.decimals() > SHORT else text


class ValueSlider(QWidget):
    """Slider and number box of one value. A double click on slider or symbol resets it,
    a press beside the handle brings it there.

    The slider's objectName is "<name>_slider", the box's "<name>_box".
    """

    changed = Signal(float, bool)
    """The new value, and whether more will follow at once (the slider is being dragged)."""

    def __init__(
        self, name: str, symbol: str, limits: ValueRange, tooltip: str, *, symbol_width: int = 0,
        decimals: int | None = None, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """decimals: of the box; by default none for whole steps, else two."""
        super().__init__(parent)
        self.setObjectName(name)
        self._limits = limits
        self._value = limits.default
        self._tooltip = tooltip
        self.symbol = QLabel(symbol)
        if symbol_width:
            self.symbol.setMinimumWidth(symbol_width)
        self.slider = GrabSlider()
        self.slider.setObjectName(f"{name}_slider")
        self.box = _Box()
        self.box.setObjectName(f"{name}_box")
        usual = 0 if limits.step and float(limits.step).is_integer() else 2
        self.box.setDecimals(usual if decimals is None else decimals)
        self._digits = max(DIGITS, self.box.decimals())
        self.box.setSingleStep(limits.step or (limits.high - limits.low) / 50)
        if limits.logarithmic:
            self.box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.box.setSuffix(f" {limits.unit}" if limits.unit not in ("", "°") else limits.unit)
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.box.setKeyboardTracking(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget, stretch in ((self.symbol, 0), (self.slider, 1), (self.box, 0)):
            row.addWidget(widget, stretch)
        for widget in (self.slider, self.box):
            widget.setAccessibleName(f"{symbol}: {tooltip}")
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(lambda: self.changed.emit(self._value, False))
        self.box.valueChanged.connect(self._typed)
        self.symbol.installEventFilter(self)
        self.slider.installEventFilter(self)
        self._take_limits()
        self.set_value(limits.default)

    def value(self) -> float:
        """Return the value."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value`, or the limit that it is beyond, without telling."""
        self._value = min(max(value, self._limits.low), self._limits.high)
        self._show()

    def set_limits(self, limits: ValueRange) -> None:
        """Let the value reach elsewhere; it is kept if it can be."""
        if limits == self._limits:
            return
        self._limits = limits
        self._take_limits()
        self.set_value(self._value)

    def _take_limits(self) -> None:
        limits, ticks = self._limits, self._ticks()
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            self.slider.setRange(0, ticks)
            self.slider.setSingleStep(1 if limits.step else TICKS // 100)
            self.slider.setPageStep(max(1, ticks // 10))
            self.box.setRange(limits.low, limits.high)
        default = self.box.textFromValue(limits.default) + self.box.suffix()
        for widget in (self.symbol, self.slider):
            widget.setToolTip(f"{self._tooltip}. Double click: {default}.")
        self.box.setToolTip(f"{self._tooltip}.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Reset on a double click."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.set_value(self._limits.default)
            self.changed.emit(self._value, False)
            return True
        return super().eventFilter(watched, event)

    def _ticks(self) -> int:
        if self._limits.step:
            return max(1, round((self._limits.high - self._limits.low) / self._limits.step))
        return TICKS

    def _slid(self, tick: int) -> None:
        self._value = round(self._limits.at(tick / max(self.slider.maximum(), 1)), self._digits)
        with QSignalBlocker(self.box):
            self.box.setValue(self._value)
        self.changed.emit(self._value, self.slider.isSliderDown())

    def _typed(self, value: float) -> None:
        self._value = self._limits.nearest(value)
        self._show()
        self.changed.emit(self._value, False)

    def _show(self) -> None:
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            share = self._limits.share_of(self._value)
            self.slider.setValue(round(share * self.slider.maximum()))
            self.box.setValue(self._value)
