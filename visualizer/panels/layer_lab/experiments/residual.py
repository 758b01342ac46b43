"""Residual connections: what depth does to signals and gradients, with and without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Curves, Formula, Found, Line, Maps, Say, Table

if TYPE_CHECKING:
    from torch import Tensor

    from engines.layers import DepthProfile

SIDE = 24  # larger maps are averaged down to it, so that sixty layers follow a slider
CHANNELS = 16
SHOWN = 4  # channels
NAMES = {
    "none": "without skip",
    "skip": "with skip",
    "scaled": "skip ÷ √depth",
}
FORMULAS = {
    "none": Formula(r"h_{l+1} = W_l * \mathrm{relu}(h_l)", "h ↦ W ∗ relu(h)"),
    "skip": Formula(r"h_{l+1} = h_l + W_l * \mathrm{relu}(h_l)", "h ↦ h + W ∗ relu(h)"),
    "scaled": Formula(
        r"h_{l+1} = h_l + \frac{1}{\sqrt{L}}\, W_l * \mathrm{relu}(h_l)",
        "h ↦ h + W ∗ relu(h) / √L",
    ),
}


def find(given: Given) -> Found:
    """Return signals and gradients through the depth of each stack."""
    import torch

    from engines.layers import SKIPS, depth_profile, measured, random_layers

    depth, skip = given["depth"], given["skip"]
    start = _start(given)
    weights = random_layers(depth, CHANNELS, given["scale"], given["seed"])
    profiles = {one: depth_profile(start, weights, one, normed=given["normed"]) for one in SKIPS}
    at = min(given["layer"], depth)

    def once() -> Tensor:
        return torch.conv2d(start[None], weights[0], padding=1)

    pieces = (
        _curves("Gradient at each layer", "norm, last = 1",
                {one: made.gradient for one, made in profiles.items()}, at),
        _curves("Signal after each layer", "mean square",
                {one: made.variance for one, made in profiles.items()}, at),
        Maps(f"Without skip, layer {at}", profiles["none"].signals[at][:SHOWN].numpy(),
             note="The first channels, on a scale of their own."),
        Maps(f"{_title(skip)}, layer {at}", profiles[skip].signals[at][:SHOWN].numpy(),
             note="The first channels, on a scale of their own."),
        _table(given, profiles),
        FORMULAS["none"],
        FORMULAS[skip],
        Say(_notice(given, profiles)),
    )  # fmt: skip
    return Found(
        pieces,
        shape_in=tuple(start.shape),
        shape_out=tuple(start.shape),
        parameters=weights.numel(),
        macs=weights.numel() * start.shape[1] * start.shape[2],
        seconds=depth * measured(once, budget=0.005),
        result=f"{_title(skip)}, layer {at}",
    )


def _title(skip: str) -> str:
    return NAMES[skip][0].upper() + NAMES[skip][1:]


def _start(given: Given) -> Tensor:
    """Return the input (16, H, W): made smaller, mixed at random, with mean 0 and deviation 1."""
    import torch
    from torch.nn import functional

    maps = torch.from_numpy(given.maps)[None]
    small = functional.adaptive_avg_pool2d(maps, [min(side, SIDE) for side in maps.shape[2:]])
    seeds = torch.Generator().manual_seed(given["seed"])
    mix = torch.randn(CHANNELS, maps.shape[1], 1, 1, generator=seeds)
    mixed = functional.conv2d(small - small.mean(), mix)[0]
    return (mixed - mixed.mean()) / mixed.std(correction=0).clamp_min(1e-6)


def _curves(title: str, label: str, heights: Mapping[str, tuple[float, ...]], at: int) -> Curves:
    lines = []
    for name, values in heights.items():
        y = np.array(values)
        kept = np.isfinite(y) & (y > 0)  # what a logarithmic axis can show
        lines.append(Line(NAMES[name], np.arange(len(y))[kept], y[kept]))
    return Curves(title, "layer", label, tuple(lines), log_y=True, whole_x=True,
                  marks=((at, "shown"),))  # fmt: skip


def _table(given: Given, profiles: Mapping[str, DepthProfile]) -> Table:
    from engines.layers import expected_growth

    rows = []
    for name, made in profiles.items():
        growth = expected_growth(given["scale"], name, given["depth"])
        rows.append(
            (
                NAMES[name],
                "–" if given["normed"] else f"× {growth:.4g}",
                "–" if given["normed"] else f"{growth ** given['depth']:.3g}",
                f"{made.variance[-1] / (made.variance[0] or 1):.3g}",
                f"{made.gradient[0]:.3g}",
            )
        )
    columns = ("stack", "a layer", "expected", "mean square", "gradient")
    return Table(
        "Last ÷ first signal; first ÷ last gradient", columns, tuple(rows),
        note="Expected of the mean square: s² a layer, 1 + s², 1 + s²/L; s is the scale.",
    )  # fmt: skip


def _notice(given: Given, profiles: Mapping[str, DepthProfile]) -> str:
    plain, skip = profiles["none"].gradient[0], profiles["skip"].gradient[0]
    text = (
        f"Random weights, not trained ones: this is how training would begin. Through "
        f"{given['depth']} layers, {plain:.3g} of the gradient reaches the first one without "
        f"skips, {skip:.3g} with them"
    )
    if given["normed"]:
        return text + ". Normalised, no signal grows or fades by itself."
    scaled = profiles["scaled"].gradient[0]
    if skip > 1e3:
        return text + f": it no longer fades, but grows. Divided by √depth, it is {scaled:.3g}."
    return text + f". Divided by √depth, it is {scaled:.3g}."


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    depth, skip, at = given["depth"], given["skip"], min(given["layer"], given["depth"])
    share = " / depth**0.5" if skip == "scaled" else ""
    normed = ["    branch = functional.instance_norm(branch)"] if given["normed"] else []
    step = "branch" if skip == "none" else f"signal + branch{share}"
    return "\n".join([
        "import torch",
        "from torch.nn import functional",
        "",
        f"channels, depth, side = {CHANNELS}, {depth}, {SIDE}",
        "# The input: made smaller, mixed at random, with mean 0 and deviation 1.",
        "small = functional.adaptive_avg_pool2d(x, [min(n, side) for n in x.shape[2:]])",
        f"seeds = torch.Generator().manual_seed({given['seed']})",
        "mix = torch.randn(channels, x.shape[1], 1, 1, generator=seeds)",
        "signal = functional.conv2d(small - small.mean(), mix)",
        "deviation = signal.std(correction=0).clamp_min(1e-6)",
        "signal = (signal - signal.mean()) / deviation",
        "",
        f"seeds = torch.Generator().manual_seed({given['seed']})",
        "weights = torch.randn(depth, channels, channels, 3, 3, generator=seeds)",
        f"weights *= {given['scale']:g} * (2 / (9 * channels)) ** 0.5",
        f"for weight in weights[:{at}]:",
        "    around = functional.pad(torch.relu(signal), (1, 1, 1, 1), mode='circular')",
        "    branch = functional.conv2d(around, weight)",
        *normed,
        f"    signal = {step}",
        f"result = signal[0, :{SHOWN}]",
        "",
    ])  # fmt: skip


EXPERIMENT = Experiment(
    name="residual",
    title="Residual connections",
    topic="",
    question="How deep can a stack be until neither the signal nor the gradient gets through?",
    controls=(
        Slider("depth", "Layers", 1, 60, 30, tooltip="3 × 3 convolutions of 16 channels"),
        Slider("scale", "Initial scale s", 0.1, 2.0, 0.8, step=0.05,
               tooltip="Of the random weights; 1 is He's initialisation"),
        Choice("skip", "Compared", (
            ("skip", "with skip"), ("scaled", "skip, the layer divided by √depth"),
        ), "skip", tooltip="Whose maps are shown beside those without skip"),
        Toggle("normed", "Normalise each layer", tooltip="Each channel to mean 0, deviation 1"),
        Slider("layer", "Layer shown", 0, 60, 15, tooltip="The last one where there are fewer"),
        Slider("seed", "Random weights", 0, 9, 0, tooltip="Which ones are drawn"),
    ),
    find=find,
    code=code,
)  # fmt: skip
