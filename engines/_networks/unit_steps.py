"""What follows a weighted sum, number by number: normalisation and activation functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engines._networks.recording import name_of
from engines.errors import NetworkError


@dataclass
class Step:
    """What follows the weighted sum: per-channel constants (C,), and the step for one number."""

    name: str
    layer: str
    output: np.ndarray
    constants: dict[str, np.ndarray]
    apply: Callable[[float, dict[str, float]], float]


def step_of(
    function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], result: Tensor, layer: str
) -> Step:
    """Return the step that a call of `function` with these arguments took; see `Step`.

    Raises NetworkError for a normalisation that depends on the whole map.
    """
    values = array(result)
    output = values[0] if values.ndim == 4 else as_maps(values)
    name = name_of(function)
    if name == "batch_norm":
        return Step("BatchNorm", layer, output, _normalisation(arguments, keywords), _normalise)
    if name == "prelu":
        slope = array(argument(arguments, keywords, 1, "weight", None))
        slopes = np.broadcast_to(slope, output.shape[:1])
        return Step("PReLU", layer, output, {"slope": slopes}, _leak)

    def apply(value: float, _: dict[str, float]) -> float:
        alone = torch.tensor([value], dtype=torch.float64)
        return float(function(alone, *arguments[1:], **keywords))

    return Step(_plain(name), layer, output, {}, apply)


_NAMES = {
    "relu": "ReLU", "relu6": "ReLU6", "silu": "SiLU", "gelu": "GELU", "hardswish": "Hardswish",
    "hardsigmoid": "Hardsigmoid", "hardtanh": "Hardtanh", "elu": "ELU", "selu": "SELU",
    "leaky_relu": "LeakyReLU",
}  # fmt: skip


def _plain(name: str) -> str:
    name = name.strip("_")
    return _NAMES.get(name, name)


def _normalisation(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, np.ndarray]:
    mean = argument(arguments, keywords, 1, "running_mean", None)
    if mean is None:
        raise NetworkError(
            "This network normalises each picture by itself; its numbers depend on the whole map "
            "and cannot be followed down to one."
        )
    variance = argument(arguments, keywords, 2, "running_var", None)
    scale = argument(arguments, keywords, 3, "weight", None)
    shift = argument(arguments, keywords, 4, "bias", None)
    epsilon = float(argument(arguments, keywords, 7, "eps", 1e-5))
    return {
        "μ": array(mean),
        "σ²": array(variance),
        "ε": np.full(len(mean), epsilon),
        "γ": np.ones(len(mean)) if scale is None else array(scale),
        "β": np.zeros(len(mean)) if shift is None else array(shift),
    }


def _normalise(value: float, c: dict[str, float]) -> float:
    return float((value - c["μ"]) / np.sqrt(c["σ²"] + c["ε"]) * c["γ"] + c["β"])


def _leak(value: float, constants: dict[str, float]) -> float:
    return value if value >= 0 else value * constants["slope"]


def argument(
    arguments: tuple[Any, ...], keywords: dict[str, Any], position: int, name: str, default: Any
) -> Any:
    if name in keywords:
        return keywords[name]
    return arguments[position] if len(arguments) > position else default


def array(tensor: Tensor) -> np.ndarray:
    return np.array(tensor.detach().cpu().float().numpy() if tensor.dtype != torch.float64
                    else tensor.detach().cpu().numpy())  # fmt: skip


def as_maps(values: np.ndarray) -> np.ndarray:
    """Return (C, H, W) of a batch of one whose channels lie last, or second for convolutions."""
    if values.ndim == 2:
        return values[0][:, None, None]
    if values.ndim == 3:
        return values[0].T[:, None]
    return values[0].transpose(2, 0, 1)
