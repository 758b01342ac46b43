"""One unit f(w·x + b) trained by gradient descent: how a ReLU dies, and others come back."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engines._layers.activations import activate, activation_gradient
from engines.errors import LayerError

SAMPLES = 64


@dataclass(frozen=True)
class UnitTraining:
    """How it went.

    x, target: (n,), what it should answer; losses: (steps + 1,), mean squared error before each
    step and at the end; weights, biases: (steps + 1,), as the losses.
    """

    x: Tensor
    target: Tensor
    losses: Tensor
    weights: Tensor
    biases: Tensor


def train_unit(
    name: str,
    *,
    weight: float,
    bias: float,
    rate: float,
    steps: int,
    parameter: float | None = None,
) -> UnitTraining:
    """Return the way of one unit with the activation `name` towards max(x, 0) on [−1, 1].

    Plain gradient descent on the mean squared error over all of x, float64, nothing drawn at
    random. A unit whose w·x + b is below 0 for every x has, with ReLU, a gradient of exactly 0 and
    stays as it is for ever (Maas, Hannun and Ng 2013). Raises LayerError for a rate or a count of
    steps below 0, and for an unknown name.
    """
    if steps < 0 or not rate >= 0:
        raise LayerError(f"{steps} steps of rate {rate:g} cannot be taken. Both must be 0 or more.")
    x = torch.linspace(-1, 1, SAMPLES, dtype=torch.float64)
    target = x.clamp(min=0)
    losses, weights, biases = [], [weight], [bias]
    for step in range(steps + 1):
        z = weights[-1] * x + biases[-1]
        error = activate(name, z, parameter) - target
        losses.append(float(error @ error) / len(x))
        if step < steps:
            back = error * activation_gradient(name, z, parameter) * (2 / len(x))
            weights.append(weights[-1] - rate * float(back @ x))
            biases.append(biases[-1] - rate * float(back.sum()))
    way = torch.tensor([losses, weights, biases], dtype=torch.float64)
    return UnitTraining(x, target, way[0], way[1], way[2])
