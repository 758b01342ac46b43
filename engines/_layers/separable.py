"""The depthwise separable convolution, and what of a full one it can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engines._layers.counting import LayerCost, convolution_cost
from engines.errors import LayerError


def depthwise_separable_parameters(
    kernel: int, channels_in: int, channels_out: int, *, multiplier: int = 1, bias: bool = False
) -> int:
    """Return K²·C_in + C_in·C_out: the parameters of a depthwise and a 1 × 1 convolution.

    multiplier: filters for each input channel, m of which make it m·(K²·C_in + C_in·C_out); bias:
    whether both have biases. A full convolution has K²·C_in·C_out (Howard et al. 2017,
    "MobileNets"). Raises LayerError for numbers below 1.
    """
    return separable_cost(
        kernel, channels_in, channels_out, 1, 1, multiplier=multiplier, bias=bias
    ).parameters


def separable_cost(
    kernel: int,
    channels_in: int,
    channels_out: int,
    height: int,
    width: int,
    *,
    multiplier: int = 1,
    bias: bool = False,
) -> LayerCost:
    """Return the cost of a depthwise K × K and a 1 × 1 convolution, output `height` × `width`."""
    if multiplier < 1:
        raise LayerError(f"A multiplier of {multiplier} makes no maps. Take 1 or more.")
    between = channels_in * multiplier
    return convolution_cost(
        kernel, channels_in, between, height, width, groups=max(channels_in, 1), bias=bias
    ) + convolution_cost(1, between, channels_out, height, width, bias=bias)


@dataclass(frozen=True)
class SeparableKernel:
    """A depthwise and a 1 × 1 convolution in the place of a full one.

    depthwise: (C_in·m, 1, K, K), for a convolution with C_in groups; pointwise: (C_out, C_in·m, 1,
    1); multiplier: m; error: ‖full − this‖ / ‖full‖ (Frobenius), in [0, 1].
    """

    depthwise: Tensor
    pointwise: Tensor
    multiplier: int
    error: float

    def full(self) -> Tensor:
        """Return the full kernel (C_out, C_in, K, K) that does the same."""
        filters = self.depthwise.unflatten(0, (-1, self.multiplier))[:, :, 0]
        mix = self.pointwise[:, :, 0, 0].unflatten(1, (-1, self.multiplier))
        return torch.einsum("oim,imhw->oihw", mix, filters)

    def __call__(self, batch: Tensor, *, stride: int = 1, padding: int = 0) -> Tensor:
        """Return the two convolutions of `batch` (N, C_in, H, W), one after the other."""
        groups = len(self.depthwise) // self.multiplier
        between = functional.conv2d(
            batch, self.depthwise, stride=stride, padding=padding, groups=groups
        )
        return functional.conv2d(between, self.pointwise)


def separable_singular_values(weight: Tensor) -> np.ndarray:
    """Return the singular values of each input channel's filters, float64 (C_in, r).

    weight: (C_out, C_in, kh, kw); the filters of an input channel are the rows of a matrix (C_out,
    kh·kw), and r is its smaller side. As many as are above 0 is the least multiplier with which a
    depthwise separable convolution does the same.
    """
    return np.linalg.svd(_unfolded(weight), compute_uv=False)


def separable_rank(weight: Tensor, tolerance: float = 1e-6) -> int:
    """Return the least multiplier that makes `weight` (C_out, C_in, kh, kw) exactly, at least 1.

    Singular values up to `tolerance` times the channel's largest count as 0.
    """
    sizes = separable_singular_values(weight)
    return max(int((sizes > tolerance * sizes[:, :1]).sum(axis=1).max()), 1)


def separate_channels(weight: Tensor, multiplier: int = 1) -> SeparableKernel:
    """Return the best depthwise separable approximation of a full kernel (C_out, C_in, kh, kw).

    For each input channel the `multiplier` strongest terms of the singular value decomposition of
    its filters as a matrix (C_out, kh·kw), which no other choice beats in the least-squares sense
    (Eckart and Young 1936). The dtype is that of `weight`. Raises LayerError where it has not four
    axes, and for a multiplier below 1 or above the smaller side of those matrices.
    """
    unfolded = _unfolded(weight)
    channels, most = len(unfolded), min(unfolded.shape[1:])
    if not 1 <= multiplier <= most:
        raise LayerError(
            f"A multiplier of {multiplier} cannot be: with {weight.shape[0]} output channels and "
            f"filters of {weight.shape[2]} × {weight.shape[3]} it is 1 to {most}, and {most} gives "
            "the full convolution exactly."
        )
    left, sizes, right = np.linalg.svd(unfolded, full_matrices=False)
    mix = left[:, :, :multiplier] * sizes[:, None, :multiplier]
    filters = right[:, :multiplier].reshape(channels * multiplier, 1, *weight.shape[2:])
    return SeparableKernel(
        depthwise=torch.from_numpy(np.ascontiguousarray(filters)).to(weight),
        pointwise=torch.from_numpy(
            mix.transpose(1, 0, 2).reshape(weight.shape[0], -1, 1, 1).copy()
        ).to(weight),
        multiplier=multiplier,
        error=float(_errors(sizes)[multiplier - 1]),
    )


def separable_errors(weight: Tensor) -> np.ndarray:
    """Return ‖full − best approximation‖ / ‖full‖ for each multiplier from 1 to the largest."""
    return _errors(separable_singular_values(weight))


def _errors(sizes: np.ndarray) -> np.ndarray:
    energy = (sizes**2).sum(axis=0)
    # Summed from the smallest, so that nothing is lost by subtracting.
    left = np.append(np.cumsum(energy[:0:-1])[::-1], 0.0)
    return np.sqrt(left / max(float(energy.sum()), 1e-300))


def _unfolded(weight: Tensor) -> np.ndarray:
    """Return the filters of each input channel as rows: float64 (C_in, C_out, kh·kw)."""
    if weight.ndim != 4 or not weight.numel():
        shape = " × ".join(map(str, weight.shape))
        raise LayerError(
            f"A kernel of a 2D convolution is C_out × C_in × height × width, and this is {shape}."
        )
    return weight.detach().double().flatten(2).transpose(0, 1).cpu().numpy()
