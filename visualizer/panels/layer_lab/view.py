"""What one sees of the Layer Lab: the picker and controls, what was found, the program."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.panels.layer_lab.control_form import ControlForm
from visualizer.panels.layer_lab.experiment import Experiment
from visualizer.panels.layer_lab.inputs import InputSection
from visualizer.panels.layer_lab.piece_grid import PieceGrid
from visualizer.panels.tab_parts import beside, button, column
from widgets.code_listing import CodeListing
from widgets.form_parts import combo, wrapping_label
from widgets.job_bar import JobBar
from widgets.message_bar import MessageBar
from widgets.side_column import SideColumn

PAGES = ("result", "code")


class LayerLabView(QWidget):
    """Left: experiment, question, input, controls. Right: facts and pieces, or the program."""

    experiment_chosen = Signal(str)
    control_changed = Signal(str, object, bool)
    page_chosen = Signal(str)

    def __init__(
        self, experiments: tuple[Experiment, ...], messages: MessageBar,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.messages = messages
        self._experiments = {one.name: one for one in experiments}
        self.picker: QComboBox = combo("layer_experiment", "The experiment")
        for one in experiments:
            self.picker.addItem(one.title, one.name)
            self.picker.setItemData(
                self.picker.count() - 1, one.question, Qt.ItemDataRole.ToolTipRole
            )
        self.question = wrapping_label("layer_question")
        self.inputs = InputSection()
        self.form_place = QVBoxLayout()
        self.form: ControlForm | None = None
        self._forms: dict[str, ControlForm] = {}
        holder = QWidget()
        holder.setLayout(self.form_place)
        self.form_place.setContentsMargins(0, 0, 0, 0)
        self.study_button = button("layer_study", "", "Runs until it is done; can be cancelled")
        self.study_bar = JobBar("layer_study_job")
        self.study_bar.hide()
        self.facts = wrapping_label("layer_facts")
        self.grid = PieceGrid("layer_pieces")
        self.code = CodeListing("layer_code")
        self.copy_code = button("layer_code_copy", "Copy", "Copy the program")
        self.save_code = button(
            "layer_code_save", "Save…", "Save the program, and its input as input.npy beside it"
        )
        self.pages = QTabWidget()
        self.pages.setObjectName("layer_pages")
        self.pages.addTab(column(self.facts, self.grid, stretch=False), "Result")
        self.pages.addTab(
            column(beside(self.copy_code, self.save_code), self.code, stretch=False), "Code"
        )
        left = column(
            self.picker, self.question, self.inputs, holder, self.study_button, self.study_bar
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(messages)
        splitter = QSplitter()
        splitter.addWidget(SideColumn("layer_column", left))
        splitter.addWidget(self.pages)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        layout.addWidget(splitter, 1)
        self.picker.activated.connect(
            lambda place: self.experiment_chosen.emit(self.picker.itemData(place))
        )
        self.pages.currentChanged.connect(lambda place: self.page_chosen.emit(PAGES[place]))

    def show_experiment(self, name: str) -> ControlForm:
        """Show question and controls of the experiment `name`; return its controls."""
        experiment = self._experiments[name]
        self.picker.setCurrentIndex(self.picker.findData(name))
        self.question.setText(experiment.question)
        if name not in self._forms:
            form = self._forms[name] = ControlForm(name, experiment.controls)
            form.changed.connect(self.control_changed)
            self.form_place.addWidget(form)
        for other, form in self._forms.items():
            form.setVisible(other == name)
        self.form = self._forms[name]
        self.study_button.setVisible(experiment.study is not None)
        self.study_button.setText(experiment.study_title)
        return self.form

    def show_page(self, page: str) -> None:
        """Show the result or the program."""
        self.pages.setCurrentIndex(PAGES.index(page))
