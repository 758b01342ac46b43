"""Upsampling: every kind side by side, and the checkerboard of the transposed convolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from visualizer.panels.layer_lab.controls import Choice, Slider, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.experiments.upsampling_board import find_checkerboard
from visualizer.panels.layer_lab.experiments.upsampling_code import program
from visualizer.panels.layer_lab.experiments.upsampling_layers import METHODS, find_methods
from visualizer.panels.layer_lab.pieces import Found

LOOKS = (("methods", "Every method side by side"), ("board", "The checkerboard and its cures"))
WEIGHTS = (("uniform", "Uniform"), ("bilinear", "Bilinear"))


def find(given: Given) -> Found:
    """Return what is looked at: every method, or the checkerboard."""
    looks = {"methods": find_methods, "board": find_checkerboard}
    return looks[given["look"]](given)


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter for what is looked at."""
    always = {"look", "factor", "size", "weights", "shrink"}
    return always | ({"method"} if values["look"] == "methods" else set())


EXPERIMENT = Experiment(
    name="upsampling",
    title="Upsampling",
    topic="C9",
    question="How does a small map become large, and where do checkerboards come from?",
    controls=(
        Choice("look", "Look at", LOOKS, "methods"),
        Choice("method", "Method", METHODS, "transposed", tooltip="Facts and program are of it"),
        Slider("factor", "Factor", 2, 4, 2, tooltip="How many times as large; also the stride"),
        Slider("size", "Kernel", 1, 9, 3, tooltip="Side of the transposed convolution’s kernel"),
        Choice("weights", "Weights", WEIGHTS, "uniform", tooltip="Of the transposed convolution"),
        Toggle(
            "shrink", "Max-pool first", True,
            tooltip="Make the map smaller first, so that there is an original to come back to",
        ),
    ),
    find=find,
    code=program,
    relevant=relevant,
)  # fmt: skip
