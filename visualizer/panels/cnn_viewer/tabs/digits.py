"""Digits: a tiny network learns while one watches, then answers every stroke of a drawn digit."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tab_settings import DigitsSettings
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.digits_compute import (
    LAYERS,
    Answer,
    Trained,
    answer_to,
    watch_training,
    watched_label,
)
from visualizer.panels.tab_parts import SPACING, beside, bind, button, column, lay_out
from widgets.curve_plot import Curve, CurvePlot
from widgets.digit_pad import DigitPad
from widgets.form_parts import spin, wrapping_label
from widgets.job_bar import JobBar
from widgets.mosaic_view import MosaicView

TOPIC = "digits"
PAD_SIDE = 128
PAD_PIXELS = 24  # of the drawing, before it is scaled to what the network reads


class DigitsTab(Tab):
    """Training with live loss, filters and maps; a pad to draw on; the network for all views."""

    name = "digits"
    title = "Digits"
    tooltip = "Train a tiny network on handwritten digits, then draw one and see every layer answer"
    keeps_own_network = True

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._latest: Trained | None = None
        self._losses: list[tuple[int, float]] = []
        self._ink: np.ndarray | None = None
        self._watched: int | None = None  # the digit that is shown while nothing is drawn
        self._probabilities = np.zeros(10)
        self._lane = host.lane("digit")
        self._job = host.job("digits")
        self.epochs = spin("digits_epochs", 1, 100, "How often every digit is seen")
        self.epochs.setPrefix("epochs ")
        self.epochs.setKeyboardTracking(False)
        self.seed = spin("digits_seed", 0, 9999, "Another seed: other first weights and order")
        self.seed.setPrefix("seed ")
        self.seed.setKeyboardTracking(False)
        self.train = button("digits_train", "Train", "Learn 1,437 digits anew, within seconds")
        self.bar = JobBar("digits_job")
        self.text = wrapping_label("digits_text")
        self.text.setText("1,797 handwritten digits, 8 × 8 pixels; a fifth is held out to test.")
        self.pad = DigitPad("digits_pad", PAD_PIXELS)
        self.pad.setFixedSize(PAD_SIDE, PAD_SIDE)
        self.clear = button("digits_clear", "Clear", "Take the drawing away")
        self.open = button(
            "digits_open", "Open it", "Look at this network with all views of the panel"
        )
        self.guess = wrapping_label("digits_guess", bold=True)
        self.loss = CurvePlot("step", "loss", whole_x=True)
        self.loss.setObjectName("digits_loss")
        self.answer = CurvePlot("digit", "probability", whole_x=True)
        self.answer.setObjectName("digits_answer")
        self.filters = self._mosaic("digits_filters", "Filters of conv1")
        self.filters.set_overlay_text("“Train” begins")
        self.maps = {name: self._mosaic(f"digits_{name}", f"{name}, ReLU") for name in LAYERS}
        self._lay_out()
        self._connect()
        self._show_settings(DigitsSettings())
        self._enable()

    @staticmethod
    def _mosaic(name: str, title: str) -> MosaicView:
        made = MosaicView(name, title)
        made.view.set_compact(True)
        return made

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, SPACING, SPACING, 0)
        grid.setSpacing(SPACING)
        for column_number, pair in enumerate(
            (
                (self.loss, self.answer),
                (self.filters, self.maps["conv2"]),
                (self.maps["conv1"], self.maps["conv3"]),
            )
        ):
            grid.setColumnStretch(column_number, 1)
            for row_number, part in enumerate(pair):
                grid.addWidget(part, row_number, column_number)
                grid.setRowStretch(row_number, 1)
        content = QWidget()
        content.setLayout(grid)
        controls = column(
            self.epochs, self.seed, self.train, self.bar, self.text,
            QLabel("Draw a digit"), beside(self.pad), beside(self.clear, self.open), self.guess,
        )  # fmt: skip
        lay_out(self, self.name, controls, content)

    def _connect(self) -> None:
        bind(self.bar, self._job)
        self._job.stepped.connect(self._show_steps)
        self._job.failed.connect(lambda error: self.host.say(TOPIC, error))
        self.epochs.valueChanged.connect(lambda n: self.edit(f"{n} epochs", epochs=n))
        self.seed.valueChanged.connect(lambda n: self.edit(f"seed {n}", seed=n))
        self.train.clicked.connect(self._train)
        self.pad.drawn.connect(self._drawn)
        self.clear.clicked.connect(self.pad.clear)
        self.open.clicked.connect(self._open)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Set the controls; the panel's picture and network do not matter to the digits."""
        self._show_settings(context.state.tabs.digits)

    def _show_settings(self, wanted: DigitsSettings) -> None:
        for box, value in ((self.epochs, wanted.epochs), (self.seed, wanted.seed)):
            with QSignalBlocker(box):
                box.setValue(value)

    # -- training ---------------------------------------------------------------------------

    def _train(self) -> None:
        seed, epochs = self.settings.seed, self.settings.epochs
        self.host.say(TOPIC, None)
        self._losses = []
        self._watched = None
        self.filters.set_overlay_text(None)
        self.bar.begin("Step")
        self._lane.submit(lambda: watched_label(seed), self._show_watched, self._failed)
        self._job.start(lambda: watch_training(seed, epochs))

    def _show_watched(self, label: int) -> None:
        self._watched = label
        self._say_guess()

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)

    def _show_steps(self, steps: list[Trained]) -> None:
        self._latest = last = steps[-1]
        self._losses += [(step.iteration, step.loss) for step in steps]
        x, y = (np.array(values, float) for values in zip(*self._losses, strict=True))
        self.loss.set_curves([Curve("loss", x, y)])
        self.filters.set_maps(last.filters)
        self.text.setText(
            f"Epoch {last.epoch}: loss {last.loss:.3f}, {last.accuracy:.1%} of the held-out digits "
            "right."
        )
        self.bar.set_progress(last.iteration, last.iterations)
        self._enable()
        if self._ink is None:
            self._show_answer(last.answer)
        else:
            self._ask(follow=True)

    def _enable(self) -> None:
        for part in (self.pad, self.clear, self.open):
            part.setEnabled(self._latest is not None)

    def _open(self) -> None:
        if self._latest is not None:
            from engines.digits import as_model

            self.host.open_model(as_model(self._latest.module, self._latest.accuracy))

    # -- drawing ----------------------------------------------------------------------------

    def _drawn(self, pixels: np.ndarray, goes_on: bool) -> None:
        self._ink = pixels if pixels.any() else None
        if self._latest is None:
            return
        if self._ink is None:
            self._lane.supersede()
            self._show_answer(self._latest.answer)
        else:
            self._ask(follow=goes_on)

    def _ask(self, *, follow: bool) -> None:
        if self._latest is None or self._ink is None:
            return
        module, ink = self._latest.module, self._ink
        self._lane.submit(
            lambda: answer_to(module, ink), self._show_answer, self._failed, follow=follow
        )

    def _show_answer(self, answer: Answer) -> None:
        for name, maps in answer.maps.items():
            self.maps[name].set_maps(maps)
        digits = np.arange(10)
        self.answer.set_curves([Curve("probability", digits, answer.probabilities, style="bars")])
        self._probabilities = answer.probabilities
        self._say_guess()

    def _say_guess(self) -> None:
        if self._latest is None:
            return
        best = int(self._probabilities.argmax())
        subject = "Your digit" if self._ink is not None else "A held-out digit"
        if self._ink is None and self._watched is not None:
            subject = f"A held-out {self._watched}"
        self.guess.setText(f"{subject}: {best}, {self._probabilities[best]:.0%} sure")
