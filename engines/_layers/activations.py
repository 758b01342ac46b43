"""Activation functions with their gradients, and the two ways a unit falls silent."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  as everybody names it

from engines.errors import LayerError

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
FLAT = 0.01

Function = Callable[[Tensor, float], Tensor]


@dataclass(frozen=True)
class Activation:
    """One function: its name for people, its formula, itself and its gradient.

    code: the same in PyTorch, on `z`, with {a} for the parameter; parameter: what a stands for,
    empty where there is none; usual: its usual value; learns: whether a is learnt.
    """

    title: str
    latex: str
    code: str
    apply: Function
    gradient: Function
    parameter: str = ""
    usual: float = 0.0
    learns: bool = False


def activate(name: str, values: Tensor, parameter: float | None = None) -> Tensor:
    """Return the function `name` of ACTIVATIONS of `values` (any shape, float), same shape.

    parameter: the slope or α that it has, the usual one by default. Raises LayerError for a name
    that there is not.
    """
    one = _find(name)
    return one.apply(values, one.usual if parameter is None else parameter)


def activation_gradient(name: str, values: Tensor, parameter: float | None = None) -> Tensor:
    """Return the derivative of the function `name` at each of `values`, as autograd has it."""
    one = _find(name)
    return one.gradient(values, one.usual if parameter is None else parameter)


@dataclass(frozen=True)
class Activity:
    """What a function did to some numbers: shares in [0, 1], and mean and deviation after it.

    zeros: exactly 0 after it; flat: with a gradient below FLAT in size, so that next to nothing is
    learnt through them.
    """

    zeros: float
    flat: float
    mean: float
    std: float


def activity(name: str, values: Tensor, parameter: float | None = None) -> Activity:
    """Return how many of `values` the function silences. Raises LayerError for none."""
    if not values.numel():
        raise LayerError("There are no numbers for the activation function.")
    after = activate(name, values, parameter)
    slopes = activation_gradient(name, values, parameter)
    return Activity(
        zeros=float((after == 0).double().mean()),
        flat=float((slopes.abs() < FLAT).double().mean()),
        mean=float(after.double().mean()),
        std=float(after.double().std(correction=0)),
    )


def _find(name: str) -> Activation:
    if name not in ACTIVATIONS:
        raise LayerError(
            f"There is no activation function “{name}”. There are {', '.join(ACTIVATIONS)}."
        )
    return ACTIVATIONS[name]


def _step(x: Tensor, _a: float) -> Tensor:
    return (x > 0).to(x.dtype)


def _leaky_slope(x: Tensor, a: float) -> Tensor:
    return torch.where(x > 0, torch.ones_like(x), a)


def _elu_slope(x: Tensor, a: float) -> Tensor:
    return torch.where(x > 0, torch.ones_like(x), a * x.clamp(max=0).exp())


def _gelu_slope(x: Tensor, _a: float) -> Tensor:
    density = torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return torch.special.ndtr(x) + x * density


def _silu_slope(x: Tensor, _a: float) -> Tensor:
    gate = torch.sigmoid(x)
    return gate * (1 + x * (1 - gate))


def _mish_slope(x: Tensor, _a: float) -> Tensor:
    gate = torch.tanh(F.softplus(x))
    return gate + x * torch.sigmoid(x) * (1 - gate * gate)


def _hardswish_slope(x: Tensor, _a: float) -> Tensor:
    return torch.where(
        x < -3, torch.zeros_like(x), torch.where(x > 3, torch.ones_like(x), x / 3 + 0.5)
    )


def _sigmoid_slope(x: Tensor, _a: float) -> Tensor:
    gate = torch.sigmoid(x)
    return gate * (1 - gate)


_ALL = {
    "relu": Activation("ReLU", r"\max(z, 0)", "F.relu(z)", lambda x, _: F.relu(x), _step),
    "leaky": Activation(
        "Leaky ReLU", r"z \;(z>0),\; a z \;(z \leq 0)", "F.leaky_relu(z, {a})",
        F.leaky_relu, _leaky_slope, "slope below 0", 0.01,
    ),
    "prelu": Activation(
        "PReLU", r"z \;(z>0),\; a z \;(z \leq 0)", "F.prelu(z, torch.tensor([{a}]))",
        lambda x, a: F.prelu(x, x.new_tensor([a])), _leaky_slope, "learnt slope below 0", 0.25,
        learns=True,
    ),
    "elu": Activation(
        "ELU", r"z \;(z>0),\; \alpha (e^{z}-1) \;(z \leq 0)", "F.elu(z, {a})",
        F.elu, _elu_slope, "α", 1.0,
    ),
    "selu": Activation(
        "SELU", r"\lambda z \;(z>0),\; \lambda \alpha (e^{z}-1) \;(z \leq 0)", "F.selu(z)",
        lambda x, _: F.selu(x), lambda x, _: SELU_SCALE * _elu_slope(x, SELU_ALPHA),
    ),
    "gelu": Activation("GELU", r"z\,\Phi(z)", "F.gelu(z)", lambda x, _: F.gelu(x), _gelu_slope),
    "silu": Activation(
        "SiLU", r"z\,\sigma(z)", "F.silu(z)", lambda x, _: F.silu(x), _silu_slope
    ),
    "mish": Activation(
        "Mish", r"z \tanh(\ln(1+e^{z}))", "F.mish(z)", lambda x, _: F.mish(x), _mish_slope
    ),
    "relu6": Activation(
        "ReLU6", r"\min(\max(z, 0), 6)", "F.relu6(z)", lambda x, _: F.relu6(x),
        lambda x, _: ((x > 0) & (x < 6)).to(x.dtype),
    ),
    "hardswish": Activation(
        "Hard swish", r"z\,\min(\max(z+3, 0), 6) / 6", "F.hardswish(z)",
        lambda x, _: F.hardswish(x), _hardswish_slope,
    ),
    "softplus": Activation(
        "Softplus", r"\ln(1+e^{z})", "F.softplus(z)", lambda x, _: F.softplus(x),
        lambda x, _: torch.sigmoid(x),
    ),
    "tanh": Activation(
        "tanh", r"\tanh z", "torch.tanh(z)", lambda x, _: torch.tanh(x),
        lambda x, _: 1 - torch.tanh(x) ** 2,
    ),
    "sigmoid": Activation(
        "Sigmoid", r"1 / (1+e^{-z})", "torch.sigmoid(z)", lambda x, _: torch.sigmoid(x),
        _sigmoid_slope,
    ),
    "identity": Activation("None", "z", "z", lambda x, _: x, lambda x, _: torch.ones_like(x)),
}  # fmt: skip

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(_ALL)
