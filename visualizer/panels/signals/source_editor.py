"""Where one signal comes from: its kind, and what belongs to that kind."""

from __future__ import annotations

import re

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGroupBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engines.images import SAMPLES
from engines.signals import FORMULA_FUNCTIONS, SOURCES
from visualizer.panels.signals.state import MAX_DRAWN, SourceState, Which
from visualizer.pictures.source import PictureSource
from widgets.form_parts import add_choice, combo, row, wrapping_label
from widgets.number_text import NumberTextError, format_number, parse_number
from widgets.signal_plot import SignalPlot, Trace
from widgets.value_slider import ValueRange, ValueSlider

KINDS = (
    ("builtin", "Built-in", "A signal with parameters"),
    ("formula", "Formula", "Type a formula of t"),
    ("drawn", "Drawn by hand", "Draw it with the mouse, or type its numbers"),
    ("file", "CSV or WAV file", "Numbers or sound from a file"),
    ("picture", "Row of a picture", "The brightness along one row of a picture"),
)
OF_LAB = ""  # the entry of the Kernel Lab's picture, whichever that is
WRONG = QColor("#c62828")
DRAWN_HEIGHT = 2.0  # what the drawing pad reaches at least
_LOGARITHMIC = ("length", "width")


class SourceEditor(QGroupBox):
    """The controls of the signal `which`; their objectNames begin with "f_" or "g_".

    `show_state` never emits.
    """

    edited = Signal(object, str, bool)
    """{field of SourceState: value}, what is edited (drags of it merge), whether a drag goes on."""
    open_pressed = Signal()

    def __init__(self, which: Which, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setObjectName(f"{which}_editor")
        self._which = which
        self._state = SourceState()
        self._sliders: dict[str, ValueSlider] = {}
        self._shown_builtin = ""
        self.kind = combo(f"{which}_kind", f"Where {which} comes from")
        for value, text, tip in KINDS:
            add_choice(self.kind, value, text, tip)
        self.kind.activated.connect(
            lambda _: self.edited.emit({"kind": self.kind.currentData()}, "kind", False)
        )
        self._pages = {
            "builtin": self._builtin_page(),
            "formula": self._formula_page(),
            "drawn": self._drawn_page(),
            "file": self._file_page(),
            "picture": self._picture_page(),
        }
        self.note = wrapping_label(f"{which}_note")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 6)
        column.setSpacing(4)
        column.addWidget(self.kind)
        for page in self._pages.values():
            column.addWidget(page)
        column.addWidget(self.note)
        self.show_state(self._state)

    # -- showing ----------------------------------------------------------------------------

    def show_state(self, state: SourceState) -> None:
        """Set all controls to `state`, without telling."""
        self._state = state
        self.kind.setCurrentIndex(self.kind.findData(state.kind))
        for kind, page in self._pages.items():
            page.setVisible(kind == state.kind)
        self._show_builtin(state)
        if self.formula.text() != state.formula:
            with QSignalBlocker(self.formula):
                self.formula.setText(state.formula)
        self.length.set_value(state.length)
        self.start.set_value(state.start)
        self._show_drawing(state)
        name = state.path.replace("\\", "/").rsplit("/", 1)[-1]
        self.file_label.setText(name or "No file yet: open one, or drop it here.")
        self.file_label.setToolTip(state.path)
        index = self.picture.findData(OF_LAB if state.of_lab else state.picture.name)
        if index < 0 and state.picture.kind == "file":
            add_choice(self.picture, state.picture.name, state.picture.name.rsplit("/", 1)[-1], "")
            index = self.picture.count() - 1
        self.picture.setCurrentIndex(index)
        self.row_slider.set_value(100 * state.row)

    def show_notes(self, notes: tuple[str, ...]) -> None:
        """Say what was done to the signal to make it fit."""
        self.note.setText(" ".join(notes))
        self.note.setVisible(bool(notes))

    def mark_formula(self, wrong: str) -> None:
        """Mark the formula's field as wrong, with the reason as its tooltip; "" unmarks it."""
        palette = QPalette()
        if wrong:
            palette.setColor(QPalette.ColorRole.Text, WRONG)
            tint = QColor(WRONG)
            base = self.palette().color(QPalette.ColorRole.Base)
            shares = zip(tint.getRgb()[:3], base.getRgb()[:3], strict=True)
            mixed = [round(0.2 * a + 0.8 * b) for a, b in shares]
            palette.setColor(QPalette.ColorRole.Base, QColor(*mixed))
        self.formula.setPalette(palette)
        self.formula.setProperty("wrong", bool(wrong))
        self.formula.setToolTip(wrong or self._formula_tip())

    # -- the kinds --------------------------------------------------------------------------

    def _builtin_page(self) -> QWidget:
        page, column = _page()
        self.builtin = combo(f"{self._which}_builtin", "Which signal")
        for source in SOURCES.values():
            add_choice(self.builtin, source.name, source.title, source.meaning)
        self.builtin.activated.connect(
            lambda _: self.edited.emit(
                {"name": self.builtin.currentData(), "values": ()}, "signal", False
            )
        )
        column.addWidget(self.builtin)
        self._slider_column = column
        return page

    def _show_builtin(self, state: SourceState) -> None:
        source = SOURCES.get(state.name)
        if source is None:
            return
        self.builtin.setCurrentIndex(self.builtin.findData(state.name))
        if self._shown_builtin != state.name:
            self._shown_builtin = state.name
            for slider in self._sliders.values():
                slider.hide()
                slider.setParent(None)
                slider.deleteLater()
            self._sliders = {}
            width = max(
                self.fontMetrics().horizontalAdvance(each.symbol) for each in source.parameters
            )
            for each in source.parameters:
                limits = ValueRange(
                    each.low, each.high, each.default, each.step, each.unit,
                    logarithmic=each.name in _LOGARITHMIC,
                )  # fmt: skip
                slider = ValueSlider(
                    f"{self._which}_{each.name}", each.symbol, limits, each.meaning,
                    symbol_width=width,
                )  # fmt: skip
                slider.changed.connect(lambda v, more, n=each.name: self._parameter(n, v, more))
                self._sliders[each.name] = slider
                self._slider_column.addWidget(slider)
        values = {**source.defaults(), **dict(state.values)}
        for name, slider in self._sliders.items():
            slider.set_value(values[name])

    def _parameter(self, name: str, value: float, goes_on: bool) -> None:
        values = {**dict(self._state.values), name: value}
        self.edited.emit({"values": tuple(values.items())}, name, goes_on)

    def _formula_page(self) -> QWidget:
        page, column = _page()
        self.formula = QLineEdit(objectName=f"{self._which}_formula")
        self.formula.setAccessibleName(f"Formula of {self._which}")
        self.formula.setToolTip(self._formula_tip())
        self.formula.textEdited.connect(
            lambda text: self.edited.emit({"formula": text}, "formula", False)
        )
        self.length = ValueSlider(
            f"{self._which}_formula_length", "n", ValueRange(1, 4096, 64, 1, logarithmic=True),
            "How many samples it has", symbol_width=self.fontMetrics().horizontalAdvance("t₀"),
        )  # fmt: skip
        self.start = ValueSlider(
            f"{self._which}_formula_start", "t₀", ValueRange(-256, 256, 0, 1),
            "Where its first sample lies, in samples",
        )  # fmt: skip
        self.length.changed.connect(
            lambda v, more: self.edited.emit({"length": round(v)}, "length", more)
        )
        self.start.changed.connect(
            lambda v, more: self.edited.emit({"start": round(v)}, "start", more)
        )
        for widget in (self.formula, self.length, self.start):
            column.addWidget(widget)
        return page

    @staticmethod
    def _formula_tip() -> str:
        return (
            "A formula of t (the time) and n (0, 1, 2 …), such as sin(2*pi*t/20). Functions: "
            f"{', '.join(FORMULA_FUNCTIONS)}; j makes it complex."
        )

    def _drawn_page(self) -> QWidget:
        page, column = _page()
        self.pad = SignalPlot(f"{self._which}_pad", "sample", self._which, "draw")
        self.pad.setMinimumHeight(130)
        self.pad.stroked.connect(self._stroked)
        self.numbers = QLineEdit(objectName=f"{self._which}_numbers")
        self.numbers.setToolTip("The samples as numbers, such as 1, 2, 3/4; Enter takes them")
        self.numbers.setAccessibleName(f"Samples of {self._which}")
        self.numbers.returnPressed.connect(self._typed_numbers)
        self.count = ValueSlider(
            f"{self._which}_drawn_length", "n", ValueRange(1, MAX_DRAWN, 32, 1),
            "How many samples it has",
        )  # fmt: skip
        self.count.changed.connect(self._resized)
        for widget in (self.pad, self.numbers, self.count):
            column.addWidget(widget)
        return page

    def _show_drawing(self, state: SourceState) -> None:
        values = np.array(state.drawn)
        self.pad.set_traces([Trace("", np.arange(len(values)), values, "blue", "stems")])
        self.pad.set_extent(-0.5, len(values) - 0.5)
        reach = max(DRAWN_HEIGHT, float(np.abs(values).max()))
        self.pad.set_value_range(-reach, reach)
        if not self.numbers.hasFocus() or not self.numbers.isModified():
            self.numbers.setText(", ".join(format_number(value, 4) for value in state.drawn))
            self.numbers.setCursorPosition(0)
        self.count.set_value(len(values))

    def _stroked(self, x0: float, y0: float, x1: float, y1: float, goes_on: bool) -> None:
        values = np.array(self._state.drawn)
        low, high = sorted((round(x0), round(x1)))
        samples = np.arange(max(0, low), min(len(values) - 1, high) + 1)
        if len(samples):
            ends = ([x0, x1], [y0, y1]) if x0 < x1 else ([x1, x0], [y1, y0])
            heights = np.interp(samples, *ends) if x0 != x1 else np.full(len(samples), y1)
            if low == high:
                heights[:] = y1  # a click sets the sample to the height of the mouse
            reach = max(DRAWN_HEIGHT, float(np.abs(values).max()))
            values[samples] = np.clip(np.round(heights, 3), -reach, reach)
        self.edited.emit({"drawn": tuple(values.tolist())}, "drawing", goes_on)

    def _typed_numbers(self) -> None:
        pieces = [piece for piece in re.split(r"[\s,;\[\]()]+", self.numbers.text()) if piece]
        try:
            values = tuple(parse_number(piece) for piece in pieces)
        except NumberTextError as error:
            self.show_notes((str(error),))
            return
        if not 1 <= len(values) <= MAX_DRAWN:
            self.show_notes((f"{len(values)} numbers; a drawing has 1 to {MAX_DRAWN}.",))
            return
        self.numbers.setModified(False)
        self.edited.emit({"drawn": values}, "numbers", False)

    def _resized(self, value: float, goes_on: bool) -> None:
        count, drawn = round(value), self._state.drawn
        made = (*drawn, *((0.0,) * max(0, count - len(drawn))))[:count]
        self.edited.emit({"drawn": made}, "length of the drawing", goes_on)

    def _file_page(self) -> QWidget:
        page, column = _page()
        button = QPushButton("Open…", objectName=f"{self._which}_open")
        button.setToolTip(f"Choose a CSV or WAV file for {self._which}")
        button.clicked.connect(self.open_pressed)
        self.file_label = wrapping_label(f"{self._which}_file")
        column.addLayout(row(self.file_label, button))
        return page

    def _picture_page(self) -> QWidget:
        page, column = _page()
        self.picture = combo(f"{self._which}_picture", "Whose row is taken; a file can be dropped")
        add_choice(
            self.picture, OF_LAB, "Picture of the Kernel Lab",
            "The picture that the Kernel Lab shows, or showed last; it follows when that changes",
        )  # fmt: skip
        for sample in SAMPLES.values():
            add_choice(self.picture, sample.name, sample.title, sample.title)
        self.picture.activated.connect(self._picture_chosen)
        self.row_slider = ValueSlider(
            f"{self._which}_row", "row", ValueRange(0, 100, 50, unit="%"),
            "Which row, from the top (0 %) to the bottom (100 %)",
        )  # fmt: skip
        self.row_slider.changed.connect(
            lambda v, more: self.edited.emit({"row": v / 100}, "row", more)
        )
        column.addWidget(self.picture)
        column.addWidget(self.row_slider)
        return page

    def _picture_chosen(self, _index: int) -> None:
        name = self.picture.currentData()
        if name == OF_LAB:
            self.edited.emit({"of_lab": True}, "picture", False)
            return
        kind = "sample" if name in SAMPLES else "file"
        picture = PictureSource(kind=kind, name=name)
        self.edited.emit({"picture": picture, "of_lab": False}, "picture", False)


def _page() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    return page, column
