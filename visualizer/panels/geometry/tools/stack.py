"""A stack of layers: sizes, receptive field, jump and stride after each; the field drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from visualizer.panels.geometry.state import MAX_KERNEL, MAX_LAYERS, LayerState, StackState
from widgets.cell_map import CellPane, GridCells, GridMarks, Window
from widgets.form_parts import add_choice, combo, row, spin, wrapping_label
from widgets.icon_button import IconButton
from widgets.layer_table import LayerTable

COLUMNS = (
    ("Layer", "What it is, its kernel, stride, padding and dilation"),
    ("Size", "Cells of its output along one axis"),
    ("Field", "Receptive field: cells of the input that one of its cells sees"),
    ("Jump", "Input cells from one of its cells to the next: the effective stride"),
    ("Start", "Centre of the first cell's field, in input cells; the first cell's is 0.5"),
)
KINDS = (
    ("conv", "Convolution", "A kernel with weights"),
    ("max", "Max pooling", "The largest value of each window"),
    ("average", "Average pooling", "The mean of each window"),
)


class StackPage(QWidget):
    """The table, what edits the chosen layer, and the input with the receptive field on it."""

    edited = Signal(object, str)
    """The new StackState, and what the edit is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stack_page")
        self._state = StackState()
        self.table = LayerTable("stack_table", COLUMNS)
        self.table.setToolTip("Drag a row, or Alt+Up and Alt+Down, to reorder; Delete removes it")
        self.pane = CellPane("stack_input", "The input; marked: what the chosen final cell sees")
        self.pane.bar.hide()
        self.pane.map.setMinimumSize(130, 130)
        self.text = wrapping_label("stack_text")
        left = QVBoxLayout()
        left.addLayout(self._buttons())
        left.addWidget(self.table, 1)
        left.addLayout(self._editor())
        right = QVBoxLayout()
        right.addLayout(self._cell_row())
        right.addWidget(self.pane, 1)
        both = QHBoxLayout()
        both.addLayout(left, 1)
        both.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addLayout(both, 1)
        layout.addWidget(self.text)
        self.table.row_chosen.connect(self._chosen)
        self.table.row_moved.connect(self.move)
        self.table.row_removed.connect(self.remove)
        self.pane.map.cell_clicked.connect(self._input_clicked)

    def _buttons(self) -> QHBoxLayout:
        self.size_spin = self._spin("stack_size", 1, 512, "Cells of the input along one axis")
        self.size_spin.valueChanged.connect(lambda n: self._edit({"size": n}, f"input {n}"))
        add = QPushButton("Add")
        add.setObjectName("stack_add")
        add.setToolTip("Add a layer behind the chosen one")
        add.clicked.connect(self.add)
        self.add_button = add
        made = []
        for name, icon, tip, slot in (
            ("stack_remove", "mdi6.delete-outline", "Remove the chosen layer",
             lambda: self.remove(self._state.selected)),
            ("stack_up", "mdi6.arrow-up", "Move the chosen layer up",
             lambda: self.move(self._state.selected, self._state.selected - 1)),
            ("stack_down", "mdi6.arrow-down", "Move the chosen layer down",
             lambda: self.move(self._state.selected, self._state.selected + 1)),
        ):  # fmt: skip
            button = IconButton(icon, tip)
            button.setObjectName(name)
            button.clicked.connect(lambda _=False, slot=slot: slot())
            made.append(button)
        return row(QLabel("Input"), self.size_spin, add, *made, stretch=0)

    def _editor(self) -> QHBoxLayout:
        self.kind_combo = combo("stack_kind", "What the chosen layer does")
        for choice in KINDS:
            add_choice(self.kind_combo, *choice)
        self.kind_combo.activated.connect(
            lambda i: self._edit_layer("kind", self.kind_combo.itemData(i))
        )
        self._boxes: dict[str, QSpinBox] = {}
        parts: list[QWidget] = [self.kind_combo]
        for field, letter, low, high, tip in (
            ("kernel", "k", 1, MAX_KERNEL, "Kernel of the chosen layer"),
            ("stride", "s", 1, 16, "Stride of the chosen layer"),
            ("padding", "p", 0, 32, "Padding of the chosen layer, on every side"),
            ("dilation", "d", 1, 8, "Dilation of the chosen layer"),
        ):
            box = self._spin(f"stack_{field}", low, high, tip)
            box.valueChanged.connect(lambda n, field=field: self._edit_layer(field, n))
            self._boxes[field] = box
            parts += [QLabel(letter), box]
        return row(*parts)

    def _cell_row(self) -> QHBoxLayout:
        self._cell_boxes = (
            self._spin("stack_cell_row", 0, 511, "Row of the final cell"),
            self._spin("stack_cell_column", 0, 511, "Column of the final cell"),
        )
        for box in self._cell_boxes:
            box.valueChanged.connect(self._cell_edited)
        return row(QLabel("Final cell, row"), self._cell_boxes[0], QLabel("column"),
                   self._cell_boxes[1], stretch=0)  # fmt: skip

    @staticmethod
    def _spin(name: str, low: int, high: int, tip: str) -> QSpinBox:
        made = spin(name, low, high, tip)
        made.setKeyboardTracking(False)
        return made

    # -- showing ----------------------------------------------------------------------------

    def show_stack(
        self,
        state: StackState,
        rows: Sequence[Sequence[str]],
        final_size: int,
        cells: GridCells,
        windows: tuple[Window, ...],
        text: str,
    ) -> None:
        """Show the layers as `rows` of text, the field as `windows` on `cells`."""
        self._state = state
        self.table.set_rows(rows, state.selected)
        self._show_controls(state, final_size)
        self.pane.show_cells(f"Input {state.size} × {state.size}", cells)
        self.pane.map.set_marks(GridMarks(windows=windows))
        self.text.setText(text)

    def show_refused(self, state: StackState) -> None:
        """Show layers that do not fit; the last good field stays."""
        self._state = state
        names = [f"{layer.kind} {layer.kernel}×{layer.kernel}" for layer in state.layers]
        self.table.set_rows([[name, "–", "–", "–", "–"] for name in names], state.selected)
        self._show_controls(state, self._cell_boxes[0].maximum() + 1)

    def _show_controls(self, state: StackState, final_size: int) -> None:
        boxes = {self.size_spin: state.size}
        for box, place in zip(self._cell_boxes, state.cell, strict=True):
            with QSignalBlocker(box):
                box.setMaximum(max(final_size - 1, 0))
            boxes[box] = place
        layer = self._layer()
        if layer is not None:
            boxes |= {box: getattr(layer, field) for field, box in self._boxes.items()}
            self.kind_combo.setCurrentIndex(self.kind_combo.findData(layer.kind))
        for box, value in boxes.items():
            with QSignalBlocker(box):
                box.setValue(value)
        for widget in (self.kind_combo, *self._boxes.values()):
            widget.setEnabled(layer is not None)
        self.add_button.setEnabled(len(state.layers) < MAX_LAYERS)

    def _layer(self) -> LayerState | None:
        layers = self._state.layers
        return layers[min(self._state.selected, len(layers) - 1)] if layers else None

    # -- editing ----------------------------------------------------------------------------

    def _edit(self, changes: dict[str, object], label: str) -> None:
        self.edited.emit(self._state.replace(**changes), label)

    def _edit_layer(self, field: str, value: object) -> None:
        layers = list(self._state.layers)
        at = min(self._state.selected, len(layers) - 1)
        if at < 0:
            return
        changes: dict[str, object] = {field: value}
        if field == "kind" and value == "average":
            changes["dilation"] = 1
        layers[at] = layers[at].replace(**changes)
        self._edit({"layers": tuple(layers)}, f"layer {at + 1}: {field} {value}")

    def add(self) -> None:
        """Add a layer behind the chosen one, like it."""
        layers = list(self._state.layers)
        at = min(self._state.selected + 1, len(layers))
        layers.insert(at, self._layer() or LayerState())
        self._edit({"layers": tuple(layers), "selected": at}, "layer added")

    def remove(self, at: int) -> None:
        """Remove the layer `at`."""
        layers = list(self._state.layers)
        if 0 <= at < len(layers):
            del layers[at]
            selected = max(min(at, len(layers) - 1), 0)
            self._edit({"layers": tuple(layers), "selected": selected}, "layer removed")

    def move(self, start: int, end: int) -> None:
        """Move the layer `start` to the place `end`."""
        layers = list(self._state.layers)
        if 0 <= start < len(layers) and 0 <= end < len(layers):
            layers.insert(end, layers.pop(start))
            self._edit({"layers": tuple(layers), "selected": end}, "layer moved")

    def _chosen(self, at: int) -> None:
        if at != self._state.selected:
            self._edit({"selected": at}, f"layer {at + 1}")

    def _cell_edited(self, _value: int) -> None:
        cell = tuple(box.value() for box in self._cell_boxes)
        self._edit({"cell": cell}, "final cell")

    def _input_clicked(self, row_index: int, column: int) -> None:
        """Choose the final cell that lies over the clicked input cell."""
        most = self._cell_boxes[0].maximum() + 1
        cell = tuple(
            min(max(place * most // self._state.size, 0), most - 1) for place in (row_index, column)
        )
        self._edit({"cell": cell}, "final cell")
