"""Keeping the content's colours.

L. Gatys et al., "Preserving Color in Neural Artistic Style Transfer", 2016, arXiv:1606.05897.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# NTSC (1953): luminance, then the two axes of colour.
YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))
# Colours that vary by less than this (a quarter of an 8-bit step) are stretched no further.
_LEAST_VARIANCE = (0.25 / 255) ** 2


@cache
def _matrices() -> tuple[Tensor, Tensor]:
    import torch

    matrix = torch.tensor(YIQ, dtype=torch.float64)
    return matrix, torch.linalg.inv(matrix)


def luminance(picture: Tensor) -> Tensor:
    """Return light and dark of a picture (3, H, W) as a grey picture (3, H, W)."""
    weights = picture.new_tensor(YIQ[0])
    return (weights[:, None, None] * picture).sum(dim=0, keepdim=True).expand(3, -1, -1)


def with_colours_of(picture: Tensor, content: Tensor) -> Tensor:
    """Return light and dark of `picture` with the colours of `content`, (3, H, W) in [0, 1]."""
    to_yiq, to_rgb = (matrix.to(picture.dtype) for matrix in _matrices())
    yiq = to_yiq @ content.flatten(1)
    yiq[0] = (to_yiq[0][None] @ picture.flatten(1))[0]
    return (to_rgb @ yiq).view_as(picture).clamp(0, 1)


def matched_luminance(style: Tensor, content: Tensor) -> Tensor:
    """Return `style` in grey with the mean and deviation of the content's luminance, (3, H, W)."""
    light, wanted = luminance(style), luminance(content)
    spread = light[0].var(correction=0).clamp(min=_LEAST_VARIANCE).sqrt()
    factor = wanted[0].std(correction=0) / spread
    return ((light - light[0].mean()) * factor + wanted[0].mean()).clamp(0, 1)


def matched_colours(style: Tensor, content: Tensor) -> Tensor:
    """Return `style` (3, H, W) with mean and covariance of the content's colours, in [0, 1].

    By the symmetric root A = Σc^½ · Σs^-½, which turns colours least; where the style has no
    variation, none is made.
    """
    mean_style, cov_style = _mean_and_covariance(style)
    mean_content, cov_content = _mean_and_covariance(content)
    matrix = _power(cov_content, 0.5) @ _power(cov_style, -0.5)
    centred = style.flatten(1).double() - mean_style[:, None]
    matched = matrix @ centred + mean_content[:, None]
    return matched.view(style.shape).to(style.dtype).clamp(0, 1)


def _mean_and_covariance(picture: Tensor) -> tuple[Tensor, Tensor]:
    flat = picture.flatten(1).double()
    mean = flat.mean(dim=1)
    centred = flat - mean[:, None]
    return mean, centred @ centred.T / flat.shape[1]


def _power(covariance: Tensor, exponent: float) -> Tensor:
    import torch

    values, vectors = torch.linalg.eigh(covariance)
    return vectors @ torch.diag(values.clamp(min=_LEAST_VARIANCE) ** exponent) @ vectors.T
