"""Pictures and masks of a transfer: checked, and brought to the size that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor

    from engines._style.settings import StartKey


def checked(picture: Tensor, what: str) -> Tensor:
    """Return `picture` as (3, H, W) float32 in [0, 1]; grey becomes colour.

    what: its name in a sentence. Raises StyleError for other shapes, for whole numbers and for
    values that are no finite numbers.
    """
    import torch

    if not isinstance(picture, torch.Tensor) or not picture.is_floating_point():
        raise StyleError(f"{what} must be a picture of numbers from 0 to 1.")
    if picture.ndim != 3 or picture.shape[0] not in (1, 3) or picture.numel() == 0:
        raise StyleError(
            f"{what} has the shape {' × '.join(map(str, picture.shape))}; it needs 1 or 3 "
            "channels, a height and a width."
        )
    if not torch.isfinite(picture).all():
        raise StyleError(f"{what} holds values that are no numbers (NaN or infinite).")
    return picture.detach().cpu().to(torch.float32).clamp(0, 1).expand(3, -1, -1).contiguous()


def checked_mask(mask: Tensor, what: str) -> Tensor:
    """Return `mask` as (h, w) float32 in [0, 1]. Raises StyleError where it is no mask."""
    import torch

    if not isinstance(mask, torch.Tensor) or mask.ndim != 2 or mask.numel() == 0:
        raise StyleError(f"{what} must have a height and a width, and one number at each place.")
    values = mask.detach().cpu().to(torch.float32)
    if not torch.isfinite(values).all():
        raise StyleError(f"{what} holds values that are no numbers (NaN or infinite).")
    return values.clamp(0, 1)


def fitted(shape: tuple[int, int], longer: int) -> tuple[int, int]:
    """Return (height, width) of the same shape with `longer` pixels on the longer side."""
    height, width = shape
    scale = longer / max(height, width)
    return max(round(height * scale), 1), max(round(width * scale), 1)


def resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Return `picture` (C, H, W) at `size`, filtered, within [0, 1]."""
    from torch.nn import functional

    if tuple(picture.shape[1:]) == size:
        return picture.clone()
    bigger = functional.interpolate(
        picture[None], size, mode="bicubic", align_corners=False, antialias=True
    )
    return bigger[0].clamp(0, 1)


def covering(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the middle of `picture` (C, H, W) that fills `size` without being distorted."""
    height, width = picture.shape[1:]
    scale = max(size[0] / height, size[1] / width)
    # Cut first: a row of pixels made as high as `size` would be gigabytes long.
    rows = min(max(round(size[0] / scale), 1), height)
    columns = min(max(round(size[1] / scale), 1), width)
    top, left = (height - rows) // 2, (width - columns) // 2
    return resized(picture[:, top : top + rows, left : left + columns], size)


def mask_at(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the mask (h, w) at the size of a layer's maps: the share that each position has."""
    from torch.nn import functional

    if tuple(mask.shape) == size:
        return mask
    if mask.shape[0] >= size[0] and mask.shape[1] >= size[1]:
        return functional.adaptive_avg_pool2d(mask[None, None], size)[0, 0]
    return functional.interpolate(
        mask[None, None], size, mode="bilinear", align_corners=False, antialias=True
    )[0, 0].clamp(0, 1)


def start_picture(
    start: StartKey, content: Tensor, style: Tensor, size: tuple[int, int], seed: int
) -> Tensor:
    """Return the picture (3, height, width) that a transfer begins with."""
    import torch

    if start == "content":
        return resized(content, size)
    if start == "style":
        return covering(style, size)
    generator = torch.Generator().manual_seed(seed)
    return (0.5 + 0.15 * torch.randn(3, *size, generator=generator)).clamp(0, 1)
