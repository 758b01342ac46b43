"""Upsampling by fixed rules: the same weights for every map, nothing learnt."""

from __future__ import annotations

from typing import Literal

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from engines.errors import LayerError

UpsamplingMethod = Literal["nearest", "bilinear", "bicubic"]
_TAPS = {"nearest": 0, "bilinear": 4, "bicubic": 16}


def upsample(maps: Tensor, method: UpsamplingMethod, factor: int) -> Tensor:
    """Return the maps `factor` times as high and wide: (C, H, W) → (C, factor · H, factor · W).

    Pixels are squares whose corners stay in place (torch's align_corners=False), the border pixels
    go on beyond it. Bicubic is Keys' with a = −0.75, which overshoots at edges.
    """
    _check_factor(factor)
    corners = None if method == "nearest" else False
    return F.interpolate(maps[None], scale_factor=factor, mode=method, align_corners=corners)[0]


def upsampling_macs(method: UpsamplingMethod, maps: int, height: int, width: int) -> int:
    """Return the multiplications with addition for a result (maps, height, width).

    4 neighbours a pixel for bilinear, 16 for bicubic, none for nearest, which only copies.
    """
    return maps * height * width * _TAPS[method]


def shrink(maps: Tensor, factor: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return (original, pooled, indices) of a max-pooling over windows of factor × factor.

    maps: (C, H, W), cut to whole windows: that is the original. pooled, indices: (C, H // factor,
    W // factor); an index is the place of the largest in its flattened map, as torch's
    return_indices. Raises LayerError where no window fits.
    """
    _check_factor(factor)
    height, width = (side - side % factor for side in maps.shape[-2:])
    if not height or not width:
        raise LayerError(
            f"A map of {maps.shape[-2]} × {maps.shape[-1]} cannot be made {factor} times smaller. "
            "Take a larger map or a smaller factor, or do not pool first."
        )
    original = maps[..., :height, :width]
    pooled, indices = F.max_pool2d(original[None], factor, return_indices=True)
    return original, pooled[0], indices[0]


def unpool(pooled: Tensor, indices: Tensor, factor: int) -> Tensor:
    """Return every number of `pooled` back where it was the largest, and 0 elsewhere.

    pooled, indices: (C, h, w) of `shrink`; the result (C, factor · h, factor · w) (Zeiler and
    Fergus 2014; Badrinarayanan, Kendall and Cipolla, SegNet, 2017).
    """
    return F.max_unpool2d(pooled[None], indices[None], [factor, factor])[0]


def _check_factor(factor: int) -> None:
    if factor < 1:
        raise LayerError(f"A map cannot be made {factor} times as large. Take 1 or more.")
