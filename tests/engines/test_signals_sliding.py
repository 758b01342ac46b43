"""Sliding and convolution from scratch against NumPy, real and complex."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines import signals
from engines.errors import EngineError, SignalError
from engines.signals import (
    Signal,
    compare_with_numpy,
    convolve_from_scratch,
    correlate_from_scratch,
    index_of,
    listing,
    partial_products,
    slide,
    steps,
    time_of,
    whole_output,
)

lengths = st.integers(1, 12)
modes = st.sampled_from(signals.MODES)
operations = st.sampled_from(["convolution", "correlation"])
PEER = {"convolution": np.convolve, "correlation": np.correlate}


def random_signal(length, seed, complex_valued, step=1.0, start=0.0):
    rng = np.random.default_rng([length, seed])
    values = rng.normal(size=length)
    if complex_valued:
        values = values + 1j * rng.normal(size=length)
    return Signal(values, step, start)


@st.composite
def pairs(draw):
    step = draw(st.sampled_from([1.0, 0.25, 0.1]))
    return tuple(
        random_signal(
            draw(lengths), seed, draw(st.booleans()), step, draw(st.integers(-5, 5)) * step
        )
        for seed in (0, 1)
    )


def value_at(signal, time):
    """The signal at any time on its grid: zero outside."""
    place = (time - signal.start) / signal.step
    index = round(place)
    assert abs(place - index) < 1e-6
    return signal.values[index] if 0 <= index < len(signal) else 0.0


@given(pairs(), operations, modes, st.sampled_from(signals.MEASURES))
def test_the_whole_output_is_that_of_numpy(pair, operation, mode, measure):
    f, g = pair
    made = whole_output(f, g, operation, mode=mode, measure=measure)
    expected = PEER[operation](f.values, g.values, mode)
    factor = f.step if measure == "continuous" else 1.0
    np.testing.assert_allclose(made.values, factor * expected, rtol=1e-12, atol=1e-13)


@given(pairs(), operations, modes)
def test_every_number_stands_at_the_time_the_definition_gives_it(pair, operation, mode):
    f, g = pair
    made = whole_output(f, g, operation, mode=mode)
    for t, value in zip(made.time, made.values, strict=True):
        if operation == "convolution":
            terms = [a * value_at(g, t - tau) for tau, a in zip(f.time, f.values, strict=True)]
        else:
            terms = [
                a * np.conj(value_at(g, tau - t)) for tau, a in zip(f.time, f.values, strict=True)
            ]
        assert value == pytest.approx(sum(terms), abs=1e-11)


@given(pairs(), operations, modes, st.integers(-4, 26), st.sampled_from(signals.MEASURES))
def test_the_sum_of_the_product_is_the_output_at_that_time(pair, operation, mode, index, measure):
    f, g = pair
    t = time_of(f, g, operation, index)
    made = slide(f, g, operation, t, mode=mode, measure=measure)
    assert made.index == index
    full = whole_output(f, g, operation, measure=measure).values
    expected = full[index] if 0 <= index < len(full) else 0.0
    assert made.total == pytest.approx(expected, abs=1e-12)
    if made.inside is None:
        assert not made.output.start - 1e-9 <= t <= made.output.end + 1e-9
    else:
        assert made.output.values[made.inside] == pytest.approx(made.total, abs=1e-12)
        assert made.output.time[made.inside] == pytest.approx(t)


@given(pairs(), operations, st.integers(0, 22))
def test_g_lies_flipped_for_convolution_and_as_it_is_conjugated_for_correlation(
    pair, operation, index
):
    f, g = pair
    made = slide(f, g, operation, time_of(f, g, operation, index))
    for tau, value in zip(made.placed.time, made.placed.values, strict=True):
        if operation == "convolution":
            assert value == value_at(g, made.t - tau)
        else:
            assert value == np.conj(value_at(g, tau - made.t))
    low, high = made.overlap
    placed_low, placed_high = made.overlap_placed
    assert high - low == placed_high - placed_low == len(made.product) == len(made.tau)
    np.testing.assert_allclose(made.tau, f.time[low:high])
    np.testing.assert_allclose(made.tau, made.placed.time[placed_low:placed_high], atol=1e-9)
    np.testing.assert_array_equal(
        made.product, f.values[low:high] * made.placed.values[placed_low:placed_high]
    )


def test_t_snaps_to_the_nearest_sample_and_may_lie_anywhere():
    f, g = Signal(np.ones(4), 0.5), Signal(np.ones(2), 0.5)
    assert slide(f, g, "convolution", 0.7).t == 0.5
    far = slide(f, g, "convolution", 1e300)
    assert far.total == 0.0
    assert far.inside is None
    assert index_of(f, g, "convolution", float("nan")) == 0


def test_a_given_output_is_not_computed_again():
    f, g = random_signal(5, 0, False), random_signal(3, 1, False)
    whole = whole_output(f, g)
    assert slide(f, g, output=whole).output is whole


def test_the_area_of_two_boxes_is_that_of_the_integral():
    step = 0.001
    box = Signal(np.ones(1000), step, unit="s")
    made = whole_output(box, box, measure="continuous")
    triangle = np.maximum(0, 1 - np.abs(made.time - (1 - step)))
    np.testing.assert_allclose(made.values, triangle, atol=1e-9)


def test_signals_of_different_steps_or_units_are_not_mixed():
    with pytest.raises(SignalError, match="same step"):
        slide(Signal([1.0], 1.0), Signal([1.0], 0.5))
    with pytest.raises(SignalError, match="same unit"):
        whole_output(Signal([1.0]), Signal([1.0], unit="s"))
    for wrong in ({"mode": "half"}, {"measure": "volume"}, {"operation": "product"}):
        with pytest.raises(EngineError):
            whole_output(Signal([1.0]), Signal([1.0]), **wrong)


@given(pairs())
def test_from_scratch_equals_numpy(pair):
    f, g = (signal.values for signal in pair)
    np.testing.assert_allclose(convolve_from_scratch(f, g), np.convolve(f, g), atol=1e-13)
    np.testing.assert_allclose(correlate_from_scratch(f, g), np.correlate(f, g, "full"), atol=1e-13)


@given(pairs(), operations)
def test_the_difference_shown_is_the_difference(pair, operation):
    made = compare_with_numpy(*pair, operation)
    expected = PEER[operation](pair[0].values, pair[1].values, "full")
    np.testing.assert_array_equal(made.numpy, expected)
    assert made.max_difference == np.abs(made.ours - expected).max() < 1e-13


@given(pairs(), operations)
def test_steps_add_up_to_the_output_in_the_order_the_functions_take(pair, operation):
    f, g = pair
    made = steps(f, g, operation)
    assert [(step.i, step.k) for step in made] == [
        (i, k) for i in range(len(f)) for k in range(len(g))
    ]
    sums = np.zeros(len(f) + len(g) - 1, complex)
    for number, step in enumerate(made):
        assert step.number == number
        assert step.output_index == step.i + step.k
        assert step.before == sums[step.output_index]
        assert step.product == step.first * step.second
        assert step.first == f.values[step.i]
        sums[step.output_index] += step.product
        assert step.after == sums[step.output_index]
    np.testing.assert_array_equal(sums, compare_with_numpy(f, g, operation).ours)


@given(pairs(), operations)
def test_each_output_is_the_sum_of_its_diagonal(pair, operation):
    f, g = pair
    made = partial_products(f, g, operation)
    assert made.table.shape == (len(f), len(g))
    diagonals = [
        made.table[made.output_index == index].sum() for index in range(len(f) + len(g) - 1)
    ]
    np.testing.assert_allclose(diagonals, PEER[operation](f.values, g.values, "full"), atol=1e-13)
    np.testing.assert_allclose(made.output, diagonals, atol=1e-13)
    flipped = np.fliplr(made.table)
    np.testing.assert_array_equal(flipped.diagonal(len(g) - 1), made.table[made.output_index == 0])


def test_the_listing_is_the_source_that_runs_and_steps_point_into_it():
    text = listing("correlation")
    assert inspect.getsource(convolve_from_scratch) in text
    assert inspect.getsource(correlate_from_scratch) in text
    f, g = Signal([1.0, 2.0]), Signal([3.0])
    for operation in ("convolution", "correlation"):
        line = listing(operation).splitlines()[steps(f, g, operation)[0].line - 1]
        assert line.strip() == "output[i + k] += f[i] * g[k]"
    namespace = {"Sequence": list, "Number": complex}
    exec(compile(text, "listing", "exec"), namespace)  # noqa: S102  runs what the panel shows
    assert namespace["correlate_from_scratch"]([1, 2j], [3, 1j]) == correlate_from_scratch(
        [1, 2j], [3, 1j]
    )


def test_too_many_products_are_refused_before_they_are_made():
    long = Signal(np.ones(101))
    for function in (steps, partial_products, compare_with_numpy):
        with pytest.raises(SignalError, match="10,201 products"):
            function(long, long)
