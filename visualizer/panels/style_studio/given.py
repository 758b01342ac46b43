"""How the given pictures, content and styles, are shown."""

from __future__ import annotations

import numpy as np

from visualizer.pictures.picture import Picture
from widgets.image_view import ImageView


def show_given(view: ImageView, picture: Picture) -> None:
    """Show `picture` in `view`, with its own numbers."""
    rendered = picture.rendered("colour")
    view.set_picture(
        rendered.pixels, picture.values("colour"), colors=rendered.colors, levels=rendered.levels
    )


def pixels_of(picture: Picture) -> np.ndarray:
    """Return what the screen shows of `picture`: uint8 (H, W, 3), grey ones as well."""
    pixels = picture.rendered("colour").pixels
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
