"""How the kernel is applied and how the response is shown: the lower half of the left column."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from visualizer.panels.kernel_lab.compute import display_of
from visualizer.state import KernelLabState
from widgets.form_parts import add_choice, combo, row, spin
from widgets.toggle_row import Choice, ToggleRow
from widgets.value_slider import ValueRange, ValueSlider

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
    "method": (
        "Method",
        "How the products are summed; the numbers are the same up to rounding",
        [
            ("auto", "Automatic", "The quickest one by this machine's measured costs."),
            ("direct", "Direct", "Every product of every window."),
            ("separable", "Separable (SVD)", "Columns, then rows: K + K products instead of K²."),
            ("fft", "FFT", "Products of spectra: the same work for any kernel size."),
            ("winograd", "Winograd", "F(2×2, 3×3): 16 multiplications for 36; 3 × 3 only."),
        ],
    ),
    "color": (
        "Colours",
        "What is filtered: each colour channel, one of them, or the brightness",
        [
            ("colour", "Colour", "The same kernel on the red, green and blue channel."),
            ("grey", "Grey", "The kernel on the brightness (Rec. 709 luma)."),
            ("red", "Red channel", "The red channel alone."),
            ("green", "Green channel", "The green channel alone."),
            ("blue", "Blue channel", "The blue channel alone."),
        ],
    ),
    "shown": (
        "Output",
        "What the right picture is",
        [
            ("response", "Response", "What the kernel makes of the input."),
            ("difference", "Output − input", "What the kernel changed."),
            (
                "operations",
                "Convolution − correlation",
                "Zero exactly when turning the kernel by 180° changes nothing.",
            ),
        ],
    ),
    "display": (
        "Show as",
        "How the response becomes colours; the numbers are not changed",
        [
            ("auto", "Automatic", "A picture for weights that sum to 1 or are all positive."),
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
SLIDERS: dict[str, tuple[str, ValueRange, str]] = {
    "bias": ("Bias", ValueRange(-1, 1, 0), "Added to every sum of products"),
    "gain": ("Gain", ValueRange(0.1, 20, 1, logarithmic=True), "Contrast on the screen alone"),
    "offset": ("Offset", ValueRange(-1, 1, 0), "Brightness on the screen alone, of a picture 0…1"),
}


class OptionControls(QWidget):
    """The options as widgets; `show_state` never emits."""

    option_changed = Signal(str, object)
    option_dragged = Signal(str, float, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._combos: dict[str, QComboBox] = {}
        self._sliders: dict[str, ValueSlider] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.operation_row = ToggleRow(
            "operation",
            (
                Choice("correlation", "Correlation", "Slide the kernel as it is, as CNNs do"),
                Choice("convolution", "Convolution", "Turn the kernel by 180° first, then slide"),
            ),
        )
        self.operation_row.chosen.connect(lambda v: self.option_changed.emit("operation", v))
        column.addWidget(self.operation_row)
        form = QFormLayout()
        form.setSpacing(6)
        self._add_padding(form)
        self._add_combo(form, "border")
        self._add_steps(form)
        for field in ("method", "color", "shown", "display"):
            self._add_combo(form, field)
        column.addLayout(form)
        width = max(self.fontMetrics().horizontalAdvance(label) for label, _, _ in SLIDERS.values())
        for field, (label, limits, meaning) in SLIDERS.items():
            slider = ValueSlider(field, label, limits, meaning, symbol_width=width)
            slider.changed.connect(lambda v, more, f=field: self.option_dragged.emit(f, v, more))
            self._sliders[field] = slider
            column.addWidget(slider)

    def _add_padding(self, form: QFormLayout) -> None:
        self.padding_combo = combo("padding_combo", "How many cells are added around the picture")
        for value, text, tip in PADDINGS:
            add_choice(self.padding_combo, value, text, tip)
        self.padding_spin = spin("padding_spin", 0, 64, "Cells added on every side")
        self.padding_combo.activated.connect(self._padding_activated)
        self.padding_spin.valueChanged.connect(lambda n: self.option_changed.emit("padding", n))
        form.addRow("Padding", row(self.padding_combo, self.padding_spin))

    def _add_steps(self, form: QFormLayout) -> None:
        self.stride_spin = spin("stride_spin", 1, 16, "How far the kernel steps, in pixels")
        self.dilation_spin = spin(
            "dilation_spin", 1, 16, "The distance between neighbouring taps, in pixels"
        )
        self.stride_spin.valueChanged.connect(lambda n: self.option_changed.emit("stride", n))
        self.dilation_spin.valueChanged.connect(lambda n: self.option_changed.emit("dilation", n))
        both = row(self.stride_spin, QLabel("Dilation"), self.dilation_spin, stretch=0)
        form.addRow("Stride", both)

    def _add_combo(self, form: QFormLayout, field: str) -> None:
        label, tip, choices = CHOICES[field]
        box = combo(f"{field}_combo", tip)
        for value, text, explanation in choices:
            add_choice(box, value, text, explanation)
        box.activated.connect(
            lambda index, c=box, f=field: self.option_changed.emit(f, c.itemData(index))
        )
        self._combos[field] = box
        form.addRow(label, box)

    def show_state(self, state: KernelLabState) -> None:
        """Set every control to `state`."""
        spins = (self.padding_spin, self.stride_spin, self.dilation_spin)
        blocked = [QSignalBlocker(box) for box in spins]
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
        for blocker in blocked:
            blocker.unblock()
        for field, box in self._combos.items():
            box.setCurrentIndex(box.findData(getattr(state, field)))
        for field, slider in self._sliders.items():
            if not slider.slider.isSliderDown():
                slider.set_value(getattr(state, field))
        self._sliders["offset"].setEnabled(display_of(state) == "clipped")

    def _padding_activated(self, index: int) -> None:
        value = self.padding_combo.itemData(index)
        self.option_changed.emit(
            "padding", self.padding_spin.value() if value == "number" else value
        )
