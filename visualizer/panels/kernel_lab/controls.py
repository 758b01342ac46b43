"""The Kernel Lab's left column: picture, kernel grid and the options of the operation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from visualizer.state import MAX_KERNEL_SIDE, KernelLabState
from widgets.icon_button import IconButton
from widgets.kernel_grid import KernelGrid
from widgets.toggle_row import Choice, ToggleRow

OPERATION_ICONS = {
    "transpose": "mdi6.swap-horizontal-variant",
    "rotate_90": "mdi6.rotate-right",
    "rotate_180": "mdi6.rotate-3d-variant",
    "flip_horizontal": "mdi6.flip-horizontal",
    "flip_vertical": "mdi6.flip-vertical",
    "negate": "mdi6.plus-minus-variant",
    "normalise": "mdi6.sigma",
    "make_zero_sum": "mdi6.numeric-0-circle-outline",
}

# field → (label, tooltip, [(value, text, explanation), …])
CHOICES: dict[str, tuple[str, str, list[tuple[str, str, str]]]] = {
    "border": (
        "Border",
        "What the kernel reads beyond the edge of the picture",
        [
            ("zero", "Zeros", "Outside is black: edges darken and look like edges to the kernel."),
            ("replicate", "Replicate", "Outside repeats the nearest pixel of the edge."),
            ("reflect", "Reflect", "Outside mirrors the picture about its outermost pixels."),
            ("circular", "Circular", "Outside the picture starts again from the other side."),
        ],
    ),
    "color": (
        "Colours",
        "What is filtered: each colour channel, or the brightness alone",
        [
            ("colour", "Colour", "The same kernel on the red, green and blue channel."),
            ("grey", "Grey", "The kernel on the brightness (Rec. 709 luma)."),
        ],
    ),
    "display": (
        "Show as",
        "How the response becomes colours; the numbers are not changed",
        [
            ("clipped", "Picture 0…1", "Values below 0 are black, above 1 white."),
            ("absolute", "Magnitude", "The absolute value; of three channels the largest."),
            (
                "signed",
                "Signed",
                "Negative and positive about zero; of three channels the largest.",
            ),
        ],
    ),
}
PADDINGS = [
    ("same", "Same", "As many outputs as inputs (at stride 1)."),
    ("valid", "Valid", "No padding: only where the whole kernel fits."),
    ("full", "Full", "Every position where the kernel touches the picture."),
    ("number", "By number", "The same number of cells on every side."),
]


class Controls(QScrollArea):
    """Everything that changes the Kernel Lab's state, as widgets; `show_state` never emits."""

    kernel_edited = Signal(object, bool)
    operation_pressed = Signal(str)
    preset_chosen = Signal(str)
    size_changed = Signal(int, int)
    option_changed = Signal(str, object)
    sample_chosen = Signal(str)
    open_pressed = Signal()
    paste_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kernel_lab_controls")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(8)
        self._combos: dict[str, QComboBox] = {}
        self._build_picture_row()
        self._build_kernel()
        self._build_options()
        self._column.addStretch(1)
        self.setWidget(content)

    # -- building ---------------------------------------------------------------------------

    def _build_picture_row(self) -> None:
        self.sample_combo = _combo("sample_combo", "The picture that is filtered")
        self.sample_combo.activated.connect(self._sample_activated)
        open_button = IconButton("mdi6.folder-open-outline", "Open a picture… (Ctrl+O)")
        open_button.setObjectName("open_button")
        open_button.clicked.connect(self.open_pressed)
        paste_button = IconButton("mdi6.content-paste", "Paste a picture (Ctrl+Shift+V)")
        paste_button.setObjectName("paste_button")
        paste_button.clicked.connect(self.paste_pressed)
        self._column.addLayout(_row(self.sample_combo, open_button, paste_button))

    def _build_kernel(self) -> None:
        self.preset_combo = _combo("preset_combo", "Put a well-known kernel into the grid")
        self.preset_combo.setPlaceholderText("Choose a kernel…")
        self.preset_combo.activated.connect(self._preset_activated)
        self.rows_spin = _spin("rows_spin", 1, MAX_KERNEL_SIDE, "Rows of the kernel")
        self.columns_spin = _spin("columns_spin", 1, MAX_KERNEL_SIDE, "Columns of the kernel")
        self.link_button = IconButton("mdi6.link-variant", "Keep the kernel square")
        self.link_button.setObjectName("square_button")
        self.link_button.setCheckable(True)
        self.link_button.setChecked(True)
        self.rows_spin.valueChanged.connect(lambda rows: self._size_spun(rows, None))
        self.columns_spin.valueChanged.connect(lambda columns: self._size_spun(None, columns))
        times = QLabel("×")
        self._column.addLayout(
            _row(self.preset_combo, self.rows_spin, times, self.columns_spin, self.link_button)
        )

        self.grid = KernelGrid()
        self.grid.setObjectName("kernel_grid")
        self.grid.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.grid.setFixedHeight(248)
        self.grid.kernel_edited.connect(self.kernel_edited)
        self._column.addWidget(self.grid)

        self._operations_row = QHBoxLayout()
        self._operations_row.setSpacing(0)
        self._column.addLayout(self._operations_row)

        self.name_label = _wrapping_label("name_label")
        font = self.name_label.font()
        font.setBold(True)
        self.name_label.setFont(font)
        self.facts_label = _wrapping_label("facts_label")
        self._column.addWidget(self.name_label)
        self._column.addWidget(self.facts_label)

    def _build_options(self) -> None:
        self.operation_row = ToggleRow(
            "operation",
            (
                Choice("correlation", "Correlation", "Slide the kernel as it is, as CNNs do"),
                Choice("convolution", "Convolution", "Turn the kernel by 180° first, then slide"),
            ),
        )
        self.operation_row.chosen.connect(lambda v: self.option_changed.emit("operation", v))
        self._column.addWidget(self.operation_row)

        form = QFormLayout()
        form.setSpacing(6)
        self.padding_combo = _combo("padding_combo", "How many cells are added around the picture")
        for value, text, tip in PADDINGS:
            _add_choice(self.padding_combo, value, text, tip)
        self.padding_spin = _spin("padding_spin", 0, 64, "Cells added on every side")
        self.padding_combo.activated.connect(self._padding_activated)
        self.padding_spin.valueChanged.connect(lambda n: self.option_changed.emit("padding", n))
        form.addRow("Padding", _row(self.padding_combo, self.padding_spin))
        self._add_combo(form, "border")
        self.stride_spin = _spin("stride_spin", 1, 16, "How far the kernel steps, in pixels")
        self.dilation_spin = _spin(
            "dilation_spin", 1, 16, "The distance between neighbouring taps, in pixels"
        )
        self.stride_spin.valueChanged.connect(lambda n: self.option_changed.emit("stride", n))
        self.dilation_spin.valueChanged.connect(lambda n: self.option_changed.emit("dilation", n))
        form.addRow(
            "Stride", _row(self.stride_spin, QLabel("Dilation"), self.dilation_spin, stretch=0)
        )
        self._add_combo(form, "color")
        self._add_combo(form, "display")
        self._column.addLayout(form)

    def _add_combo(self, form: QFormLayout, field: str) -> None:
        label, tip, choices = CHOICES[field]
        combo = _combo(f"{field}_combo", tip)
        for value, text, explanation in choices:
            _add_choice(combo, value, text, explanation)
        combo.activated.connect(
            lambda index, c=combo, f=field: self.option_changed.emit(f, c.itemData(index))
        )
        self._combos[field] = combo
        form.addRow(label, combo)

    # -- filling ----------------------------------------------------------------------------

    def set_samples(self, samples: Iterable[tuple[str, str]]) -> None:
        """List the sample pictures as (name, title)."""
        for name, title in samples:
            self.sample_combo.addItem(title, name)

    def set_presets(self, presets: Iterable[tuple[str, str, str]]) -> None:
        """List the presets as (name, family, description)."""
        for name, _family, description in presets:
            _add_choice(self.preset_combo, name, name, description)
        self.preset_combo.setCurrentIndex(-1)

    def set_operations(self, operations: Sequence[tuple[str, str]]) -> None:
        """Make a button for each (name, tooltip)."""
        for name, tooltip in operations:
            button = IconButton(OPERATION_ICONS[name], tooltip)
            button.setObjectName(f"op_{name}")
            button.clicked.connect(lambda _=False, n=name: self.operation_pressed.emit(n))
            self._operations_row.addWidget(button)
        self._operations_row.addStretch(1)

    def show_picture_name(self, title: str, sample: str | None) -> None:
        """Name the picture in the list; `sample` is its name if it is a sample."""
        if sample is not None:
            self.sample_combo.setCurrentIndex(self.sample_combo.findData(sample))
            return
        index = self.sample_combo.findData("")
        if index < 0:
            self.sample_combo.addItem(title, "")
            index = self.sample_combo.count() - 1
        self.sample_combo.setItemText(index, title)
        self.sample_combo.setCurrentIndex(index)

    def show_state(self, state: KernelLabState, *, keep_grid: bool = False) -> None:
        """Set every control to `state`; `keep_grid` spares the grid that the edit came from."""
        blocked = [QSignalBlocker(child) for child in self._spins()]
        if not keep_grid:
            self.grid.set_kernel(state.kernel_array())
        self.rows_spin.setValue(len(state.kernel))
        self.columns_spin.setValue(len(state.kernel[0]))
        if len(state.kernel) != len(state.kernel[0]):
            self.link_button.setChecked(False)
        self.operation_row.set_value(state.operation)
        by_number = isinstance(state.padding, int)
        self.padding_combo.setCurrentIndex(
            self.padding_combo.findData("number" if by_number else state.padding)
        )
        self.padding_spin.setVisible(by_number)
        if isinstance(state.padding, int):
            self.padding_spin.setValue(state.padding)
        self.stride_spin.setValue(state.stride)
        self.dilation_spin.setValue(state.dilation)
        for field, combo in self._combos.items():
            combo.setCurrentIndex(combo.findData(getattr(state, field)))
        for blocker in blocked:
            blocker.unblock()

    # -- listening --------------------------------------------------------------------------

    def _spins(self) -> list[QSpinBox]:
        return [
            self.rows_spin,
            self.columns_spin,
            self.padding_spin,
            self.stride_spin,
            self.dilation_spin,
        ]

    def _sample_activated(self, index: int) -> None:
        name = self.sample_combo.itemData(index)
        if name:
            self.sample_chosen.emit(name)

    def _preset_activated(self, index: int) -> None:
        self.preset_chosen.emit(self.preset_combo.itemData(index))

    def _size_spun(self, rows: int | None, columns: int | None) -> None:
        if self.link_button.isChecked():
            rows = columns = rows if rows is not None else columns
        self.size_changed.emit(
            rows if rows is not None else self.rows_spin.value(),
            columns if columns is not None else self.columns_spin.value(),
        )

    def _padding_activated(self, index: int) -> None:
        value = self.padding_combo.itemData(index)
        self.option_changed.emit(
            "padding", self.padding_spin.value() if value == "number" else value
        )


def _combo(name: str, tooltip: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setToolTip(tooltip)
    combo.setAccessibleName(tooltip)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setMinimumContentsLength(6)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo


def _add_choice(combo: QComboBox, value: str, text: str, explanation: str) -> None:
    combo.addItem(text, value)
    combo.setItemData(combo.count() - 1, explanation, Qt.ItemDataRole.ToolTipRole)


def _spin(name: str, low: int, high: int, tooltip: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setObjectName(name)
    spin.setRange(low, high)
    spin.setToolTip(tooltip)
    spin.setAccessibleName(tooltip)
    spin.setAlignment(Qt.AlignmentFlag.AlignRight)
    return spin


def _wrapping_label(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _row(*widgets: QWidget, stretch: int = 1) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, stretch if number == 0 else 0)
    if stretch == 0:
        row.addStretch(1)
    return row
