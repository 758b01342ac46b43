"""What "Why this class?" computes, away from the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engines.attribution import (
    HeatMap,
    class_activation_map,
    grad_cam,
    integrated_gradients,
    occlusion,
)
from engines.errors import AttributionError
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.tabs.parts import own_model
from widgets.colors import quantize

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Method:
    """A way to explain a class: its name, text, what it does, and whether it takes seconds."""

    name: str
    title: str
    tooltip: str
    slow: bool = False


METHODS = (
    Method(
        "grad_cam", "Grad-CAM",
        "The last maps, each weighted by how much the class's score grows with it",
    ),
    Method(
        "cam", "CAM",
        "The last maps, weighted by the last layer's weights; for networks that average them",
    ),
    Method(
        "occlusion", "Occlusion",
        "By how much the score falls where a grey square hides the picture", slow=True,
    ),
    Method(
        "integrated", "Integrated gradients",
        "Each pixel's share in the score, on the way from a flat picture to this one", slow=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class WhyWish:
    """What is asked for: a method's name, the class, and the methods' numbers."""

    method: str
    target: int
    signed: bool
    window: int
    stride: int
    steps: int


@dataclass(frozen=True)
class Explained:
    """A heat map with the picture it explains: seen (H, W, 3) in [0, 1]; display: (H, W) uint8."""

    heat: HeatMap
    category: str
    seen: np.ndarray
    display: np.ndarray
    levels: tuple[float, float]

    @property
    def colors(self) -> str:
        """The kind of colours that its values are painted in."""
        return "signed" if self.heat.signed else "magnitude"


def explain_class(run: Run, wish: WhyWish, on_progress: OnProgress | None = None) -> Explained:
    """Return the heat map that `wish` asks for. Raises AttributionError with the reason if none."""
    if not run.model.categories:
        raise AttributionError(
            "This network has no classes to explain; choose one that classifies pictures."
        )
    module, batch = own_model(run.model).module, run.batch
    if wish.method == "grad_cam":
        heat = grad_cam(module, batch, wish.target, signed=wish.signed)
    elif wish.method == "cam":
        heat = class_activation_map(module, batch, wish.target)
    elif wish.method == "occlusion":
        heat = occlusion(
            module, batch, wish.target, window=wish.window, stride=wish.stride,
            on_progress=on_progress,
        )  # fmt: skip
    else:
        heat = integrated_gradients(
            module, batch, wish.target, steps=wish.steps, on_progress=on_progress
        )
    limit = float(np.abs(heat.values).max()) or 1.0
    levels = (-limit, limit) if heat.signed else (0.0, limit)
    return Explained(
        heat, run.model.categories[heat.target], run.seen, quantize(heat.values, levels), levels
    )
