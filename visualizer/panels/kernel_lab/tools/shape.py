"""The kernel as a hill: cuts through its middle, its surface, and what a Gaussian loses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout

from engines.kernel_shapes import positions, truncation_error
from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest, scrolling, sentence, unbroken
from widgets.curve_plot import Curve, CurvePlot
from widgets.image_view import ImageView

FINE = 400
# Of the relief: how high the last row stands, in heights of the kernel, and how far to the right,
# in its widths. High enough to look over the top of a hill, so that its far side is seen.
DEPTH, SLANT = 2.6, 0.3


@dataclass(frozen=True)
class ShapeData:
    """kernel: (kh, kw); bell: x and y of the continuous Gaussian on the middle row, or None."""

    kernel: np.ndarray
    bell: tuple[np.ndarray, np.ndarray] | None
    text: str


class ShapeTool(Tool):
    """Middle row and column as curves, all rows as a relief; for a Gaussian the bell itself."""

    name = "shape"
    title = "Shape"
    tooltip = "The weights as curves and as a relief; a Gaussian's bell and truncation error"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.text = sentence("shape_text")
        self.cut = CurvePlot("from the middle", "weight", x_units="px")
        self.cut.setObjectName("shape_cut")
        self.relief = CurvePlot("column of the front row", "weight, front row", whole_x=True)
        self.relief.setObjectName("shape_relief")
        self.relief.set_legend_shown(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.cut, self.relief, scrolling(self.text)):
            layout.addWidget(widget, 1)

    def work(self, request: ToolRequest) -> Callable[[], ShapeData]:
        """Cut the kernel in the grid."""
        kernel, recipe = request.state.kernel_array(), request.state.link.recipe

        def cut() -> ShapeData:
            if recipe is not None and recipe.family == "gaussian":
                return _gaussian(kernel, dict(recipe.values)["sigma"])
            return ShapeData(kernel, None, _plain_sentence(kernel))

        return cut

    def show_data(self, data: ShapeData) -> None:
        """Draw the cuts and the relief."""
        height, width = data.kernel.shape
        curves = [
            Curve("middle row", positions(width), data.kernel[(height - 1) // 2], "blue", "points"),
            Curve("middle column", positions(height), data.kernel[:, (width - 1) // 2], "red"),
        ]
        if data.bell is not None:
            curves[1] = Curve("bell, σ as set", *data.bell, "red")
        self.cut.set_curves(curves)
        self.relief.set_curves(_relief(data.kernel))
        self.text.setText(data.text)


def _relief(kernel: np.ndarray) -> list[Curve]:
    """Return the rows as curves, the last in front, each further one up and to the right."""
    height, width = kernel.shape
    step = DEPTH * float(np.ptp(kernel) or 1.0) / max(height, 4)
    slant = SLANT * width / max(height, 4)
    floor = float(min(kernel.min(), 0.0))
    columns = np.arange(1, width + 1, dtype=float)
    curves = []
    for row in range(height):
        behind = height - 1 - row
        lift = step * behind
        x = np.r_[columns[0] - 0.5, columns, columns[-1] + 0.5] + slant * behind
        y = np.r_[0.0, kernel[row], 0.0] + lift
        curves.append(Curve(f"row {row + 1}", x, y, "blue", "ridge", base=floor + lift))
    return curves


def _gaussian(kernel: np.ndarray, sigma: float) -> ShapeData:
    size = len(kernel)
    reach = max((size - 1) / 2, 3 * sigma)
    x = np.linspace(-reach, reach, FINE)
    offset = 0.0 if size % 2 else 0.5  # the middle row of an even size lies beside the middle
    bell = np.exp(-(x**2 + offset**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    sampled = positions(size)
    total = np.exp(-(sampled**2) / (2 * sigma**2)).sum() / np.sqrt(2 * np.pi * sigma**2)
    text = (
        f"Truncation error: {truncation_error(sigma, size):.2%} of the bell lies outside "
        f"{unbroken(f'{size} × {size} px')}.\n\n"
        f"{unbroken('G(x, y)')} = {unbroken('1/(2πσ²)')} · {unbroken('exp(−(x² + y²)/2σ²)')} with "
        f"{unbroken(f'σ = {sigma:.2f} px')}, sampled and divided by "
        f"the samples' sum ({total**2:.4f}), so that the weights add up to 1.\n\n"
        f"In one dimension, {unbroken('1/(√(2π)·σ)')} · {unbroken('exp(−x²/2σ²)')}, applied "
        f"along rows and then along columns, it does the same with {2 * size} products instead of "
        f"{size * size}."
    )
    return ShapeData(kernel, (x, bell / max(total**2, 1e-300)), text)


def _plain_sentence(kernel: np.ndarray) -> str:
    height, width = kernel.shape
    return (
        f"The middle row and column of the {height} × {width} weights, and all rows one behind the "
        f"other. Sum {kernel.sum():.4g}, smallest {kernel.min():.4g}, largest {kernel.max():.4g}. "
        "Choose “Gaussian, with sliders” to see the bell behind the samples."
    )
