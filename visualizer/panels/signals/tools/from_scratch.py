"""From scratch: every partial product in a table, beside the source that makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from engines import signals as engine
from engines.signals import Comparison, PartialProducts, Step
from visualizer.panels.signals.state import SignalsState
from visualizer.panels.signals.tools.base import Tool, ToolRequest
from widgets.code_listing import CodeListing
from widgets.form_parts import wrapping_label
from widgets.player_bar import PlayerBar
from widgets.product_table import ProductTable, number_text


@dataclass(frozen=True, eq=False)
class ScratchData:
    """The table, the steps, the source, and how well it agrees with NumPy."""

    operation: str
    products: PartialProducts
    steps: list[Step]
    comparison: Comparison
    source: str


class FromScratchTool(Tool):
    """Steps through the plain Python functions, product by product."""

    name = "from_scratch"
    title = "From scratch"
    tooltip = "Every partial product, the line of Python that makes it, and the difference to NumPy"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: ScratchData | None = None
        self.table = ProductTable("scratch_table")
        self.table.chosen.connect(self._chosen)
        self.listing = CodeListing("scratch_listing")
        self.step_label = wrapping_label("scratch_step", bold=True)
        self.difference_label = wrapping_label("scratch_difference")
        self.player = PlayerBar("scratch_player", "Product")
        self.player.moved.connect(lambda step, more: self.edited.emit({"step": step}, more))
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.step_label)
        column.addWidget(self.listing, 1)
        column.addWidget(self.difference_label)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setObjectName("scratch_splitter")
        both.setChildrenCollapsible(False)
        both.addWidget(self.table)
        both.addWidget(right)
        both.setStretchFactor(0, 1)
        both.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addWidget(both, 1)
        outer.addWidget(self.player)

    def work(self, request: ToolRequest) -> Callable[[], ScratchData]:
        """Return what runs the functions from scratch."""
        f, g, operation = request.f, request.g, request.operation
        return lambda: ScratchData(
            operation,
            engine.partial_products(f, g, operation),
            engine.steps(f, g, operation),
            engine.compare_with_numpy(f, g, operation),
            engine.listing(operation),
        )

    def show_data(self, data: ScratchData) -> None:
        """Show the table and the source."""
        self._data = data
        products = data.products
        second = "g" if data.operation == "convolution" else "turned"
        self.table.set_table(
            products.table,
            [f"f[{i}] = {number_text(value)}" for i, value in enumerate(products.first)],
            [f"{second}[{k}] = {number_text(value)}" for k, value in enumerate(products.second)],
        )
        self.listing.set_source(data.source)
        self.player.set_count(len(data.steps))
        peer = "numpy.convolve" if data.operation == "convolution" else "numpy.correlate"
        difference = data.comparison.max_difference
        verdict = f"at most {difference:.1e}" if difference else "none: equal to the last digit"
        self.difference_label.setText(
            f"Difference to {peer}(f, g, “full”), over {len(data.comparison.ours)} numbers: "
            f"{verdict}."
        )

    def show_state(self, state: SignalsState) -> None:
        """Show the step that `state` names."""
        data = self._data
        if data is None:
            return
        step = data.steps[min(state.tools.step, len(data.steps) - 1)]
        self.player.set_step(step.number)
        self.table.set_current(step.i, step.k)
        self.listing.mark_line(step.line)
        second = "g" if data.operation == "convolution" else "turned"
        self.step_label.setText(
            f"output[{step.output_index}]: {number_text(step.before)} + "
            f"f[{step.i}]·{second}[{step.k}] = {number_text(step.before)} + "
            f"{number_text(step.first)} · {number_text(step.second)} = {number_text(step.after)}"
        )

    def stop(self) -> None:
        """Stop playing."""
        self.player.stop()

    def _chosen(self, row: int, column: int) -> None:
        if self._data is not None:
            self.player.stop()
            self.edited.emit({"step": row * self._data.products.table.shape[1] + column}, False)
