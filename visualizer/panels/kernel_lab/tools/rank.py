"""A kernel as a sum of columns times rows: its SVD, and what fewer terms leave of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from engines.kernels import Approximation, approximate, rank, separate, singular_values
from visualizer.panels.kernel_lab.tools.base import (
    Tool,
    ToolRequest,
    scrolling,
    sentence,
    show_matrix,
    small_view,
)
from visualizer.state import MAX_KERNEL_SIDE, KernelLabState
from widgets.curve_plot import Curve, CurvePlot
from widgets.image_view import ImageView
from widgets.value_slider import ValueRange, ValueSlider

TERM_COLORS = ("blue", "red", "green", "purple", "sky", "accent", "grey")


@dataclass(frozen=True)
class RankData:
    """sizes: the singular values; columns, rows: of the kept terms; made: the approximation."""

    kernel: np.ndarray
    sizes: np.ndarray
    full: int
    kept: int
    columns: tuple[np.ndarray, ...]
    rows: tuple[np.ndarray, ...]
    made: Approximation


class RankTool(Tool):
    """Singular values, the terms' vectors, and the kernel of rank r that the picture is given."""

    name = "rank"
    title = "Rank"
    tooltip = "Separability: the kernel as columns times rows (SVD), and approximations of it"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.slider = ValueSlider(
            "rank",
            "r",
            ValueRange(1, MAX_KERNEL_SIDE, MAX_KERNEL_SIDE, step=1),
            "How many columns times rows are summed; the output follows",
        )
        self.slider.changed.connect(self._slid)
        self.full_button = QPushButton("Whole kernel")
        self.full_button.setObjectName("rank_full")
        self.full_button.setToolTip("Use every term again")
        self.full_button.clicked.connect(lambda: self.link_edited.emit({"rank": None}, False))
        self.text = sentence("rank_text")
        self.sizes = CurvePlot("term", "singular value", whole_x=True)
        self.sizes.setObjectName("rank_sizes")
        self.columns = CurvePlot("row", "weight of the columns", whole_x=True)
        self.columns.setObjectName("rank_columns")
        self.rows = CurvePlot("column", "weight of the rows", whole_x=True)
        self.rows.setObjectName("rank_rows")
        self.made = small_view("rank_kernel", "Rank 1", "The sum of the terms that are kept")
        left = QVBoxLayout()
        left.addWidget(self.slider)
        left.addWidget(self.full_button)
        left.addWidget(scrolling(self.text), 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left, 4)
        for widget, stretch in ((self.sizes, 3), (self.columns, 3), (self.rows, 3), (self.made, 4)):
            layout.addWidget(widget, stretch)

    def show_state(self, state: KernelLabState) -> None:
        """Let the slider reach from 1 to the smaller side of the kernel."""
        most = min(state.kernel_array().shape)
        if not self.slider.slider.isSliderDown():
            self.slider.set_limits(ValueRange(1, most, most, step=1))
            self.slider.set_value(min(state.rank or most, most))
        self.full_button.setEnabled(state.rank is not None)

    def work(self, request: ToolRequest) -> Callable[[], RankData]:
        """Take the kernel in the grid apart."""
        kernel, limit = request.state.kernel_array(), request.state.rank

        def take_apart() -> RankData:
            full = rank(kernel)
            kept = full if limit is None else min(limit, full)
            terms = separate(kernel, kept)
            return RankData(
                kernel,
                singular_values(kernel),
                full,
                kept,
                tuple(column.numpy() for column, _ in terms),
                tuple(row.numpy() for _, row in terms),
                approximate(kernel, kept),
            )

        return take_apart

    def _slid(self, value: float, goes_on: bool) -> None:
        self.link_edited.emit({"rank": round(value)}, goes_on)

    def show_data(self, data: RankData) -> None:
        """Draw the terms that are kept and say what they cost and miss."""
        terms = np.arange(1, len(data.sizes) + 1)
        self.sizes.set_curves([Curve("singular value", terms, data.sizes, style="bars")])
        for plot, vectors in ((self.columns, data.columns), (self.rows, data.rows)):
            plot.set_curves(
                [
                    Curve(
                        f"term {n + 1}",
                        np.arange(1, len(vector) + 1),
                        vector,
                        TERM_COLORS[n % len(TERM_COLORS)],
                        "dots",
                        dash=n // len(TERM_COLORS) % 4,
                    )
                    for n, vector in enumerate(vectors)
                ]
            )
            plot.set_legend_shown(len(vectors) <= 4)
        self.made.set_title(f"Rank {data.kept}")
        show_matrix(self.made, data.made.kernel, "signed", float(np.abs(data.kernel).max()))
        self.text.setText(_sentences(data))


def _sentences(data: RankData) -> str:
    height, width = data.kernel.shape
    if data.full == 0:
        return "All weights are 0: there is nothing to take apart."
    said = [
        f"The kernel has rank {data.full}"
        + (": it is separable." if data.full == 1 else ": it is not separable.")
    ]
    saving = "" if data.made.multiplications < height * width else " — no saving"
    said.append(
        f"{data.kept} term{'s' if data.kept > 1 else ''}: {data.made.multiplications} "
        f"multiplications a pixel instead of {height * width}{saving}."
    )
    said.append(f"Error of the kernel: {data.made.error:.2%}.")
    return " ".join(said)
