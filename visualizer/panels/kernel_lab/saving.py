"""Writing the Kernel Lab's output: what is shown, or the numbers behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engines.images import save_image, save_raw
from visualizer.panels.kernel_lab.compute import FilterResult
from widgets import colors

LUTS = {"magnitude": colors.MAGNITUDE, "signed": colors.SIGNED}


def save_result(path: Path, result: FilterResult, *, numbers: bool) -> None:
    """Write `result` to `path`: unclipped numbers (.npy, float .tif), or the picture as shown.

    Raises ImageError with a sentence; nothing half-written stays.
    """
    if numbers:
        save_raw(path, result.values)
        return
    pixels = result.rendered.pixels
    lut = LUTS.get(result.rendered.colors)
    shown = pixels if lut is None else lut[pixels]
    if shown.ndim == 3:
        shown = np.moveaxis(shown, 2, 0)
    state = result.state
    save_image(
        path,
        shown.astype(np.float32) / 255.0,
        metadata={
            "Title": f"{state.operation} of {result.picture.image.source}",
            "Kernel": repr(state.kernel_array().tolist()),
        },
    )
