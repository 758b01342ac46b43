"""Copied text reads back as the same kernel."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engines import kernel_text
from engines.kernels import PRESETS

KERNELS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)


def read_source(text, **names):
    """Evaluate generated source with nothing but the names it may use."""
    return eval(text, {}, names)  # noqa: S307 - our own text, in a test


@given(KERNELS)
def test_numpy_source_makes_the_same_array(kernel):
    made = read_source(kernel_text.to_numpy(kernel), np=np)
    assert made.dtype == np.float64
    np.testing.assert_array_equal(made, kernel)


@given(KERNELS)
def test_torch_source_makes_a_conv2d_weight(kernel):
    made = read_source(kernel_text.to_torch(kernel), torch=torch)
    assert made.shape == (1, 1, *kernel.shape)
    np.testing.assert_array_equal(made[0, 0].numpy(), kernel.astype(np.float32))


@given(KERNELS)
def test_a_table_reads_back_by_numpy(kernel):
    lines = kernel_text.to_table(kernel).splitlines()
    np.testing.assert_array_equal(np.loadtxt(lines, ndmin=2), kernel)


def latex_value(text):
    """Read the LaTeX subset back: [\\frac{1}{n}] matrix of numbers, 10^{k} allowed."""
    factor = re.match(r"\\frac\{1\}\{(\d+)\}", text)
    body = re.search(r"\\begin\{bmatrix\}(.*)\\end\{bmatrix\}", text, re.S).group(1)

    def number(cell):
        mantissa, *power = cell.split(r"\cdot 10^")
        return float(mantissa) * 10 ** int(power[0].strip("{} \n")) if power else float(mantissa)

    rows = [[number(cell) for cell in row.split("&")] for row in body.split(r"\\")]
    return np.array(rows) / (int(factor.group(1)) if factor else 1)


@pytest.mark.parametrize("name", list(PRESETS))
def test_latex_of_every_preset_has_its_values(name):
    values = PRESETS[name].values
    read = latex_value(kernel_text.to_latex(values))
    np.testing.assert_allclose(read, values, rtol=1e-5, atol=1e-8 * np.abs(values).max())


def test_latex_takes_the_common_fraction_out():
    assert kernel_text.to_latex(np.full((3, 3), 1 / 9)).startswith(r"\frac{1}{9}\begin{bmatrix}")
    binomial = np.outer([1, 2, 1], [1, 2, 1]) / 16
    assert r"1 & 2 & 1" in kernel_text.to_latex(binomial)
    assert kernel_text.to_latex(np.array([[np.pi]])).startswith(r"\begin{bmatrix}")


def test_no_minus_zero():
    for _, function in kernel_text.FORMATS.values():
        assert "-0" not in function(np.array([[-0.0, 1.0]]))
