"""Numbers about a picture that plots are made of: histogram, profile along a line, spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.errors import EngineError

BINS = 128
LEVEL = 1 / 255  # what the values of an 8-bit picture are multiples of
NEARLY_A_LEVEL = 0.01  # of it: what sums of float32 are off


@dataclass(frozen=True)
class Histogram:
    """How many values fall into each bin: centres (n,), counts (C, n) int64, one row a channel."""

    centres: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Profile:
    """Values along a line: distance (n,) in pixels from its start, values (C, n) float64."""

    distance: np.ndarray
    values: np.ndarray


def histogram(values: np.ndarray) -> Histogram:
    """Return the histogram of `values` (H, W, C) over their whole range, all channels alike.

    BINS bins of equal width. Where all values are multiples of an 8-bit level, there are at most
    one more, each with the same number of levels: bins that held now one level, now two, would
    show a comb that is not in the picture. Values that are not finite are left out; a constant
    picture has one full bin. As numpy.histogram.
    """
    finite = values[np.isfinite(values)]
    edges = _level_edges(finite)
    if edges is None:
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        margin = 0.5 if low == high else 0.0
        edges = np.linspace(low - margin, high + margin, BINS + 1)
    counts = [np.histogram(values[..., c], edges)[0] for c in range(values.shape[2])]
    return Histogram((edges[:-1] + edges[1:]) / 2, np.stack(counts))


def _level_edges(values: np.ndarray) -> np.ndarray | None:
    """Return edges half-way between 8-bit levels, or None if `values` (n,) are no such levels."""
    levels = np.rint(values.astype(np.float64) / LEVEL)
    if not values.size or np.ptp(levels) == 0:
        return None
    if np.abs(values / LEVEL - levels).max() > NEARLY_A_LEVEL:
        return None
    first, last = int(levels.min()), int(levels.max())
    width = max(1, -((first - last) // BINS))
    count = (last - first) // width + 1
    return (first - 0.5 + width * np.arange(count + 1)) * LEVEL


def profile(values: np.ndarray, start: tuple[float, float], end: tuple[float, float]) -> Profile:
    """Return `values` (H, W, C) along the line from `start` to `end`, (row, column) each.

    One sample a pixel of length, interpolated bilinearly; outside the picture NaN.
    Raises EngineError when start and end coincide. As scipy.ndimage.map_coordinates(order=1).
    """
    from scipy.ndimage import map_coordinates

    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    if length == 0:
        raise EngineError("The line has no length; drag from one pixel to another.")
    count = int(np.ceil(length)) + 1
    distance = np.linspace(0.0, length, count)
    share = distance / length
    rows = start[0] + share * (end[0] - start[0])
    columns = start[1] + share * (end[1] - start[1])
    sampled = [
        map_coordinates(values[..., c].astype(np.float64), [rows, columns], order=1, cval=np.nan)
        for c in range(values.shape[2])
    ]
    return Profile(distance, np.stack(sampled))


def spectrum(values: np.ndarray) -> np.ndarray:
    """Return the magnitude |F(u, v)| of the channels' mean, (H, W) float64, zero frequency central.

    The mean brightness is subtracted first, so that the centre does not outshine the rest.
    values: (H, W, C). As numpy.fft.fftshift(abs(numpy.fft.fft2(…))).
    """
    from scipy import fft

    grey = values.mean(axis=2, dtype=np.float64)
    return np.abs(fft.fftshift(fft.fft2(grey - grey.mean())))
