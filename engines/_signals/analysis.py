"""What correlation finds: likeness to oneself, periods, delays, signals in noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engines._filter2d.padding import check_choice
from engines._signals.signal import LONGEST, Signal, same_step
from engines.errors import SignalError

Normalisation = Literal["none", "biased", "unbiased", "normalised"]
NORMALISATIONS: tuple[Normalisation, ...] = ("none", "biased", "unbiased", "normalised")
CLEAR_PERIOD = 0.4  # likeness at one period below which nothing is called a period
FINER = 8  # places per sample at which a peak is sought
_NOISE_STREAM = 7  # or a sent noise of the same seed would be hidden in itself
EQUAL_PEAK = 0.85  # a peak this close to the highest is a period's; the first of them counts


class NoPeriod(SignalError):  # noqa: N818  an answer about the signal, not a fault of the program
    """The signal does not repeat itself; the text says why."""


@dataclass(frozen=True, eq=False)
class Autocorrelation:
    """A signal's likeness to itself shifted by each lag.

    values: (2n − 1,), conjugate-symmetric about its middle, lag 0; lags: (2n − 1,) in `unit`;
    lag_samples: the same as whole numbers, −(n − 1) … n − 1.
    """

    values: np.ndarray
    lags: np.ndarray
    lag_samples: np.ndarray
    normalisation: Normalisation
    unit: str


@dataclass(frozen=True)
class Period:
    """How a signal repeats itself.

    period: in `unit`; samples: the same in samples, refined between samples; strength: likeness
    of the signal to itself one period later, at most 1; peaks: lags of the peaks, in `unit`, at
    its multiples; sentence: what was found, for people.
    """

    period: float
    samples: float
    strength: float
    peaks: tuple[float, ...]
    unit: str
    sentence: str


@dataclass(frozen=True, eq=False)
class PlantedDelay:
    """A signal sent, and what comes back: later, and in noise.

    received = clean + noise, all of one length and starting where `sent` starts; samples: the
    delay in whole samples; delay: the same in `sent.unit`; sigma: the noise's standard deviation.
    """

    sent: Signal
    received: Signal
    clean: Signal
    noise: Signal
    samples: int
    delay: float
    sigma: float


@dataclass(frozen=True, eq=False)
class FoundDelay:
    """Where the cross-correlation of two signals peaks.

    correlation: received with sent, on the lag axis; samples, delay: the lag of its peak (largest
    real part; largest magnitude for complex signals); height: its value there; likeness:
    normalised correlation of the two where they overlap at that lag, in [0, 1];
    sentence: what was found, for people.
    """

    correlation: Signal
    samples: int
    delay: float
    height: float
    likeness: float
    sentence: str


@dataclass(frozen=True, eq=False)
class MatchedFilter:
    """A known signal sought in white noise with the filter that is best for it.

    output: received correlated with the template, on the lag axis, zero where it only partly lies
    on `received` left out ("valid"); samples, delay: where it peaks; snr_before: largest
    |clean|² ÷ σ²; snr_after: |output of the clean signal|² at the true place ÷ the noise's mean
    square at the output; snr_after_theory: E ÷ σ², E the template's energy; gain = after ÷ before;
    gain_theory = E ÷ largest |template|². σ² and both noise powers are measured on the very noise
    (theory takes the expected σ²), so measured and theory differ by chance. Without noise the SNRs
    are infinite and `gain` is that of theory. SNRs are ratios of powers; see `decibels`.
    """

    output: Signal
    samples: int
    delay: float
    snr_before: float
    snr_after: float
    snr_after_theory: float
    gain: float
    gain_theory: float
    sentence: str


def decibels(ratio: float) -> float:
    """Return 10·log10 of a ratio of powers; −inf for 0, inf for inf."""
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(ratio))


def autocorrelation(
    signal: Signal, normalisation: Normalisation = "none", *, remove_mean: bool = False
) -> Autocorrelation:
    """Return r[k] = Σ_n x[n + k] · conj x[n] for every lag k.

    normalisation: "none"; "biased" r ÷ N; "unbiased" r ÷ (N − |k|), the count of products;
    "normalised" r ÷ r[0], so that lag 0 is 1. remove_mean subtracts the mean first. Raises
    SignalError when nothing is left to be normalised. As numpy.correlate(x, x, "full").
    """
    check_choice(normalisation, NORMALISATIONS, "normalisation")
    values = signal.values - signal.values.mean() if remove_mean else signal.values
    products = _correlate(values, values)
    count = len(values)
    lag_samples = np.arange(-(count - 1), count)
    if normalisation == "biased":
        products = products / count
    elif normalisation == "unbiased":
        products = products / (count - np.abs(lag_samples))
    elif normalisation == "normalised":
        energy = np.vdot(values, values).real
        if energy <= 1e-24 * count * max(1.0, float(np.abs(signal.values).max()) ** 2):
            raise SignalError(
                "The signal is zero throughout"
                + (" once its mean is subtracted" if remove_mean else "")
                + "; its autocorrelation cannot be normalised."
            )
        products = products / energy
    return Autocorrelation(
        products, lag_samples * signal.step, lag_samples, normalisation, signal.unit
    )


def detect_period(signal: Signal) -> Period:
    """Return the shortest lag at which the signal resembles itself best, at most half its length.

    The likeness is the autocorrelation without the mean, divided at each lag by the mean energy of
    the two stretches that are compared: 1 exactly where they are equal (the normalised square
    difference function of McLeod and Wyvill, 2005). Peaks must stand out from their surroundings
    and from what white noise of this length reaches by chance. Raises NoPeriod, saying why, for
    constant, noisy or too short signals.
    """
    from scipy.interpolate import CubicSpline
    from scipy.signal import find_peaks

    values = signal.values - signal.values.mean()
    count = len(values)
    if count < 6:
        raise NoPeriod(f"{count} samples are too few to see a period; at least 6 are needed.")
    if np.abs(values).max() <= 1e-12 * max(1e-300, float(np.abs(signal.values).max())):
        raise NoPeriod("The signal is constant; it has no period.")
    likeness = _likeness(values)[: count // 2 + 2]
    # Of L independent Gaussian numbers of spread s the largest stays near s·√(2 ln L).
    chance = np.sqrt(2 * np.log(max(len(likeness), 2)) / (count - len(likeness) + 1))
    threshold = max(CLEAR_PERIOD, min(0.9, 1.25 * chance))
    # Samples may straddle a peak, so it is sought between them as well.
    last = len(likeness) - 1
    fine = CubicSpline(np.arange(last + 1), likeness)(np.arange(last * FINER + 1) / FINER)
    found, _ = find_peaks(fine, height=threshold, prominence=threshold / 2)
    found = found[(found >= 2 * FINER) & (found <= count * FINER / 2)]
    if not len(found):
        raise NoPeriod(
            "No period is found: away from lag 0 the signal never resembles itself clearly (a peak "
            f"of {threshold:.2f} is needed; noise reaches about {min(chance, 1.0):.2f} by chance). "
            "A period shows only if the signal holds at least two of them."
        )
    found = found[fine[found] >= EQUAL_PEAK * fine[found].max()]
    strength = min(1.0, float(fine[found[0]]))
    samples, peaks = _refined(np.array([_top(fine, int(peak)) / FINER for peak in found]))
    period = samples * signal.step
    return Period(
        period=period,
        samples=samples,
        strength=strength,
        peaks=tuple(peak * signal.step for peak in peaks),
        unit=signal.unit,
        sentence=f"It repeats every {period:.4g} {signal.unit}; {strength:.0%} alike.",
    )


def plant_delay(signal: Signal, delay: float, noise: float, *, seed: int = 0) -> PlantedDelay:
    """Return `signal` as it comes back `delay` later (to the nearest sample) in white noise.

    delay: in the signal's unit, 0 or more, rounded to whole samples; noise: standard deviation of
    the noise (half its power in each of real and imaginary part for a complex signal); the same
    seed gives the same noise. As long again as the signal follows behind. Raises SignalError.
    """
    shift = delay / signal.step
    if not 0 <= shift <= LONGEST - 3 * len(signal):
        raise SignalError(f"The delay is {delay:g} {signal.unit}; choose 0 or more, not too long.")
    if not (np.isfinite(noise) and noise >= 0):
        raise SignalError(f"The noise's σ is {noise:g}; choose 0 or more.")
    samples = round(shift)
    count = samples + 2 * len(signal)
    clean = np.zeros(count, signal.values.dtype)
    clean[samples : samples + len(signal)] = signal.values
    rng = np.random.default_rng([_NOISE_STREAM, seed])
    drawn = rng.standard_normal(count)
    if signal.is_complex:
        drawn = (drawn + 1j * rng.standard_normal(count)) / np.sqrt(2)
    return PlantedDelay(
        sent=signal,
        received=signal.with_values(clean + noise * drawn, name="received"),
        clean=signal.with_values(clean, name="clean"),
        noise=signal.with_values(noise * drawn, name="noise"),
        samples=samples,
        delay=samples * signal.step,
        sigma=float(noise),
    )


def find_delay(sent: Signal, received: Signal) -> FoundDelay:
    """Return by how much `received` is `sent` delayed: the peak of their cross-correlation.

    Negative where `received` comes first. Raises SignalError where the steps differ or a signal is
    zero throughout. As scipy.signal.correlate with correlation_lags.
    """
    same_step(sent, received)
    if not (sent.values.any() and received.values.any()):
        raise SignalError("A signal that is zero throughout cannot be found anywhere.")
    products = _correlate(received.values, sent.values)
    start = received.start - sent.end
    correlation = received.with_values(products, start=start, name="received ⋆ sent")
    peak = int(np.argmax(_strength(products)))
    shift = peak - (len(sent) - 1)
    low, high = max(0, shift), min(len(received), shift + len(sent))
    one, other = received.values[low:high], sent.values[low - shift : high - shift]
    energies = np.sqrt(np.vdot(one, one).real * np.vdot(other, other).real)
    likeness = float(abs(products[peak]) / energies) if energies > 0 else 0.0
    delay = start + peak * sent.step
    return FoundDelay(
        correlation=correlation,
        samples=shift,
        delay=delay,
        height=float(_strength(products)[peak]),
        likeness=min(1.0, likeness),
        sentence=f"Found {delay:.6g} {sent.unit} later ({likeness:.0%} alike there).",
    )


def matched_filter(planted: PlantedDelay) -> MatchedFilter:
    """Return what correlating with the signal itself makes of signal and noise.

    For white noise of power σ² no linear filter reaches a higher SNR at one moment than E ÷ σ²,
    and this one does (G. L. Turin, "An introduction to matched filters", IRE Transactions on
    Information Theory 6, 1960; discrete form). Raises SignalError for a template of zeros.
    """
    template = planted.sent
    energy, highest = template.energy, float(np.abs(template.values).max()) ** 2
    if highest == 0:
        raise SignalError("The signal is zero throughout; there is nothing to match.")
    valid = slice(len(template) - 1, len(planted.received))
    output = _correlate(planted.received.values, template.values)[valid]
    from_noise = _correlate(planted.noise.values, template.values)[valid]
    from_clean = _correlate(planted.clean.values, template.values)[valid]
    start = planted.received.start - template.start
    samples = int(np.argmax(_strength(output)))
    theory_gain = energy / highest
    if planted.sigma > 0:
        before = highest / _power(planted.noise.values)
        after = float(np.abs(from_clean[planted.samples]) ** 2) / _power(from_noise)
        after_theory, gain = energy / planted.sigma**2, after / before
    else:
        before = after = after_theory = np.inf
        gain = theory_gain
    return MatchedFilter(
        output=template.with_values(output, start=start, name="received ⋆ template"),
        samples=samples,
        delay=start + samples * template.step,
        snr_before=float(before),
        snr_after=float(after),
        snr_after_theory=float(after_theory),
        gain=float(gain),
        gain_theory=float(theory_gain),
        sentence=_snr_sentence(float(before), float(after), float(gain), float(theory_gain)),
    )


def _snr_sentence(before: float, after: float, gain: float, theory: float) -> str:
    if not np.isfinite(before):
        return f"Without noise the SNR is infinite; in any white noise it would grow {theory:.3g}×."
    return (
        f"SNR {decibels(before):.1f} dB before, {decibels(after):.1f} dB after: {gain:.3g}× "
        f"({decibels(gain):.1f} dB); theory says {theory:.3g}× ({decibels(theory):.1f} dB)."
    )


def _power(values: np.ndarray) -> float:
    return float(np.mean(np.abs(values) ** 2))


def _strength(products: np.ndarray) -> np.ndarray:
    return np.abs(products) if np.iscomplexobj(products) else products


def _correlate(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    from scipy.signal import correlate

    return correlate(first, second, "full", "auto")


def _likeness(values: np.ndarray) -> np.ndarray:
    """Return for lags 0 … n − 1: 2·Re Σ x[j] conj x[j + k] ÷ Σ (|x[j]|² + |x[j + k]|²)."""
    count = len(values)
    products = _correlate(values, values)[count - 1 :].real
    squares = np.concatenate([[0.0], np.cumsum(np.abs(values) ** 2)])
    lags = np.arange(count)
    energies = squares[count - lags] + squares[count] - squares[lags]
    floor = 1e-12 * squares[count]
    return np.where(energies > floor, 2 * products / np.maximum(energies, floor), 0.0)


def _refined(places: np.ndarray) -> tuple[float, tuple[float, ...]]:
    """Return the period, and those of the peaks' `places` that lie at its multiples.

    The first place is the period at first sight; the line through 0 that fits the peak nearest to
    each multiple best makes it finer from one multiple to the next.
    """
    estimate = float(places[0])
    kept: list[float] = []
    weighted = weights = 0.0
    multiple = 1
    while multiple * estimate < places[-1] + estimate / 2:
        place = float(places[np.argmin(np.abs(places - multiple * estimate))])
        if abs(place - multiple * estimate) <= 0.1 * estimate:
            kept.append(place)
            weighted += multiple * place
            weights += multiple**2
            estimate = weighted / weights
        multiple += 1
    return estimate, tuple(kept)


def _top(values: np.ndarray, index: int) -> float:
    """Return where the parabola through a peak and its two neighbours is highest."""
    if not 0 < index < len(values) - 1:
        return float(index)
    left, middle, right = values[index - 1 : index + 2].tolist()
    bend = left - 2 * middle + right
    return index + (0.5 * (left - right) / bend if bend < 0 else 0.0)
