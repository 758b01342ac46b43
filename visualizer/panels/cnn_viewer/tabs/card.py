"""Card: the network in a few lines, to read or to fill in from memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.card_compute import Card, card_of
from visualizer.panels.cnn_viewer.tabs.network_size import input_size
from visualizer.panels.tab_parts import button, column, lay_out
from widgets.form_parts import wrapping_label
from widgets.layer_table_view import LayerTableView, TableColumn, TableData

if TYPE_CHECKING:
    from engines.models import LoadedModel

TOPIC = "card"
_COLUMNS = (
    TableColumn("What", numeric=False),
    TableColumn("Of this network", "Worked out from it", numeric=False, can_blank=True),
)


class CardTab(Tab):
    """Every answer is worked out from the network that is loaded, none is written down."""

    name = "card"
    title = "Card"
    tooltip = "The network in a few lines; hide the answers to test yourself"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._lane = host.lane("card")
        self._asked: tuple[LoadedModel, tuple[int, int, int]] | None = None
        self.heading = wrapping_label("card_title", bold=True)
        self.quiz = QCheckBox("Fill in from memory", objectName="card_quiz")
        self.quiz.setToolTip("Empty the answers; double-click one and type")
        self.answers = button("card_answers", "Show answers", "Fill all that is not right yet")
        self.score = wrapping_label("card_score")
        self.percentages = wrapping_label("card_percentages")
        self.table = LayerTableView("card_facts")
        self.table.set_sums_shown(False)
        self.table.set_wrapped()
        controls = column(self.heading, self.quiz, self.score, self.answers, self.percentages)
        lay_out(self, self.name, controls, self.table)
        self.quiz.toggled.connect(self._ask_facts)
        self.answers.clicked.connect(self._reveal)
        self.table.answers_changed.connect(lambda _answers: self._show_score())
        self._ask_facts(False)

    def show_context(self, context: Context) -> None:
        """Show the card of the network if it is another one."""
        size = input_size(context)
        if context.model is None or size is None:
            return
        asked = (context.model, size)
        if self._asked is None or self._asked[0] is not asked[0] or self._asked[1] != size:
            self._asked = asked
            self._lane.submit(lambda: card_of(*asked), self._show, self._failed)

    def _show(self, card: Card) -> None:
        self.host.say(TOPIC, None)
        self.heading.setText(card.title)
        self.percentages.setText(card.percentages)
        rows = tuple((fact.name, fact.answer) for fact in card.facts)
        if rows != self.table.table().rows:
            self.table.set_table(TableData(_COLUMNS, rows, tuple(name for name, _ in rows)))
            self._ask_facts(self.quiz.isChecked())
        self.settled.emit()

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)
        self.settled.emit()

    def _ask_facts(self, asked: bool) -> None:
        self.table.set_blanks({1} if asked else set())
        self.score.setVisible(asked)
        self.answers.setVisible(asked)
        self.percentages.setVisible(not asked)  # it gives an answer away
        self._show_score()

    def _show_score(self) -> None:
        right, wrong, count = self.table.blanks_score()
        self.score.setText(f"{right} right, {wrong} wrong, {count - right - wrong} open")

    def _reveal(self) -> None:
        self.table.reveal()
        self._show_score()
