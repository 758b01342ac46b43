"""Winograd's minimal filtering: exact in fractions, scipy's in floats, less exact in big tiles."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

from engines.errors import LayerError
from engines.layers import (
    direct_filter,
    multiplications_per_output,
    winograd_filter,
    winograd_tile,
    winograd_transforms,
)

fractions = st.fractions(-5, 5, max_denominator=9)


def matrix_of(rows):
    return sympy.Matrix(
        [[sympy.Rational(one.numerator, one.denominator) for one in row] for row in rows]
    )


@pytest.mark.parametrize(
    ("outputs", "taps"), [(1, 3), (2, 3), (3, 3), (4, 3), (6, 3), (2, 5), (4, 4), (3, 1)]
)
def test_the_transforms_give_the_correlation_identically(outputs, taps):
    made = winograd_transforms(outputs, taps)
    signal = sympy.Matrix(sympy.symbols(f"d:{made.tile}"))
    kernel = sympy.Matrix(sympy.symbols(f"g:{taps}"))
    products = (matrix_of(made.to_kernel) * kernel).multiply_elementwise(
        matrix_of(made.to_input) * signal
    )
    found = (matrix_of(made.to_output) * products).applyfunc(sympy.expand)
    wanted = [sum(signal[n + k] * kernel[k] for k in range(taps)) for n in range(outputs)]
    assert list(found) == [sympy.expand(one) for one in wanted]


@settings(deadline=None, max_examples=30)
@given(st.lists(fractions, min_size=5, max_size=5, unique=True))
def test_any_different_points_do(points):
    made = winograd_transforms(4, 3, points)
    signal = [Fraction(n * n - 3 * n + 1, 7) for n in range(6)]
    kernel = [Fraction(2, 3), Fraction(-1), Fraction(5, 2)]

    def times(rows, column):
        return [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for row in rows]

    pairs = zip(times(made.to_kernel, kernel), times(made.to_input, signal), strict=True)
    found = times(made.to_output, [a * b for a, b in pairs])
    assert found == [sum(signal[n + k] * kernel[k] for k in range(3)) for n in range(4)]


def test_f43_has_the_published_matrices():
    to_input, to_kernel, to_output = winograd_transforms(4).arrays()
    np.testing.assert_array_equal(
        to_input,
        [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0],
         [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]],
    )  # fmt: skip
    np.testing.assert_allclose(
        to_kernel,
        [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6],
         [1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]],
    )  # fmt: skip
    np.testing.assert_array_equal(
        to_output,
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
    )


def test_f23_has_the_published_matrices_up_to_the_signs_of_rows():
    to_input, to_kernel, to_output = winograd_transforms(2).arrays()
    np.testing.assert_array_equal(
        np.abs(to_input), [[1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 1]]
    )
    np.testing.assert_array_equal(np.abs(to_kernel), [[1, 0, 0], [0.5] * 3, [0.5] * 3, [0, 0, 1]])
    np.testing.assert_array_equal(np.abs(to_output), [[1, 1, 1, 0], [0, 1, 1, 1]])


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(3, 17), st.integers(3, 17)), st.sampled_from([2, 4, 6]),
    st.sampled_from([np.float32, np.float64]), st.integers(0, 99),
)  # fmt: skip
def test_filtering_is_scipys(shape, outputs, dtype, seed):
    random = np.random.default_rng(seed)
    image, kernel = random.normal(size=shape).astype(dtype), random.normal(size=(3, 3))
    wanted = correlate2d(image.astype(float), kernel.astype(dtype), mode="valid")
    tolerance = 1e-3 if dtype == np.float32 else 1e-10
    for found in (winograd_filter(image, kernel, outputs), direct_filter(image, kernel)):
        assert found.dtype == dtype
        np.testing.assert_allclose(found, wanted, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_larger_tiles_are_less_exact_in_every_precision(dtype):
    random = np.random.default_rng(1)
    image, kernel = random.random((66, 66)), random.normal(size=(3, 3))
    exact = correlate2d(image, kernel, mode="valid")
    rounded = image.astype(dtype)

    def error(found):
        return np.sqrt(np.square(found.astype(float) - exact).mean())

    errors = [error(winograd_filter(rounded, kernel, outputs)) for outputs in (2, 4, 6)]
    assert errors == sorted(errors)
    assert errors[0] < np.finfo(dtype).eps * 4
    assert errors[2] > 3 * errors[0]


def test_float16_is_rounded_after_every_operation():
    image = np.full((3, 3), 1, np.float16)
    image[0, 0] = 2048  # 2048 + 1 is 2048 in float16, however often 1 is added
    assert direct_filter(image, np.ones((3, 3)))[0, 0] == 2048
    assert direct_filter(image.astype(np.float32), np.ones((3, 3)))[0, 0] == 2056


def test_a_tile_has_16_products_and_the_outputs_are_their_sums():
    tile, kernel = (
        np.arange(16.0).reshape(4, 4) ** 1.5,
        np.array([[1.0, 2, 0], [0, -1, 3], [1, 1, 1]]),
    )
    made = winograd_tile(tile, kernel, winograd_transforms(2))
    assert made.products.shape == (4, 4)
    np.testing.assert_allclose(made.outputs, correlate2d(tile, kernel, mode="valid"))


def test_multiplications_per_output_are_those_of_the_paper():
    assert [multiplications_per_output(m) for m in (1, 2, 4)] == [9, 4, 2.25]
    assert multiplications_per_output(6) == pytest.approx(64 / 36)


def test_what_does_not_fit_is_refused_with_both_shapes():
    with pytest.raises(LayerError, match=r"tiles of 4 × 4 .* these are 5 × 5 and 3 × 3"):
        winograd_tile(np.zeros((5, 5)), np.zeros((3, 3)), winograd_transforms(2))
    with pytest.raises(LayerError, match="larger than the map of 2 × 9"):
        winograd_filter(np.zeros((2, 9)), np.zeros((3, 3)), 2)
    with pytest.raises(LayerError, match="square"):
        winograd_filter(np.zeros((9, 9)), np.zeros((3, 2)), 2)
    with pytest.raises(LayerError, match="different points"):
        winograd_transforms(2, 3, [0, 1, 1])
    with pytest.raises(LayerError, match="take 1 or more"):
        winograd_transforms(0)
