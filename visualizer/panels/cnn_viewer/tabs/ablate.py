"""Ablate: channels switched off, scaled or held still, and how the prediction moves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from engines.errors import EngineError
from visualizer.jobs import JobError, explain
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tab_settings import AblateSettings, Ablation
from visualizer.panels.cnn_viewer.tabs.ablate_compute import Moved, held_map, misfit, move
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.tab_parts import SPACING, beside, button, column, lay_out
from widgets.bar_list import Bar, BarList
from widgets.form_parts import wrapping_label
from widgets.side_column import SideColumn
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
        self._shown: AblateSettings | None = None
        self._misfits: tuple[str, ...] = ()  # of each change, "" where it fits
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
        lay_out(self, self.name, controls, SideColumn("ablate_answer", self._answer()))
        self._connect()
        self._show_next(AblateSettings())
        self._show_list((), ())

    def _answer(self) -> QWidget:
        """Return both lists of classes line by line beside each other, and what they say below."""
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        grid.setHorizontalSpacing(3 * SPACING)
        for column_number, (heading, bars) in enumerate(
            (("As it is", self.before), ("With changes", self.after))
        ):
            label = wrapping_label(f"{bars.objectName()}_heading")
            label.setText(heading)
            grid.addWidget(label, 0, column_number, Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(bars, 1, column_number)
            grid.setColumnStretch(column_number, 1)
        grid.addWidget(self.note, 2, 0, 1, 2)
        grid.setRowStretch(3, 1)
        return made

    def _connect(self) -> None:
        self.action.chosen.connect(self._choose_action)
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
        """Show the list, and the prediction of the picture with the changes in force."""
        before, self._context = self._context, context
        run = context.run
        self.setEnabled(run is not None)
        if run is None:
            return
        self.subject.setText(f"{context.layer}, channel {context.state.channel}")
        settings = context.state.tabs.ablate
        old, self._shown = self._shown, settings
        new_run = before is None or run is not before.run
        if new_run or old is None or settings.changes != old.changes:
            self._show_list(settings.changes, old.changes if old is not None else ())
            self._compute(follow=new_run or self.host.edits.following)
        self._show_next(settings)

    # -- events -----------------------------------------------------------------------------

    def changes(self) -> tuple[Ablation, ...]:
        """Return the list."""
        return self.settings.changes

    def _show_next(self, settings: AblateSettings) -> None:
        """Set the controls to the chosen entry, else to what the next one would be."""
        row = self.list.currentRow()
        chosen = settings.changes[row] if 0 <= row < len(settings.changes) else None
        scales = chosen is not None and chosen.action == "scale"
        self.action.set_value(settings.action)
        self.amount.setVisible(settings.action == "scale")
        self.amount.set_value(chosen.amount if scales and chosen else settings.amount)

    def _choose_action(self, action: str) -> None:
        self.look(action=action)  # of the next one: nothing that is in force changes

    def _add(self) -> None:
        context = self._context
        if context is None or context.run is None:
            return
        settings = self.settings
        layer, channel = context.layer, context.state.channel
        try:
            held = held_map(context.run, layer, channel)
        except EngineError as error:
            self.host.say(TOPIC, explain(error))
            return
        made = Ablation(
            layer=layer.split("#")[0],
            channel=channel,
            action=settings.action,
            amount=settings.amount if settings.action == "scale" else 1.0,
            held=held if settings.action == "freeze" else None,
        )
        # A later change of the same channel takes the place of the earlier.
        place = (made.layer, made.channel)
        kept = [change for change in settings.changes if (change.layer, change.channel) != place]
        self._change(f"add {made.text()}", [*kept, made])

    def _amount_changed(self, amount: float, goes_on: bool) -> None:
        """Scale the selected change along, so that the prediction moves under the slider."""
        row, changes = self.list.currentRow(), list(self.changes())
        if 0 <= row < len(changes) and changes[row].action == "scale":
            changes[row] = changes[row].replace(amount=amount)
        self.edit(
            f"× {amount:g}", merge_key="amount", goes_on=goes_on, amount=amount,
            changes=tuple(changes),
        )  # fmt: skip

    def _selected(self, row: int) -> None:
        changes = self.changes()
        if 0 <= row < len(changes):
            action = changes[row].action
            self.look(action=action)
            self._show_next(self.settings)

    def _switched(self, item: QListWidgetItem) -> None:
        row, changes = self.list.row(item), list(self.changes())
        on = item.checkState() is Qt.CheckState.Checked
        if changes[row].on != on:
            changes[row] = changes[row].replace(on=on)
            self._change(f"{changes[row].text()} {'on' if on else 'off'}", changes)

    def _remove(self) -> None:
        gone = {self.list.row(item) for item in self.list.selectedItems()}
        kept = [change for row, change in enumerate(self.changes()) if row not in gone]
        self._change("remove", kept)

    def _reset(self) -> None:
        self._change("reset", [])

    def _change(self, label: str, changes: Sequence[Ablation]) -> None:
        self.edit(label, changes=tuple(changes))

    def _show_list(self, changes: tuple[Ablation, ...], before: tuple[Ablation, ...]) -> None:
        """Show the entries; what is in force nowhere in this network is greyed, with the reason."""
        run = self._context.run if self._context is not None else None
        row = self.list.currentRow()
        if len(changes) != len(before):
            row = len(changes) - 1 if len(changes) > len(before) else -1
        self._misfits = tuple(misfit(run, change) if run is not None else "" for change in changes)
        grey = self.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        with QSignalBlocker(self.list):
            self.list.clear()
            for change, reason in zip(changes, self._misfits, strict=True):
                item = QListWidgetItem(f"{change.text()} – left out" if reason else change.text())
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if change.on else Qt.CheckState.Unchecked)
                item.setToolTip(f"Left out: {reason}" if reason else change.text())
                if reason:
                    item.setForeground(grey)
                self.list.addItem(item)
            if 0 <= row < len(changes):
                self.list.setCurrentRow(row)
        for part in (self.remove, self.reset):
            part.setEnabled(bool(changes))

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
        self.note.setText(self._said(moved))

    def _said(self, moved: Moved) -> str:
        was, now = moved.before[0], moved.after[0]
        fits = [
            change for change, why in zip(self.changes(), self._misfits, strict=True) if not why
        ]
        if not any(change.on for change in fits):
            text = "Select a channel below and add it: what the network sees without it shows here."
        elif was[0] == now[0]:
            text = f"It stays “{now[1]}”: {_percent(was[3])} in place of {_percent(was[2])}."
        else:
            text = (
                f"“{was[1]}” falls from {_percent(was[2])} to {_percent(was[3])}; now it is "
                f"“{now[1]}”."
            )
        reasons = list(dict.fromkeys(why for why in self._misfits if why))
        if reasons:
            count = sum(bool(why) for why in self._misfits)
            first = f"{reasons[0]}, and more" if len(reasons) > 1 else reasons[0]
            waits = "1 change waits" if count == 1 else f"{count} changes wait"
            text += f" {waits} for another network or input: in this one {first}."
        return text


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _difference(before: float, after: float) -> str:
    change = after - before
    if abs(change) < LEAST:
        return ""
    return f"{change:+.1%}".replace("-", "−")
