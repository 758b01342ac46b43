"""What the tests of the Layer Lab's experiments share: an input, a run, the program carried out."""

from __future__ import annotations

import numpy as np
import torch

from visualizer.panels.layer_lab.experiment import Experiment, Given


def noise(channels=3, height=12, width=16, seed=0):
    """Return maps (C, H, W) float32 in [0, 1], every number another."""
    return np.random.default_rng(seed).random((channels, height, width), dtype=np.float32)


def given(experiment: Experiment, maps=None, kind="crop", **values) -> Given:
    """Return the input `maps`, noise if none, with the controls at `values` or their defaults."""
    if maps is None:
        maps = noise() if experiment.inputs else np.zeros((0, 0, 0), np.float32)
    assert set(values) <= set(experiment.defaults()), "no such control"
    return Given(maps, "noise", kind, experiment.cleaned(values))


def run_code(experiment: Experiment, on: Given) -> np.ndarray:
    """Return what the program shown comes to."""
    names = {"x": torch.from_numpy(on.maps)[None]} if experiment.inputs else {}
    exec(experiment.code(on), names)  # noqa: S102  the program is what is tested
    return np.asarray(names["result"].detach())


def shown_result(found) -> np.ndarray:
    """Return the numbers of the piece that the program comes to as well."""
    piece = found.piece(found.result)
    return np.asarray(piece.maps if hasattr(piece, "maps") else piece.values)


def assert_code_agrees(experiment: Experiment, on: Given, atol=1e-4) -> None:
    """Assert that the program gives what is shown, up to leading axes of length 1."""
    shown, found = shown_result(experiment.find(on)), run_code(experiment, on)
    np.testing.assert_allclose(found.reshape(shown.shape), shown, atol=atol, rtol=1e-4)
