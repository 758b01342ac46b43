"""What "Perturb" computes, away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.activations import capture
from engines.perturbations import Box, LayerChange, layer_changes, perturb
from visualizer.panels.cnn_viewer.compute import class_scores, shares_of
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.tabs.parts import channels_last, own_model


@dataclass(frozen=True)
class Disturbance:
    """What is done to the picture as the network sees it; box: (top, left, height, width)."""

    kind: str
    amount: float
    seed: int
    box: Box | None


@dataclass(frozen=True)
class Disturbed:
    """The picture (H, W, 3) in [0, 1], each layer's change, and what became of the prediction.

    before, after: (name, share) of the likeliest class; kept: the share after of what was
    likeliest before; None where the network gives no classes.
    """

    pixels: np.ndarray
    changes: tuple[LayerChange, ...]
    before: tuple[str, float] | None
    after: tuple[str, float] | None
    kept: float


def disturb(run: Run, wish: Disturbance) -> Disturbed:
    """Return the disturbed picture and what the layers make of it."""
    model = own_model(run.model)
    visible = model.preprocess.denormalise(run.batch)[0].clamp(0, 1)
    changed = perturb(visible, wish.kind, wish.amount, wish.seed, box=wish.box)
    changes = layer_changes(
        model.module, lambda image: model.preprocess.normalise(image)[None], visible, changed
    )
    # A layer that hands on what it is given would only repeat the bar before it.
    changes = [change for change in changes if change.kind != "Identity"]
    pixels = channels_last(changed[None].numpy())[0]
    before = class_scores(model, run.activations)
    if before is None:
        return Disturbed(pixels, tuple(changes), None, None, 0.0)
    batch = model.preprocess.normalise(changed)[None]
    after = class_scores(model, capture(model.module, batch))
    assert after is not None  # the same layers answer as for the picture itself
    shares = shares_of(before), shares_of(after)
    best = [int(share.argmax()) for share in shares]
    names = model.categories
    return Disturbed(
        pixels, tuple(changes), (names[best[0]], float(shares[0][best[0]])),
        (names[best[1]], float(shares[1][best[1]])), float(shares[1][best[0]]),
    )  # fmt: skip
