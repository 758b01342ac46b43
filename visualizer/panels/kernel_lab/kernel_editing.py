"""From the kernel's controls to edits of the chain: typing, presets, formulas, buttons, copying."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from engines import kernel_families, kernel_operations, kernel_text, kernels
from engines.errors import EngineError
from visualizer.edits import Edits
from visualizer.panels.kernel_lab.kernel_controls import KernelControls
from visualizer.state import MAX_CHAIN, ChainLink, KernelLabState, Recipe, matrix_of
from widgets.message_bar import Kind, MessageBar
from widgets.value_slider import ValueRange

LAST_GOOD = "The last good kernel is still applied."


class KernelEditor(QObject):
    """Turns what the person does to the kernels into states; refusals become sentences."""

    def __init__(
        self,
        edits: Edits[KernelLabState],
        controls: KernelControls,
        messages: MessageBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._edits, self._controls, self._messages = edits, controls, messages
        self._scale_base: ChainLink | None = None
        self._refusal = ""  # the sentence that is shown until an edit goes well
        self._fill()
        grid = controls.grid
        controls.kernel_edited.connect(self._typed)
        grid.matrix_pasted.connect(lambda values: self.set_kernel(values, "pasted kernel"))
        grid.paste_rejected.connect(self._refuse)
        grid.cell_rejected.connect(self._cell_rejected)
        grid.cell_accepted.connect(lambda _row, _column: self.clear_refusal())
        controls.preset_chosen.connect(self._preset)
        controls.family_chosen.connect(lambda name: self._cook(name, {}, "", False))
        controls.recipe_changed.connect(self._recipe_changed)
        controls.operation_pressed.connect(self._operate)
        controls.size_changed.connect(self._resize)
        controls.scaled.connect(self._scale)
        controls.copy_requested.connect(self.copy)
        chain = controls.chain
        chain.selected.connect(self._select)
        chain.enabled_changed.connect(self._enable)
        chain.add_pressed.connect(self.add_link)
        chain.remove_pressed.connect(self.remove_link)

    def _fill(self) -> None:
        self._controls.set_choices(
            (
                (family.name, family.title, family.meaning, [_spec(p) for p in family.parameters])
                for family in kernel_families.FAMILIES.values()
            ),
            (
                (kernel.name, kernel.description, matrix_of(kernel.values))
                for kernel in kernels.PRESETS.values()
            ),
        )
        self._controls.set_operations(
            [(operation.name, operation.tooltip) for operation in kernel_operations.OPERATIONS]
        )
        self._controls.set_copy_formats(
            (name, title) for name, (title, _) in kernel_text.FORMATS.items()
        )

    def _drop_marks(self) -> None:
        """Let a whole new kernel replace texts that are no numbers, even if it is the same."""
        if self._controls.grid.invalid_cells():
            self._controls.grid.set_kernel(self._edits.state.kernel_array())
        self.clear_refusal()

    def clear_refusal(self) -> None:
        """Take the refusal back after an edit that went well; a marked cell keeps its own."""
        if self._refusal and not self._controls.grid.invalid_cells():
            self._messages.clear("kernel")
            self._refusal = ""

    # -- one kernel -------------------------------------------------------------------------

    def set_kernel(self, values: np.ndarray, label: str) -> None:
        """Put `values` (rows, columns) into the grid, as a step of its own."""
        self._edits.apply(self._edits.state.with_kernel(values), label)
        self._drop_marks()

    def copy(self, name: str) -> None:
        """Put the kernel on the clipboard in the format `name`."""
        _, function = kernel_text.FORMATS[name]
        QGuiApplication.clipboard().setText(function(self._edits.state.kernel_array()))

    def _typed(self, values: np.ndarray, goes_on: bool) -> None:
        link = self._edits.state.link
        # A cell that was entered and left as it was does not end the recipe.
        recipe = link.recipe if np.array_equal(values, link.array()) else None
        self._edits.apply(
            self._edits.state.with_kernel(values, recipe),
            "edit of the kernel",
            merge_key="grid",
            goes_on=goes_on,
            held=self._controls.grid.is_held(),
            origin="grid",
        )

    def _preset(self, name: str) -> None:
        self.set_kernel(kernels.PRESETS[name].values, name)

    def _operate(self, name: str) -> None:
        operation = next(op for op in kernel_operations.OPERATIONS if op.name == name)
        try:
            self.set_kernel(operation.function(self._edits.state.kernel_array()), operation.label)
        except EngineError as error:
            self._refuse(str(error))

    def _resize(self, rows: int, columns: int) -> None:
        resized = kernel_operations.resize(self._edits.state.kernel_array(), rows, columns)
        self.set_kernel(resized, f"size {rows} × {columns}")

    def _scale(self, factor: float, goes_on: bool) -> None:
        base = self._scale_base or self._edits.state.link
        self._scale_base = base if goes_on else None
        try:
            scaled = kernel_operations.scale(base.array(), factor)
        except EngineError as error:
            self._refuse(f"{error} {LAST_GOOD}", kind="warning")
            if not goes_on:
                self._edits.history.end_merge()
            return
        self._edits.apply(
            self._edits.state.with_kernel(scaled, base.recipe if factor == 1 else None),
            "scaling",
            merge_key="scale",
            goes_on=goes_on,
            held=goes_on,
        )

    # -- kernels by formula -----------------------------------------------------------------

    def _recipe_changed(self, name: str, value: float, goes_on: bool) -> None:
        recipe = self._edits.state.link.recipe
        if recipe is not None:
            values = {**dict(recipe.values), name: value}
            self._cook(recipe.family, values, f"recipe {name}", goes_on)

    def _cook(
        self, family_name: str, values: Mapping[str, float], merge_key: str, goes_on: bool
    ) -> None:
        family = kernel_families.FAMILIES[family_name]
        complete = {**family.defaults(), **values}
        try:
            kernel = kernel_families.make(family_name, complete)
        except EngineError as error:
            self._refuse(f"{error} {LAST_GOOD}", kind="warning")
            if not goes_on:
                self._edits.history.end_merge()
            return
        recipe = Recipe(family=family_name, values=tuple(complete.items()))
        self._edits.apply(
            self._edits.state.with_kernel(kernel, recipe),
            family.title,
            merge_key=merge_key,
            goes_on=goes_on,
            held=goes_on,
        )
        self._drop_marks()

    # -- the chain --------------------------------------------------------------------------

    def add_link(self) -> None:
        """Insert an identity kernel after the selected one and select it."""
        state = self._edits.state
        if len(state.chain) >= MAX_CHAIN:
            self._refuse(f"A chain has at most {MAX_CHAIN} kernels; take one out first.")
            return
        place = state.selected + 1
        chain = (*state.chain[:place], ChainLink(), *state.chain[place:])
        self._edits.apply(state.replace(chain=chain, selected=place), f"kernel {place + 1} added")

    def remove_link(self) -> None:
        """Take the selected kernel out of the chain."""
        state = self._edits.state
        if len(state.chain) == 1:
            self._refuse("This is the only kernel: change it, or switch it off with “on”.")
            return
        chain = (*state.chain[: state.selected], *state.chain[state.selected + 1 :])
        selected = min(state.selected, len(chain) - 1)
        self._edits.apply(
            state.replace(chain=chain, selected=selected), f"kernel {state.selected + 1} removed"
        )

    def _select(self, index: int) -> None:
        self._edits.look(self._edits.state.replace(selected=index))

    def _enable(self, on: bool) -> None:
        state = self._edits.state
        label = f"kernel {state.selected + 1} {'on' if on else 'off'}"
        self._edits.apply(state.with_link(state.link.replace(enabled=on)), label)

    # -- refusals ---------------------------------------------------------------------------

    def _refuse(self, sentence: str, *, kind: Kind = "error") -> None:
        self._refusal = sentence
        self._messages.show_message(sentence, kind=kind, topic="kernel")

    def _cell_rejected(self, row: int, column: int, text: str, message: str) -> None:
        where = f"Row {row + 1}, column {column + 1} of the kernel"
        self._refuse(f"{where}: {message} {LAST_GOOD}", kind="warning")


def _spec(parameter: kernel_families.Parameter) -> tuple[str, str, ValueRange, str]:
    limits = ValueRange(
        parameter.low, parameter.high, parameter.default, parameter.step, parameter.unit
    )
    return parameter.name, parameter.symbol, limits, parameter.meaning
