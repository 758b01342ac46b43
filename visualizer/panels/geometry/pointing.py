"""What the mouse, the keys or the player point at, drawn on both grids and explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from visualizer.panels.geometry.compute import GeometryResult, OutputTaps
from visualizer.panels.geometry.state import GeometryState
from visualizer.panels.geometry.view import GeometryView
from widgets.cell_map import GridMarks, Window
from widgets.number_text import format_number

MOST_PRODUCTS = 225


@dataclass(frozen=True)
class Focus:
    """A cell that is pointed at."""

    grid: Literal["input", "output"]
    row: int
    column: int

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column."""
        return self.row, self.column


class Pointer(QObject):
    """Knows what is pointed at, draws its marks and explains it.

    A held cell goes before a hovered one, a hovered one before the player's.
    """

    output_chosen = Signal(int, int)
    """The player is to stand at this output cell."""
    shown = Signal(object)
    """The output cell (row, column) that is explained, or None for an input cell."""

    def __init__(self, view: GeometryView, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._result: GeometryResult | None = None
        self._state = GeometryState()
        self._hovered: Focus | None = None
        self._held: Focus | None = None
        for grid, pane in (("input", view.input_pane), ("output", view.output_pane)):
            pane.map.cell_hovered.connect(lambda r, c, grid=grid: self.hover(Focus(grid, r, c)))
            pane.map.hover_left.connect(lambda: self.hover(None))
            pane.map.cell_clicked.connect(lambda r, c, grid=grid: self.click(Focus(grid, r, c)))
            pane.map.cell_moved.connect(lambda r, c, grid=grid: self.walk(Focus(grid, r, c)))

    # -- what is pointed at -----------------------------------------------------------------

    @property
    def focus(self) -> Focus:
        """What is explained now."""
        wanted = self._held or self._hovered
        if wanted is not None and self._exists(wanted):
            return wanted
        return Focus("output", *self._state.cell)

    @property
    def held(self) -> bool:
        """Whether a click holds what is explained."""
        return self._held is not None

    def hover(self, focus: Focus | None) -> None:
        """Explain what the mouse is on, unless something is held; None: it left."""
        self._hovered = focus if focus is not None and self._exists(focus) else None
        if self._held is None:
            self.show()

    def click(self, focus: Focus) -> None:
        """Hold a cell; a click on the held one lets it go."""
        if not self._exists(focus):
            return
        self._held = None if focus == self._held else focus
        if focus.grid == "output" and focus.cell != self._state.cell:
            self.output_chosen.emit(*focus.cell)
        self.show()

    def walk(self, focus: Focus) -> None:
        """Go to a cell by the keys: the player goes along on the output."""
        self._hovered = None
        if focus.grid == "output":
            self._held = focus if self._held is not None else None
            self.output_chosen.emit(*focus.cell)
        else:
            self._held = focus
        self.show()

    def release(self) -> bool:
        """Let go of what is held; returns whether anything was."""
        was, self._held = self._held, None
        self._hovered = None
        if was is not None:
            self.show()
        return was is not None

    def _exists(self, focus: Focus) -> bool:
        if self._result is None:
            return False
        sheets = self._result.inputs if focus.grid == "input" else self._result.outputs
        rows, columns = sheets.shape[1:]
        return 0 <= focus.row < rows and 0 <= focus.column < columns

    # -- showing it -------------------------------------------------------------------------

    def set_result(self, result: GeometryResult, state: GeometryState) -> None:
        """Point into another result."""
        self._result, self._state = result, state
        if self._held is not None and not self._exists(self._held):
            self._held = None
        self.show()

    def set_state(self, state: GeometryState) -> None:
        """Stand at the cell and the sheets of `state`."""
        self._state = state
        self.show()

    def show(self) -> None:
        """Draw the marks and explain."""
        if self._result is None:
            return
        focus = self.focus
        if focus.grid == "output":
            self._show_output(self._result, focus)
        else:
            self._show_input(self._result, focus)
        self._view.products.set_pinned(self.held)

    def _show_output(self, result: GeometryResult, focus: Focus) -> None:
        state = self._state
        if not self._exists(focus):
            return
        taps = result.output_taps(focus.row, focus.column, state.channel, state.filter)
        covered = None
        if self._view.player.playing and self._view.fill_button.isChecked():
            covered = focus.row * result.outputs.shape[2] + focus.column + 1
        self._view.input_pane.map.set_marks(input_marks(taps))
        self._view.output_pane.map.set_marks(
            GridMarks(cell=focus.cell, covered_from=covered, held=self.held)
        )
        self._explain_output(result, focus, taps)
        self.shown.emit(focus.cell)

    def _explain_output(self, result: GeometryResult, focus: Focus, taps: OutputTaps) -> None:
        state, view = self._state, self._view
        title = f"Output row {focus.row}, column {focus.column}"
        if not np.isfinite(taps.total):
            view.products.clear(
                f"{title} is −∞: its window holds padding alone, and padding never wins."
            )
            view.sums_label.clear()
        elif not state.predict.reveals((state.filter, *focus.cell)):
            view.products.clear(
                f"{title} is for you to find: multiply each value in the marked window by its "
                "weight and add the products up. After two misses the sum is shown."
                if state.has_weights
                else f"{title} is for you to find in the marked window."
            )
            view.sums_label.clear()
        elif taps.values.size == 0:
            view.products.clear(f"{title} is 0: no input reaches it.")
            view.sums_label.clear()
        elif taps.values.size > MOST_PRODUCTS:
            view.products.clear(f"{title} is made of {taps.values.size} products.")
            view.sums_label.setText(result.sums_text(focus.row, focus.column, state.filter))
        else:
            view.products.set_products(
                taps.rows,
                taps.columns,
                taps.weights,
                taps.values,
                taps.products,
                taps.total,
                taps.inside,
                title=title,
                symbol="y",
                note=taps.note,
            )
            view.sums_label.setText(result.sums_text(focus.row, focus.column, state.filter))

    def _show_input(self, result: GeometryResult, focus: Focus) -> None:
        state = self._state
        rows, columns, weights = result.input_uses(
            focus.row, focus.column, state.channel, state.filter
        )
        places = np.stack([rows, columns], axis=1) if len(rows) else None
        self._view.input_pane.map.set_marks(GridMarks(cell=focus.cell, held=self.held))
        self._view.output_pane.map.set_marks(
            GridMarks(taps=places, tap_texts=tuple(f"×{_weight(w)}" for w in weights))
        )
        title = f"Input row {focus.row}, column {focus.column}"
        self._view.products.set_reached(rows, columns, weights, len(rows), title=title)
        self._view.sums_label.clear()
        self.shown.emit(None)


def input_marks(taps: OutputTaps) -> GridMarks:
    """Return the window of one output cell, its taps apart where they lie apart."""
    if taps.rows.size == 0:
        return GridMarks()
    top, left = int(taps.rows.min()), int(taps.columns.min())
    bottom, right = int(taps.rows.max()) + 1, int(taps.columns.max()) + 1
    places = np.stack([taps.rows.ravel(), taps.columns.ravel()], axis=1)
    apart = (bottom - top) * (right - left) > len(places)
    texts = tuple(f"×{_weight(float(weight))}" for weight in taps.weights.ravel())
    return GridMarks(
        windows=(Window(top, left, bottom - top, right - left, "other" if apart else "main"),),
        taps=places,
        tap_texts=texts if taps.weighted else (),
    )


def _weight(value: float) -> str:
    return format_number(value).replace("-", "−")
