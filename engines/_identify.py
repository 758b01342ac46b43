"""Naming a kernel: by comparison with the well-known ones, and by fitting the parametric ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from engines import kernel_shapes as shapes
from engines._presets import PRESETS

# The cosine of the angle between two kernels as vectors. Two random 3×3 kernels exceed the first
# with a chance of about 1e-8; a kernel typed with two decimals still reaches it.
CLOSE = 0.99
EXACT = 1 - 1e-6
WORTH_REFINING = 0.8  # of a coarse search
_Wave = tuple[float, float, float, float]  # wavelength, θ, σ, γ of a Gabor
TRANSFORMS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("", lambda k: k),
    ("flipped left–right", lambda k: k[:, ::-1]),
    ("flipped top–bottom", lambda k: k[::-1]),
    ("rotated by 180°", lambda k: k[::-1, ::-1]),
    ("transposed", lambda k: k.T),
    ("rotated by 90° clockwise", lambda k: np.rot90(k, -1)),
    ("rotated by 90° counter-clockwise", lambda k: np.rot90(k, 1)),
    ("transposed about the other diagonal", lambda k: k[::-1, ::-1].T),
)


@dataclass(frozen=True)
class Match:
    """A name for a kernel.

    transform: what was done to the named kernel to get this one, "exactly" for nothing;
    score: cosine similarity in [0, 1], 1 being equal up to scale.
    """

    name: str
    transform: str
    score: float


@dataclass(frozen=True)
class _Candidate:
    name: str
    transform: str
    values: np.ndarray
    simplicity: int


def identify(kernel: np.ndarray) -> list[Match]:
    """Return the names of `kernel` (kh, kw), the best first; an unknown one gives an empty list.

    Rows and columns of zeros around it do not count, nor do scale and sign. An all-zero kernel is
    named "Zero".
    """
    trimmed, row, column = _trim(kernel)
    if trimmed is None:
        return [Match("Zero", "exactly", 1.0)]
    if trimmed.size == 1:
        return [_single(kernel.shape, row, column, float(trimmed[0, 0]))]
    found = _matches(trimmed, _fixed(trimmed.shape))
    if not found or found[0].score < EXACT:
        found += _matches(trimmed, _fitted(trimmed))
    best: dict[str, Match] = {}
    for match in sorted(found, key=lambda m: -round(m.score, 6)):
        best.setdefault(match.name, match)
    return list(best.values())


def _trim(kernel: np.ndarray) -> tuple[np.ndarray | None, int, int]:
    """Return the kernel without zero rows and columns around it, and where that begins."""
    rows, columns = np.nonzero(kernel)
    if not len(rows):
        return None, 0, 0
    top, left = int(rows.min()), int(columns.min())
    return kernel[top : rows.max() + 1, left : columns.max() + 1], top, left


def _single(shape: tuple[int, ...], row: int, column: int, weight: float) -> Match:
    down, right = row - (shape[0] - 1) // 2, column - (shape[1] - 1) // 2
    if down == right == 0:
        return Match("Identity", _scale_text(weight), 1.0)
    # Correlation reads the neighbour below: the picture moves up.
    moves = [
        f"{abs(count)} {word}"
        for count, word in (
            (right, "left" if right > 0 else "right"),
            (down, "up" if down > 0 else "down"),
        )
        if count
    ]
    return Match(f"Shift by {' and '.join(moves)}", _scale_text(weight), 1.0)


@cache
def _fixed(shape: tuple[int, int]) -> tuple[_Candidate, ...]:
    """Return the presets of that shape in every orientation, the simplest first."""
    made: list[_Candidate] = []
    for simplicity, (words, turn) in enumerate(TRANSFORMS):
        for preset in PRESETS.values():
            core, _, _ = _trim(preset.values)
            assert core is not None
            turned = turn(core)
            if turned.shape == shape and preset.family not in ("Identity", "Shift", "Box"):
                made.append(_Candidate(preset.name, words, turned, simplicity))
    return tuple(made)


def _matches(kernel: np.ndarray, candidates: tuple[_Candidate, ...]) -> list[Match]:
    """Return the close candidates, exact before scaled before negated before turned."""
    if not candidates:
        return []
    stack = np.stack([candidate.values.ravel() for candidate in candidates])
    norms = np.linalg.norm(stack, axis=1) * np.linalg.norm(kernel)
    cosines = stack @ kernel.ravel() / np.where(norms > 0, norms, np.inf)
    order = sorted(
        np.flatnonzero(np.abs(cosines) >= CLOSE),
        key=lambda i: (
            -round(float(abs(cosines[i])), 6),
            candidates[i].simplicity + (cosines[i] < 0),
        ),
    )
    found = []
    for i in order:
        candidate, cosine = candidates[i], float(cosines[i])
        scale = float(kernel.ravel() @ stack[i] / (stack[i] @ stack[i]))
        words = [candidate.transform] if candidate.transform else []
        if abs(cosine) < EXACT:
            words.insert(0, "nearly")
        scaled = _scale_text(scale)
        if scaled != "exactly":
            words.append(scaled)
        found.append(Match(candidate.name, ", ".join(words) or "exactly", min(abs(cosine), 1.0)))
    return found


def _scale_text(scale: float) -> str:
    if abs(scale - 1) < 1e-6:
        return "exactly"
    if abs(scale + 1) < 1e-6:
        return "negated"
    if scale < 0:
        return f"negated, × {-scale:.3g}"
    return f"× {scale:.3g}"


# -- parametric families ------------------------------------------------------------------------


def _fitted(kernel: np.ndarray) -> tuple[_Candidate, ...]:
    """Return one candidate of each family that could have made `kernel`, fitted to it."""
    made = [*_boxes(kernel), *_lines(kernel)]
    if kernel.shape[0] == kernel.shape[1] and kernel.shape[0] <= shapes.MAX_SIDE:
        made += [*_bells(kernel), *_gabors(kernel)]
    return tuple(made)


def _boxes(kernel: np.ndarray) -> Iterator[_Candidate]:
    height, width = kernel.shape
    if np.allclose(kernel, kernel.mean(), rtol=1e-6, atol=0):
        yield _Candidate(f"Box {height}×{width}", "", shapes.box(height, width), 0)


def _lines(kernel: np.ndarray) -> Iterator[_Candidate]:
    """Motion blur: non-negative weights along one direction."""
    weights = kernel * np.sign(kernel.sum())
    if kernel.min() < 0 < kernel.max() or min(kernel.shape) == 1:
        return
    height, width = kernel.shape
    size = max(height, width)
    y, x = shapes.positions(height)[:, None], shapes.positions(width)[None, :]
    total = weights.sum()
    spread = np.array(
        [[(weights * x * x).sum(), (weights * x * y).sum()], [0, (weights * y * y).sum()]]
    )
    spread[1, 0] = spread[0, 1]
    sizes, directions = np.linalg.eigh(spread / total)
    if sizes[1] <= 0 or sizes[0] > 0.4:  # a slanted line is shared with its neighbours
        return
    length = float(np.sqrt(12 * sizes[1] + 1))  # the variance of n equal weights is (n² − 1) / 12
    angle = float(np.degrees(np.arctan2(-directions[1, 1], directions[0, 1])) % 180)
    top, left = (size - height) // 2, (size - width) // 2
    cuts = {
        tried: shapes.motion_blur(tried, angle, size)[top : top + height, left : left + width]
        for tried in (max(length + step, 1.0) for step in np.arange(-1.5, 0.51, 0.25))
    }
    length = max(cuts, key=lambda n: (cuts[n] * weights).sum() / np.linalg.norm(cuts[n]))
    name = f"Motion blur, length {length:.1f}, {angle:.0f}°"
    yield _Candidate(name, "", cuts[length], 0)


def _bells(kernel: np.ndarray) -> Iterator[_Candidate]:
    """Gaussian, LoG, DoG and unsharp masking: all symmetric about the middle."""
    if not np.allclose(kernel, kernel[::-1, ::-1], atol=1e-3 * np.abs(kernel).max()):
        return
    size = len(kernel)
    for family, make in (
        ("Gaussian", lambda s: shapes.gaussian(s, size)),
        ("LoG", lambda s: shapes.laplacian_of_gaussian(s, size)),
        ("DoG", lambda s: shapes.difference_of_gaussians(s, 1.6, size)),
    ):
        sigma, values = _best_sigma(kernel, make)
        yield _Candidate(f"{family}, σ {sigma:.2f}", "", values, 0)
    yield from _unsharp(kernel)


def _unsharp(kernel: np.ndarray) -> Iterator[_Candidate]:
    """Identity less a Gaussian: fit the bell without the middle tap, then both."""
    size = len(kernel)
    if size % 2 == 0 or size < 3:
        return
    middle = size // 2
    around = np.ones_like(kernel, dtype=bool)
    around[middle, middle] = False
    if not (kernel[middle, middle] > 0 and (kernel[around] <= 0).all()):
        return
    surroundings = np.where(around, kernel, 0.0)
    sigma, _ = _best_sigma(surroundings, lambda s: np.where(around, shapes.gaussian(s, size), 0.0))
    bell, spike = shapes.gaussian(sigma, size), shapes.identity(size)
    weights, *_ = np.linalg.lstsq(
        np.stack([spike.ravel(), -bell.ravel()], axis=1), kernel.ravel(), rcond=None
    )
    rest = float(weights[0] - weights[1])
    if weights[1] > 0 and rest > 1e-6:  # without a rest it is no sharpening but a DoG
        values = weights[0] * spike - weights[1] * bell
        name = f"Unsharp masking, σ {sigma:.2f}, amount {weights[1] / rest:.2f}"
        yield _Candidate(name, "", values / rest, 0)


def _best_sigma(
    kernel: np.ndarray, make: Callable[[float], np.ndarray]
) -> tuple[float, np.ndarray]:
    """Return the σ, and its kernel, that comes closest to `kernel` up to scale and sign."""

    def closeness(sigma: float) -> float:
        values = make(sigma)
        norm = np.linalg.norm(values)
        return float(abs((values * kernel).sum()) / norm) if norm > 0 else 0.0

    sigmas = np.geomspace(0.3, 8.0, 24)
    best = int(np.argmax([closeness(float(sigma)) for sigma in sigmas]))
    bounds = sigmas[max(best - 1, 0)], sigmas[min(best + 1, len(sigmas) - 1)]
    from scipy.optimize import minimize_scalar  # a third of a second, not before the window

    found = minimize_scalar(lambda s: -closeness(s), bounds=bounds, options={"xatol": 1e-6})
    sigma = float(found.x)
    return sigma, make(sigma)


def _gabors(kernel: np.ndarray) -> Iterator[_Candidate]:
    """A wave under a bell: frequency and direction from the spectrum's peak, the rest by search."""
    size = len(kernel)
    if size < 5:
        return
    points = 128
    spectrum = np.abs(np.fft.fft2(kernel - kernel.mean(), (points, points)))
    half = spectrum[: points // 2 + 1]
    row, column = np.unravel_index(int(half.argmax()), half.shape)
    v = row / points
    u = column / points if column <= points // 2 else column / points - 1
    frequency = float(np.hypot(u, v))
    if frequency < 1 / (2 * size):
        return
    start = (1 / frequency, float(np.degrees(np.arctan2(-v, u))))
    coarse = [
        (*start, float(share / frequency), gamma)
        for share in np.linspace(0.3, 0.9, 7)
        for gamma in (0.3, 0.5, 0.75, 1.0)
    ]
    best = max(coarse, key=lambda wave: _gabor_like(kernel, *wave)[0])
    score, values = _gabor_like(kernel, *best)
    if score >= WORTH_REFINING:
        best = _refined_gabor(kernel, best)
        score, values = _gabor_like(kernel, *best)
    wavelength, theta, sigma, _ = best
    # Rounded before 180° are taken for 0°.
    name = f"Gabor, λ {wavelength:.1f}, θ {round(theta) % 180}°, σ {sigma:.1f}"
    yield _Candidate(name, "", values, 0)


def _gabor_like(
    kernel: np.ndarray, wavelength: float, theta: float, sigma: float, gamma: float
) -> tuple[float, np.ndarray]:
    """Return how close a Gabor comes (cosine), and that Gabor, of the phase that suits best."""
    pair = np.stack(
        [
            shapes.gabor(wavelength, theta, sigma, gamma, phase, len(kernel)).ravel()
            for phase in (0.0, 90.0)
        ],
        axis=1,
    )
    weights, *_ = np.linalg.lstsq(pair, kernel.ravel(), rcond=None)
    values = (pair @ weights).reshape(kernel.shape)
    norms = np.linalg.norm(values) * np.linalg.norm(kernel)
    return (float((values * kernel).sum() / norms) if norms > 0 else 0.0), values


def _refined_gabor(kernel: np.ndarray, wave: _Wave) -> _Wave:
    """Return the parameters near `wave` whose Gabor comes closest."""

    def wave_of(change: np.ndarray) -> _Wave:
        factors = np.exp(np.clip(change[[0, 2, 3]], -1.5, 1.5))
        return (
            float(wave[0] * factors[0]),
            float(wave[1] + 45 * change[1]),
            float(wave[2] * factors[1]),
            float(wave[3] * factors[2]),
        )

    simplex = 0.1 * np.eye(5, 4, k=-1)
    from scipy.optimize import minimize

    found = minimize(
        lambda change: -_gabor_like(kernel, *wave_of(change))[0],
        np.zeros(4),
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 1e-3, "fatol": 1e-9, "maxfev": 400},
    )
    return wave_of(found.x)
