"""Signals themselves, the built-in sources against scipy and closed forms, lengths and steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal as reference

from engines.errors import EngineError, SignalError
from engines.signals import MAX_SAMPLES, SOURCES, Signal, make_source, shorten, to_step


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "is empty"),
        ([[1.0, 2.0]], "2 axes"),
        ([1.0, np.nan], r"Sample 1 of The signal is nan"),
        (["a"], "not a number"),
        ([[1.0], [1.0, 2.0]], "not one list"),
    ],
)
def test_values_that_are_no_signal_are_refused_with_a_sentence(values, words):
    with pytest.raises(SignalError, match=words):
        Signal(values)


@pytest.mark.parametrize(
    "wrong", [{"step": 0.0}, {"step": np.nan}, {"start": np.inf}, {"unit": "ms"}]
)
def test_a_time_axis_that_cannot_be_is_refused(wrong):
    with pytest.raises(SignalError):
        Signal(np.ones(3), **wrong)


def test_values_are_kept_as_float64_or_complex128_and_cannot_be_changed():
    assert Signal([1, 2]).values.dtype == np.float64
    assert Signal(np.array([1j], np.complex64)).values.dtype == np.complex128
    given_values = np.ones(3)
    kept = Signal(given_values)
    given_values[0] = 7
    assert kept.values[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        kept.values[0] = 2


def test_the_time_axis_starts_at_start_and_goes_in_steps():
    made = Signal([1, 2, 3], step=0.5, start=-1, unit="s")
    assert made.time.tolist() == [-1.0, -0.5, 0.0]
    assert made.end == 0.0
    assert made.energy == 14.0


@st.composite
def source_and_values(draw):
    source = draw(st.sampled_from(list(SOURCES.values())))
    values = {}
    for parameter in source.parameters:
        if parameter.step >= 1:
            values[parameter.name] = draw(st.integers(int(parameter.low), int(parameter.high)))
        else:
            values[parameter.name] = draw(st.floats(parameter.low, parameter.high))
    return source, values


@given(source_and_values())
def test_every_slider_position_gives_a_finite_signal(drawn):
    source, values = drawn
    made = make_source(source.name, values, step=0.25, unit="s")
    assert np.isfinite(made.values).all()
    assert len(made) == values.get("length", values.get("width"))
    assert made.start == values["start"] * 0.25


@pytest.mark.parametrize("name", list(SOURCES))
def test_defaults_lie_within_the_sliders_and_every_parameter_is_explained(name):
    source = SOURCES[name]
    assert source.meaning
    for parameter in source.parameters:
        assert parameter.low <= parameter.default <= parameter.high
        assert parameter.meaning
    assert make_source(name, {}).values.any()


@given(st.integers(1, 100))
def test_box_with_box_gives_the_triangle(width):
    box = make_source("box", {"width": width}).values
    triangle = make_source("triangle", {"width": 2 * width - 1}).values
    np.testing.assert_allclose(np.convolve(box, box), width * triangle, atol=1e-12)


def test_shapes_are_those_of_scipy():
    for width in (1, 2, 7, 12):
        triangle = make_source("triangle", {"width": width}).values
        np.testing.assert_allclose(triangle, reference.windows.triang(width))
    gaussian = make_source("gaussian", {"length": 20, "sigma": 3}).values
    np.testing.assert_allclose(gaussian, reference.windows.gaussian(20, 3))
    decay = make_source("exponential", {"length": 20, "decay": 4}).values
    np.testing.assert_allclose(decay, reference.windows.exponential(20, center=0, tau=4, sym=False))
    chirp = make_source("chirp", {"length": 200, "low": 0.01, "high": 0.3}).values
    np.testing.assert_allclose(chirp, reference.chirp(np.arange(200), 0.01, 199, 0.3), atol=1e-9)


def test_sine_train_noise_and_step_are_what_they_say():
    sine = make_source("sine", {"length": 40, "period": 10, "phase": 90}).values
    np.testing.assert_allclose(sine, np.cos(2 * np.pi * np.arange(40) / 10), atol=1e-12)
    train = make_source("impulses", {"length": 10, "period": 4, "amplitude": 2}).values
    assert train.tolist() == [2, 0, 0, 0, 2, 0, 0, 0, 2, 0]
    noise = make_source("noise", {"length": 4096, "sigma": 2, "seed": 3})
    assert noise.values.std() == pytest.approx(2, rel=0.05)
    again = make_source("noise", {"length": 4096, "sigma": 2, "seed": 3})
    assert np.array_equal(noise.values, again.values)
    assert make_source("step", {"length": 4, "at": 2}).values.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("bell", {}, "no signal 'bell'"),
        ("box", {"sigma": 2}, "no parameter sigma"),
        ("sine", {"period": 0}, "T of the sine is 0; choose 2 to 256"),
        ("noise", {"sigma": np.nan}, "σ of the noise is nan"),
    ],
)
def test_sources_that_cannot_be_made_say_why(name, values, words):
    with pytest.raises(SignalError, match=words):
        make_source(name, values)


def test_a_short_signal_is_not_touched():
    made = Signal(np.ones(10))
    assert shorten(made, 10) is made


@given(st.integers(2, 3000), st.integers(1, 500), st.booleans())
def test_shortening_never_exceeds_the_limit_and_says_what_it_did(count, limit, resample):
    made = Signal(np.linspace(0, 1, count), 0.1, 5.0, unit="s")
    shorter = shorten(made, limit, "resample" if resample else "truncate")
    assert len(shorter) <= limit or count <= limit
    assert bool(shorter.notes) == (count > limit)
    assert shorter.start == 5.0


def test_resampling_keeps_a_slow_wave_and_removes_a_quick_one():
    time = np.arange(20_000)
    slow, quick = np.sin(2 * np.pi * time / 2000), np.sin(2 * np.pi * time / 2.5)
    made = shorten(Signal(slow + quick), 4000)
    factor = round(made.step)
    assert factor == 5
    inner = slice(50, -50)
    np.testing.assert_allclose(made.values[inner], slow[::factor][inner], atol=0.01)
    assert "20,000 samples" in made.notes[0]


def test_truncating_keeps_the_samples_and_their_times():
    made = shorten(Signal(np.arange(100.0), 0.5), 10, "truncate", first=95)
    assert made.values.tolist() == list(range(90, 100))
    assert made.start == 45.0
    assert "90 to 99 of 100" in made.notes[0]


def test_shortening_refuses_what_makes_no_sense():
    with pytest.raises(SignalError, match="cannot have 0 samples"):
        shorten(Signal(np.ones(3)), 0)
    with pytest.raises(EngineError):
        shorten(Signal(np.ones(3)), 1, "squeeze")


def test_another_step_interpolates_and_keeps_the_course_in_time():
    fine = Signal(np.sin(np.arange(0, 10, 0.01)), 0.01, 2.0, unit="s")
    coarse = to_step(fine, Signal([0.0], 0.1, unit="s"))
    np.testing.assert_allclose(coarse.values, np.sin(coarse.time - 2.0), atol=1e-9)
    assert coarse.step == 0.1
    assert "Interpolated" in coarse.notes[0]
    assert to_step(fine, fine) is fine


def test_another_unit_lays_the_samples_one_by_one():
    laid = to_step(Signal([1, 2, 3], 1.0, 4.0), Signal([0.0], 0.1, unit="s"))
    assert laid.values.tolist() == [1, 2, 3]
    assert (laid.step, laid.unit) == (0.1, "s")
    assert laid.start == pytest.approx(0.4)
    assert laid.notes


def test_a_step_that_makes_too_many_samples_is_refused():
    with pytest.raises(SignalError, match="Choose a larger step"):
        to_step(Signal(np.ones(MAX_SAMPLES), 1.0), Signal([1.0], 1e-6))
