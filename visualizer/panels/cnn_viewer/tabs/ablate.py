"""Ablate: channels switched off, scaled or held still, and how the prediction moves."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListWidget, QListWidgetItem, QWidget

from engines.errors import EngineError
from visualizer.jobs import JobError, explain
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs.ablate_compute import Action, Change, Moved, held_map, move
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.parts import beside, button, column, lay_out
from widgets.bar_list import Bar, BarList
from widgets.form_parts import wrapping_label
from widgets.toggle_row import Choice, ToggleRow
from widgets.value_slider import ValueRange, ValueSlider

TOPIC = "ablation"
LEAST = 0.0005  # of a share: smaller changes are not written
ACTIONS = (
    Choice("ablate", "Zero", "The channel answers 0 everywhere"),
    Choice("scale", "Scale", "Its answer is multiplied"),
    Choice("freeze", "Freeze", "It answers as it does now, whatever picture comes next"),
)


class AblateTab(Tab):
    """A list of changes to channels, each with a switch, and the prediction with and without."""

    name = "ablate"
    title = "Ablate"
    tooltip = "Switch channels off, scale or freeze them, and see the prediction move"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._changes: list[Change] = []
        self._lane = host.lane("ablate")
        self.subject = wrapping_label("ablate_subject")
        self.action = ToggleRow("ablate_action", ACTIONS)
        self.amount = ValueSlider(
            "ablate_amount", "×", ValueRange(-2, 4, 0.5), "What the channel is multiplied by"
        )
        self.add = button("ablate_add", "Add this channel", "Change the channel that is selected")
        self.list = QListWidget(objectName="ablate_list")
        self.list.setToolTip("The changes; a tick puts one in force, Delete takes it away")
        self.list.setAccessibleName("Changes to channels")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setFixedHeight(112)
        self.remove = button("ablate_remove", "Remove", "Take the selected changes away (Delete)")
        self.reset = button("ablate_reset", "Reset", "Take all changes away")
        self.before = BarList("ablate_before", "The likeliest classes of the network as it is")
        self.after = BarList("ablate_after", "The likeliest classes with the changes in force")
        self.note = wrapping_label("ablate_note")
        for bars in (self.before, self.after):
            bars.set_lines(5)
        controls = column(
            self.subject, self.action, self.amount, self.add, self.list,
            beside(self.remove, self.reset),
        )  # fmt: skip
        lay_out(
            self, self.name, controls,
            column(QLabel("As it is"), self.before),
            column(QLabel("With the changes"), self.after, self.note),
        )  # fmt: skip
        self._connect()
        self._show_action("ablate")
        self._show_list()

    def _connect(self) -> None:
        self.action.chosen.connect(self._show_action)
        self.amount.changed.connect(self._amount_changed)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.reset.clicked.connect(self._reset)
        self.list.itemChanged.connect(self._switched)
        self.list.currentRowChanged.connect(self._selected)
        delete = QShortcut(QKeySequence.StandardKey.Delete, self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the prediction of the new picture, with the changes in force."""
        before, self._context = self._context, context
        run = context.run
        self.setEnabled(run is not None)
        if run is None:
            return
        old = before.run if before is not None else None
        if old is not None and old.model is not run.model:
            self._changes = []  # its channels are others
            self._show_list()
        self.subject.setText(f"{context.layer}, channel {context.state.channel}")
        if run is not old:
            self._compute(follow=True)

    # -- events -----------------------------------------------------------------------------

    def changes(self) -> tuple[Change, ...]:
        """Return the list."""
        return tuple(self._changes)

    def _show_action(self, action: str) -> None:
        self.amount.setVisible(action == "scale")

    def _add(self) -> None:
        context = self._context
        if context is None or context.run is None:
            return
        action = cast(Action, self.action.value())
        layer, channel = context.layer, context.state.channel
        try:
            held = held_map(context.run, layer, channel)
        except EngineError as error:
            self.host.say(TOPIC, explain(error))
            return
        path = layer.split("#")[0]
        made = Change(
            path, channel, action,
            self.amount.value() if action == "scale" else 1.0, held if action == "freeze" else None,
        )  # fmt: skip
        # A later change of the same channel takes the place of the earlier.
        self._changes = [
            change for change in self._changes if (change.layer, change.channel) != (path, channel)
        ]
        self._changes.append(made)
        self._show_list(select=len(self._changes) - 1)
        self._compute()

    def _amount_changed(self, amount: float, goes_on: bool) -> None:
        """Scale the selected change along, so that the prediction moves under the slider."""
        row = self.list.currentRow()
        if not 0 <= row < len(self._changes) or self._changes[row].action != "scale":
            return
        self._changes[row] = replace(self._changes[row], amount=amount)
        with QSignalBlocker(self.list):
            self.list.item(row).setText(self._changes[row].text())
        self._compute(follow=goes_on)

    def _selected(self, row: int) -> None:
        if 0 <= row < len(self._changes):
            change = self._changes[row]
            self.action.set_value(change.action)
            self._show_action(change.action)
            if change.action == "scale":
                self.amount.set_value(change.amount)

    def _switched(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        on = item.checkState() is Qt.CheckState.Checked
        if self._changes[row].on != on:
            self._changes[row] = replace(self._changes[row], on=on)
            self._compute()

    def _remove(self) -> None:
        gone = {self.list.row(item) for item in self.list.selectedItems()}
        self._changes = [change for row, change in enumerate(self._changes) if row not in gone]
        self._show_list()
        self._compute()

    def _reset(self) -> None:
        self._changes = []
        self._show_list()
        self._compute()

    def _show_list(self, select: int = -1) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for change in self._changes:
                item = QListWidgetItem(change.text())
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if change.on else Qt.CheckState.Unchecked)
                self.list.addItem(item)
            if select >= 0:
                self.list.setCurrentRow(select)
        for part in (self.remove, self.reset):
            part.setEnabled(bool(self._changes))

    # -- the prediction ---------------------------------------------------------------------

    def _compute(self, *, follow: bool = False) -> None:
        if self._context is None or self._context.run is None:
            return
        run, changes = self._context.run, self.changes()
        self._lane.submit(lambda: move(run, changes), self._show, self._failed, follow=follow)

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)

    def _show(self, moved: Moved) -> None:
        self.host.say(TOPIC, None)
        self.before.set_bars(
            [Bar(name, share, _percent(share)) for _, name, share, _ in moved.before], 1
        )
        self.after.set_bars(
            [
                Bar(name, after, _percent(after), _difference(before, after))
                for _, name, before, after in moved.after
            ],
            1,
        )
        was, now = moved.before[0], moved.after[0]
        count = sum(change.on for change in self._changes)
        if not count:
            self.note.setText(
                "Select a channel below and add it: what the network sees without it shows here."
            )
        elif was[0] == now[0]:
            self.note.setText(
                f"It stays “{now[1]}”: {_percent(was[3])} in place of {_percent(was[2])}."
            )
        else:
            self.note.setText(
                f"“{was[1]}” falls from {_percent(was[2])} to {_percent(was[3])}; now it is "
                f"“{now[1]}”."
            )


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _difference(before: float, after: float) -> str:
    change = after - before
    if abs(change) < LEAST:
        return ""
    return f"{change:+.1%}".replace("-", "−")
