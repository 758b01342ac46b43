"""Numbers and matrices as people type and paste them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from widgets.number_text import (
    NumberTextError,
    format_fraction,
    format_number,
    parse_matrix,
    parse_number,
    short_count,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-0.5", -0.5), (".5", 0.5), ("5.", 5), ("+2", 2), ("1e-3", 1e-3),
        ("1/9", 1 / 9), ("-2/3", -2 / 3), ("2*3", 6), ("1/2/2", 0.25), ("2*1/8", 0.25),
        ("0,5", 0.5), ("−1", -1), ("½", 0.5), ("  7  ", 7), ("1 / 4", 0.25), ("3×2", 6),
    ],
)  # fmt: skip
def test_numbers_as_people_type_them(text, value):
    assert parse_number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"), ("  ", "empty"), ("abc", "not a number"), ("nan", "finite"),
        ("inf", "finite"), ("-Infinity", "finite"), ("∞", "finite"), ("1/0", "divides by 0"),
        ("1/", "not a number"), ("--1", "not a number"), ("1 2", "not a number"),
        ("1e999", "too large"), ("__import__('os')", "not a number"), ("2**3", "not a number"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_a_sentence(text, reason):
    with pytest.raises(NumberTextError, match=reason):
        parse_number(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_back_exactly(value):
    assert parse_number(repr(value)) == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_sentence(text):
    with suppress(NumberTextError):
        assert np.isfinite(parse_number(text))


@given(st.floats(-1e9, 1e9).filter(lambda v: v == 0 or abs(v) > 1e-9))
def test_short_numbers_are_short_and_close(value):
    # Two significant digits at least: "-1.2e-5" has seven characters.
    text = format_number(value)
    assert len(text) <= 7
    assert float(text) == pytest.approx(value, rel=0.051)


def test_fractions_are_recognised():
    assert format_fraction(1 / 9) == "1/9"
    assert format_fraction(-3 / 8) == "-3/8"
    assert format_fraction(2.0) is None
    assert format_fraction(np.pi) is None


MATRIX = np.array([[1, -2.5], [1 / 3, 0]])


@pytest.mark.parametrize(
    "text",
    [
        "1\t-2.5\n1/3\t0",
        "1,-2.5\n1/3,0",
        "1, -2.5; 1/3, 0",
        "[1 -2.5; 1/3 0]",
        "[[1, -2.5], [1/3, 0]]",
        "array([[1., -2.5],\n       [1/3, 0.]])",
        "np.array([[1, -2.5], [1/3, 0]], dtype=np.float32)",
        "tensor([[1, -2.5], [1/3, 0]])",
        "[[1 -2.5]\n [1/3 0]]",
        r"\begin{bmatrix} 1 & -2.5 \\ \frac{1}{3} & 0 \end{bmatrix}",
        "1 -2.5\n1/3 0\n",
    ],
)
def test_matrices_from_everywhere(text):
    np.testing.assert_allclose(parse_matrix(text), MATRIX)


def test_a_latex_factor_multiplies():
    text = r"\frac{1}{9}\begin{bmatrix}1 & 1\\1 & 1\end{bmatrix}"
    np.testing.assert_allclose(parse_matrix(text), np.full((2, 2), 1 / 9))


def test_decimal_commas_in_a_spreadsheet():
    np.testing.assert_allclose(parse_matrix("0,5\t1,5\n-2\t3"), [[0.5, 1.5], [-2, 3]])


@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(-1e6, 1e6),
    )
)
def test_numpys_and_pythons_own_text_is_read_back(matrix):
    np.testing.assert_array_equal(parse_matrix(repr(matrix.tolist())), matrix)
    with np.printoptions(floatmode="unique", threshold=10_000):
        np.testing.assert_array_equal(parse_matrix(repr(matrix)), matrix)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no numbers"),
        ("1 2\n3", "Row 2 has 1"),
        ("1 2\n3 x", "Row 2"),
        ("\n".join(["1 " * 32]), "too many"),
        ("\n".join(["1"] * 32), "too many"),
        ("hello world", "Row 1"),
    ],
)
def test_what_is_no_matrix_is_a_sentence(text, reason):
    with pytest.raises(NumberTextError, match=reason):
        parse_matrix(text)


@given(st.text(alphabet="01[](),;.\n\t&\\{}arx -", max_size=30))
def test_any_paste_is_a_matrix_or_a_sentence(text):
    with suppress(NumberTextError):
        assert parse_matrix(text).ndim == 2


@pytest.mark.parametrize(
    ("count", "text"),
    [(9, "9"), (999, "999"), (1000, "1 k"), (1_217_700, "1.22 M"), (3.5e9, "3.5 G"), (2e12, "2 T")],
)
def test_large_counts_are_short(count, text):
    assert short_count(count) == text


def test_another_limit_and_another_name_than_a_kernels():
    text = "\n".join(["1 2"] * 40)
    assert parse_matrix(text, 64, "an input").shape == (40, 2)
    with pytest.raises(NumberTextError, match="an input has at most 32 × 32"):
        parse_matrix(text, 32, "an input")
