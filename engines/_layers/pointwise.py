"""The 1 × 1 convolution: at every pixel the same linear mix of the channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engines.errors import LayerError


@dataclass(frozen=True)
class ColourMatrix:
    """A well-known mix of red, green and blue.

    matrix: one row an output channel, one column an input channel; bias: one number a row; names:
    of the output channels; source: where the numbers are from.
    """

    title: str
    matrix: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    names: tuple[str, ...]
    source: str


def _luma(red: float, blue: float) -> tuple[float, ...]:
    return (red, round(1 - red - blue, 4), blue)


def _ycbcr(red: float, blue: float) -> tuple[tuple[float, ...], ...]:
    """Return the rows of Y, Cb and Cr: Cb = (B − Y) / (2 − 2·K_b), Cr = (R − Y) / (2 − 2·K_r)."""
    luma = np.array(_luma(red, blue))
    rows = (
        luma,
        (np.array([0, 0, 1]) - luma) / (2 - 2 * blue),
        (np.array([1, 0, 0]) - luma) / (2 - 2 * red),
    )
    return tuple(tuple(row.tolist()) for row in rows)


_RGB = ("R", "G", "B")
COLOUR_MATRICES: dict[str, ColourMatrix] = {
    "identity": ColourMatrix(
        "Identity", ((1, 0, 0), (0, 1, 0), (0, 0, 1)), (0, 0, 0), _RGB, "every channel as it was"
    ),
    "grey601": ColourMatrix(
        "Grey, Rec. 601", (_luma(0.299, 0.114),), (0,), ("Y",), "ITU-R BT.601, luma"
    ),
    "grey709": ColourMatrix(
        "Grey, Rec. 709", (_luma(0.2126, 0.0722),), (0,), ("Y",), "ITU-R BT.709, luma"
    ),
    "sepia": ColourMatrix(
        "Sepia",
        ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131)),
        (0, 0, 0),
        _RGB,
        "W3C Filter Effects, sepia(1)",
    ),
    "ycbcr": ColourMatrix(
        "YCbCr", _ycbcr(0.299, 0.114), (0, 0.5, 0.5), ("Y", "Cb", "Cr"), "JFIF, full range"
    ),
    "swap": ColourMatrix(
        "Red and blue swapped",
        ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
        (0, 0, 0),
        _RGB,
        "RGB to BGR",
    ),
}


def pointwise(maps: Tensor, matrix: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return `maps` (…, C_in, H, W) with their channels mixed at each pixel: (…, C_out, H, W).

    matrix: (C_out, C_in); bias: (C_out,). It is what torch.nn.Conv2d with a 1 × 1 kernel does (Lin,
    Chen and Yan 2014, "Network in Network"). Raises LayerError, with both shapes, where they do
    not go together.
    """
    if maps.ndim < 3 or matrix.ndim != 2 or maps.shape[-3] != matrix.shape[1]:
        channels = maps.shape[-3] if maps.ndim >= 3 else 0
        rows, columns = (*matrix.shape, 0, 0)[:2]
        raise LayerError(
            f"The input has {channels} {_plural(channels, 'channel')} (its shape is "
            f"{_shape(maps)}), and the matrix is {rows} × {columns}: it has "
            f"{columns} {_plural(columns, 'column')}. Every input channel needs one column."
        )
    if bias is not None and bias.shape != matrix.shape[:1]:
        raise LayerError(
            f"There are {matrix.shape[0]} output channels (rows of the matrix) and {bias.numel()} "
            "biases. Every output channel needs one."
        )
    lead = maps.shape[:-3]
    batch = maps.reshape(-1, *maps.shape[-3:])
    out = functional.conv2d(batch, matrix[:, :, None, None].to(batch), _as(bias, batch))
    return out.reshape(*lead, *out.shape[1:])


@dataclass(frozen=True)
class RecoveredMix:
    """The 1 × 1 convolution that comes nearest to what happened between two pictures.

    matrix: float64 (C_out, C_in); bias: float64 (C_out,); residual: (C_out, H, W), what it leaves
    unexplained; rms: the root mean square of it; explained: share of the variance of the output
    that it explains, in [0, 1], 1 for an output that does not vary; unique: False where the input
    channels depend on one another, so that other matrices do as well (the smallest is returned).
    """

    matrix: Tensor
    bias: Tensor
    residual: Tensor
    rms: float
    explained: float
    unique: bool


def recover_pointwise(before: Tensor, after: Tensor) -> RecoveredMix:
    """Return the matrix and bias that take `before` (C_in, H, W) to `after` (C_out, H, W) best.

    Best in the least-squares sense, over all pixels, in float64. Raises LayerError, with both
    shapes, unless they are maps of equal height and width.
    """
    if before.ndim != 3 or after.ndim != 3 or before.shape[1:] != after.shape[1:]:
        raise LayerError(
            f"Before is {_shape(before)} and after {_shape(after)}: a 1 × 1 convolution keeps "
            "height and width, so they must be equal. Take both pictures at one size."
        )
    if not before.numel() or not after.numel():
        raise LayerError("There is no pixel to learn from. Take a larger crop.")
    inputs = before.double().flatten(1)
    outputs = after.double().flatten(1)
    # Centred, the bias drops out, and one column of ones does not spoil the condition.
    means, targets = inputs.mean(1, keepdim=True), outputs.mean(1, keepdim=True)
    spread = (inputs - means).T
    solved = torch.linalg.lstsq(spread, (outputs - targets).T, driver="gelsd", rcond=1e-6)
    matrix = solved.solution.T
    bias = (targets - matrix @ means)[:, 0]
    residual = outputs - (matrix @ inputs + bias[:, None])
    total = float(((outputs - targets) ** 2).sum())
    left = float((residual**2).sum())
    return RecoveredMix(
        matrix=matrix,
        bias=bias,
        residual=residual.reshape(after.shape).to(after.dtype),
        rms=float((left / outputs.numel()) ** 0.5),
        explained=min(max(1 - left / total, 0.0), 1.0) if total > 1e-12 * outputs.numel() else 1.0,
        unique=int(solved.rank) == len(inputs),
    )


def _as(bias: Tensor | None, like: Tensor) -> Tensor | None:
    return None if bias is None else bias.to(like)


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _shape(maps: Tensor) -> str:
    return " × ".join(map(str, maps.shape)) or "a single number"
