"""A player for anything that has steps: first, back, play, forward, last, scrub, speed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSpinBox, QWidget

from widgets.grab_slider import GrabSlider
from widgets.icon_button import IconButton

FASTEST = 30
LEAST_SLIDER = 90  # pixels; with less room the slider goes below the buttons


class PlayerBar(QWidget):
    """Goes through the steps 0 … count − 1, by hand or by itself; playing stops when it is hidden.

    Children: "<name>_first", "_back", "_play", "_forward", "_last", "_slider", "_speed", "_text".
    """

    moved = Signal(int, bool)
    """The new step, and whether more will follow at once (playing, or the slider is dragged)."""
    speed_changed = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, name: str, noun: str = "Position", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._noun = noun
        self._step, self._count = 0, 1
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.setObjectName(f"{name}_timer")
        self._timer.timeout.connect(self._tick)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._buttons: dict[str, IconButton] = {}
        for part, icon, tooltip, slot in (
            ("first", "mdi6.skip-backward", "To the first", lambda: self._go(0)),
            ("back", "mdi6.step-backward", "One back", lambda: self._go(self._step - 1)),
            ("play", "mdi6.play", "Play", self.toggle),
            ("forward", "mdi6.step-forward", "One forward", lambda: self._go(self._step + 1)),
            ("last", "mdi6.skip-forward", "To the last", lambda: self._go(self._count - 1)),
        ):
            button = IconButton(icon, tooltip)
            button.setObjectName(f"{name}_{part}")
            button.clicked.connect(lambda _checked=False, slot=slot: slot())
            row.addWidget(button)
            self._buttons[part] = button
        self.slider = GrabSlider()
        self.slider.setObjectName(f"{name}_slider")
        self.slider.setAccessibleName(noun)
        self.slider.setToolTip(f"{noun}: drag to scrub")
        self.slider.valueChanged.connect(self._scrubbed)
        self.slider.sliderReleased.connect(lambda: self.moved.emit(self._step, False))
        self.text = QLabel(objectName=f"{name}_text")
        self.text.setToolTip(noun)
        self.speed = QSpinBox(objectName=f"{name}_speed")
        self.speed.setRange(1, FASTEST)
        self.speed.setSuffix(" /s")
        self.speed.setToolTip("Steps a second while playing")
        self.speed.setAccessibleName("Steps a second")
        self.speed.valueChanged.connect(self._speed_changed)
        self._ends = (row, QHBoxLayout())
        for widget in (self.text, self.speed):
            self._ends[1].addWidget(widget)
        self._ends[1].setSpacing(8)
        self._grid.addLayout(row, 0, 0)
        self._grid.addLayout(self._ends[1], 0, 2)
        self._grid.setColumnStretch(1, 1)
        self._below = False
        self._grid.addWidget(self.slider, 0, 1)
        self.set_speed(4)
        self.set_count(1)

    def set_count(self, count: int) -> None:
        """Go through `count` steps from now on; the present one is kept if it can be."""
        self._count = max(count, 1)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, self._count - 1)
            self.slider.setPageStep(max(1, self._count // 10))
        self.set_step(min(self._step, self._count - 1))

    def set_step(self, step: int) -> None:
        """Show the step `step` without telling."""
        self._step = min(max(step, 0), self._count - 1)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._step)
        width = len(str(self._count))
        self.text.setText(f"{self._step + 1:>{width}} of {self._count}")

    def step(self) -> int:
        """Return the present step."""
        return self._step

    def set_speed(self, speed: int) -> None:
        """Play `speed` steps a second, without telling."""
        with QSignalBlocker(self.speed):
            self.speed.setValue(speed)
        self._timer.setInterval(1000 // self.speed.value())

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Play, from the start if it stands at the end; or stop."""
        if self.playing:
            self.stop()
            return
        if self._step == self._count - 1:
            self._go(0, goes_on=True)
        self._timer.start()
        self._look()

    def stop(self) -> None:
        """Stand still."""
        if self.playing:
            self._timer.stop()
            self._look()

    def resizeEvent(self, event: QEvent) -> None:
        """Put the slider below the buttons where there is no room for it between them."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        taken = sum(part.sizeHint().width() for part in self._ends)
        below = self.width() - taken < LEAST_SLIDER
        if below != self._below:
            self._below = below
            self._grid.removeWidget(self.slider)
            self._grid.addWidget(self.slider, int(below), 0 if below else 1, 1, 3 if below else 1)

    def hideEvent(self, event: QEvent) -> None:
        """Stop: nobody looks."""
        self.stop()
        super().hideEvent(event)

    def _tick(self) -> None:
        if self._step >= self._count - 1:
            self.stop()
            return
        last = self._step + 1 == self._count - 1
        if last:
            self.stop()
        self._go(self._step + 1, goes_on=not last)

    def _go(self, step: int, *, goes_on: bool = False) -> None:
        step = min(max(step, 0), self._count - 1)
        if not goes_on:
            self.stop()
        if step != self._step:
            self.set_step(step)
            self.moved.emit(self._step, goes_on)

    def _scrubbed(self, step: int) -> None:
        self.stop()
        if step != self._step:
            self.set_step(step)
            self.moved.emit(self._step, self.slider.isSliderDown())

    def _speed_changed(self, speed: int) -> None:
        self._timer.setInterval(1000 // speed)
        self.speed_changed.emit(speed)

    def _look(self) -> None:
        playing = self.playing
        self._buttons["play"].set_icon("mdi6.pause" if playing else "mdi6.play")
        said = "Pause" if playing else "Play"
        self._buttons["play"].setToolTip(said)
        self._buttons["play"].setAccessibleName(said)
        self.playing_changed.emit(playing)
