"""Built-in signals, each described well enough to make sliders of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engines._signals.signal import MAX_SAMPLES, Signal, Unit
from engines.errors import SignalError
from engines.kernel_families import Parameter


@dataclass(frozen=True)
class Source:
    """Signals made by one formula: `make(**parameters)` returns float64 (n,).

    Every source also has the parameter `start`, the place of its first sample, which `make_source`
    applies; lengths, periods and widths are in samples.
    """

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    make: Callable[..., np.ndarray]
    meaning: str

    def defaults(self) -> dict[str, float]:
        """Return the value of each parameter to start from."""
        return {parameter.name: parameter.default for parameter in self.parameters}


def _length(default: int) -> Parameter:
    return Parameter("length", "n", 1, MAX_SAMPLES, default, "", 1, "How many samples it has")


def _width(default: int, meaning: str) -> Parameter:
    return Parameter("width", "w", 1, 512, default, "", 1, meaning)


_AMPLITUDE = Parameter("amplitude", "A", -4, 4, 1, "", 0, "Its height; below 0 it points down")
_START = Parameter("start", "t₀", -256, 256, 0, "", 1, "Where its first sample lies, in samples")


def _triangle(width: float, amplitude: float) -> np.ndarray:
    """Return a triangle that reaches `amplitude` where the width is odd, and so has a middle."""
    from scipy.signal.windows import triang

    return amplitude * triang(int(width))


def _exponential(length: float, decay: float, amplitude: float) -> np.ndarray:
    return amplitude * np.exp(-np.arange(int(length)) / decay)


def _gaussian(length: float, sigma: float, amplitude: float) -> np.ndarray:
    count = int(length)
    from_middle = np.arange(count) - (count - 1) / 2
    return amplitude * np.exp(-(from_middle**2) / (2 * sigma**2))


def _chirp(length: float, low: float, high: float, amplitude: float) -> np.ndarray:
    """Return cos of a phase whose slope grows evenly from `low` to `high` cycles per sample."""
    n = np.arange(int(length))
    rate = (high - low) / max(int(length) - 1, 1)
    return amplitude * np.cos(2 * np.pi * (low * n + rate * n**2 / 2))


def _sine(length: float, period: float, phase: float, amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * np.arange(int(length)) / period + np.deg2rad(phase))


def _impulses(length: float, period: float, amplitude: float) -> np.ndarray:
    values = np.zeros(int(length))
    values[:: int(period)] = amplitude
    return values


def _noise(length: float, sigma: float, seed: float) -> np.ndarray:
    return sigma * np.random.default_rng(int(seed)).standard_normal(int(length))


def _step(length: float, at: float, amplitude: float) -> np.ndarray:
    return amplitude * (np.arange(int(length)) >= at)


_ALL = (
    Source(
        "box",
        "Box",
        (_width(16, "How many samples are not zero"), _AMPLITUDE, _START),
        lambda width, amplitude: np.full(int(width), float(amplitude)),
        "The same value throughout: convolving with it sums, or averages, a window.",
    ),
    Source(
        "triangle",
        "Triangle",
        (_width(31, "How many samples are not zero"), _AMPLITUDE, _START),
        _triangle,
        "What a box makes of a box.",
    ),
    Source(
        "exponential",
        "Exponential",
        (
            _length(48),
            Parameter("decay", "τ", 0.5, 256, 8, "", 0, "Samples until 1/e of it is left"),
            _AMPLITUDE,
            _START,
        ),
        _exponential,
        "How a charged capacitor, or a leaky bucket, forgets.",
    ),
    Source(
        "gaussian",
        "Gaussian",
        (
            _length(41),
            Parameter("sigma", "σ", 0.2, 128, 6, "", 0, "Standard deviation, in samples"),
            _AMPLITUDE,
            _START,
        ),
        _gaussian,
        "A bell; convolving two bells adds their variances.",
    ),
    Source(
        "chirp",
        "Chirp",
        (
            _length(128),
            Parameter("low", "f₀", 0, 0.5, 0.01, "", 0, "Cycles per sample at the beginning"),
            Parameter("high", "f₁", 0, 0.5, 0.2, "", 0, "Cycles per sample at the end"),
            _AMPLITUDE,
            _START,
        ),
        _chirp,
        "A rising tone, as bats and radars send: long, but with a sharp autocorrelation.",
    ),
    Source(
        "sine",
        "Sine",
        (
            _length(128),
            Parameter("period", "T", 2, 256, 25, "", 0, "Samples from crest to crest"),
            Parameter("phase", "φ", 0, 360, 0, "°", 1, "90: a cosine"),
            _AMPLITUDE,
            _START,
        ),
        _sine,
        "One frequency: any convolution returns a sine of the same frequency.",
    ),
    Source(
        "impulses",
        "Impulse train",
        (
            _length(96),
            Parameter("period", "T", 1, 256, 24, "", 1, "Samples from impulse to impulse"),
            _AMPLITUDE,
            _START,
        ),
        _impulses,
        "Convolving with it puts a copy of the other signal at every impulse.",
    ),
    Source(
        "noise",
        "Noise",
        (
            _length(128),
            Parameter("sigma", "σ", 0, 4, 1, "", 0, "Standard deviation of the white noise"),
            Parameter("seed", "seed", 0, 999, 1, "", 1, "Another number, another noise"),
            _START,
        ),
        _noise,
        "Every sample for itself: it resembles only itself, at lag 0.",
    ),
    Source(
        "step",
        "Step",
        (
            _length(64),
            Parameter("at", "t₁", 0, MAX_SAMPLES, 8, "", 1, "How many zeros come first"),
            _AMPLITUDE,
            _START,
        ),
        _step,
        "Off, then on: convolving with it sums up all that came before.",
    ),
)

SOURCES: dict[str, Source] = {source.name: source for source in _ALL}


def make_source(
    name: str, values: Mapping[str, float], *, step: float = 1.0, unit: Unit = "samples"
) -> Signal:
    """Return the source `name` for `values` (missing ones are the defaults).

    Its first sample lies at `start` · step. Raises SignalError for an unknown source or parameter,
    or a value outside the parameter's range, named with its range.
    """
    source = SOURCES.get(name)
    if source is None:
        raise SignalError(f"There is no signal {name!r}; choose {', '.join(SOURCES)}.")
    unknown = set(values) - set(source.defaults())
    if unknown:
        raise SignalError(f"A {source.title} has no parameter {', '.join(sorted(unknown))}.")
    chosen = {**source.defaults(), **values}
    for parameter in source.parameters:
        value = chosen[parameter.name]
        if not parameter.low <= value <= parameter.high:
            raise SignalError(
                f"{parameter.symbol} of the {source.title.lower()} is {value:g}; choose "
                f"{parameter.low:g} to {parameter.high:g}."
            )
    begin = chosen.pop("start") * step
    return Signal(source.make(**chosen), step, begin, source.title, unit)
