"""Numbers about a picture that plots are made of: histogram, profile along a line, spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.errors import EngineError


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


def histogram(values: np.ndarray, bins: int = 128) -> Histogram:
    """Return the histogram of `values` (H, W, C) over their whole range, all channels alike.

    Values that are not finite are left out. A constant picture has one full bin.
    As numpy.histogram.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    counts = [np.histogram(values[..., c], edges)[0] for c in range(values.shape[2])]
    return Histogram((edges[:-1] + edges[1:]) / 2, np.stack(counts))


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
