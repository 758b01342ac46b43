"""The left column: scene, operation, sizes, padding, channels, values and weights."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from visualizer.panels.geometry.state import (
    MAX_KERNEL,
    MAX_SHEETS,
    MAX_SIDE,
    POOLS,
    GeometryState,
)
from widgets.axis_pair import AxisPair
from widgets.form_parts import add_choice, combo, row, spin
from widgets.icon_button import IconButton
from widgets.kernel_grid import KernelGrid
from widgets.value_slider import ValueRange, ValueSlider

OPERATIONS = (
    ("correlation", "Correlation (as in CNNs)", "Slide the kernel as it is"),
    ("convolution", "Convolution", "Turn the kernel by 180° first, then slide"),
    ("max", "Max pooling", "The largest value of each window; padding never wins"),
    ("average", "Average pooling", "The mean of each window"),
    ("transposed", "Transposed convolution", "Each input lays the weighted kernel on the output"),
)
PADDINGS = (
    ("valid", "Valid", "No padding: only where the whole kernel fits"),
    ("same", "Same", "As many outputs as inputs, divided by the stride"),
    ("full", "Full", "Every position where the kernel touches the input"),
    ("number", "By number", "Each side by itself"),
)
# field → (label, lowest, highest, tooltip)
PAIRS = {
    "size": ("Input", 1, MAX_SIDE, "Cells of the input"),
    "kernel": ("Kernel", 1, MAX_KERNEL, "Cells of the kernel"),
    "stride": ("Stride", 0, 16, "How far the window steps, in cells"),
    "dilation": ("Dilation", 0, 8, "The distance between neighbouring taps, in cells"),
    "output_padding": ("Out. pad.", 0, 15, "Cells added to the output at the bottom and right"),
}
SIDES = (
    ("top", "rows", "before"),
    ("bottom", "rows", "after"),
    ("left", "columns", "before"),
    ("right", "columns", "after"),
)


class Controls(QWidget):
    """All controls; `show_state` never emits."""

    changed = Signal(object, str)
    """{field of GeometryState: value}, and what the edit is called."""
    axis_edited = Signal(str, int, int)
    """A field of both axes: its value for rows and for columns."""
    link_changed = Signal(str, bool)
    side_edited = Signal(str, str, int)
    """"rows" or "columns", "before" or "after", cells."""
    scene_chosen = Signal(str)
    values_chosen = Signal(str)
    weights_chosen = Signal(str)
    picture_chosen = Signal(str)
    crop_moved = Signal(tuple, bool)
    """Where the crop lies, as shares down and across, and whether a drag goes on."""
    open_pressed = Signal()
    paste_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: dict[str, AxisPair] = {}
        self._labels: dict[str, QLabel] = {}
        self._sides: dict[str, QSpinBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        form = QFormLayout()
        form.setSpacing(5)
        self._add_head(form)
        for field in PAIRS:
            self._add_pair(form, field)
        self._add_padding(form)
        self._add_sheets(form)
        self._add_values(form)
        column.addLayout(form)
        self._add_weights(column)
        column.addStretch(1)

    def set_lists(
        self,
        scenes: Sequence[tuple[str, str, str]],
        patterns: Sequence[tuple[str, str]],
        kernels: Sequence[tuple[str, str]],
        samples: Sequence[tuple[str, str]],
    ) -> None:
        """List scenes (name, title, tooltip), patterns, kernels and pictures (name, title)."""
        add_choice(self.scene_combo, "", "Choose…", "Prepared settings; undo brings yours back")
        for name, title, tip in scenes:
            add_choice(self.scene_combo, name, title, tip)
        add_choice(self.values_combo, "matrix", "My own numbers", "Type into the input's cells")
        for name, title in patterns:
            add_choice(self.values_combo, name, title, "A pattern")
        add_choice(self.values_combo, "picture", "Crop of a picture", "Grey values 0…1")
        add_choice(self.weights_combo, "", "My own weights", "Type into the cells below")
        for name, title in kernels:
            add_choice(self.weights_combo, name, title, "Fill the kernel")
        for name, title in samples:
            add_choice(self.picture_combo, name, title, "A sample picture")

    # -- building ---------------------------------------------------------------------------

    def _add_head(self, form: QFormLayout) -> None:
        self.scene_combo = combo("scene_combo", "Prepared settings")
        self.scene_combo.activated.connect(
            lambda i: self.scene_chosen.emit(self.scene_combo.itemData(i))
        )
        form.addRow("Scene", self.scene_combo)
        self.operation_combo = combo("operation_combo", "What is done in each window")
        for choice in OPERATIONS:
            add_choice(self.operation_combo, *choice)
        self.operation_combo.activated.connect(
            lambda i: self._choose("operation", self.operation_combo.itemData(i))
        )
        form.addRow("Operation", self.operation_combo)

    def _add_pair(self, form: QFormLayout, field: str) -> None:
        text, low, high, tip = PAIRS[field]
        pair = AxisPair(field, low, high, tip)
        pair.edited.connect(lambda r, c, field=field: self.axis_edited.emit(field, r, c))
        pair.linked_changed.connect(lambda on, field=field: self.link_changed.emit(field, on))
        self._pairs[field] = pair
        self._labels[field] = QLabel(text)
        form.addRow(self._labels[field], pair)

    def _add_padding(self, form: QFormLayout) -> None:
        self.padding_combo = combo("padding_combo", "How many cells are added around the input")
        for choice in PADDINGS:
            add_choice(self.padding_combo, *choice)
        self.padding_combo.activated.connect(
            lambda i: self._choose("padding", self.padding_combo.itemData(i))
        )
        self.padding_link = IconButton("mdi6.link-variant", "Keep all four sides equal")
        self.padding_link.setObjectName("padding_link")
        self.padding_link.setCheckable(True)
        self.padding_link.clicked.connect(lambda on: self.link_changed.emit("padding", on))
        form.addRow("Padding", row(self.padding_combo, self.padding_link))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        self.side_box = QWidget()
        for index, (side, axis, end) in enumerate(SIDES):
            box = spin(f"padding_{side}", -8, 32, f"Cells added at the {side}")
            box.setKeyboardTracking(False)
            box.valueChanged.connect(
                lambda n, axis=axis, end=end: self.side_edited.emit(axis, end, n)
            )
            self._sides[side] = box
            grid.addWidget(QLabel(side), index // 2, index % 2 * 2)
            grid.addWidget(box, index // 2, index % 2 * 2 + 1)
        self.side_box.setLayout(grid)
        form.addRow("", self.side_box)
        self.ceil_check = self._check("ceil_mode", "Ceil mode", "Round the output size up")
        self.count_check = self._check(
            "count_include_pad", "Padding counts", "Divide by the whole window, padding included"
        )
        self.pool_box = QWidget()
        self.pool_box.setLayout(row(self.ceil_check, self.count_check, stretch=0))
        form.addRow("", self.pool_box)

    def _add_sheets(self, form: QFormLayout) -> None:
        boxes = {}
        for field, tip in (
            ("channels", "Sheets of the input"),
            ("filters", "Sets of weights; each makes one sheet of the output"),
            ("channel", "Which input sheet lies on top"),
            ("filter", "Which output sheet lies on top, and whose weights are edited"),
        ):
            boxes[field] = spin(f"{field}_spin", 1, MAX_SHEETS, tip)
            shift = 1 if field in ("channel", "filter") else 0
            boxes[field].valueChanged.connect(
                lambda n, field=field, shift=shift: self._choose(field, n - shift)
            )
        self.channels_spin, self.filters_spin = boxes["channels"], boxes["filters"]
        self.channel_spin, self.filter_spin = boxes["channel"], boxes["filter"]
        form.addRow(
            "Channels", row(self.channels_spin, QLabel("Filters"), self.filters_spin, stretch=0)
        )
        self.shown_label = QLabel("On top")
        self.shown_box = QWidget()
        self.shown_box.setLayout(
            row(self.channel_spin, QLabel("Filter"), self.filter_spin, stretch=0)
        )
        form.addRow(self.shown_label, self.shown_box)

    def _add_values(self, form: QFormLayout) -> None:
        self.values_combo = combo("values_combo", "The numbers of the input")
        self.values_combo.activated.connect(
            lambda i: self.values_chosen.emit(self.values_combo.itemData(i))
        )
        self.again_button = IconButton("mdi6.dice-5-outline", "Other random numbers")
        self.again_button.setObjectName("random_again")
        self.again_button.clicked.connect(lambda: self._choose("seed", self._seed + 1))
        paste = IconButton(
            "mdi6.content-paste",
            "Paste the input's numbers from a spreadsheet, CSV, NumPy or LaTeX (up to "
            f"{MAX_SIDE} × {MAX_SIDE})",
        )
        paste.setObjectName("paste_input")
        paste.clicked.connect(self.paste_pressed)
        form.addRow("Values", row(self.values_combo, self.again_button, paste))
        self.picture_combo = combo("picture_combo", "The picture that the crop is taken from")
        self.picture_combo.activated.connect(
            lambda i: self.picture_chosen.emit(self.picture_combo.itemData(i) or "")
        )
        open_button = IconButton("mdi6.folder-open-outline", "Open a picture…")
        open_button.setObjectName("geometry_open")
        open_button.clicked.connect(self.open_pressed)
        self.picture_box = QWidget()
        inner = QVBoxLayout(self.picture_box)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(3)
        inner.addLayout(row(self.picture_combo, open_button))
        self._crop = tuple(
            ValueSlider(name, sign, ValueRange(0, 1, 0.5), f"How far {way} the crop lies")
            for name, sign, way in (("crop_down", "↓", "down"), ("crop_across", "→", "right"))
        )
        for slider in self._crop:
            slider.changed.connect(
                lambda _value, more: self.crop_moved.emit(
                    tuple(part.value() for part in self._crop), more
                )
            )
            inner.addWidget(slider)
        form.addRow("", self.picture_box)

    def _add_weights(self, column: QVBoxLayout) -> None:
        self.weights_box = QWidget()
        inner = QVBoxLayout(self.weights_box)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        self.weights_label = QLabel(objectName="weights_label")
        self.weights_combo = combo("weights_combo", "Fill the kernel with known weights")
        self.weights_combo.activated.connect(
            lambda i: self.weights_chosen.emit(self.weights_combo.itemData(i))
        )
        self.grid = KernelGrid()
        self.grid.setObjectName("weights_grid")
        self.grid.setToolTip("The weights: click a cell and type")
        self.grid.setFixedHeight(150)
        inner.addWidget(self.weights_label)
        inner.addWidget(self.weights_combo)
        inner.addWidget(self.grid)
        column.addWidget(self.weights_box)

    def _check(self, field: str, text: str, tip: str) -> QCheckBox:
        made = QCheckBox(text)
        made.setObjectName(f"{field}_check")
        made.setToolTip(tip)
        made.clicked.connect(lambda on, field=field: self._choose(field, on))
        return made

    _seed = 0

    def _choose(self, field: str, value: object) -> None:
        self.changed.emit({field: value}, f"{field.replace('_', ' ')} {value}")

    # -- showing ----------------------------------------------------------------------------

    def show_state(self, state: GeometryState, *, sides: Sequence[int], keep_grid: bool) -> None:
        """Set every control to `state`. sides: top, bottom, left, right as they come out."""
        self._seed = state.seed
        self._show_shape(state, sides)
        for box, value, most in (
            (self.channels_spin, state.channels, MAX_SHEETS),
            (self.filters_spin, state.filters, MAX_SHEETS),
            (self.channel_spin, state.channel + 1, state.channels),
            (self.filter_spin, state.filter + 1, state.output_sheets),
        ):
            with QSignalBlocker(box):
                box.setMaximum(most)
                box.setValue(value)
        self.filters_spin.setEnabled(state.has_weights)
        several = state.channels > 1 or state.output_sheets > 1
        self.shown_label.setVisible(several)
        self.shown_box.setVisible(several)
        self.values_combo.setCurrentIndex(self.values_combo.findData(state.values))
        self.again_button.setEnabled(state.values == "random")
        self.picture_box.setVisible(state.values == "picture")
        self._show_picture(state)
        self.weights_box.setVisible(state.has_weights)
        self.weights_label.setText(
            "Weights"
            if state.filters == state.channels == 1
            else f"Weights of filter {state.filter + 1}, channel {state.channel + 1}"
        )
        self.weights_combo.setCurrentIndex(0)
        self.scene_combo.setCurrentIndex(0)
        if state.has_weights and not keep_grid:
            weights = state.weights_array()[state.filter, state.channel]
            if weights.shape != self.grid.kernel().shape or (weights != self.grid.kernel()).any():
                self.grid.set_kernel(weights)

    def _show_shape(self, state: GeometryState, sides: Sequence[int]) -> None:
        self.operation_combo.setCurrentIndex(self.operation_combo.findData(state.operation))
        for field, pair in self._pairs.items():
            values = (getattr(state.rows, field), getattr(state.columns, field))
            pair.set_values(*values, field in state.linked)
        for field, shown in (
            ("dilation", state.operation != "average"),
            ("output_padding", state.operation == "transposed"),
        ):
            self._pairs[field].setVisible(shown)
            self._labels[field].setVisible(shown)
        self.padding_combo.setCurrentIndex(self.padding_combo.findData(state.padding))
        linked = "padding" in state.linked
        self.padding_link.setChecked(linked)
        self.padding_link.set_icon("mdi6.link-variant" if linked else "mdi6.link-variant-off")
        for (side, _axis, _end), value in zip(SIDES, sides, strict=True):
            with QSignalBlocker(self._sides[side]):
                self._sides[side].setValue(value)
        self.side_box.setVisible(state.padding == "number")
        self.pool_box.setVisible(state.operation in POOLS)
        self.ceil_check.setChecked(state.ceil_mode)
        self.count_check.setChecked(state.count_include_pad)
        self.count_check.setVisible(state.operation == "average")

    def _show_picture(self, state: GeometryState) -> None:
        name = state.picture.name if state.picture.kind == "sample" else "other"
        index = self.picture_combo.findData(name)
        if index < 0:
            self.picture_combo.addItem("", name)
            index = self.picture_combo.count() - 1
        if name == "other":
            title = state.picture.name.replace("\\", "/").rsplit("/", 1)[-1]
            self.picture_combo.setItemText(index, title)
        self.picture_combo.setCurrentIndex(index)
        for slider, share in zip(self._crop, state.crop, strict=True):
            if not slider.slider.isSliderDown():
                slider.set_value(share)
