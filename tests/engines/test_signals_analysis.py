"""What correlation finds, against NumPy, closed forms and planted answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal as reference

from engines.errors import EngineError, SignalError
from engines.signals import (
    NoPeriod,
    Signal,
    autocorrelation,
    decibels,
    detect_period,
    find_delay,
    make_source,
    matched_filter,
    plant_delay,
)


def random_values(count, seed, complex_valued=False):
    rng = np.random.default_rng([count, seed])
    values = rng.normal(size=count)
    return values + 1j * rng.normal(size=count) if complex_valued else values


@given(st.integers(1, 40), st.booleans(), st.booleans())
def test_autocorrelation_is_numpys_on_its_lags(count, complex_valued, remove_mean):
    values = random_values(count, 0, complex_valued)
    made = autocorrelation(Signal(values, 0.5, 3.0, unit="s"), remove_mean=remove_mean)
    x = values - values.mean() if remove_mean else values
    np.testing.assert_allclose(made.values, np.correlate(x, x, "full"), atol=1e-11)
    assert made.lag_samples.tolist() == list(range(-(count - 1), count))
    np.testing.assert_allclose(made.lags, 0.5 * made.lag_samples)
    np.testing.assert_allclose(made.values, np.conj(made.values[::-1]), atol=1e-11)
    assert np.abs(made.values).max() <= made.values[count - 1].real + 1e-11


@given(st.integers(2, 40))
def test_normalisations_divide_by_what_they_say(count):
    made = Signal(random_values(count, 1))
    plain = autocorrelation(made).values
    overlap = np.correlate(np.ones(count), np.ones(count), "full")
    for name, divisor in (
        ("biased", count),
        ("unbiased", overlap),
        ("normalised", plain[count - 1]),
    ):
        np.testing.assert_allclose(autocorrelation(made, name).values, plain / divisor, atol=1e-12)
    assert autocorrelation(made, "normalised").values[count - 1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("values", "remove_mean"), [(np.zeros(5), False), (np.full(7, 0.1), True), ([3.0], True)]
)
def test_nothing_cannot_be_normalised(values, remove_mean):
    with pytest.raises(SignalError, match="cannot be normalised"):
        autocorrelation(Signal(values), "normalised", remove_mean=remove_mean)
    with pytest.raises(EngineError):
        autocorrelation(Signal([1.0]), "divided")


@given(st.floats(4, 60), st.floats(0, 360), st.floats(-10, 10))
def test_the_period_of_a_sine_is_found_whatever_its_phase_and_mean(period, phase, mean):
    count = int(period * 5) + 3
    sine = make_source("sine", {"length": count, "period": period, "phase": phase})
    found = detect_period(Signal(sine.values + mean, 0.01, unit="s"))
    assert found.samples == pytest.approx(period, rel=0.02)
    assert found.period == pytest.approx(found.samples * 0.01)
    assert 0.88 < found.strength <= 1
    assert found.unit == "s"


@given(st.integers(3, 40), st.integers(3, 8), st.integers(0, 10**6))
def test_the_period_of_any_pattern_repeated_is_found_or_a_part_of_it(length, times, seed):
    pattern = np.random.default_rng(seed).normal(size=length)
    made = Signal(np.tile(pattern, times))
    try:
        found = detect_period(made)
    except NoPeriod:
        assert length < 5 or times < 4, "short signals are not told from chance"
        return
    nearest = round(found.samples)
    assert abs(found.samples - nearest) < 0.2
    shifted = np.roll(pattern, nearest) - pattern.mean()
    likeness = shifted @ (pattern - pattern.mean()) / np.sum((pattern - pattern.mean()) ** 2)
    assert likeness > 0.7


def test_the_period_of_an_impulse_train_is_marked_at_its_multiples():
    found = detect_period(make_source("impulses", {"length": 128, "period": 24}))
    assert found.samples == pytest.approx(24, abs=0.01)
    np.testing.assert_allclose(found.peaks, [24, 48], atol=0.02)
    assert "every 24 samples" in found.sentence


def test_the_period_of_a_tone_is_found_in_noise():
    rng = np.random.default_rng(5)
    tone = np.sin(2 * np.pi * np.arange(1000) / 40) + 0.5 * rng.normal(size=1000)
    assert detect_period(Signal(tone)).samples == pytest.approx(40, rel=0.01)


def test_the_period_of_a_complex_tone_is_found():
    tone = np.exp(2j * np.pi * np.arange(100) / 20)
    assert detect_period(Signal(tone)).samples == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize("count", [10, 30, 100, 500, 4096])
def test_white_noise_has_no_period(count):
    refused = 0
    for seed in range(100):
        try:
            detect_period(Signal(random_values(count, seed)))
        except NoPeriod:
            refused += 1
    assert refused >= 97


@pytest.mark.parametrize("name", ["box", "triangle", "exponential", "gaussian", "chirp", "step"])
def test_what_does_not_repeat_has_no_period(name):
    with pytest.raises(NoPeriod, match="period"):
        detect_period(make_source(name, {}))


def test_too_short_and_constant_signals_say_why_they_have_no_period():
    with pytest.raises(NoPeriod, match="5 samples are too few"):
        detect_period(Signal([1, 0, 1, 0, 1]))
    with pytest.raises(NoPeriod, match="is constant"):
        detect_period(Signal(np.full(50, 0.1)))


@given(st.integers(1, 20), st.floats(0, 50), st.booleans())
def test_what_comes_back_is_the_signal_later_and_noise(count, delay, complex_valued):
    sent = Signal(random_values(count, 2, complex_valued), 0.5, -3.0)
    made = plant_delay(sent, delay, 0.7, seed=4)
    assert made.samples == round(delay / 0.5)
    assert made.delay == made.samples * 0.5
    np.testing.assert_allclose(made.received.values, made.clean.values + made.noise.values)
    kept = made.clean.values[made.samples : made.samples + count]
    np.testing.assert_array_equal(kept, sent.values)
    assert made.clean.energy == pytest.approx(sent.energy)
    assert made.received.start == sent.start
    again = plant_delay(sent, delay, 0.7, seed=4)
    np.testing.assert_array_equal(again.noise.values, made.noise.values)


@pytest.mark.parametrize("complex_valued", [False, True])
def test_the_noise_has_the_power_asked_for(complex_valued):
    sent = Signal(random_values(20_000, 0, complex_valued))
    noise = plant_delay(sent, 0, 0.5).noise.values
    assert np.mean(np.abs(noise) ** 2) == pytest.approx(0.25, rel=0.03)


@given(st.integers(2, 30), st.integers(0, 60), st.booleans(), st.sampled_from([1.0, 0.125]))
def test_a_delay_without_noise_is_found_exactly(count, samples, complex_valued, step):
    sent = Signal(random_values(count, 3, complex_valued), step, 2.0)
    planted = plant_delay(sent, samples * step, 0.0)
    found = find_delay(planted.sent, planted.received)
    assert found.samples == samples
    assert found.delay == pytest.approx(samples * step)
    assert found.likeness == pytest.approx(1.0)
    assert found.height == pytest.approx(sent.energy)
    correlation, received = found.correlation, planted.received
    np.testing.assert_allclose(
        correlation.values,
        reference.correlate(received.values, sent.values, method="direct"),
        atol=1e-10,
    )
    lags = reference.correlation_lags(len(received), len(sent))
    np.testing.assert_allclose(correlation.time, lags * step, atol=1e-9)


@pytest.mark.parametrize("decibel", [20, 10, 0, -6])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["chirp", "noise"])
def test_a_planted_delay_is_found_in_noise(decibel, seed, name):
    sent = make_source(name, {"length": 256})
    sigma = np.sqrt(sent.energy / 256 / 10 ** (decibel / 10))
    planted = plant_delay(sent, 77, sigma, seed=seed)
    assert find_delay(planted.sent, planted.received).samples == 77


def test_a_noise_is_not_hidden_in_itself():
    for seed in range(5):
        sent = make_source("noise", {"length": 500, "seed": seed})
        noise = plant_delay(sent, 0, 1, seed=seed).noise.values[:500]
        assert abs(np.corrcoef(sent.values, noise)[0, 1]) < 0.2


def test_a_signal_that_comes_first_has_a_negative_delay():
    late, early = Signal([0, 0, 0, 1, 2, 1, 0]), Signal([0, 1, 2, 1, 0, 0, 0])
    assert find_delay(late, early).samples == -2


def test_delays_that_make_no_sense_are_refused():
    sent = make_source("chirp", {})
    for delay in (-1, np.inf, np.nan, 1e12):
        with pytest.raises(SignalError, match="The delay is"):
            plant_delay(sent, delay, 0)
    for noise in (-0.1, np.nan, np.inf):
        with pytest.raises(SignalError, match="The noise's σ is"):
            plant_delay(sent, 1, noise)
    with pytest.raises(SignalError, match="zero throughout"):
        find_delay(Signal([0.0, 0.0]), sent)
    with pytest.raises(SignalError, match="same step"):
        find_delay(sent, Signal(sent.values, 0.5))


@pytest.mark.parametrize("complex_valued", [False, True])
@pytest.mark.parametrize("count", [16, 64, 256])
def test_the_matched_filter_gains_what_theory_says(count, complex_valued):
    """Averaged over many noises, as theory speaks of the expected noise power."""
    values = reference.chirp(np.arange(count), 0.02, count, 0.3)
    sent = Signal(values * np.exp(1j) if complex_valued else values)
    made = [matched_filter(plant_delay(sent, 5 * count, 0.8, seed=seed)) for seed in range(60)]
    theory = sent.energy / np.abs(sent.values).max() ** 2
    assert made[0].gain_theory == pytest.approx(theory)
    assert made[0].snr_after_theory == pytest.approx(sent.energy / 0.64)
    # Noise powers, not their reciprocals, have an expected value.
    before = 1 / np.mean([1 / one.snr_before for one in made])
    after = 1 / np.mean([1 / one.snr_after for one in made])
    assert before == pytest.approx(np.abs(sent.values).max() ** 2 / 0.64, rel=0.05)
    assert after == pytest.approx(sent.energy / 0.64, rel=0.1)
    assert after / before == pytest.approx(theory, rel=0.1)


@given(st.integers(2, 30), st.integers(0, 50), st.booleans())
def test_no_other_filter_reaches_a_higher_ratio(count, seed, complex_valued):
    """E ÷ σ² bounds |Σ s·h|² ÷ σ²·Σ|h|² for every h (Cauchy and Schwarz); h = s reaches it."""
    s = random_values(count, seed, complex_valued)
    h = random_values(count, seed + 1000, complex_valued)
    bound = matched_filter(plant_delay(Signal(s), 3, 1.0)).snr_after_theory
    assert abs(np.vdot(h, s)) ** 2 / np.vdot(h, h).real <= bound * (1 + 1e-12)
    assert abs(np.vdot(s, s)) ** 2 / np.vdot(s, s).real == pytest.approx(bound)


def test_the_filter_peaks_at_the_planted_place_on_the_lag_axis():
    sent = make_source("chirp", {"length": 200}, step=0.01, unit="s")
    planted = plant_delay(sent, 1.5, 0.5, seed=2)
    made = matched_filter(planted)
    assert made.samples == 150
    assert made.delay == pytest.approx(1.5)
    assert made.output.time[made.samples] == pytest.approx(1.5)
    expected = np.correlate(planted.received.values, sent.values, "valid")
    np.testing.assert_allclose(made.output.values, expected, atol=1e-10)
    assert made.gain == pytest.approx(made.snr_after / made.snr_before)
    assert f"{decibels(made.snr_before):.1f} dB before" in made.sentence


def test_without_noise_the_gain_is_that_of_theory():
    made = matched_filter(plant_delay(make_source("box", {"width": 10}), 3, 0))
    assert made.snr_before == made.snr_after == np.inf
    assert made.gain == made.gain_theory == 10
    assert "infinite" in made.sentence
    with pytest.raises(SignalError, match="nothing to match"):
        matched_filter(plant_delay(Signal([0.0, 0.0]), 1, 1))


def test_decibels_of_powers():
    assert decibels(100) == pytest.approx(20)
    assert decibels(0) == -np.inf
    assert decibels(np.inf) == np.inf
