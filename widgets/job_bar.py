"""Long work in short: what it does, how far it is, how long it takes, pause and cancel."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QSizePolicy, QWidget
from superqt import QElidingLabel

from widgets.icon_button import IconButton

LEAST_BAR = 40  # pixels
MIN_SECONDS = 1.0  # before this the time left is a guess not worth showing


class JobBar(QWidget):
    """Shows the progress of one job; hidden while there is none.

    A text that is too long for the room is cut; its tooltip has it whole.

    The buttons are "<name>_pause" and "<name>_cancel", the text "<name>_text", and what counts
    "<name>_count" where that has a line of its own.
    """

    pause_pressed = Signal(bool)
    """True: pause; False: go on."""
    cancel_pressed = Signal()

    def __init__(
        self,
        name: str,
        *,
        can_pause: bool = True,
        two_lines: bool = False,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        """two_lines: how far it is stands below the title, where the bar is narrow."""
        super().__init__(parent)
        self.setObjectName(name)
        self._clock = clock
        self._started = clock()
        self._paused_at: float | None = None
        self._title = self._said = ""
        self._text = _line(f"{name}_text")
        self._count = _line(f"{name}_count") if two_lines else None
        self._bar = QProgressBar(objectName=f"{name}_bar", textVisible=False)
        self._bar.setMaximumHeight(10)
        self._bar.setMinimumWidth(LEAST_BAR)  # else it asks for more where the text is large
        self._pause = IconButton("mdi6.pause", "Pause")
        self._pause.setObjectName(f"{name}_pause")
        self._pause.setCheckable(True)
        self._pause.setVisible(can_pause)
        self._pause.toggled.connect(self._toggled)
        cancel = IconButton("mdi6.close", "Cancel")
        cancel.setObjectName(f"{name}_cancel")
        cancel.clicked.connect(self.cancel_pressed)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        lines = [line for line in (self._text, self._count) if line is not None]
        for number, line in enumerate(lines):
            grid.addWidget(line, number, 0, 1, 3)
        for column, widget in enumerate((self._bar, self._pause, cancel)):
            grid.addWidget(widget, len(lines), column)
        self.hide()

    def begin(self, title: str) -> None:
        """Show a job that has just begun."""
        self._title, self._started, self._paused_at = title, self._clock(), None
        self._pause.blockSignals(True)
        self._pause.setChecked(False)
        self._pause.blockSignals(False)
        self._look()
        self._bar.setRange(0, 0)
        self._say(title)
        self.show()

    def set_paused(self, paused: bool) -> None:
        """Show a pause that began or ended elsewhere, without telling."""
        if paused != self._pause.isChecked():
            with QSignalBlocker(self):
                self._pause.setChecked(paused)

    def set_progress(self, done: float, total: float, unit: str = "") -> None:
        """Show that `done` of `total` are behind; a total of 0 is unknown."""
        counted = f"{done:g}" + (f"/{total:g}" if total > 0 else "") + (f" {unit}" if unit else "")
        said = [counted]
        if total > 0:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * min(done / total, 1.0)))
            elapsed = self._clock() - self._started
            if elapsed >= MIN_SECONDS and 0 < done < total:
                said.append(f"{duration(elapsed * (total - done) / done)} left")
        self._say(self._title, " · ".join(said))

    def end(self) -> None:
        """Hide it: the job is over."""
        self.hide()

    def _say(self, title: str, count: str = "") -> None:
        whole = self._said = f"{title} {count}".strip()
        if self._count is None:
            title = whole
        else:
            self._count.setText(count)
            self._count.setToolTip(whole)
        self._text.setText(title)
        self._text.setToolTip(whole)

    def text(self) -> str:
        """Return what is said above the bar, whole."""
        return self._said

    def _toggled(self, paused: bool) -> None:
        if paused:
            self._paused_at = self._clock()
        elif self._paused_at is not None:
            self._started += self._clock() - self._paused_at  # a pause does not count
            self._paused_at = None
        self._look()
        self.pause_pressed.emit(paused)

    def _look(self) -> None:
        paused = self._pause.isChecked()
        self._pause.set_icon("mdi6.play" if paused else "mdi6.pause")
        self._pause.setToolTip("Go on" if paused else "Pause")


def _line(name: str) -> QElidingLabel:
    made = QElidingLabel()
    made.setObjectName(name)
    # The text changes all the time: what holds the bar must not change its width with it.
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return made


def duration(seconds: float) -> str:
    """Return `seconds` in words: 8 s, 3 min 20 s, 2 h 5 min."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest and minutes < 10 else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h" + (f" {minutes} min" if minutes else "")
