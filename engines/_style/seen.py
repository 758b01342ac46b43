"""The pictures as a transfer compares them: at one size, the colours as its settings want."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines._style.colours import luminance, matched_colours, matched_luminance
from engines._style.pictures import checked, fitted, mask_at, resized
from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor

    from engines._style.settings import StyleSettings
    from engines._style.transfer import StyleTransfer


def seen_content(transfer: StyleTransfer, size: tuple[int, int]) -> Tensor:
    """Return the content picture as it is compared at `size` (height, width): (3, *size)."""
    return seen_picture(transfer, resized(transfer.content, size))


def seen_style(transfer: StyleTransfer, size: tuple[int, int], index: int = 0) -> Tensor:
    """Return a style picture as it is compared at `size`: (3, h, w), as long as `size` is.

    index: of `transfer.styles`. Raises StyleError for one that is not there.
    """
    if not 0 <= index < len(transfer.styles):
        raise StyleError(f"There is no style {index + 1}; there are {len(transfer.styles)}.")
    style = transfer.styles[index].pixels
    return styled(style, resized(transfer.content, size), transfer.settings)


def seen_mask(transfer: StyleTransfer, sides: tuple[int, int], index: int = 0) -> Tensor | None:
    """Return how much each place of a layer's maps (h, w) of `sides` counts for a style, in [0, 1].

    None where it goes everywhere. index: of `transfer.styles`, which has it.
    """
    mask = transfer.styles[index].mask
    return None if mask is None else mask_at(mask, sides)


def seen_picture(
    transfer: StyleTransfer, picture: Tensor, size: tuple[int, int] | None = None
) -> Tensor:
    """Return a generated picture (3, h, w) in [0, 1] as it is compared: grey for luminance.

    size: (height, width) to bring it to, None for its own.
    """
    made = checked(picture, "The picture")
    if size is not None:
        made = resized(made, size)
    return luminance(made).contiguous() if transfer.settings.colours == "luminance" else made


def styled(style: Tensor, content: Tensor, settings: StyleSettings) -> Tensor:
    """Return a style (3, H, W) as long as `content` (3, h, w), its colours as settings want."""
    pixels = resized(style, fitted((style.shape[1], style.shape[2]), max(content.shape[1:])))
    if settings.colours == "luminance":
        return matched_luminance(pixels, content)
    if settings.colours == "matched":
        return matched_colours(pixels, content)
    return pixels
