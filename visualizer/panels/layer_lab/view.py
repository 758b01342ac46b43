"""What one sees of the Layer Lab: the picker and controls, what was found, the program."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from visualizer.panels.layer_lab.control_form import ControlForm
from visualizer.panels.layer_lab.experiment import Experiment
from visualizer.panels.layer_lab.facts import facts_text
from visualizer.panels.layer_lab.inputs import InputSection
from visualizer.panels.layer_lab.picker import ExperimentPicker
from visualizer.panels.layer_lab.piece_grid import PieceGrid
from visualizer.panels.layer_lab.pieces import Found
from visualizer.panels.layer_lab.preparing import Drawing
from visualizer.panels.tab_parts import beside, button, column
from widgets.code_listing import CodeListing
from widgets.form_parts import wrapping_label
from widgets.job_bar import JobBar
from widgets.message_bar import MessageBar
from widgets.side_column import SideColumn

PAGES = ("result", "code")


class LayerLabView(QWidget):
    """Left: experiment, question, input, controls. Right: facts and pieces, or the program."""

    experiment_chosen = Signal(str)
    control_changed = Signal(str, object, bool)
    control_refused = Signal(str)
    control_accepted = Signal()
    page_chosen = Signal(str)

    def __init__(
        self, experiments: tuple[Experiment, ...], messages: MessageBar,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.messages = messages
        self._experiments = {one.name: one for one in experiments}
        self._forms: dict[str, ControlForm] = {}
        self.form: ControlForm | None = None
        self.shown = Found(())
        self._make_left(experiments)
        self._make_right()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(messages)
        self.splitter = QSplitter()
        self.splitter.addWidget(self.left)
        self.splitter.addWidget(self.pages)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        layout.addWidget(self.splitter, 1)
        self.picker.chosen.connect(self.experiment_chosen)
        self.pages.currentChanged.connect(lambda place: self.page_chosen.emit(PAGES[place]))

    def _make_left(self, experiments: tuple[Experiment, ...]) -> None:
        self.picker = ExperimentPicker(experiments)
        self.question = wrapping_label("layer_question")
        self.inputs = InputSection()
        holder = QWidget()
        self._form_place = QVBoxLayout(holder)
        self._form_place.setContentsMargins(0, 0, 0, 0)
        self.reset_button = button(
            "layer_reset", "Reset", "Set the controls of this experiment to what they were at first"
        )
        self.study_button = button("layer_study", "", "Takes a while; can be paused and cancelled")
        self.study_bar = JobBar("layer_study_job", two_lines=True)
        self.left = SideColumn(
            "layer_column",
            column(
                self.picker, self.question, self.inputs, holder, self.reset_button,
                self.study_button, self.study_bar,
            ),
        )  # fmt: skip

    def _make_right(self) -> None:
        self.facts = wrapping_label("layer_facts", bold=True)
        self.note = wrapping_label("layer_note")
        self.grid = PieceGrid("layer_pieces")
        self.code = CodeListing("layer_code")
        self.code.setToolTip("PyTorch that does what the experiment does")
        self.copy_code = button("layer_code_copy", "Copy", "Copy the program")
        self.save_code = button(
            "layer_code_save", "Save…", "Save the program, and the input it works on beside it"
        )
        result = column(self.facts, self.note, self.grid, stretch=False)
        result.layout().setStretchFactor(self.grid, 1)
        code = column(beside(self.copy_code, self.save_code), self.code, stretch=False)
        self.pages = QTabWidget()
        self.pages.setObjectName("layer_pages")
        self.pages.setDocumentMode(True)
        for title, page in (("Result", result), ("Code", code)):
            self.pages.addTab(page, title)
        self.say_note("")

    def show_experiment(self, name: str) -> ControlForm:
        """Show question and controls of the experiment `name`; return its controls."""
        experiment = self._experiments[name]
        self.picker.show_chosen(name)
        self.question.setText(experiment.question)
        if name not in self._forms:
            form = self._forms[name] = ControlForm(name, experiment.controls)
            form.changed.connect(self.control_changed)
            form.refused.connect(self.control_refused)
            form.accepted.connect(self.control_accepted)
            self._form_place.addWidget(form)
        for other, form in self._forms.items():
            form.setVisible(other == name)
        self.form = self._forms[name]
        self.reset_button.setVisible(bool(experiment.controls))
        self.study_button.setVisible(experiment.study is not None)
        self.study_button.setText(experiment.study_title)
        return self.form

    def show_found(self, found: Found, drawings: Sequence[Drawing] | None = None) -> None:
        """Show what was found, and its facts; drawings: what was prepared of its pieces."""
        self.shown, facts = found, facts_text(found)
        self.facts.setText(facts)
        self.facts.setVisible(bool(facts))
        self.facts.setEnabled(True)
        self.grid.show_pieces(found.pieces, drawings)

    def show_code(self, code: str) -> None:
        """Show the program, whose reader stays where they are in it."""
        bar = self.code.verticalScrollBar()
        place = bar.value()
        self.code.set_source(code)
        bar.setValue(place)  # a slider that is dragged changes one number somewhere in it
        for part in (self.copy_code, self.save_code):
            part.setEnabled(bool(code))

    def show_stale(self, note: str) -> None:
        """Mark what is shown as that of an earlier setting."""
        self.facts.setEnabled(False)
        self.say_note(note)

    def show_nothing(self) -> None:
        """Show no result and no program."""
        self.show_found(Found(()))
        self.show_code("")
        self.say_note("")

    def say_note(self, note: str) -> None:
        """Say something about what is shown, or nothing."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def show_page(self, page: str) -> None:
        """Show the result or the program."""
        self.pages.setCurrentIndex(PAGES.index(page))
