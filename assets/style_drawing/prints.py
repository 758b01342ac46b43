"""Ink on paper: an engraving, a woodblock print of waves, and dots of pure colour."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage import exposure

from assets.style_drawing.fields import SIZE, blend, cloud, livelier, noise, on_paper, rgb

_SCALE = 3


def engraving(photograph: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `photograph` (SIZE, SIZE, 3) cut in lines: thicker, and crossed, where it is dark."""
    big = SIZE * _SCALE
    tone = exposure.equalize_adapthist(photograph.mean(axis=-1), clip_limit=0.02)
    tone = ndimage.zoom(
        ndimage.gaussian_filter(tone, 1.0), _SCALE, order=1, grid_mode=True, mode="nearest"
    )
    form = ndimage.gaussian_filter(tone, 12 * _SCALE)  # the lines bend over the large shapes
    y, x = np.mgrid[0:big, 0:big] / _SCALE
    wobble = ndimage.gaussian_filter(rng.standard_normal((big, big)), 18, mode="wrap")
    wobble *= 0.9 / wobble.std()
    ink = np.zeros((big, big), bool)
    # direction (x, y), spacing in pixels, how strongly forms bend it, lightest tone it draws
    for along, spacing, bend, lightest in (
        ((0.34, 0.94), 5.2, 62, 0.97),
        ((0.92, -0.38), 5.6, 50, 0.46),
        ((-0.5, 0.87), 5.6, 40, 0.22),
    ):
        phase = (along[0] * x + along[1] * y + bend * form + wobble) / spacing
        line = np.abs(phase - np.round(phase)) * 2  # 0 at the middle of a line, 1 between two
        width = np.clip((lightest - tone) / lightest, 0, 1) ** 0.8
        ink |= line < np.where(tone < lightest, 0.1 + 0.72 * width, 0)
    covered = ink.reshape(SIZE, _SCALE, SIZE, _SCALE).mean(axis=(1, 3))[..., None]
    covered = np.clip(covered * (1 + 0.06 * noise(SIZE, 1.2, rng)[..., None]), 0, 1)
    return on_paper(rgb("#f2e8d0") * (1 - covered) + rgb("#231a17") * covered, rng)


def waves(rng: np.random.Generator) -> np.ndarray:
    """Return rows of rolling waves in Prussian blue with white crests, as cut in wood."""
    big = SIZE * _SCALE
    picture = np.empty((big, big, 3))
    y, x = np.mgrid[0:big, 0:big] / _SCALE
    sky = np.clip(y / 190 + 0.08 * np.sin(x / 50), 0, 1)
    picture[:] = blend([(0, "#e7d3ab"), (0.55, "#efe3c6"), (1, "#e4b98b")], sky)
    rows = 11
    for row in range(rows):
        near = row / (rows - 1)
        length, height = 70 + 130 * near, 13 + 34 * near
        top = 95 + 400 * near**1.15 + 6 * rng.standard_normal()
        shift = rng.uniform(0, length)
        _wave(picture, x, y, top, length, height, shift, near, rng)
    shrunk = picture.reshape(SIZE, _SCALE, SIZE, _SCALE, 3).mean(axis=(1, 3))
    return on_paper(shrunk, rng, 0.035)


def _wave(
    picture: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    top: float,
    length: float,
    height: float,
    shift: float,
    near: float,
    rng: np.random.Generator,
) -> None:
    """Draw one row of waves over `picture`: body, lines along it, crest of foam, outline."""
    lean = x + shift + 0.55 * (top - y)  # the crests lean forward
    phase = lean / length * 2 * np.pi
    swell = 0.72 * np.cos(phase) + 0.2 * np.cos(2 * phase - 0.7) + 0.08 * np.cos(5 * phase)
    swell = swell + 0.25 * np.sin(lean / (3.1 * length) + rng.uniform(0, 6))
    depth = y - (top - height * swell)  # below the surface
    inside = depth > 0
    band = depth / (5.0 + 5.5 * near)
    dark = blend(
        [(0, "#a9c6cf"), (0.5, "#3d78a4"), (1, "#173a6b")], np.array([0.15 + 0.85 * near])
    )[0]
    light = 0.45 * dark + 0.55 * rgb("#dfe9e2")
    lines = (band % 1.0) < np.clip(0.78 - 0.045 * band, 0.32, 1)
    body = np.where(lines[..., None], dark, light)
    claws = 0.5 + 0.5 * np.sin(lean / (3.2 + 4.2 * near) * 2 + 1.3 * np.sin(phase * 3))
    foam = depth < (3.5 + 10 * near) * (0.4 + 0.9 * claws) * np.clip(0.45 + swell, 0.12, 1.3)
    body = np.where(foam[..., None], rgb("#f6f1e1"), body)
    outline = (np.abs(depth) < 0.8 + 0.8 * near)[..., None]
    picture[inside] = body[inside]
    picture[:] = np.where(outline, rgb("#152a4c"), picture)


def dots(rng: np.random.Generator) -> np.ndarray:
    """Return a harbour at dusk in dots of pure colours that mix in the eye."""
    target = _harbour(rng)
    canvas = Image.new("RGB", (SIZE * 2, SIZE * 2), tuple((rgb("#efe4cb") * 255).astype(int)))
    pen = ImageDraw.Draw(canvas)
    for radius, spacing, spread in ((5.6, 6.6, 0.12), (4.6, 6.2, 0.16), (3.4, 6.4, 0.2)):
        steps = np.arange(0, SIZE + spacing, spacing)
        places = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
        places = places + rng.uniform(-0.5, 0.5, places.shape) * spacing
        for x, y in rng.permutation(places):
            colour = target[int(np.clip(y, 0, SIZE - 1)), int(np.clip(x, 0, SIZE - 1))]
            r = radius * rng.uniform(0.75, 1.1)
            box = [2 * (x - r), 2 * (y - r), 2 * (x + r), 2 * (y + r)]
            pen.ellipse(box, fill=_pure(colour, spread, rng))
    picture = np.asarray(canvas.resize((SIZE, SIZE), Image.Resampling.LANCZOS)) / 255
    return on_paper(picture, rng, 0.02)


def _harbour(rng: np.random.Generator) -> np.ndarray:
    """Return sky, sun, hills, sea and two boats in even colours."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(float)
    horizon, sun_x, sun_y = 250.0, 190.0, 175.0
    far = np.hypot(x - sun_x, y - sun_y)
    sky = blend(
        [(0, "#fffbd0"), (40, "#ffe27a"), (130, "#f7a874"), (240, "#c490bd"), (420, "#5c7cc2")], far
    )
    sky += (
        0.07 * ndimage.gaussian_filter(rng.standard_normal((SIZE, SIZE)), (7, 34))[..., None] * 15
    )
    depth = (y - horizon) / (SIZE - horizon)
    sea = blend([(0, "#8fb7cf"), (0.4, "#3f86ab"), (1, "#1c4d86")], np.clip(depth, 0, 1))
    ripples = np.sin(y / (2.5 + 8 * np.clip(depth, 0, 1)) + 1.2 * np.sin(x / 31 + y / 17))
    path = np.exp(-(((x - sun_x) / (26 + 60 * np.clip(depth, 0, 1))) ** 2)) * (ripples > -0.2)
    sea = sea + path[..., None] * (rgb("#ffd98a") - sea) * 0.85
    picture = np.where((y > horizon)[..., None], sea, sky)
    hills = horizon - 16 - 30 * np.exp(-(((x - 470) / 130) ** 2)) - 5 * np.sin(x / 23)
    picture[(y > hills) & (y <= horizon)] = rgb("#6a5fa8")
    for mast, foot, high, sail in ((365, 372, 235, "#e8543a"), (95, 305, 92, "#f2e3c2")):
        up = (foot - y) / high
        aft = (x - mast) / (0.52 * high)
        picture[(up > 0.06) & (up < 1) & (aft > 0) & (aft < 1 - up)] = rgb(sail)
        picture[(up > 0.06) & (up < 0.82) & (aft < -0.04) & (-aft < 0.7 * (0.82 - up))] = rgb(
            "#f6b53c"
        )
        picture[(np.abs(aft) < 1 + 0.5 * up) & (np.abs(up) < 0.06)] = rgb("#3a2450")
        mirrored = (up < -0.06) & (up > -0.6) & (np.abs(aft) < 0.6 * (1 + up)) & (ripples > 0)
        picture[mirrored] = 0.5 * picture[mirrored] + 0.5 * rgb(sail)
    return np.clip(picture, 0, 1)


def _pure(colour: np.ndarray, spread: float, rng: np.random.Generator) -> tuple[int, int, int]:
    """Return a purer neighbour of `colour`; one in eight is its complement, as painters do."""
    if rng.random() < 0.12:
        colour = 0.5 * (colour.max() + colour.min() - colour) + 0.5 * rgb("#7f86c9")
    moved = colour + rng.normal(0, spread, 3) * (0.5 + colour.mean()) * 0.6
    return tuple(int(v) for v in livelier(np.clip(moved, 0, 1), 1.3) * 255)


def marbled(rng: np.random.Generator) -> np.ndarray:
    """Return marbled paper: bands of colour drawn through water with a comb."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(float)
    fall = 26 * np.sin(x / 21) * np.sin(y / 260 + 0.4)  # the comb's teeth, up and down in turn
    veins = x + 30 * cloud(SIZE, 60, rng, 3), y + fall + 34 * cloud(SIZE, 60, rng, 3)
    bands = np.sin(veins[1] / 15) + 0.6 * np.sin(veins[0] / 37 + veins[1] / 29)
    fine = np.sin(veins[1] / 4.6 + 1.1 * np.sin(veins[0] / 33))
    level = np.clip(0.5 + 0.27 * bands + 0.07 * fine, 0, 1)
    ramp = ["#12263f", "#1f5a7a", "#2f8f8b", "#f0e2c0", "#e2a23b", "#c4452f", "#5d1c2e"]
    place = level * (len(ramp) - 1)
    edges = 1 / (1 + np.exp(-14 * (place % 1 - 0.5)))  # colours meet in an edge, not in a fog
    picture = blend(list(enumerate(ramp)), np.floor(place) + edges)
    return on_paper(picture, rng, 0.03)
