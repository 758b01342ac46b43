"""Where does a piece of a picture occur? Plain correlation and NCC, and their best matches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from engines._filter2d import fft
from engines.convolution import match_template
from engines.errors import ImageError


@dataclass(frozen=True)
class Peak:
    """A best match: the top-left corner of the box, in pixels, and its score."""

    row: int
    column: int
    score: float


@dataclass(frozen=True)
class TemplateScores:
    """Two score maps (H − h + 1, W − w + 1), float32, and their best matches.

    plain: Σ template · picture, raised by sheer brightness; normalised: NCC in [−1, 1].
    """

    plain: np.ndarray
    normalised: np.ndarray
    plain_peaks: tuple[Peak, ...]
    normalised_peaks: tuple[Peak, ...]


def score_template(
    picture: np.ndarray, box: tuple[int, int, int, int], *, count: int = 5
) -> TemplateScores:
    """Return how well the `box` of `picture` (H, W, C) matches everywhere in it.

    box: (row, column, height, width), inside the picture. count: how many matches at most; two
    lie at least half the box apart. Raises ImageError for a box that is outside, too small (below
    2 × 2) or without variance.
    """
    row, column, height, width = box
    rows, columns = picture.shape[:2]
    if rows < 2 or columns < 2:
        raise ImageError(
            f"The picture has {columns} × {rows} pixels; to search in it takes one that is larger "
            "than a box of 2 × 2."
        )
    if height > rows or width > columns:
        raise ImageError(
            f"The box of {width} × {height} pixels is larger than the picture of "
            f"{columns} × {rows}; draw a smaller one inside."
        )
    if height < 2 or width < 2:
        raise ImageError("The box is too small to compare; drag one of at least 2 × 2 pixels.")
    if row < 0 or column < 0 or row + height > rows or column + width > columns:
        raise ImageError("The box reaches beyond the picture; draw it inside.")
    planes = torch.from_numpy(np.moveaxis(picture, 2, 0).copy())
    template = planes[:, row : row + height, column : column + width]
    normalised = match_template(planes, template).numpy()
    plain = fft.correlate_valid(planes.double(), template.double()).sum(0).float().numpy()
    apart = max(1, min(height, width) // 2)
    return TemplateScores(
        plain, normalised, _peaks(plain, apart, count), _peaks(normalised, apart, count)
    )


def _peaks(scores: np.ndarray, apart: int, count: int) -> tuple[Peak, ...]:
    from skimage.feature import peak_local_max

    found = peak_local_max(scores, min_distance=apart, num_peaks=count, exclude_border=False)
    return tuple(Peak(int(r), int(c), float(scores[r, c])) for r, c in found)
