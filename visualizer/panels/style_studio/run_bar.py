"""Start, pause, step, stop, and how far the run is."""

from __future__ import annotations

import qtawesome
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget
from superqt import QElidingLabel

from widgets.icon_button import IconButton

LEAST_BAR = 40  # pixels
START_KEY, GO_ON_KEY = "Ctrl+Return", "Ctrl+Shift+Return"


class RunBar(QWidget):
    """The buttons of a run, "run_start", "run_go_on", "run_pause", "run_step", "run_stop".

    What is said of it is in "run_text", how far it is in "run_progress".
    """

    start_pressed = Signal()
    go_on_pressed = Signal()
    pause_pressed = Signal(bool)
    """True: pause; False: go on."""
    step_pressed = Signal()
    stop_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_bar")
        self.start = QPushButton("Start", objectName="run_start")
        self.start.setToolTip(f"Make the picture from the beginning ({START_KEY})")
        self.pause = _button("run_pause", "mdi6.pause", "Pause or go on (Ctrl+Space)")
        self.pause.setCheckable(True)
        self.step = _button("run_step", "mdi6.skip-next", "One step, then wait (Ctrl+.)")
        self.stop = _button("run_stop", "mdi6.stop", "Stop, and keep the picture (Ctrl+Shift+.)")
        self.go_on = _button(
            "run_go_on", "mdi6.play-speed", f"Go on from the picture that is shown ({GO_ON_KEY})"
        )
        self.text = QElidingLabel()
        self.text.setObjectName("run_text")
        # It changes all the time: what holds the bar must not change its width with it.
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.progress = QProgressBar(objectName="run_progress", textVisible=False)
        self.progress.setMaximumHeight(10)
        self.progress.setMinimumWidth(LEAST_BAR)
        self.progress.setRange(0, 1000)
        self.start.clicked.connect(self.start_pressed)
        self.pause.clicked.connect(self.pause_pressed)
        self.step.clicked.connect(self.step_pressed)
        self.stop.clicked.connect(self.stop_pressed)
        self.go_on.clicked.connect(self.go_on_pressed)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for button in (self.start, self.pause, self.step, self.stop, self.go_on):
            line.addWidget(button)
        line.addWidget(self.text, 3)
        line.addWidget(self.progress, 1)
        self._color()
        self.show_run(busy=False, paused=False, can_start=False, can_go_on=False)

    def show_run(self, *, busy: bool, paused: bool, can_start: bool, can_go_on: bool) -> None:
        """Show what can be done now."""
        had_focus = self.start.hasFocus() or self.go_on.hasFocus()
        for button in (self.pause, self.step, self.stop):
            button.setEnabled(busy)
        self.pause.setChecked(paused)
        self.pause.set_icon("mdi6.play" if paused else "mdi6.pause")
        if busy and had_focus:
            self.pause.setFocus()  # so that Space pauses what was just started
        self.start.setEnabled(can_start and not busy)
        self.go_on.setEnabled(can_go_on and not busy)
        self.progress.setVisible(busy)

    def show_progress(self, text: str, share: float) -> None:
        """Say how far it is, in words and as a share of the whole."""
        self.text.setText(text)
        self.text.setToolTip(text)
        self.progress.setValue(round(1000 * min(max(share, 0.0), 1.0)))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the new palette's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "progress"):
            self._color()

    def _color(self) -> None:
        color = self.palette().buttonText().color()
        self.start.setIcon(qtawesome.icon("mdi6.brush", color=color))


def _button(name: str, icon: str, tooltip: str) -> IconButton:
    made = IconButton(icon, tooltip)
    made.setObjectName(name)
    return made
