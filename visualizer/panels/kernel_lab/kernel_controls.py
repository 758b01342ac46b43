"""The Kernel Lab's kernel: chain, presets, grid, buttons, name and the sliders of its formula."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.state import MAX_CHAIN, MAX_KERNEL_SIDE, KernelLabState, Matrix, Recipe
from widgets.chain_strip import ChainStrip
from widgets.form_parts import add_choice, combo, row, spin, wrapping_label
from widgets.icon_button import IconButton
from widgets.kernel_grid import KernelGrid
from widgets.scale_slider import ScaleSlider
from widgets.value_slider import ValueRange, ValueSlider

GRID_HEIGHT = 232
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
# (name, symbol, range, meaning) of each parameter, as the panel hands it over.
ParameterSpec = tuple[str, str, ValueRange, str]


class KernelControls(QWidget):
    """Everything that changes the chain of kernels; `show_state` never emits."""

    kernel_edited = Signal(object, bool)
    operation_pressed = Signal(str)
    preset_chosen = Signal(str)
    family_chosen = Signal(str)
    recipe_changed = Signal(str, float, bool)
    size_changed = Signal(int, int)
    scaled = Signal(float, bool)
    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._families: dict[str, Sequence[ParameterSpec]] = {}
        self._recipe_family = ""
        self._shown = (0, 0)
        self._preset_rows: dict[Matrix, int] = {}
        self._sliders: dict[str, ValueSlider] = {}
        self._operation_buttons: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.chain = ChainStrip("chain", MAX_CHAIN)
        self._column.addWidget(self.chain)
        self._build_choice()
        self.grid = KernelGrid()
        self.grid.setObjectName("kernel_grid")
        self.grid.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.grid.setFixedHeight(GRID_HEIGHT)
        self.grid.kernel_edited.connect(self.kernel_edited)
        self._column.addWidget(self.grid)
        self._operations_row = QHBoxLayout()
        self._operations_row.setSpacing(0)
        self._column.addLayout(self._operations_row)
        self._sliders_column = QVBoxLayout()
        self._sliders_column.setSpacing(2)
        self._column.addLayout(self._sliders_column)
        self.scale = ScaleSlider("scale", "Multiply every weight by a factor")
        self.scale.scaled.connect(self.scaled)
        self._column.addWidget(self.scale)
        self.name_label = wrapping_label("name_label", bold=True)
        self.facts_label = wrapping_label("facts_label")
        self._column.addWidget(self.name_label)
        self._column.addWidget(self.facts_label)

    def _build_choice(self) -> None:
        self.preset_combo = combo("preset_combo", "Put a well-known kernel into the grid")
        self.preset_combo.setPlaceholderText("Choose a kernel…")
        self.preset_combo.setMaxVisibleItems(24)
        self.preset_combo.activated.connect(self._preset_activated)
        self.rows_spin = spin("rows_spin", 1, MAX_KERNEL_SIDE, "Rows of the kernel")
        self.columns_spin = spin("columns_spin", 1, MAX_KERNEL_SIDE, "Columns of the kernel")
        self.link_button = IconButton("mdi6.link-variant", "Keep the kernel square")
        self.link_button.setObjectName("square_button")
        self.link_button.setCheckable(True)
        self.link_button.setChecked(True)
        self.rows_spin.valueChanged.connect(lambda rows: self._size_spun(rows, None))
        self.columns_spin.valueChanged.connect(lambda columns: self._size_spun(None, columns))
        self._column.addLayout(
            row(
                self.preset_combo,
                self.rows_spin,
                QLabel("×"),
                self.columns_spin,
                self.link_button,
            )
        )

    # -- filling ----------------------------------------------------------------------------

    def set_choices(
        self,
        families: Iterable[tuple[str, str, str, Sequence[ParameterSpec]]],
        presets: Iterable[tuple[str, str, Matrix]],
    ) -> None:
        """List families (name, title, meaning, parameters), presets (name, description, kernel)."""
        for name, title, meaning, parameters in families:
            self._families[name] = parameters
            add_choice(self.preset_combo, f"family:{name}", f"{title}, with sliders", meaning)
        self.preset_combo.insertSeparator(self.preset_combo.count())
        for name, description, kernel in presets:
            self._preset_rows.setdefault(kernel, self.preset_combo.count())
            add_choice(self.preset_combo, name, name, description)
        self.preset_combo.setCurrentIndex(-1)

    def set_operations(self, operations: Sequence[tuple[str, str]]) -> None:
        """Make a button for each (name, tooltip)."""
        for name, tooltip in operations:
            button = IconButton(OPERATION_ICONS[name], tooltip)
            button.setObjectName(f"op_{name}")
            button.clicked.connect(lambda _=False, n=name: self.operation_pressed.emit(n))
            self._operations_row.addWidget(button)
            self._operation_buttons.append(button)
        self._operations_row.addStretch(1)

    def set_copy_formats(self, formats: Iterable[tuple[str, str]]) -> None:
        """Offer to copy the kernel as each (name, title)."""
        button = IconButton("mdi6.content-copy", "Copy the kernel as…")
        button.setObjectName("copy_kernel_button")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        self.copy_actions: list[QAction] = []
        for name, title in formats:
            action = menu.addAction(f"Copy kernel as {title}")
            action.setObjectName(f"copy_{name}")
            action.triggered.connect(lambda _=False, n=name: self.copy_requested.emit(n))
            self.copy_actions.append(action)
        button.setMenu(menu)
        self._operations_row.addWidget(button)
        self._operation_buttons.append(button)
        self._order_focus()

    def show_state(self, state: KernelLabState, *, keep_grid: bool = False) -> None:
        """Set every control to `state`; `keep_grid` spares the grid that the edit came from."""
        kernel = state.kernel_array()
        shown = (state.selected, len(state.chain))
        if not keep_grid and (
            shown != self._shown or not np.array_equal(kernel, self.grid.kernel())
        ):
            self.grid.set_kernel(kernel)  # else what is marked or being typed there stays
        self._shown = shown
        self._show_choice(state)
        with QSignalBlocker(self.rows_spin), QSignalBlocker(self.columns_spin):
            self.rows_spin.setValue(len(state.kernel))
            self.columns_spin.setValue(len(state.kernel[0]))
        if len(state.kernel) != len(state.kernel[0]):
            self.link_button.setChecked(False)
        self.chain.set_chain([link.enabled for link in state.chain], state.selected)
        self._show_recipe(state.link.recipe)

    def _show_choice(self, state: KernelLabState) -> None:
        """Name the family or preset that is in the grid, or invite to choose one."""
        recipe = state.link.recipe
        if recipe is not None:
            row = self.preset_combo.findData(f"family:{recipe.family}")
        else:
            row = self._preset_rows.get(state.kernel, -1)
        self.preset_combo.setCurrentIndex(row)

    def _show_recipe(self, recipe: Recipe | None) -> None:
        family = recipe.family if recipe is not None and recipe.family in self._families else ""
        if family != self._recipe_family:
            self._recipe_family = family
            self._build_sliders(family)
        for name, value in recipe.values if recipe is not None and family else ():
            slider = self._sliders.get(name)
            if slider is not None and not slider.slider.isSliderDown():
                slider.set_value(value)

    def _build_sliders(self, family: str) -> None:
        for slider in self._sliders.values():
            slider.hide()
            slider.deleteLater()
        self._sliders = {}
        specs = self._families.get(family, ())
        width = max((self.fontMetrics().horizontalAdvance(s[1]) for s in specs), default=0)
        for name, symbol, limits, meaning in specs:
            slider = ValueSlider(f"recipe_{name}", symbol, limits, meaning, symbol_width=width)
            slider.changed.connect(lambda v, more, n=name: self.recipe_changed.emit(n, v, more))
            self._sliders[name] = slider
            self._sliders_column.addWidget(slider)
        self._order_focus()

    def _order_focus(self) -> None:
        """Let Tab come by what was made later where it stands, between the grid and the scale."""
        order = [self.grid, *self._operation_buttons]
        for slider in self._sliders.values():
            order += [slider.slider, slider.box]
        for before, after in itertools.pairwise([*order, self.scale.slider]):
            self.setTabOrder(before, after)

    # -- listening --------------------------------------------------------------------------

    def _preset_activated(self, index: int) -> None:
        name, _, family = (self.preset_combo.itemData(index) or "").partition("family:")
        if family:
            self.family_chosen.emit(family)
        elif name:
            self.preset_chosen.emit(name)

    def _size_spun(self, rows: int | None, columns: int | None) -> None:
        if self.link_button.isChecked():
            rows = columns = rows if rows is not None else columns
        self.size_changed.emit(
            rows if rows is not None else self.rows_spin.value(),
            columns if columns is not None else self.columns_spin.value(),
        )
