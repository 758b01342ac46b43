"""Which frequencies pass: the kernels' response, and the spectra before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout

from engines.chain import chain_response
from engines.measures import spectrum
from visualizer.panels.kernel_lab.compute import kernel_of
from visualizer.panels.kernel_lab.tools.base import (
    Tool,
    ToolRequest,
    sentence,
    show_matrix,
    small_view,
    unbroken,
)
from widgets.curve_plot import Curve, CurvePlot
from widgets.image_view import ImageView

GRID = 128
LEAST_CUT, LEAST_PLANE = 180, 60  # pixels of the screen
LEAST_LOBE = 0.005  # of the response to flat areas
DECADES = 5  # shown of a spectrum, below its maximum
PLANE = (
    "Frequencies across and down: 0, flat, in the middle; ½ cycle a pixel, every second pixel "
    "bright, at the sides"
)


@dataclass(frozen=True)
class Spectra:
    """What the page shows.

    magnitude: |H(u, v)| (GRID, GRID), zero frequency central; kernels: how many it is made of;
    before, after: log₁₀ of the pictures' spectra over their floor, DECADES below the maximum.
    """

    magnitude: np.ndarray
    kernels: int
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
    """|H(u, v)| of the kernels as a picture and along both axes; spectra of input and output."""

    name = "spectrum"
    title = "Spectrum"
    tooltip = "Which frequencies the kernel lets pass, and the pictures' own"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.response = small_view(
            "spectrum_response", "Kernel |H|", f"By how much each frequency is multiplied. {PLANE}"
        )
        self.cut = CurvePlot("frequency", "|H|", x_units="cycles/px")
        self.cut.setObjectName("spectrum_cut")
        self.before = small_view(
            "spectrum_input", "Input, decades", f"Spectrum of the input. {PLANE}"
        )
        self.after = small_view(
            "spectrum_output", "Output, decades", f"Spectrum of the output. {PLANE}"
        )
        self.before.link_to(self.response)
        self.after.link_to(self.response)
        self.before.set_bar_shown(False)  # the output's has the same scale
        self.before.reserve_bar(True)
        self.text = sentence("spectrum_text")
        self._said = ""
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.response, 0, 0)
        layout.addWidget(self.text, 0, 1)
        layout.addWidget(self.before, 1, 0)
        layout.addWidget(self.after, 1, 1)
        layout.addWidget(self.cut, 0, 2, 2, 1)
        layout.setColumnStretch(2, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the planes square, as large as the height allows and the cut leaves room."""
        super().resizeEvent(event)
        bar, gap = self.after.bar_width(), self.layout().spacing()
        high = (self.height() - gap) // 2 - self.fontMetrics().height() - 2 * gap
        wide = (self.width() - 2 * gap - LEAST_CUT) // 2 - bar
        width = max(min(high, wide), LEAST_PLANE) + bar
        for part in (self.response, self.text, self.before, self.after):
            part.setFixedWidth(width)
        self._show_text()

    def _show_text(self) -> None:
        """Say what the kernel does, and what the planes show where there is room for it."""
        self.text.setToolTip(f"{PLANE}. One decade is a factor of 10.")
        self.text.setText(f"{self._said}\n\n{self.text.toolTip()}")
        if self.text.heightForWidth(self.text.width()) > self.height() // 2:
            self.text.setText(self._said)

    def work(self, request: ToolRequest) -> Callable[[], Spectra]:
        """Transform the kernels and both pictures."""
        result, state = request.result, request.result.state
        before = result.picture.values(state.color)

        def transform() -> Spectra:
            kernels = [kernel_of(state, index) for index in state.enabled_links()]
            response = chain_response(kernels, GRID, last_dilation=state.dilation)
            return Spectra(
                np.abs(response), len(kernels), _decades(before), _decades(result.values)
            )

        return transform

    def show_data(self, data: Spectra) -> None:
        """Draw all four."""
        self.response.set_title("Chain |H|" if data.kernels > 1 else "Kernel |H|")
        self._show_plane(self.response, data.magnitude)
        curves = _cuts(data.magnitude)
        self.cut.set_curves(curves)
        self._said = _sentences(curves[0].x, {curve.name: curve.y for curve in curves})
        self._show_text()
        self._show_plane(self.before, data.before, DECADES)
        self._show_plane(self.after, data.after, DECADES)

    def _show_plane(self, view: ImageView, values: np.ndarray, limit: float = 0.0) -> None:
        """Show a spectrum so that equal frequencies lie at equal places, whatever its size."""
        height, width = values.shape
        size = (GRID / height, GRID / width)
        middle = GRID / 2
        origin = (middle - height // 2 * size[0], middle - width // 2 * size[1])
        view.set_place_text(
            lambda row, column: (
                f"u {(column - width // 2) / width:+.2f} v {(row - height // 2) / height:+.2f}"
            )
        )
        show_matrix(view, values, "magnitude", limit, pixel_size=size, origin=origin)


def _cuts(magnitude: np.ndarray) -> list[Curve]:
    """Return |H| from frequency 0 to ½ across, down and along the diagonal."""
    middle = GRID // 2
    frequency = np.arange(middle + 1) / GRID
    # Frequency ½ is stored as −½, at index 0; for the samples of a kernel they are the same.
    ways = np.r_[middle:GRID, 0]
    still = np.full(middle + 1, middle)
    return [
        Curve("across", frequency, magnitude[still, ways], "blue"),
        Curve("down", frequency, magnitude[ways, still], "red", dash=1),
        Curve("both alike", frequency, magnitude[ways, ways], "green", dash=2),
    ]


def _sentences(frequency: np.ndarray, cuts: dict[str, np.ndarray]) -> str:
    """Return what the cuts of |H|, by direction and at the same frequencies, do to a picture."""
    largest = max(float(cut.max()) for cut in cuts.values())
    if largest == 0:
        return "Nothing passes."
    flat = float(cuts["across"][0])
    said = [f"Flat areas × {flat:.3g}."]
    if flat < 0.999 * largest:
        way, strongest = max(cuts.items(), key=lambda named: float(named[1].max()))
        at = unbroken(f"{frequency[strongest.argmax()]:.2f} cycles/px")
        said.append(f"Strongest, × {largest:.3g}, at {at} {way}.")
        return " ".join(said)
    if all(np.ptp(cut) < 1e-9 * largest for cut in cuts.values()):
        return "All frequencies pass alike."
    lobe = max(_side_lobe(cut) for cut in cuts.values()) / flat
    if lobe > 0:
        said.append(f"Low-pass with side lobes: beyond a minimum, up to {lobe:.0%} pass again.")
    else:
        said.append("Low-pass without side lobes: the higher the frequency, the less passes.")
    return " ".join(said)


def _side_lobe(cut: np.ndarray) -> float:
    """Return the largest value that `cut` rises to after it has fallen, 0 where it only falls."""
    risen = np.flatnonzero(cut - np.minimum.accumulate(cut) > LEAST_LOBE * cut[0])
    return float(cut[risen[0] :].max()) if len(risen) else 0.0
