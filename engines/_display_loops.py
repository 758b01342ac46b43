"""The loops behind `engines.display`, compiled: one pass over the numbers instead of ten."""

from __future__ import annotations

import numpy as np

from engines._filter2d.loops import compiled, in_shares


@compiled
def _strongest(out, values):  # type: ignore[no-untyped-def]
    """Set out[i] to the entry of values[i, :] with the largest magnitude; return the largest."""
    largest = np.float32(0.0)
    for i in range(len(out)):
        best = values[i, 0]
        for channel in range(1, values.shape[1]):
            if abs(values[i, channel]) > abs(best):
                best = values[i, channel]
        out[i] = best
        largest = max(largest, abs(best))
    return largest


@compiled
def _largest(values):  # type: ignore[no-untyped-def]
    largest = np.float32(0.0)
    for i in range(len(values)):
        largest = max(largest, abs(values[i]))
    return largest


@compiled
def _quantise(out, values, scale, zero, fold):  # type: ignore[no-untyped-def]
    """Set out[i] = ⌊scale·v + zero⌋ within 0…255, v the value or (fold) its magnitude."""
    for i in range(len(out)):
        value = abs(values[i]) if fold else values[i]
        out[i] = np.uint8(min(max(value * scale + zero, np.float32(0.0)), np.float32(255.0)))


def strongest_channel(values: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the value of the channel with the largest magnitude, (H, W), and the largest of all.

    values: (H, W, C), C-contiguous float32 or float64; among equal magnitudes the first counts.
    """
    height, width, channels = values.shape
    flat = values.reshape(-1, channels)
    if channels == 1:
        found = flat[:, 0]
        limits = in_shares(len(found), lambda top, end: float(_largest(found[top:end])))
    else:
        found = np.empty(len(flat), values.dtype)
        limits = in_shares(
            len(flat), lambda top, end: float(_strongest(found[top:end], flat[top:end]))
        )
    return found.reshape(height, width), max(limits, default=0.0)


def quantise(values: np.ndarray, scale: float, zero: float, *, fold: bool) -> np.ndarray:
    """Return ⌊scale·v + zero⌋ clipped to 0…255, uint8 (H, W); fold: of the magnitudes."""
    flat = values.reshape(-1)
    out = np.empty(len(flat), np.uint8)
    kind = values.dtype.type
    in_shares(
        len(flat),
        lambda top, end: _quantise(out[top:end], flat[top:end], kind(scale), kind(zero), fold),
    )
    return out.reshape(values.shape)
