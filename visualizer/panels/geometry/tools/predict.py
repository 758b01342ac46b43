"""Predict, then reveal: output cells are hidden until the person has computed them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from widgets.form_parts import row, wrapping_label
from widgets.number_text import NumberTextError, parse_number


class PredictPage(QWidget):
    """A box for the number of the current cell, and what was right or wrong about it."""

    switched = Signal(bool)
    answered = Signal(float)
    restarted = Signal()
    next_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predict_page")
        self.switch = QCheckBox("Hide the output", objectName="predict_on")
        self.switch.setToolTip("Output cells stay hidden until you have typed their number")
        self.switch.clicked.connect(self.switched)
        self.cell_label = QLabel(objectName="predict_cell")
        self.answer = QLineEdit(objectName="predict_answer")
        self.answer.setPlaceholderText("number or fraction")
        self.answer.setToolTip("Your number for the marked output cell; Return checks it")
        self.answer.setAccessibleName("Your number for the marked output cell")
        self.answer.setMinimumWidth(self.answer.fontMetrics().horizontalAdvance("−00.0000"))
        self.answer.setMaximumWidth(180)
        self.answer.returnPressed.connect(self._check)
        self.check_button = _button("predict_check", "Check", "Compare with the output")
        self.check_button.clicked.connect(self._check)
        self.next_button = _button("predict_next", "Next cell", "Go to the next hidden cell")
        self.next_button.clicked.connect(self.next_pressed)
        self.restart_button = _button("predict_restart", "Start again", "Hide every cell again")
        self.restart_button.clicked.connect(self.restarted)
        self.verdict = wrapping_label("predict_verdict", bold=True)
        self.progress = wrapping_label("predict_progress")
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 4, 8, 4)
        grid.addLayout(row(self.switch, stretch=0), 0, 0)
        grid.addLayout(row(self.cell_label, self.answer, stretch=0), 1, 0)
        grid.addLayout(
            row(self.check_button, self.next_button, self.restart_button, stretch=0), 2, 0
        )
        grid.addWidget(self.verdict, 3, 0)
        grid.addWidget(self.progress, 4, 0)
        grid.setRowStretch(5, 1)

    def show_progress(self, *, on: bool, cell: str, solved: int, total: int) -> None:
        """Say which cell is asked for and how many are solved."""
        self.switch.setChecked(on)
        for widget in (self.answer, self.check_button, self.next_button, self.restart_button):
            widget.setEnabled(on)
        self.cell_label.setText(f"{cell} =")
        self.progress.setText(
            f"{solved} of {total} cells are yours."
            if on
            else "Point at a window, multiply and add in your head, then type the sum."
        )
        if not on:
            self.verdict.clear()

    def say(self, text: str) -> None:
        """Say what is right or wrong about the answer."""
        self.verdict.setText(text)

    def begin(self, text: str) -> None:
        """Start typing with `text`, which was typed elsewhere."""
        self.answer.setText(text)
        self.answer.setFocus()

    def _check(self) -> None:
        try:
            value = parse_number(self.answer.text().replace("−", "-"))
        except NumberTextError as error:
            self.say(str(error).replace("This cell is empty", "No number yet"))
            return
        self.answer.selectAll()
        self.answered.emit(value)


def _button(name: str, text: str, tooltip: str) -> QPushButton:
    made = QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(tooltip)
    return made
