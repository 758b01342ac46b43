"""Dead ReLU: a unit that is below 0 for every input has no gradient and cannot come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.layer_lab.controls import Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Curves, Found, Line, Matrix, Piece, Say, Table

if TYPE_CHECKING:
    from engines.layers import UnitTraining

UNITS = (("relu", "ReLU"), ("leaky", "Leaky ReLU"), ("elu", "ELU"), ("gelu", "GELU"))


def find(given: Given) -> Found:
    """Return how the same unit with each function learns from the same start."""
    from engines.layers import train_unit

    ways = {
        title: train_unit(
            name,
            weight=given["weight"],
            bias=given["bias"],
            rate=given["rate"],
            steps=given["steps"],
            parameter=given["slope"] if name == "leaky" else None,
        )
        for name, title in UNITS
    }
    steps = np.arange(given["steps"] + 1)
    final = np.array(
        [[float(w.weights[-1]), float(w.biases[-1]), float(w.losses[-1])] for w in ways.values()]
    )
    return Found(
        pieces=(
            Curves(
                "Loss while training",
                "step",
                "mean squared error",
                tuple(Line(name, steps, way.losses.numpy()) for name, way in ways.items()),
                log_y=True,
                whole_x=True,
            ),
            _answers(ways, given),
            _starts(ways, given),
            Matrix("After training", final, tuple(ways), ("w", "b", "loss")),
            _verdict(ways, given),
        ),
        shape_in=(1,),
        shape_out=(1,),
        parameters=2,
        macs=1,
        result="After training",
    )


def _answers(ways: dict[str, UnitTraining], given: Given) -> Curves:
    from engines.layers import activate

    x = next(iter(ways.values())).x
    lines = []
    for (name, title), way in zip(UNITS, ways.values(), strict=True):
        z = float(way.weights[-1]) * x + float(way.biases[-1])
        after = activate(name, z, given["slope"] if name == "leaky" else None)
        lines.append(Line(title, x.numpy(), after.numpy()))
    lines.append(Line("wanted", x.numpy(), x.clamp(min=0).numpy()))
    return Curves("What each answers after training", "x", "f(w·x + b)", tuple(lines))


def _starts(ways: dict[str, UnitTraining], given: Given) -> Table:
    from engines.layers import activation_gradient

    rows = []
    for (name, title), way in zip(UNITS, ways.values(), strict=True):
        z = given["weight"] * way.x + given["bias"]
        slopes = activation_gradient(name, z, given["slope"] if name == "leaky" else None)
        moved = abs(float(way.biases[-1] - way.biases[0]))
        rows.append((title, f"{float(slopes.abs().max()):.3g}", f"{moved:.3g}"))
    return Table("At the start", ("unit", "largest gradient f′", "b then moves by"), tuple(rows))


def _verdict(ways: dict[str, UnitTraining], given: Given) -> Piece:
    relu = ways["ReLU"]
    alive = float((given["weight"] * relu.x + given["bias"] > 0).double().mean())
    if alive == 0:
        return Say(
            "w·x + b is below 0 for every input: the ReLU answers 0, its gradient is exactly 0, "
            f"and its curve is level for ever. It is dead. {_others(ways)} Raise the bias until "
            "the ReLU wakes."
        )
    end = float((relu.weights[-1] * relu.x + relu.biases[-1] > 0).double().mean())
    if end == 0:
        return Say(
            f"The ReLU was awake for {alive:.0%} of the inputs, but a step of this rate threw it "
            "below 0 for all of them: it died while it was trained. Take a smaller rate."
        )
    return Say(
        f"The ReLU is awake for {alive:.0%} of the inputs at the start, so it learns. Lower the "
        "bias below −|w| and it is dead before the first step."
    )


def _others(ways: dict[str, UnitTraining]) -> str:
    """Tell which of the others came back: those whose loss fell by half or more."""
    back = [name for name, way in ways.items() if float(way.losses[-1]) <= float(way.losses[0]) / 2]
    away = [name for name in ways if name not in back and name != "ReLU"]
    if not away:
        return "The others have some slope below 0 and come back."
    lost = f"{_listed(away)} did not come back within these steps."
    return f"{_listed(back)} came back; {lost}" if back else lost


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    return f"""import torch
from torch.nn import functional as F

units = {{
    "ReLU": F.relu,
    "Leaky ReLU": lambda z: F.leaky_relu(z, {given["slope"]:g}),
    "ELU": F.elu,
    "GELU": F.gelu,
}}
inputs = torch.linspace(-1, 1, 64, dtype=torch.float64)
wanted = inputs.clamp(min=0)
rows = []
for name, f in units.items():
    w = torch.tensor({given["weight"]:g}, dtype=torch.float64, requires_grad=True)
    b = torch.tensor({given["bias"]:g}, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.SGD([w, b], lr={given["rate"]:g})
    for _ in range({given["steps"]}):
        descent.zero_grad()
        ((f(w * inputs + b) - wanted) ** 2).mean().backward()
        descent.step()
    loss = ((f(w * inputs + b) - wanted) ** 2).mean()
    rows.append(torch.stack([w, b, loss]).detach())
result = torch.stack(rows)
"""


EXPERIMENT = Experiment(
    name="dead_relu",
    title="Dead ReLU",
    topic="C3",
    question="When can a unit with ReLU not learn any more, and what helps?",
    controls=(
        Slider("bias", "Bias b", -3.0, 1.0, -1.5, step=0.05, tooltip="At the start"),
        Slider("weight", "Weight w", -2.0, 2.0, 1.0, step=0.05, tooltip="At the start"),
        Slider("slope", "Leaky slope", 0.0, 0.5, 0.1, step=0.01),
        Slider("rate", "Rate", 0.01, 5.0, 0.5, step=0.01, log=True, tooltip="Of gradient descent"),
        Slider("steps", "Steps", 10, 300, 100, tooltip="Over all 64 inputs at once"),
    ),
    find=find,
    code=code,
    inputs=(),
)
