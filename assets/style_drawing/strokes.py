"""Oil paint: strokes of a bristly brush along a field of directions, lit from the upper left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from assets.style_drawing.fields import SIZE, along_edges, blend, cloud, livelier, noise

_SCALE = 2  # drawn twice as large and then made smaller, which smooths the edges


@dataclass(frozen=True)
class Brush:
    """One pass over the canvas: strokes so wide and long (pixels), one for each `spacing`²."""

    width: float
    length: float
    spacing: float


class _Canvas:
    """Paint (colours) and how thickly it lies."""

    def __init__(self, ground: tuple[int, int, int]) -> None:
        size = (SIZE * _SCALE, SIZE * _SCALE)
        self.paint = Image.new("RGB", size, ground)
        self.height = Image.new("L", size, 90)
        self._pens = ImageDraw.Draw(self.paint), ImageDraw.Draw(self.height)

    def stroke(
        self, path: np.ndarray, colour: np.ndarray, width: float, rng: np.random.Generator
    ) -> None:
        """Draw the bristles of one stroke along `path` (n, 2) of x, y."""
        along = np.gradient(path, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
        bristles = max(3, round(width / 1.1))
        for offset in rng.permutation(np.linspace(-0.5, 0.5, bristles)):
            start, end = rng.integers(0, 2), len(path) - rng.integers(0, 2)
            points = (path + across * (offset * width))[start:end] * _SCALE
            shade = np.clip(colour + rng.normal(0, 0.028), 0, 1) * 255
            line = [tuple(point) for point in points]
            thick = max(2, round(width / bristles * 1.7 * _SCALE))
            self._pens[0].line(line, tuple(int(v) for v in shade), thick, joint="curve")
            lies = int(np.clip(rng.normal(128 + 60 * (0.5 - abs(offset)), 26), 0, 255))
            self._pens[1].line(line, lies, thick, joint="curve")

    def lit(self) -> np.ndarray:
        """Return the painting, its ridges bright and its furrows dark."""
        size = (SIZE, SIZE)
        paint = np.asarray(self.paint.resize(size, Image.Resampling.LANCZOS)) / 255
        relief = np.asarray(self.height.resize(size, Image.Resampling.BOX)) / 255
        relief = ndimage.gaussian_filter(relief, 0.6)
        light = -(ndimage.sobel(relief, 0) + ndimage.sobel(relief, 1))
        return np.clip(paint * (1 + 0.16 * light[..., None]) + 0.02 * light[..., None], 0, 1)


def paint(
    target: np.ndarray, angle: np.ndarray, brushes: list[Brush], rng: np.random.Generator
) -> np.ndarray:
    """Return `target` (SIZE, SIZE, 3) painted, coarse brushes first, along `angle` (SIZE, SIZE).

    A finer brush strokes only where the coarser ones left `target` unlike.
    """
    canvas = _Canvas((120, 100, 80))
    for number, brush in enumerate(brushes):
        seen = ndimage.gaussian_filter(target, (brush.width / 3, brush.width / 3, 0))
        now = np.asarray(canvas.paint.resize((SIZE, SIZE), Image.Resampling.BOX)) / 255
        wrong = ndimage.gaussian_filter(np.abs(now - seen).sum(axis=-1), brush.width / 2)
        places = np.stack(
            np.meshgrid(*(np.arange(-brush.width, SIZE + brush.width, brush.spacing),) * 2), -1
        ).reshape(-1, 2)
        places = places + rng.uniform(-0.5, 0.5, places.shape) * brush.spacing
        for x, y in rng.permutation(places):
            row, column = _pixel(y), _pixel(x)
            if number and wrong[row, column] < 0.11:
                continue
            colour = livelier(seen[row, column] + rng.normal(0, 0.025, 3), 1.12)
            canvas.stroke(_path(x, y, angle, brush, rng), colour, brush.width, rng)
    return canvas.lit()


def _pixel(place: float) -> int:
    return int(np.clip(place, 0, SIZE - 1))


def _path(
    x: float, y: float, angle: np.ndarray, brush: Brush, rng: np.random.Generator
) -> np.ndarray:
    """Return the points of a stroke through (x, y) that follows `angle`."""
    step = max(1.5, brush.length / 10)
    length = max(3, int(brush.length * rng.uniform(0.6, 1.2) / step))
    points = [np.array([x, y])]
    heading: np.ndarray | None = None
    for _ in range(length):
        x, y = points[-1]
        turn = angle[_pixel(y), _pixel(x)]
        ahead = np.array([np.cos(turn), np.sin(turn)])
        if heading is not None and ahead @ heading < 0:
            ahead = -ahead  # a direction has no front: go on rather than turn back
        heading = ahead if heading is None else 0.5 * heading + 0.5 * ahead
        points.append(points[-1] + step * heading / (np.linalg.norm(heading) + 1e-9))
    return np.array(points) - (points[len(points) // 2] - points[0])


def oil(photograph: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `photograph` (SIZE, SIZE, 3) painted in oil, strokes along its edges."""
    target = livelier(photograph, 1.35)
    angle = along_edges(ndimage.gaussian_filter(photograph.mean(axis=-1), 2), 7)
    angle = angle + 0.25 * noise(SIZE, 40, rng)
    brushes = [Brush(26, 80, 13), Brush(13, 44, 8), Brush(7, 26, 5)]
    return paint(target, angle, brushes, rng)


def starry(rng: np.random.Generator) -> np.ndarray:
    """Return a night sky of eddies and lights over hills, painted in short strokes."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(float)
    flow_x, flow_y = np.full((SIZE, SIZE), 1.0), 0.35 * np.sin(x / 60)
    light = np.zeros((SIZE, SIZE))
    rings = np.zeros((SIZE, SIZE))
    eddies = [
        (250, 185, 95, 0.75),
        (355, 235, 60, -0.6),
        (430, 85, 62, 1.0),
        (85, 90, 44, 0.95),
        (195, 55, 30, 0.9),
        (60, 215, 34, 0.85),
        (330, 45, 26, 0.85),
        (470, 215, 30, 0.8),
    ]
    for cx, cy, radius, strength in eddies:
        dx, dy = x - cx, y - cy
        far = np.hypot(dx, dy) + 1e-6
        near = np.exp(-((far / (1.25 * radius)) ** 2))
        flow_x = flow_x * (1 - near) - np.sign(strength) * dy / far * near * 3
        flow_y = flow_y * (1 - near) + np.sign(strength) * dx / far * near * 3
        swirl = np.cos(far / radius * 9 + np.arctan2(dy, dx))
        rings += near * swirl
        light += abs(strength) * np.exp(-((far / (0.42 * radius)) ** 2)) * (radius != 60)
    brightness = 0.34 + 0.13 * cloud(SIZE, 34, rng, 2) + 0.22 * rings - 0.1 * (y / SIZE)
    sky = blend(
        [(0.0, "#0b1a4a"), (0.3, "#173a86"), (0.55, "#3f78bf"), (0.8, "#9cc5d9"), (1, "#eef0d2")],
        np.clip(brightness, 0, 1),
    )
    glow = np.clip(light * 1.25, 0, 1)[..., None]
    sky = sky * (1 - glow) + blend([(0, "#e9b93a"), (1, "#fff3b0")], np.clip(light, 0, 1)) * glow
    ridge = 372 + 34 * np.sin(x / 75 + 0.6) + 16 * np.sin(x / 31)
    depth = np.clip((y - ridge) / 120, 0, 1)
    stripes = 0.5 + 0.5 * np.sin((y - 0.55 * ridge) / 9 + 1.5 * noise(SIZE, 40, rng))
    hills = blend(
        [(0, "#1b3f63"), (0.35, "#2c6b62"), (0.7, "#6d8f3e"), (1, "#d9b84a")],
        np.clip(0.18 + 0.5 * depth * stripes + 0.1 * cloud(SIZE, 20, rng, 2), 0, 1),
    )
    over = (y > ridge)[..., None]
    target = np.where(over, hills, sky)
    slope = np.arctan2(np.gradient(ridge, axis=1), 1.0)
    angle = np.where(over[..., 0], slope, np.arctan2(flow_y, flow_x))
    brushes = [Brush(15, 44, 9), Brush(9, 34, 6), Brush(5, 20, 4)]
    return paint(target, angle + 0.1 * noise(SIZE, 12, rng), brushes, rng)
