"""Stained glass: coloured panes between bars of lead."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from assets.style_drawing.fields import SIZE, blend, cloud, noise

_SCALE = 2
_PANES = 260


def stained(rng: np.random.Generator) -> np.ndarray:
    """Return a window of panes, warm about a sun and blue and green away from it."""
    big = SIZE * _SCALE
    y, x = np.mgrid[0:big, 0:big] / _SCALE
    bent = np.stack([x + 5 * noise(big, 40, rng), y + 5 * noise(big, 40, rng)], axis=-1).reshape(
        -1, 2
    )
    sun = np.array([330.0, 170.0])
    centres = _spread(rng, sun)
    _, pane = cKDTree(centres).query(bent, k=2)
    second = centres[pane[:, 1]] - centres[pane[:, 0]]
    middle = (centres[pane[:, 1]] + centres[pane[:, 0]]) / 2
    # Distance to the line between the two nearest centres: bars of one width everywhere.
    to_bar = np.abs(((middle - bent) * second).sum(axis=1)) / np.linalg.norm(second, axis=1)
    to_bar, pane = to_bar.reshape(big, big), pane[:, 0].reshape(big, big)
    colours = _colours(centres, sun, rng)
    glass = colours[pane]
    streaks = ndimage.gaussian_filter(rng.standard_normal((big, big)), (3, 26))
    light = 1 + 0.1 * cloud(big, 22, rng, 3) + 0.1 * streaks / streaks.std()
    light = light + 0.28 * np.clip(to_bar / 16, 0, 1) - 0.2
    glass = np.clip(glass * light[..., None], 0, 1)
    bars = np.clip((2.6 - to_bar) / 0.8, 0, 1)[..., None]
    round_bar = 0.07 + 0.16 * np.clip(1 - to_bar / 1.5, 0, 1)[..., None]
    picture = glass * (1 - bars) + round_bar * bars
    return picture.reshape(SIZE, _SCALE, SIZE, _SCALE, 3).mean(axis=(1, 3))


def _spread(rng: np.random.Generator, sun: np.ndarray) -> np.ndarray:
    """Return evenly spread centres, in rings about the sun and freely elsewhere."""
    rings = [sun[None]]
    for radius, count in ((42, 9), (78, 14), (116, 20)):
        turn = 2 * np.pi * (np.arange(count) + rng.uniform()) / count
        rings.append(sun + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1))
    kept = np.concatenate(rings)
    free = rng.uniform(-30, SIZE + 30, (_PANES, 2))
    free = free[np.hypot(*(free - sun).T) > 138]
    samples = rng.uniform(-30, SIZE + 30, (40_000, 2))
    for _ in range(6):  # Lloyd: each centre goes to the middle of its pane
        owner = cKDTree(np.concatenate([kept, free])).query(samples)[1] - len(kept)
        mine = owner >= 0
        count = np.bincount(owner[mine], minlength=len(free))
        for axis in range(2):
            total = np.bincount(owner[mine], samples[mine, axis], minlength=len(free))
            free[:, axis] = np.where(count > 0, total / np.maximum(count, 1), free[:, axis])
    return np.concatenate([kept, free])


def _colours(centres: np.ndarray, sun: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    ramp = [
        (0, "#fff2b8"),
        (45, "#ffc832"),
        (85, "#f0762a"),
        (125, "#c5232f"),
        (170, "#8a2a7c"),
        (240, "#2a3fa0"),
        (330, "#1f7fb4"),
        (420, "#17806a"),
    ]
    away = np.hypot(*(centres - sun).T)
    away = away + np.where(away > 130, rng.normal(0, 48, len(centres)), 0)
    colours = blend(ramp, np.clip(away, 0, 420))
    accents = (rng.random(len(centres)) < 0.09) & (away > 150)
    colours[accents] = blend([(0, "#d8b13c"), (1, "#7fb34d")], rng.random(accents.sum()))
    return np.clip(colours * rng.uniform(0.82, 1.1, (len(centres), 1)), 0, 1)
