"""Activation functions: the curve, its gradient, and what both do to the numbers at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import (
    Curves,
    Formula,
    Found,
    Line,
    Maps,
    Say,
    Table,
    Trace,
)

if TYPE_CHECKING:
    from torch import Tensor

FUNCTIONS = (
    ("relu", "ReLU"),
    ("leaky", "Leaky ReLU"),
    ("prelu", "PReLU"),
    ("elu", "ELU"),
    ("selu", "SELU"),
    ("gelu", "GELU"),
    ("silu", "SiLU"),
    ("mish", "Mish"),
    ("relu6", "ReLU6"),
    ("hardswish", "Hard swish"),
    ("softplus", "Softplus"),
    ("tanh", "tanh"),
    ("sigmoid", "Sigmoid"),
    ("identity", "None"),
)
WITH_PARAMETER = ("leaky", "prelu", "elu")
REACH = 6.0
TABLE_NUMBERS = 50_000


def find(given: Given) -> Found:
    """Return the curve, the maps before and after, and the gradients there."""
    import torch

    from engines.layers import ACTIVATIONS, activate, activation_gradient, activity, measured

    name, a = given["function"], given["a"]
    one = ACTIVATIONS[name]
    z = _before(torch.from_numpy(given.maps), given)
    after, slopes = activate(name, z, a), activation_gradient(name, z, a)
    here = activity(name, z, a)
    before = z.numpy()
    return Found(
        pieces=(
            _curve(name, a, before),
            Maps("Before", before, signed=True),
            Maps("After", after.numpy(), trace=_tracer(one.title, z, after), source="Before"),
            Maps("Gradient", slopes.numpy(), note="What a step of training gets through here."),
            _table(z, a, name),
            Formula(f"f(z) = {one.latex}", f"f(z) = {one.code.format(a=f'{a:g}')}"),
            Say(
                f"{one.title} makes {here.zeros:.0%} of these numbers exactly 0, and at "
                f"{here.flat:.0%} its gradient is below 0.01: nothing is learnt through them. "
                f"The mean goes from {float(z.mean()):z.2f} to {here.mean:z.2f}."
            ),
        ),
        shape_in=tuple(z.shape),
        shape_out=tuple(after.shape),
        parameters=int(one.learns),
        seconds=measured(lambda: activate(name, z, a)),
        result="After",
    )


def _before(x: Tensor, given: Given) -> Tensor:
    if given["standardise"]:
        x = (x - x.mean()) / x.std(correction=0).clamp(min=1e-6)
    return given["gain"] * x + given["bias"]


def _curve(name: str, a: float, before: np.ndarray) -> Curves:
    import torch

    from engines.layers import activate, activation_gradient

    x = torch.linspace(-REACH, REACH, 481)
    counts, edges = np.histogram(before, bins=60, range=(-REACH, REACH))
    return Curves(
        "The function",
        "z",
        "f(z)",
        (
            Line("f", x.numpy(), activate(name, x, a).numpy()),
            Line("f′", x.numpy(), activation_gradient(name, x, a).numpy()),
            Line("the numbers", (edges[:-1] + edges[1:]) / 2, counts / max(counts.max(), 1)),
        ),
        note="“The numbers” is the histogram of what goes in, its peak at 1.",
    )


def _tracer(title: str, z: Tensor, after: Tensor) -> Any:
    def trace(channel: int, row: int, column: int) -> Trace:
        value, total = float(z[channel, row, column]), float(after[channel, row, column])
        return Trace(((row, column, 1, 1),), total, text=f"{title}({value:.3g}) = {total:.3g}")

    return trace


def _table(z: Tensor, a: float, chosen: str) -> Table:
    """Compare every function on the same numbers, on a part of them where there are very many."""
    from engines.layers import ACTIVATIONS, activity

    step = -(-z.numel() // TABLE_NUMBERS)
    some = z.flatten()[::step]
    rows = []
    for name, one in ACTIVATIONS.items():
        found = activity(name, some, a if name == chosen else None)
        title = f"{one.title} ◂" if name == chosen else one.title
        shares = (f"{found.zeros:.0%}", f"{found.flat:.0%}")
        rows.append((title, *shares, f"{found.mean:z.2f}", f"{found.std:.2f}"))
    return Table(
        "Every function on these numbers",
        ("function", "zeros", "f′ ≈ 0", "mean", "std"),
        tuple(rows),
        note="" if step == 1 else f"Counted on one number in {step}.",
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    one = _written(given["function"], given["a"])
    scaled = "(x - x.mean()) / x.std(correction=0).clamp(min=1e-6)" if given["standardise"] else "x"
    return f"""import torch
from torch.nn import functional as F

z = {given["gain"]:g} * {scaled} + {given["bias"]:g}
result = {one}
"""


def _written(name: str, a: float) -> str:
    from engines.layers import ACTIVATIONS

    return ACTIVATIONS[name].code.format(a=f"{a:g}")


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter: the parameter only where the function has one."""
    always = {"function", "gain", "bias", "standardise"}
    return always | ({"a"} if values["function"] in WITH_PARAMETER else set())


EXPERIMENT = Experiment(
    name="activations",
    title="Activation functions",
    topic="C3",
    question="What does each activation function let through, forwards and backwards?",
    controls=(
        Choice("function", "Function", FUNCTIONS, "relu"),
        Slider("a", "a, α", 0.0, 2.0, 0.1, step=0.01, tooltip="Slope below 0, or α of ELU"),
        Slider("bias", "Bias", -6.0, 6.0, 0.0, step=0.1, tooltip="Added to every number before"),
        Slider("gain", "Gain", 0.1, 5.0, 1.0, step=0.1, tooltip="Every number is multiplied by it"),
        Toggle(
            "standardise", "Standardise first", True,
            tooltip="Mean 0 and deviation 1, as a normalisation before the function gives",
        ),
    ),
    find=find,
    code=code,
    relevant=relevant,
)  # fmt: skip
