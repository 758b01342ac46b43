"""Which frequencies pass: the kernel's response, and the spectra before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QHBoxLayout

from engines.kernels import frequency_response
from engines.measures import spectrum
from visualizer.panels.kernel_lab.tools.base import Tool, ToolRequest, show_matrix, small_view
from widgets.curve_plot import Curve, CurvePlot
from widgets.image_view import ImageView

GRID = 128
DECADES = 5  # shown of a spectrum, below its maximum


@dataclass(frozen=True)
class Spectra:
    """magnitude: |H(u, v)| (GRID, GRID), zero frequency central; before, after: log₁₀ of the
    pictures' spectra above their floor, DECADES below the maximum."""

    magnitude: np.ndarray
    before: np.ndarray
    after: np.ndarray


def _decades(values: np.ndarray) -> np.ndarray:
    """Return log₁₀ of the spectrum over its floor, DECADES below the maximum; at least 0."""
    found = spectrum(values)
    top = float(found.max())
    if top <= 0:
        return np.zeros_like(found)
    return np.log10(np.maximum(found / top, 10.0**-DECADES)) + DECADES


class SpectrumTool(Tool):
    """|H(u, v)| of the kernel as a picture and along both axes; spectra of input and output."""

    name = "spectrum"
    title = "Spectrum"
    tooltip = "Which frequencies the kernel lets pass, and the pictures' own"

    def __init__(self, input_view: ImageView) -> None:
        super().__init__(input_view)
        self.response = small_view("spectrum_response", "Kernel |H|")
        self.cut = CurvePlot("frequency", "|H|", x_units="cycles/px")
        self.cut.setObjectName("spectrum_cut")
        self.before = small_view("spectrum_input", "Input, decades")
        self.after = small_view("spectrum_output", "Output, decades")
        self.before.set_bar_shown(False)  # the output's has the same scale
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget, stretch in (
            (self.response, 3),
            (self.cut, 4),
            (self.before, 3),
            (self.after, 3),
        ):
            layout.addWidget(widget, stretch)

    def work(self, request: ToolRequest) -> Callable[[], Spectra]:
        """Transform the kernel and both pictures."""
        result = request.result
        before = result.picture.values(result.state.color)

        def transform() -> Spectra:
            magnitude = frequency_response(result.kernel, GRID).abs().numpy().astype(np.float64)
            return Spectra(magnitude, _decades(before), _decades(result.values))

        return transform

    def show_data(self, data: Spectra) -> None:
        """Draw all four."""
        show_matrix(self.response, data.magnitude, "magnitude")
        middle = GRID // 2
        frequency = np.arange(middle) / GRID
        diagonal = np.diag(data.magnitude)[middle:]
        self.cut.set_curves(
            [
                Curve("across", frequency, data.magnitude[middle, middle:], "blue"),
                Curve("down", frequency, data.magnitude[middle:, middle], "red", dash=1),
                Curve("diagonal", frequency, diagonal, "green", dash=2),
            ]
        )
        show_matrix(self.before, data.before, "magnitude", DECADES)
        show_matrix(self.after, data.after, "magnitude", DECADES)
