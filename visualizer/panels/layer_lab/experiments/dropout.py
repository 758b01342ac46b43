"""Dropout: what a draw leaves, why it is scaled, and what is left of it after training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Curves, Found, Line, Maps, Say, Table

if TYPE_CHECKING:
    from torch import Tensor

MOST_NUMBERS = 3_000_000  # drawn in one go of the slider
FEWEST_OF_A_CURVE = 2


def find(given: Given) -> Found:
    """Return one draw, the mean of many, and how the mean of the numbers fares."""
    import torch

    from engines.layers import measured

    x = torch.from_numpy(given.maps)[None]
    draws = max(min(given["draws"], MOST_NUMBERS // x.numel()), FEWEST_OF_A_CURVE)
    out = _layer(x, given, given["seed"])
    total, scaled, plain = torch.zeros_like(x), [], []
    for n in range(draws):
        one = _layer(x, given, given["seed"] + n) if n else out
        total += one
        kept = float(one.mean())
        factor = 1 - given["p"] if given["training"] else 1.0
        scaled.append(kept if given["scaled"] else kept / factor if factor else 0.0)
        plain.append(kept * factor if given["scaled"] else kept)
    count = np.arange(1, draws + 1)
    before = float(x.mean())
    fewer = f" Only {draws}, as the input is large." if draws < given["draws"] else ""
    return Found(
        pieces=(
            Maps("Input", x[0].numpy(), group="values"),
            Maps("One draw", out[0].numpy(), group="values", note=_dropped(out, given)),
            Maps(
                f"Mean of {draws} draws", (total / draws)[0].numpy(), group="values",
                note=f"The more draws, the nearer to its expected value.{fewer}",
            ),
            Curves(
                "Mean of all numbers over the draws", "draws averaged", "mean",
                (
                    Line("input", count, np.full(draws, before)),
                    Line("divided by 1 − p", count, np.cumsum(scaled) / count),
                    Line("not divided", count, np.cumsum(plain) / count),
                ),
                whole_x=True,
            ),
            _table(x, given),
            Say(_verdict(given, before, float(out.mean()))),
        ),
        shape_in=tuple(x.shape[1:]),
        shape_out=tuple(out.shape[1:]),
        parameters=0,
        seconds=measured(lambda: _layer(x, given, given["seed"])),
        result="One draw",
    )  # fmt: skip


def _layer(x: Tensor, given: Given, seed: int) -> Tensor:
    from engines.layers import dropout

    if not given["training"]:
        return x
    return dropout(
        x, given["p"], seed, channels=given["what"] == "channels", scaled=given["scaled"]
    )


def _dropped(out: Tensor, given: Given) -> str:
    if not given["training"]:
        return "Not while training: everything goes through as it is."
    if given["what"] == "channels":
        gone = int((out[0].flatten(1) == 0).all(dim=1).sum())
        return f"{gone} of {out.shape[1]} channels are 0."
    return f"{float((out == 0).double().mean()):.1%} of the numbers are 0."


def _table(x: Tensor, given: Given) -> Table:
    """Compare the same draw with and without scaling, and the layer out of training."""
    rows = [("input", f"{float(x.mean()):.4f}", f"{float(x.std(correction=0)):.4f}")]
    for name, changes in (
        ("training, divided by 1 − p", {"training": True, "scaled": True}),
        ("training, not divided", {"training": True, "scaled": False}),
        ("eval (off)", {"training": False}),
    ):
        out = _layer(x, given.changed(**changes), given["seed"])
        rows.append((name, f"{float(out.mean()):.4f}", f"{float(out.std(correction=0)):.4f}"))
    return Table("The same draw in each way", ("layer", "mean", "deviation"), tuple(rows))


def _verdict(given: Given, before: float, after: float) -> str:
    p = given["p"]
    if not given["training"]:
        return (
            "After training nothing is dropped and nothing is scaled: what stays was already "
            "divided by 1 − p while training, so both have the same mean."
        )
    if p == 1:
        return "With p = 1 everything is dropped, and nothing can be divided by 1 − p = 0."
    if given["scaled"]:
        return (
            f"What stays is multiplied by {1 / (1 - p):.3g}, so the mean stays near {before:.3g}: "
            f"{after:.3g} in this draw. The network may be used afterwards as it is."
        )
    return (
        f"Without dividing, the mean falls to {1 - p:.0%} of {before:.3g}: {after:.3g} in this "
        "draw. The next layer would see other numbers in training than afterwards."
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    function = "dropout2d" if given["what"] == "channels" else "dropout"
    undone = "" if given["scaled"] or not given["training"] else f" * {1 - given['p']:.6g}"
    return f"""import torch
from torch.nn import functional as F

torch.manual_seed({given["seed"]})
result = F.{function}(x, p={given["p"]:g}, training={given["training"]}){undone}
"""


EXPERIMENT = Experiment(
    name="dropout",
    title="Dropout",
    topic="B7",
    question="What does dropout take away, and why is the rest made larger?",
    controls=(
        Slider("p", "p", 0.0, 1.0, 0.5, step=0.05, tooltip="Probability of being dropped"),
        Choice(
            "what", "Drops", (("numbers", "Single numbers"), ("channels", "Whole channels")),
            "numbers",
            tooltip="Neighbours in a map are alike, so single numbers are no great loss to it",
        ),
        Toggle("scaled", "Divide the rest by 1 − p", True, tooltip="Inverted dropout"),
        Toggle("training", "Training", True, tooltip="Off: as the network is used afterwards"),
        Slider("seed", "Seed", 0, 99, 0, tooltip="Another draw"),
        Slider("draws", "Draws averaged", 2, 64, 32),
    ),
    find=find,
    code=code,
)  # fmt: skip
