"""The terms of a style transfer's loss, each a scalar that gradients flow through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor

# Rounds the corner of |x| at 0, where it has no gradient; a hundredth of an 8-bit step.
_ROUNDING = (0.01 / 255) ** 2


def as_maps(features: Tensor) -> Tensor:
    """Return maps (C, H, W) of (C, H, W) or (1, C, H, W). Raises StyleError for other shapes."""
    maps = features[0] if features.ndim == 4 and features.shape[0] == 1 else features
    if maps.ndim != 3 or maps.numel() == 0:
        raise StyleError(
            f"Features of shape {' × '.join(map(str, features.shape))} are no maps; they need "
            "(channels, height, width) of one picture."
        )
    return maps


def gram_matrix(features: Tensor, weight_map: Tensor | None = None) -> Tensor:
    """Return which channels answer together, (C, C): F·Fᵀ / (C·H·W) of maps F (C, H·W).

    features: (C, H, W) or (1, C, H, W). Symmetric, positive semi-definite, and the same wherever
    on the picture things are. weight_map: (H, W) in [0, 1], how much each position counts; H·W is
    then its sum, and no position at all gives zeros. Raises StyleError for other shapes.
    """
    from engines._style.products import products

    maps = as_maps(features)
    channels = maps.shape[0]
    flat = maps.flatten(1)
    if weight_map is None:
        return products(flat) / flat.numel()
    weights = weight_map.flatten().to(flat.dtype)
    # Each side takes the root, so that rounding keeps the matrix symmetric.
    rooted = flat * weights.sqrt()
    return products(rooted) / (channels * weights.sum().clamp(min=1e-6))


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Return the mean squared difference of two layers' maps of the same shape, a scalar."""
    _same_shape(features, target, "The maps of both pictures")
    return (features - target).square().mean()


def style_loss(features: Tensor, target_gram: Tensor) -> Tensor:
    """Return the mean squared difference of the maps' Gram matrix to `target_gram`, a scalar."""
    gram = gram_matrix(features)
    _same_shape(gram, target_gram, "Both Gram matrices")
    return (gram - target_gram).square().mean()


def total_variation(image: Tensor) -> Tensor:
    """Return the mean absolute difference of a pixel to those below and right of it, a scalar.

    image: (…, H, W); the mean makes it the same for every size. 0 for one pixel. Absolute rather
    than squared, so that edges may stay; within 0.01 of an 8-bit step the corner is rounded.
    """
    total = image.new_zeros(())
    for axis in (-1, -2):
        if image.shape[axis] > 1:
            total = total + ((image.diff(dim=axis).square() + _ROUNDING).sqrt()).mean()
    return total


def _same_shape(one: Tensor, other: Tensor, what: str) -> None:
    if one.shape != other.shape:
        raise StyleError(
            f"{what} must have one shape; they have {' × '.join(map(str, one.shape))} and "
            f"{' × '.join(map(str, other.shape))}."
        )
