"""The laws of convolution, checked on the signals at hand, and systems that break them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines._filter2d.padding import OPERATIONS, Operation, check_choice
from engines._signals.signal import Signal, same_step
from engines.errors import SignalError

PropertyName = Literal[
    "linearity", "commutativity", "associativity", "shift_invariance", "convolution_theorem"
]
PROPERTIES: dict[str, str] = {
    "linearity": "Linearity",
    "commutativity": "Commutativity",
    "associativity": "Associativity",
    "shift_invariance": "Shift invariance",
    "convolution_theorem": "Convolution theorem",
}
ROUNDING = 1e-9  # differences below this share of the larger side are float64 rounding
FACTORS = (2.0, -3.0)  # a and b of linearity


@dataclass(frozen=True, eq=False)
class PropertyCheck:
    """Both sides of one law on the current data.

    name: key of PROPERTIES; title; left_text, right_text: what the sides are, in plain signs;
    left, right: the sides, of one length, both from f.start on; error: largest |left − right|;
    holds: whether that is rounding; sentence: what came out and, where it broke, why.
    """

    name: str
    title: str
    left_text: str
    right_text: str
    left: Signal
    right: Signal
    error: float
    holds: bool
    sentence: str


@dataclass(frozen=True)
class System:
    """A system that answers a signal f, perhaps using g: `apply(f, g)` → values.

    convolves: whether each number is a sum of products f · g, so that its rounding goes with
    ‖f‖·‖g‖; windowed: whether it knows the n samples of its input alone (what is shifted out is
    lost and zeros come in); reasons: why a law breaks here, by key of PROPERTIES.
    """

    name: str
    title: str
    apply: Callable[[np.ndarray, np.ndarray], np.ndarray]
    meaning: str
    reasons: dict[str, str]
    convolves: bool = False
    windowed: bool = False


def _convolve(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    from engines.convolution import convolve

    return convolve(np.array(first), np.array(second)).numpy()


def _correlate(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    from engines.convolution import correlate

    return correlate(np.array(first), np.array(second), "full").numpy()


def _squared(f: np.ndarray, g: np.ndarray) -> np.ndarray:
    return f**2


def _median(f: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Return the median of each 5 neighbours, zeros around f: (n + 4,), parts apart if complex."""
    from scipy.ndimage import median_filter

    padded = np.pad(f, 2)
    if np.iscomplexobj(padded):
        return _median(f.real, g) + 1j * _median(f.imag, g)
    return median_filter(padded, size=5, mode="constant", cval=0.0)


def _zero_padded(f: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Return as many numbers as f has, from the middle of the full convolution."""
    first = (len(g) - 1) // 2
    return _convolve(f, g)[first : first + len(f)]


_ALL = (
    System(
        "convolution",
        "Convolution with g",
        _convolve,
        "f ∗ g, every number of it.",
        {},
        convolves=True,
    ),
    System(
        "squaring",
        "Squaring",
        _squared,
        "Each sample times itself.",
        {
            "linearity": "twice the input gives four times the output, and the square of a sum has "
            "a mixed term",
        },
    ),
    System(
        "median",
        "Median of 5",
        _median,
        "The middle one of five neighbours.",
        {"linearity": "which neighbour is the middle one changes when signals are added"},
    ),
    System(
        "zero_padded",
        "Same size, zero border",
        _zero_padded,
        "f ∗ g cut to the size of f, as layers with “same” padding do: beyond the border the "
        "signal counts as zero.",
        {
            "shift_invariance": "what is shifted over the border is lost, and the zeros beyond the "
            "border do not shift along",
        },
        convolves=True,
        windowed=True,
    ),
)
SYSTEMS: dict[str, System] = {system.name: system for system in _ALL}


def check_properties(
    f: Signal,
    g: Signal,
    h: Signal | None = None,
    *,
    operation: Operation = "convolution",
    shift: int | None = None,
) -> list[PropertyCheck]:
    """Return the five checks of PROPERTIES, in their order, for f and g.

    h: the third signal, by default f reversed, every second sample negated; for linearity the
    shorter of f and h counts as followed by zeros. shift: in samples, 0 or more, by default a
    quarter of f, at least 1.
    operation "correlation" shows which laws it breaks. Raises SignalError where the steps differ or
    the shift is negative.
    """
    check_choice(operation, OPERATIONS, "operation")
    third = _third(f) if h is None else h
    same_step(f, g)
    same_step(f, third)
    apply = _convolve if operation == "convolution" else _correlate
    sign = "∗" if operation == "convolution" else "⋆"
    system = System("it", operation.capitalize(), apply, "", {}, convolves=True)
    bound = _bound(f.values, g.values)
    return [
        _linearity(
            system, f, g, third, (f"(a·f + b·h) {sign} g", f"a·(f {sign} g) + b·(h {sign} g)")
        ),
        _law(
            "commutativity",
            f,
            (f"f {sign} g", f"g {sign} f"),
            apply(f.values, g.values),
            apply(g.values, f.values),
            "exchanging the two reverses (and conjugates) a correlation",
            bound,
        ),
        _law(
            "associativity",
            f,
            (f"(f {sign} g) {sign} h", f"f {sign} (g {sign} h)"),
            apply(apply(f.values, g.values), third.values),
            apply(f.values, apply(g.values, third.values)),
            "correlating twice turns the third signal round on the right and not on the left",
            bound * float(np.abs(third.values).sum()),
        ),
        _shift_invariance(
            system, f, g, _shift_of(f, shift), (f"(f shifted) {sign} g", f"(f {sign} g) shifted")
        ),
        _theorem(f, g, operation, apply(f.values, g.values)),
    ]


def check_system(
    name: str, f: Signal, g: Signal, h: Signal | None = None, *, shift: int | None = None
) -> list[PropertyCheck]:
    """Return the checks of linearity and of shift invariance for the system `name` of SYSTEMS.

    h and shift as in `check_properties`. A check on data can show that a law breaks; that it holds
    is shown for these data only. Raises SignalError for unknown systems and as check_properties.
    """
    system = SYSTEMS.get(name)
    if system is None:
        raise SignalError(f"There is no system {name!r}; choose {', '.join(SYSTEMS)}.")
    third = _third(f) if h is None else h
    same_step(f, g)
    same_step(f, third)
    return [
        _linearity(system, f, g, third, ("S(a·f + b·h)", "a·S(f) + b·S(h)")),
        _shift_invariance(system, f, g, _shift_of(f, shift), ("S(f shifted)", "S(f) shifted")),
    ]


def _linearity(
    system: System, f: Signal, g: Signal, h: Signal, texts: tuple[str, str]
) -> PropertyCheck:
    count = max(len(f), len(h))
    first = np.pad(f.values, (0, count - len(f)))
    second = np.pad(h.values, (0, count - len(h)))
    a, b = FACTORS
    left = system.apply(a * first + b * second, g.values)
    right = a * system.apply(first, g.values) + b * system.apply(second, g.values)
    reason = system.reasons.get("linearity", "")
    scale = max(_scale(system, a * first, g.values), _scale(system, b * second, g.values))
    return _law("linearity", f, texts, left, right, reason, scale)


def _shift_invariance(
    system: System, f: Signal, g: Signal, shift: int, texts: tuple[str, str]
) -> PropertyCheck:
    output = system.apply(f.values, g.values)
    left = system.apply(_shifted(f.values, shift, system.windowed), g.values)
    right = _shifted(output, shift, system.windowed)
    reason = system.reasons.get("shift_invariance", "")
    scale = _scale(system, f.values, g.values)
    return _law("shift_invariance", f, texts, left, right, reason, scale)


def _theorem(f: Signal, g: Signal, operation: Operation, direct: np.ndarray) -> PropertyCheck:
    from scipy import fft

    points = fft.next_fast_len(len(direct))
    first = fft.fft(f.values, points)
    turned = g.values if operation == "convolution" else np.conj(g.values[::-1])
    product = fft.ifft(first * fft.fft(turned, points))[: len(direct)]
    if not np.iscomplexobj(direct):
        product = product.real
    texts = (
        ("f ∗ g", "IDFT(DFT(f) · DFT(g))")
        if operation == "convolution"
        else ("f ⋆ g", "IDFT(DFT(f) · DFT(conj g reversed))")
    )
    return _law("convolution_theorem", f, texts, direct, product, "", _bound(f.values, g.values))


def _law(
    name: str,
    f: Signal,
    texts: tuple[str, str],
    left: np.ndarray,
    right: np.ndarray,
    reason: str,
    scale: float,
) -> PropertyCheck:
    """Return the check; `scale` is the size of the numbers whose rounding may show."""
    error = float(np.abs(left - right).max())
    size = max(float(np.abs(left).max()), float(np.abs(right).max()), scale)
    holds = error <= ROUNDING * size
    title = PROPERTIES[name]
    if error == 0:
        sentence = f"{title} holds: both sides are equal to the last digit."
    elif holds:
        sentence = f"{title} holds: the sides differ by {error:.1e} at most, by rounding."
    else:
        why = f": {reason}" if reason else ""
        sentence = f"{title} breaks{why}. The sides differ by up to {error:.3g}."
    return PropertyCheck(
        name=name,
        title=title,
        left_text=texts[0],
        right_text=texts[1],
        left=f.with_values(left, name=texts[0]),
        right=f.with_values(right, name=texts[1]),
        error=error,
        holds=holds,
        sentence=sentence,
    )


def _third(f: Signal) -> Signal:
    """Return a signal unlike f, even where f is symmetric or constant."""
    signs = np.where(np.arange(len(f)) % 2, -1.0, 1.0)
    return f.with_values(f.values[::-1] * signs, name="h")


def _bound(first: np.ndarray, second: np.ndarray) -> float:
    """Return ‖f‖·‖g‖, which no number of f ∗ g exceeds (Cauchy and Schwarz)."""
    return float(np.linalg.norm(first) * np.linalg.norm(second))


def _scale(system: System, f: np.ndarray, g: np.ndarray) -> float:
    return _bound(f, g) if system.convolves else float(np.abs(system.apply(f, g)).max())


def _shift_of(f: Signal, shift: int | None) -> int:
    if shift is None:
        return max(1, len(f) // 4)
    if shift < 0:
        raise SignalError(f"The shift is {shift} samples; choose 0 or more.")
    return shift


def _shifted(values: np.ndarray, shift: int, windowed: bool) -> np.ndarray:
    later = np.pad(values, (shift, 0))
    return later[: len(values)] if windowed else later
