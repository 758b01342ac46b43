"""Properties: both sides of each law of convolution on the present signals, and what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from engines import signals as engine
from engines.signals import SYSTEMS, PropertyCheck
from visualizer.panels.signals.state import SignalsState
from visualizer.panels.signals.tools.base import Tool, ToolRequest, curves, plot, side
from widgets.form_parts import add_choice, combo, wrapping_label


@dataclass(frozen=True, eq=False)
class LawsData:
    """The checks of one system, and what it does."""

    checks: list[PropertyCheck]
    meaning: str


class PropertiesTool(Tool):
    """Lists the laws with the largest difference of their sides, and draws one."""

    name = "properties"
    title = "Properties"
    tooltip = "Linearity, shift invariance and more: both sides, their difference, what breaks them"
    fields = ("system",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: LawsData | None = None
        self._law = ""
        self.system = combo("system_combo", "Whose laws are checked")
        add_choice(self.system, "", "The chosen operation", "Convolution or correlation, with g")
        for system in SYSTEMS.values():
            if system.name != "convolution":
                add_choice(self.system, system.name, system.title, system.meaning)
        self.system.activated.connect(
            lambda _: self.edited.emit({"system": self.system.currentData()}, False)
        )
        self.laws = QListWidget(objectName="law_list")
        self.laws.setToolTip("Choose the law whose two sides are drawn")
        self.laws.setAccessibleName("Laws")
        self.laws.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.laws.currentItemChanged.connect(self._chosen)
        self.sentence = wrapping_label("law_sentence", bold=True)
        self.meaning = wrapping_label("law_meaning")
        self.sides_plot = plot("sides_plot", "t", "both sides", "Both sides of the law")
        self.difference_plot = plot(
            "difference_plot", "t", "left − right", "The difference of the two sides"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(side("laws_side", self.system, self.laws, self.sentence, self.meaning))
        row.addWidget(self.sides_plot, 1)
        row.addWidget(self.difference_plot, 1)

    def work(self, request: ToolRequest) -> Callable[[], LawsData]:
        """Return what checks the laws on the present signals."""
        f, g, name = request.f, request.g, request.tools.system
        if name in SYSTEMS:
            return lambda: LawsData(engine.check_system(name, f, g), SYSTEMS[name].meaning)
        return lambda: LawsData(
            engine.check_properties(f, g, operation=request.operation),
            "h is f reversed; a = 2, b = −3; the shift is a quarter of f.",
        )

    def show_data(self, data: LawsData) -> None:
        """List the laws."""
        self._data = data
        self.meaning.setText(data.meaning)
        with QSignalBlocker(self.laws):
            self.laws.clear()
            for check in data.checks:
                sign = "✓" if check.holds else "✗"
                item = QListWidgetItem(f"{sign} {check.title}: {check.error:.2g}")
                item.setData(Qt.ItemDataRole.UserRole, check.name)
                item.setToolTip(f"{check.left_text} = {check.right_text}? {check.sentence}")
                self.laws.addItem(item)
        lines = self.laws.sizeHintForRow(0) * len(data.checks) + 2 * self.laws.frameWidth() + 2
        self.laws.setFixedHeight(lines)

    def show_state(self, state: SignalsState) -> None:
        """Draw the law that `state` names, or the first where it was not checked."""
        self.system.setCurrentIndex(max(0, self.system.findData(state.tools.system)))
        if self._data is None or not self._data.checks:
            return
        names = [check.name for check in self._data.checks]
        index = names.index(state.tools.law) if state.tools.law in names else 0
        with QSignalBlocker(self.laws):
            self.laws.setCurrentRow(index)
        self._draw(self._data.checks[index])

    def _draw(self, check: PropertyCheck) -> None:
        unit = check.left.unit
        self.sentence.setText(check.sentence)
        self.sides_plot.set_labels(f"t ({unit})", "both sides")
        self.sides_plot.set_curves(
            [
                *curves(check.left, check.left_text, "blue"),
                *curves(check.right, check.right_text, "red", dash=1),
            ]
        )
        self.difference_plot.set_labels(f"t ({unit})", "left − right")
        difference = check.left.with_values(check.left.values - check.right.values)
        self.difference_plot.set_curves(curves(difference, "left − right", "green"))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.edited.emit({"law": item.data(Qt.ItemDataRole.UserRole)}, False)
