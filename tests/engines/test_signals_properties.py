"""The laws hold for convolution on any data, and break where they must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from scipy import signal as reference

from engines.errors import EngineError, SignalError
from engines.signals import (
    PROPERTIES,
    SYSTEMS,
    Signal,
    check_properties,
    check_system,
    make_source,
)


@st.composite
def any_signals(draw, count=3):
    made = []
    for seed in range(count):
        length = draw(st.integers(1, 20))
        rng = np.random.default_rng([length, seed, draw(st.integers(0, 99))])
        values = rng.normal(size=length) * 10.0 ** draw(st.integers(-12, 12))
        if draw(st.booleans()):
            values = values * np.exp(2j * np.pi * rng.random(length))
        made.append(Signal(values))
    return made


@given(any_signals(), st.integers(0, 30))
def test_convolution_keeps_every_law_on_any_data(given_signals, shift):
    made = check_properties(*given_signals, shift=shift)
    assert [check.name for check in made] == list(PROPERTIES)
    for check in made:
        assert check.holds, check.sentence
        assert "holds" in check.sentence
        assert len(check.left) == len(check.right)
        assert check.error == np.abs(check.left.values - check.right.values).max()


@given(any_signals(), st.integers(0, 30))
def test_both_sides_are_what_scipy_computes(given_signals, shift):
    f, g, h = (one.values for one in given_signals)
    linear, commuted, associated, shifted, theorem = check_properties(*given_signals, shift=shift)
    count = max(len(f), len(h))
    mixed = 2 * np.pad(f, (0, count - len(f))) - 3 * np.pad(h, (0, count - len(h)))
    size = np.abs(g).sum() * np.abs(mixed).max()

    def near(check, expected, scale):
        for side in (check.left, check.right):
            np.testing.assert_allclose(side.values, expected, rtol=0, atol=1e-11 * scale)

    term = max(np.abs(2 * f).max(), np.abs(3 * h).max()) * np.abs(g).sum()
    near(linear, reference.convolve(mixed, g, method="direct"), max(size, term))
    full = reference.convolve(f, g, method="direct")
    bound = np.abs(f).sum() * np.abs(g).sum()
    near(commuted, full, bound)
    near(theorem, full, bound)
    near(shifted, np.concatenate([np.zeros(shift), full]), bound)
    near(associated, reference.convolve(full, h, method="direct"), bound * np.abs(h).sum())


def test_correlation_does_not_commute_or_associate_but_is_linear_and_shift_invariant():
    f, g = make_source("exponential", {}), make_source("chirp", {"length": 30})
    made = {check.name: check for check in check_properties(f, g, operation="correlation")}
    assert {name for name, check in made.items() if not check.holds} == {
        "commutativity",
        "associativity",
    }
    np.testing.assert_allclose(
        made["commutativity"].left.values, made["commutativity"].right.values[::-1], atol=1e-12
    )
    assert "breaks: exchanging the two" in made["commutativity"].sentence
    np.testing.assert_allclose(
        made["convolution_theorem"].right.values,
        reference.correlate(f.values, g.values, method="direct"),
        atol=1e-12,
    )


@given(any_signals(), st.integers(0, 30))
def test_the_convolving_system_keeps_both_laws(given_signals, shift):
    assert all(check.holds for check in check_system("convolution", *given_signals, shift=shift))


@given(any_signals(), st.integers(0, 30))
def test_squaring_is_shift_invariant_and_never_linear(given_signals, shift):
    linear, shifted = check_system("squaring", *given_signals, shift=shift)
    assert shifted.holds
    assert not linear.holds
    assert "Linearity breaks: twice the input gives four times" in linear.sentence


def test_the_median_is_shift_invariant_but_not_linear():
    for name in ("box", "chirp", "noise", "sine"):
        f = make_source(name, {})
        linear, shifted = check_system("median", f, f)
        assert shifted.holds
        assert not linear.holds
        assert "which neighbour is the middle one" in linear.sentence


@given(any_signals())
def test_the_median_is_scipys_on_the_signal_amid_zeros(given_signals):
    f = given_signals[0].values
    padded = np.pad(f, 20)
    parts = [ndimage.median_filter(part, 5)[18:-18] for part in (padded.real, np.imag(padded))]
    made = SYSTEMS["median"].apply(f, f)
    np.testing.assert_array_equal(made.real, parts[0])
    np.testing.assert_array_equal(np.imag(made), parts[1])


@given(any_signals())
def test_the_zero_border_gives_as_many_numbers_as_it_gets_and_is_linear(given_signals):
    f, g, h = given_signals
    made = SYSTEMS["zero_padded"].apply(f.values, g.values)
    assert len(made) == len(f)
    if len(f) >= len(g):
        np.testing.assert_allclose(
            made,
            np.convolve(f.values, g.values, "same"),
            rtol=1e-9,
            atol=1e-12 * np.abs(f.values).max() * np.abs(g.values).sum(),
        )
    assert check_system("zero_padded", f, g, h)[0].holds


def test_the_zero_border_breaks_shift_invariance_where_the_signal_touches_it():
    f, g = Signal(np.ones(20)), Signal(np.ones(5))
    _, shifted = check_system("zero_padded", f, g, shift=3)
    assert not shifted.holds
    # The first three are zero on the right side alone, the last two lack what was lost.
    assert shifted.left.values[:4].tolist() == [0, 1, 2, 3]
    assert shifted.right.values[:4].tolist() == [0, 0, 0, 3]
    assert "shifted over the border is lost" in shifted.sentence


def test_amid_zeros_even_the_zero_border_is_not_noticed():
    f, g = Signal(np.pad(np.ones(4), 10)), Signal(np.ones(5))
    _, shifted = check_system("zero_padded", f, g, shift=3)
    assert shifted.holds


def test_what_cannot_be_checked_says_why():
    f = make_source("box", {})
    with pytest.raises(SignalError, match="no system 'cubing'"):
        check_system("cubing", f, f)
    with pytest.raises(SignalError, match="The shift is -1"):
        check_properties(f, f, shift=-1)
    with pytest.raises(SignalError, match="same step"):
        check_properties(f, Signal(f.values, 0.5))
    with pytest.raises(EngineError):
        check_properties(f, f, operation="product")
