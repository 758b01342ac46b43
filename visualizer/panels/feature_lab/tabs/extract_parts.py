"""The parts that features are made of: a row each, with network, layer and pooling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from visualizer.panels.feature_lab.state import MOST_PARTS, PartChoice
from visualizer.panels.tab_parts import button
from widgets.form_parts import add_choice, combo, row, set_searchable, wrapping_label
from widgets.icon_button import IconButton

ANSWER = "the network's answer"
POOLINGS = (
    ("flatten", "every number", "Flatten: every number of the layer, in its order"),
    ("average", "average", "The average of each channel: one number a channel"),
    ("max", "maximum", "The largest number of each channel"),
    ("gram", "Gram matrix", "How channels go together, wherever they are: the style"),
)


class PartRow(QFrame):
    """One part."""

    changed = Signal(object)
    """The PartChoice that the person made of it."""
    removed = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"part_{number}")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._choice = PartChoice()
        self._layers: tuple[str, ...] = ()
        self.title = wrapping_label(f"part_{number}_title", bold=True)
        self.layer = combo(f"part_{number}_layer", "Which layer's numbers; type a part of its name")
        self.layer.setEditable(True)
        self.pooling = combo(f"part_{number}_pooling", "How a layer's maps become one vector")
        for value, text, about in POOLINGS:
            add_choice(self.pooling, value, text, about)
        self.remove = IconButton("mdi6.close", "Take this part out")
        self.remove.setObjectName(f"part_{number}_remove")
        self.layer.activated.connect(lambda _place: self._layer_edited())
        self.layer.lineEdit().editingFinished.connect(self._layer_edited)
        self.pooling.activated.connect(self._pooling_chosen)
        self.remove.clicked.connect(self.removed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(row(self.title, self.remove))
        layout.addWidget(self.layer)
        layout.addWidget(self.pooling)

    def show_part(
        self, choice: PartChoice, layers: tuple[str, ...], untrained: bool, alone: bool
    ) -> None:
        """Show `choice` without telling; layers: of its network, as far as they are known."""
        self._choice = choice
        name = Path(choice.model).name
        self.title.setText(f"⚠ {name} (random weights)" if untrained else name)
        self.remove.setEnabled(not alone)
        with QSignalBlocker(self.layer), QSignalBlocker(self.pooling):
            if layers != self._layers or self.layer.count() == 0:
                self._layers = layers
                set_searchable(self.layer, [ANSWER, *reversed(layers)])
            text = choice.layer or ANSWER
            self.layer.setCurrentIndex(self.layer.findText(text))
            self.layer.setEditText(text)
            self.layer.lineEdit().setCursorPosition(0)
            self.pooling.setCurrentIndex(self.pooling.findData(choice.pooling))

    def _layer_edited(self) -> None:
        text = self.layer.currentText().strip()
        layer = "" if text == ANSWER else text
        if layer != self._choice.layer:
            self.changed.emit(self._choice.replace(layer=layer))

    def _pooling_chosen(self, place: int) -> None:
        pooling = self.pooling.itemData(place)
        if pooling != self._choice.pooling:
            self.changed.emit(self._choice.replace(pooling=pooling))


class PartRows(QWidget):
    """All parts, and a button for one more."""

    parts_changed = Signal(tuple, str)
    """The parts as the person wants them, and what was done, in words."""
    add_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("extract_parts")
        self._parts: tuple[PartChoice, ...] = ()
        self.rows: list[PartRow] = []
        self.add = button(
            "extract_add",
            "Add a part",
            "One more layer of the network at the left",
        )
        self.add.clicked.connect(self.add_pressed)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self.add)

    def show_parts(
        self,
        parts: tuple[PartChoice, ...],
        layers: Mapping[tuple[str, str], tuple[str, ...]],
        untrained: Sequence[tuple[str, str]] | frozenset[tuple[str, str]],
    ) -> None:
        """Show `parts` without telling."""
        self._parts = parts
        while len(self.rows) > len(parts):
            gone = self.rows.pop()
            self._layout.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while len(self.rows) < len(parts):
            self._add_row()
        for made, part in zip(self.rows, parts, strict=True):
            known = layers.get(part.network, ())
            made.show_part(part, known, part.network in untrained, len(parts) == 1)
        self.add.setEnabled(len(parts) < MOST_PARTS)

    def _add_row(self) -> None:
        number = len(self.rows)
        made = PartRow(number)
        made.changed.connect(lambda choice: self._replaced(number, choice))
        made.removed.connect(lambda: self._removed(number))
        self._layout.insertWidget(number, made)
        self.rows.append(made)

    def _replaced(self, number: int, choice: PartChoice) -> None:
        parts = (*self._parts[:number], choice, *self._parts[number + 1 :])
        self.parts_changed.emit(parts, f"part {choice.layer or ANSWER}, {choice.pooling}")

    def _removed(self, number: int) -> None:
        parts = (*self._parts[:number], *self._parts[number + 1 :])
        self.parts_changed.emit(parts, "part taken out")
