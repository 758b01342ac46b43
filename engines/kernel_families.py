"""Kernels with parameters, each described well enough to make a slider of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engines import kernel_shapes as shapes
from engines.errors import KernelError


@dataclass(frozen=True)
class Parameter:
    """A number that a family depends on.

    symbol: as in formulas; unit: "px", "°" or "" for a plain number; step 0 for any number;
    meaning: one sentence.
    """

    name: str
    symbol: str
    low: float
    high: float
    default: float
    unit: str = ""
    step: float = 0.0
    meaning: str = ""


@dataclass(frozen=True)
class Family:
    """Kernels made by one formula: `make(**parameters)` returns float64 (kh, kw)."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    make: Callable[..., np.ndarray]
    meaning: str

    def defaults(self) -> dict[str, float]:
        """Return the value of each parameter to start from."""
        return {parameter.name: parameter.default for parameter in self.parameters}


def _size(default: int, meaning: str = "Rows and columns of the kernel") -> Parameter:
    return Parameter("size", "size", 1, shapes.MAX_SIDE, default, "px", 1, meaning)


def _odd_size(default: int) -> Parameter:
    return Parameter("size", "size", 3, shapes.MAX_SIDE, default, "px", 2, "Odd: it has a middle")


def _sigma(default: float, meaning: str = "Standard deviation of the bell") -> Parameter:
    return Parameter("sigma", "σ", 0.0, 8.0, default, "px", 0.0, meaning)


def _angle(name: str, symbol: str, meaning: str) -> Parameter:
    return Parameter(name, symbol, 0, 180, 0, "°", 1, meaning)


def _box(height: float, width: float) -> np.ndarray:
    return shapes.box(int(height), int(width))


def _derivative(smoothing: float, angle: float) -> np.ndarray:
    """Return (1, smoothing, 1) ⊗ (−1, 0, 1) steered to `angle` by cos and sin of x and y."""
    along_x = shapes.derivative((1.0, smoothing, 1.0))
    turn = np.deg2rad(angle)
    # y grows downwards, angles counter-clockwise: the upward derivative is −∂/∂y.
    steered = np.cos(turn) * along_x - np.sin(turn) * along_x.T
    steered[np.abs(steered) < 1e-12] = 0.0
    return steered


_ALL = (
    Family(
        "gaussian",
        "Gaussian",
        (_sigma(1.0), _size(7)),
        lambda sigma, size: shapes.gaussian(sigma, int(size)),
        "Low-pass: a mean weighted by a bell; the wider, the blurrier.",
    ),
    Family(
        "log",
        "Laplacian of Gaussian",
        (_sigma(1.4), _size(11)),
        lambda sigma, size: shapes.laplacian_of_gaussian(sigma, int(size)),
        "Curvature after blurring: zero crossings lie on edges, extrema on blobs of radius √2·σ.",
    ),
    Family(
        "dog",
        "Difference of Gaussians",
        (
            _sigma(1.2, "Standard deviation of the narrower bell"),
            Parameter("ratio", "σ₂/σ₁", 1.05, 5, 1.6, "", 0, "1.6 comes closest to the LoG"),
            _size(13),
        ),
        lambda sigma, ratio, size: shapes.difference_of_gaussians(sigma, ratio, int(size)),
        "Band-pass: what one blur keeps and a stronger blur loses.",
    ),
    Family(
        "gabor",
        "Gabor",
        (
            Parameter("wavelength", "λ", 2, 24, 6, "px", 0, "Distance from stripe to stripe"),
            _angle("theta", "θ", "Direction in which the wave runs"),
            _sigma(3.0),
            Parameter("gamma", "γ", 0.2, 2, 0.5, "", 0, "Below 1 the bell is longer than wide"),
            Parameter("phase", "φ", 0, 180, 0, "°", 1, "0: a line detector; 90: an edge detector"),
            _size(19),
        ),
        lambda wavelength, theta, sigma, gamma, phase, size: shapes.gabor(
            wavelength, theta, sigma, gamma, phase, int(size)
        ),
        "Stripes under a bell: answers to one direction and one width, as simple cells do.",
    ),
    Family(
        "motion",
        "Motion blur",
        (
            Parameter("length", "length", 1, 31, 9, "px", 0, "How far the camera moved"),
            _angle("angle", "angle", "Direction of the movement"),
        ),
        lambda length, angle: shapes.motion_blur(length, angle),
        "The mean along a line: what a moving camera does.",
    ),
    Family(
        "box",
        "Box (mean)",
        (
            Parameter("height", "rows", 1, 31, 3, "px", 1, "Rows that are averaged"),
            Parameter("width", "columns", 1, 31, 3, "px", 1, "Columns that are averaged"),
        ),
        _box,
        "The plain mean; its frequency response has side lobes.",
    ),
    Family(
        "unsharp",
        "Unsharp mask",
        (
            _sigma(1.0, "What counts as detail: everything finer than σ"),
            Parameter("amount", "amount", 0, 5, 1, "", 0, "How many times the detail is added"),
            _odd_size(7),
        ),
        lambda sigma, amount, size: shapes.unsharp(sigma, amount, int(size)),
        "The picture plus its own details.",
    ),
    Family(
        "derivative",
        "Sobel, Prewitt, Scharr…",
        (
            Parameter(
                "smoothing", "middle", 0.5, 4, 2, "", 0, "1 Prewitt, 2 Sobel, 10/3 Scharr, across"
            ),
            Parameter("angle", "angle", 0, 360, 0, "°", 1, "The direction that is differentiated"),
        ),
        _derivative,
        "The slope of the brightness in one direction.",
    ),
)

FAMILIES: dict[str, Family] = {family.name: family for family in _ALL}


def make(name: str, values: Mapping[str, float]) -> np.ndarray:
    """Return the kernel of the family `name` for `values`, float64 (kh, kw).

    Raises KernelError for an unknown family or parameter, or a value the formula cannot take.
    """
    family = FAMILIES.get(name)
    if family is None:
        raise KernelError(f"There is no kernel family {name!r}; choose {', '.join(FAMILIES)}.")
    known = family.defaults()
    unknown = set(values) - set(known)
    if unknown:
        raise KernelError(f"A {family.title} has no parameter {', '.join(sorted(unknown))}.")
    return family.make(**{**known, **values})
