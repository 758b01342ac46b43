"""The kernel as a hill: cuts through its middle, its surface, and what a Gaussian loses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QHBoxLayout

from engines.kernel_shapes import positions, truncation_error
from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest, sentence
from widgets.curve_plot import Curve, CurvePlot
from widgets.image_view import ImageView

FINE = 400


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

    def __init__(self, input_view: ImageView) -> None:
        super().__init__(input_view)
        self.text = sentence("shape_text")
        self.cut = CurvePlot("distance from the middle", "weight", x_units="px")
        self.cut.setObjectName("shape_cut")
        self.relief = CurvePlot("column, and row behind row", "weight")
        self.relief.setObjectName("shape_relief")
        self.relief.set_legend_shown(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.cut, self.relief, self.text):
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
    """Return the rows as curves, each further one a little up and to the right."""
    height, width = kernel.shape
    step = 0.8 * float(np.ptp(kernel) or 1.0) / max(height, 4)
    floor = float(min(kernel.min(), 0.0))
    columns = np.arange(width, dtype=float)
    curves = []
    for row in range(height):
        behind = height - 1 - row
        lift = step * behind
        x = np.r_[columns[0] - 0.5, columns, columns[-1] + 0.5] + 0.35 * behind
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
        f"G(x, y) = 1/(2πσ²) · exp(−(x² + y²)/2σ²) with σ = {sigma:.2f} px, sampled at "
        f"{size} × {size} pixels and divided by the samples' sum ({total**2:.4f}) so that the "
        f"weights add up to 1. Truncation error: {truncation_error(sigma, size):.2%} of the bell "
        f"lies outside. In one dimension, 1/(√(2π)·σ) · exp(−x²/2σ²), applied along rows and then "
        f"along columns, it does the same with {2 * size} products instead of {size * size}."
    )
    return ShapeData(kernel, (x, bell / max(total**2, 1e-300)), text)


def _plain_sentence(kernel: np.ndarray) -> str:
    height, width = kernel.shape
    return (
        f"The middle row and column of the {height} × {width} weights, and all rows one behind the "
        f"other. Sum {kernel.sum():.4g}, smallest {kernel.min():.4g}, largest {kernel.max():.4g}. "
        "Choose “Gaussian, with sliders” to see the bell behind the samples."
    )
