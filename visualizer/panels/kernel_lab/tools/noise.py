"""Noise added and removed: the kernel against the median filter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from engines.display import Rendered, render_picture
from engines.noise import Quality, add_noise, median_filter, quality
from visualizer.panels.kernel_lab.compute import respond
from visualizer.panels.kernel_lab.tools.base import (
    Tool,
    ToolRequest,
    sentence,
    small_view,
)
from visualizer.state import KernelLabState
from widgets.form_parts import row, spin
from widgets.image_view import ImageView
from widgets.toggle_row import Choice, ToggleRow
from widgets.value_slider import ValueRange, ValueSlider

AMOUNTS = {"gaussian": "σ", "salt_and_pepper": "share"}
SCORES = (
    "Against the picture without noise. PSNR: the more the better, ∞ if equal; SSIM: 1 if equal, "
    "— for pictures under 7 × 7 pixels, which are smaller than its window"
)


@dataclass(frozen=True)
class Contestant:
    """A picture, as the screen shows it, and its quality against the one without noise."""

    values: np.ndarray
    rendered: Rendered
    quality: Quality


@dataclass(frozen=True)
class NoiseData:
    """The noisy picture, the chain's and the median's attempt at it."""

    noisy: Contestant
    filtered: Contestant
    median: Contestant


class NoiseTool(Tool):
    """Adds noise to the picture, filters it by the kernel and by the median, and measures both."""

    name = "noise"
    title = "Noise"
    tooltip = "Add noise, remove it by the kernel and by a median; PSNR and SSIM of both"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.kind = ToggleRow(
            "noise_kind",
            (
                Choice("gaussian", "Gaussian", "Every value is a little off"),
                Choice("salt_and_pepper", "Salt && pepper", "Some pixels are black or white"),
            ),
        )
        self.kind.chosen.connect(lambda kind: self.tools_edited.emit({"noise": kind}, False))
        self.amount = ValueSlider(
            "noise_amount",
            AMOUNTS["gaussian"],
            ValueRange(0, 1, 0.1),
            "σ of the values, or share of the pixels",
            symbol_width=self.fontMetrics().horizontalAdvance(AMOUNTS["salt_and_pepper"]),
        )
        self.amount.changed.connect(
            lambda value, more: self.tools_edited.emit({"noise_amount": value}, more)
        )
        self.median_spin = spin("noise_median", 1, 15, "Side of the median's window, in pixels")
        self.median_spin.valueChanged.connect(
            lambda size: self.tools_edited.emit({"median": size}, False)
        )
        self.again = QPushButton("New noise")
        self.again.setObjectName("noise_again")
        self.again.setToolTip("Draw other random numbers")
        self.again.clicked.connect(
            lambda: self.tools_edited.emit({"noise_seed": self._seed + 1}, False)
        )
        self._seed = 0
        self.noisy = small_view("noise_noisy", "With noise", "The input with noise added")
        self.filtered = small_view(
            "noise_filtered", "By the kernel", "What the kernels make of the noisy picture"
        )
        self.median = small_view(
            "noise_median_view", "By the median", "The noisy picture, each pixel the median around"
        )
        self.scores = {}
        for name in ("noisy", "filtered", "median"):
            score = sentence(f"noise_score_{name}", yields=True)
            score.setToolTip(SCORES)
            self.scores[name] = score
        left = QVBoxLayout()
        left.addWidget(self.kind)
        left.addWidget(self.amount)
        left.addLayout(row(QLabel("Median of"), self.median_spin, QLabel("px"), stretch=0))
        left.addWidget(self.again)
        left.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left)
        for name, view in (
            ("noisy", self.noisy),
            ("filtered", self.filtered),
            ("median", self.median),
        ):
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(view, 1)
            column.addWidget(self.scores[name])
            layout.addLayout(column, 1)
        self.filtered.link_to(self.noisy)
        self.median.link_to(self.noisy)

    def show_state(self, state: KernelLabState) -> None:
        """Set the controls."""
        tools = state.tools
        self._seed = tools.noise_seed
        self.kind.set_value(tools.noise)
        self.amount.symbol.setText(AMOUNTS[tools.noise])
        if not self.amount.slider.isSliderDown():
            self.amount.set_value(tools.noise_amount)
        blocked = self.median_spin.blockSignals(True)
        self.median_spin.setValue(tools.median)
        self.median_spin.blockSignals(blocked)

    def work(self, request: ToolRequest) -> Callable[[], NoiseData]:
        """Add noise and remove it in both ways."""
        state, tools = request.state, request.state.tools
        original = request.result.picture.values(state.color)

        def contest() -> NoiseData:
            clean = np.clip(original, 0.0, 1.0)
            noisy = add_noise(clean, tools.noise, tools.noise_amount, seed=tools.noise_seed)
            attempts = (noisy, respond(noisy, state), median_filter(noisy, tools.median))
            return NoiseData(
                *(
                    Contestant(values, render_picture(values), quality(values, clean))
                    for values in attempts
                )
            )

        return contest

    def show_data(self, data: NoiseData) -> None:
        """Show the three pictures with their scores."""
        for name, view, one in (
            ("noisy", self.noisy, data.noisy),
            ("filtered", self.filtered, data.filtered),
            ("median", self.median, data.median),
        ):
            view.set_picture(one.rendered.pixels, one.values, colors=one.rendered.colors)
            self.scores[name].setText(_score(one.quality))


def _score(quality: Quality) -> str:
    psnr = "∞" if np.isinf(quality.psnr) else f"{quality.psnr:.2f}"
    ssim = "—" if np.isnan(quality.ssim) else f"{quality.ssim:.3f}"
    return f"PSNR {psnr} dB\nSSIM {ssim}"
