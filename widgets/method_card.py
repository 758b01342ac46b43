"""One way to train: what it trains, its rates, its buttons, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from widgets.curve_plot import COLORS
from widgets.form_parts import wrapping_label
from widgets.job_bar import JobBar

SWATCH = 4  # pixels, the stripe in the colour of the curves
LEAST_RATE, MOST_RATE = 1e-6, 1.0
DECIMALS = 6
SPACING = 4
WIDEST_TITLE = "Epoch 00/00, checking"  # of its progress, for which it has room


class RateBox(QDoubleSpinBox):
    """A learning rate; its arrows change the last digit that counts, and zeros are not padded."""

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setDecimals(DECIMALS)
        self.setRange(LEAST_RATE, MOST_RATE)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def textFromValue(self, value: float) -> str:  # noqa: N802  Qt's name
        """Return the rate without zeros behind its last digit."""
        return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


class MethodCard(QFrame):
    """Shows one method of training and what a person can do with it.

    Its parts are "<name>_start", "<name>_resume", "<name>_save", "<name>_open", "<name>_job" (pause
    and stop while it trains), "<name>_facts", "<name>_status", "<name>_head_rate" and, where
    something below the head is trained, "<name>_backbone_rate".
    """

    start_pressed = Signal()
    resume_pressed = Signal()
    pause_pressed = Signal(bool)
    stop_pressed = Signal()
    save_pressed = Signal()
    open_pressed = Signal()
    rates_changed = Signal(float, float)
    """Of the head and of what lies below it (0 where that is not trained)."""

    def __init__(
        self,
        name: str,
        title: str,
        about: str,
        color: str,
        *,
        trains_backbone: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._color = QColor(COLORS[color])
        self.title = wrapping_label(f"{name}_title", bold=True)
        self.title.setText(title)
        self.setAccessibleName(f"Method: {title}")
        self.setToolTip(about)
        self.facts = wrapping_label(f"{name}_facts")
        self.status = wrapping_label(f"{name}_status")
        self.head_rate = RateBox(f"{name}_head_rate", f"{title}: learning rate of the new head")
        self.backbone_rate = (
            RateBox(f"{name}_backbone_rate", f"{title}: learning rate of what lies below the head")
            if trains_backbone
            else None
        )
        self.start = _button(f"{name}_start", "Start", f"{title}: train from the beginning")
        self.resume = _button(f"{name}_resume", "Go on", "Go on where this training stopped")
        self.save = _button(
            f"{name}_save", "Save…", "Save the best epoch's network, with a card of its making"
        )
        self.open = _button(
            f"{name}_open", "Open", "Look at the best epoch's network in the CNN Viewer"
        )
        self.bar = JobBar(f"{name}_job", two_lines=True)
        self._pause = self.bar.findChild(QWidget, f"{name}_job_pause")
        self.bar.findChild(QWidget, f"{name}_job_cancel").setToolTip(
            "Stop; the best epoch so far is kept, and it can go on later"
        )
        self._lay_out()
        self._connect()
        self.show_ready(can_start=True, resumable="", has_result=False)

    def _lay_out(self) -> None:
        rates = QGridLayout()
        rates.setContentsMargins(0, 0, 0, 0)
        rates.setSpacing(SPACING)
        rates.setColumnStretch(1, 1)
        rates.addWidget(QLabel("Learning rates"), 0, 0, 1, 2)
        rows = [("head", self.head_rate)]
        if self.backbone_rate is not None:
            rows.append(("below", self.backbone_rate))
        for number, (text, box) in enumerate(rows, start=1):
            label = QLabel(text)
            label.setBuddy(box)
            label.setToolTip(box.toolTip())
            rates.addWidget(label, number, 0)
            rates.addWidget(box, number, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING * 2, SWATCH + SPACING, SPACING * 2, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(self.title)
        layout.addWidget(self.facts)
        layout.addLayout(rates)
        layout.addLayout(_pair(self.start, self.resume))
        layout.addWidget(self.bar)
        layout.addWidget(self.status)
        layout.addStretch(1)
        layout.addLayout(_pair(self.save, self.open))

    def _connect(self) -> None:
        self.start.clicked.connect(self.start_pressed)
        self.resume.clicked.connect(self.resume_pressed)
        self.save.clicked.connect(self.save_pressed)
        self.open.clicked.connect(self.open_pressed)
        self.bar.pause_pressed.connect(self.pause_pressed)
        self.bar.cancel_pressed.connect(self.stop_pressed)
        for box in (self.head_rate, self.backbone_rate):
            if box is not None:
                box.valueChanged.connect(lambda _value: self.rates_changed.emit(*self.rates()))

    def rates(self) -> tuple[float, float]:
        """Return the learning rates of the head and of what lies below it."""
        below = self.backbone_rate.value() if self.backbone_rate is not None else 0.0
        return self.head_rate.value(), below

    def set_rates(self, head: float, backbone: float) -> None:
        """Show other learning rates without telling."""
        for box, value in ((self.head_rate, head), (self.backbone_rate, backbone)):
            if box is not None:
                with QSignalBlocker(box):
                    box.setValue(value)

    def minimumSizeHint(self) -> QSize:
        """Return room for what it says while it trains."""
        least = super().minimumSizeHint()
        letters = self.fontMetrics().horizontalAdvance(WIDEST_TITLE)
        return QSize(max(least.width(), letters + 4 * SPACING + 2), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for all that is said."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # A layout around it asks only for the least height, at which wrapped text is cut.
        layout = self.layout()
        assert layout is not None, "laid out from the start"
        self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def set_facts(self, text: str) -> None:
        """Say what is trained."""
        self.facts.setText(text)
        self._fit()

    def set_status(self, text: str) -> None:
        """Say how far it is, or how it ended."""
        self.status.setText(text)
        self._fit()

    def show_running(self, title: str, *, waits: bool = False) -> None:
        """Show that it trains and can be paused and stopped, or that it waits for its turn."""
        self.start.hide()
        self.resume.hide()
        self._pause.setVisible(not waits)
        self.bar.begin(title)

    def show_ready(self, *, can_start: bool, resumable: str, has_result: bool) -> None:
        """Show that it does not train. resumable: what "Go on" goes on with, "" for nothing."""
        self.bar.end()
        self.start.show()
        self.start.setEnabled(can_start)
        self.resume.setVisible(bool(resumable))
        self.resume.setEnabled(can_start)
        self.resume.setToolTip(resumable)
        self.set_result(has_result)

    def set_result(self, there: bool) -> None:
        """Say whether there is a network to save and to look at."""
        for part in (self.save, self.open):
            part.setEnabled(there)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the stripe in the colour of the curves above the title."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(QRectF(1, 1, self.width() - 2, SWATCH), self._color)


def _button(name: str, text: str, tooltip: str) -> QPushButton:
    made = QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(tooltip)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


def _pair(*buttons: QPushButton) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACING)
    for button in buttons:
        layout.addWidget(button, 1)
    return layout
