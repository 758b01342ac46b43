"""Winograd's minimal filtering F(2×2, 3×3): 16 multiplications for four outputs instead of 36.

Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, with the
transforms of section 4.1: Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A.
"""

from __future__ import annotations

import numpy as np
import torch

from engines._filter2d.memory import Axes, padded
from engines._filter2d.padding import Border
from engines.errors import KernelError

# Bᵀ turns an input tile of 4, G a kernel of 3, Aᵀ the product back into 2 outputs (per axis).
INPUT = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], dtype=np.float64)
KERNEL = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], dtype=np.float64)
OUTPUT = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], dtype=np.float64)


def applies_to(weights: np.ndarray, axes: Axes) -> bool:
    """Return whether the algorithm is defined for this kernel, stride and dilation."""
    return weights.shape == (3, 3) and all(a.stride == 1 and a.dilation == 1 for a in axes)


def apply(planes: torch.Tensor, weights: np.ndarray, axes: Axes, border: Border) -> torch.Tensor:
    """Return the correlation of `planes` (C, H, W) with `weights` (3, 3), (C, H', W').

    Raises KernelError for other kernel sizes, strides and dilations.
    """
    if not applies_to(weights, axes):
        raise KernelError(
            "Winograd's F(2×2, 3×3) needs a 3 × 3 kernel, stride 1 and dilation 1; "
            f"this is {weights.shape[0]} × {weights.shape[1]}, stride {axes[0].stride}, "
            f"dilation {axes[0].dilation}. Choose another method."
        )
    height, width = axes[0].positions, axes[1].positions
    source = padded(planes, axes, border)
    even = (height + height % 2 + 2, width + width % 2 + 2)
    if tuple(source.shape[:2]) != even:  # an odd size computes one row or column too many
        grown = source.new_zeros((*even, source.shape[2]))
        grown[: source.shape[0], : source.shape[1]] = source
        source = grown
    tiles = source.unfold(0, 4, 2).unfold(1, 4, 2)  # (H/2, W/2, C, 4, 4)
    to_input, to_output = (torch.from_numpy(matrix).to(source.dtype) for matrix in (INPUT, OUTPUT))
    kernel = torch.from_numpy(KERNEL @ weights @ KERNEL.T).to(source.dtype)
    products = (to_input @ tiles @ to_input.T) * kernel
    outputs = to_output @ products @ to_output.T  # (H/2, W/2, C, 2, 2)
    joined = outputs.permute(0, 3, 1, 4, 2).reshape(even[0] - 2, even[1] - 2, source.shape[2])
    return joined[:height, :width].contiguous().permute(2, 0, 1)
