"""The box in which an experiment is chosen: from the list, by typing a part of its title."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from visualizer.panels.layer_lab.experiment import Experiment
from widgets.form_parts import combo, set_searchable

MOST_SHOWN = 24  # entries of the open list


class ExperimentPicker(QWidget):
    """A list of experiments in teaching order, which finds what is typed."""

    chosen = Signal(str)

    def __init__(self, experiments: Sequence[Experiment], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tooltips = {one.name: _tooltip(one) for one in experiments}
        self.box: QComboBox = combo("layer_experiment", "The experiment: type to find one")
        set_searchable(self.box, [one.title for one in experiments])
        self.box.setMaxVisibleItems(MOST_SHOWN)
        for place, one in enumerate(experiments):
            self.box.setItemData(place, one.name)
            self.box.setItemData(place, self._tooltips[one.name], Qt.ItemDataRole.ToolTipRole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.box.activated.connect(lambda place: self.chosen.emit(self.box.itemData(place)))
        line = self.box.lineEdit()
        line.setObjectName("layer_experiment_search")
        line.returnPressed.connect(self._take_found)
        line.editingFinished.connect(self._put_back)

    def show_chosen(self, name: str) -> None:
        """Show the experiment `name`."""
        place = self.box.findData(name)
        self.box.setCurrentIndex(place)
        self.box.setEditText(self.box.itemText(place))
        self.box.setToolTip(self._tooltips[name])
        self.box.lineEdit().setCursorPosition(0)

    def find(self) -> None:
        """Let the person type what to look for."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.lineEdit().selectAll()

    def _take_found(self) -> None:
        """Choose the entry that is called as was typed, else the first that has it, if any."""
        typed = self.box.currentText().strip().lower()
        titles = [self.box.itemText(place).lower() for place in range(self.box.count())]
        found = [place for place, title in enumerate(titles) if typed == title]
        found += [place for place, title in enumerate(titles) if typed in title]
        if typed and found:
            self.box.completer().popup().hide()
            self.chosen.emit(self.box.itemData(found[0]))

    def _put_back(self) -> None:
        """Show the open experiment again where what was typed names none."""
        self.box.setEditText(self.box.itemText(self.box.currentIndex()))


def _tooltip(one: Experiment) -> str:
    return f"{one.question} (topic {one.topic})" if one.topic else one.question
