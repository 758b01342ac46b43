"""What the kernel buttons do, against NumPy and their own inverses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engines import kernel_operations as ops
from engines.errors import KernelError

kernels = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.floats(-100, 100),
)


@given(kernels)
def test_turns_come_back_to_where_they_began(kernel):
    np.testing.assert_array_equal(ops.transpose(ops.transpose(kernel)), kernel)
    turned = kernel
    for _ in range(4):
        turned = ops.rotate_90(turned)
    np.testing.assert_array_equal(turned, kernel)
    np.testing.assert_array_equal(ops.rotate_90(ops.rotate_90(kernel)), ops.rotate_180(kernel))
    np.testing.assert_array_equal(
        ops.flip_vertical(ops.flip_horizontal(kernel)), ops.rotate_180(kernel)
    )


def test_rotate_90_is_clockwise():
    np.testing.assert_array_equal(ops.rotate_90(np.array([[1, 2], [3, 4]])), [[3, 1], [4, 2]])


@given(kernels)
def test_negate_has_no_negative_zeros(kernel):
    negated = ops.negate(kernel)
    np.testing.assert_array_equal(negated, -kernel)
    assert not np.signbit(negated[negated == 0]).any()


@given(kernels)
def test_normalise_sums_to_one_or_says_why_not(kernel):
    if abs(kernel.sum()) <= 1e-9 * np.abs(kernel).sum():
        with pytest.raises(KernelError, match="sum to 0"):
            ops.normalise(kernel)
        return
    assume(abs(kernel.sum()) > 1e-6)
    assert ops.normalise(kernel).sum() == pytest.approx(1.0)


@given(kernels)
def test_zero_sum_sums_to_zero(kernel):
    assert ops.make_zero_sum(kernel).sum() == pytest.approx(0.0, abs=1e-9)


@given(kernels, st.integers(1, 31), st.integers(1, 31))
def test_resizing_keeps_the_centre(kernel, height, width):
    resized = ops.resize(kernel, height, width)
    assert resized.shape == (height, width)
    centre = tuple((side - 1) // 2 for side in kernel.shape)
    assert resized[(height - 1) // 2, (width - 1) // 2] == kernel[centre]


@given(kernels)
def test_growing_and_shrinking_back_loses_nothing(kernel):
    height, width = kernel.shape
    grown = ops.resize(kernel, height + 4, width + 6)
    np.testing.assert_array_equal(ops.resize(grown, height, width), kernel)
    assert grown.sum() == pytest.approx(kernel.sum())


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (32, 3), (3, 32)])
def test_sizes_beyond_the_limits_are_sentences(shape):
    with pytest.raises(KernelError, match="1 to 31"):
        ops.resize(np.ones((3, 3)), *shape)


def test_scaling_to_infinity_is_a_sentence():
    with pytest.raises(KernelError, match="32-bit"):
        ops.scale(np.full((1, 1), 1e308), 10)
    assert ops.scale(np.ones((1, 1)), 0.5)[0, 0] == 0.5


@pytest.mark.parametrize("operation", ops.OPERATIONS, ids=lambda o: o.name)
def test_no_operation_changes_its_input(operation):
    kernel = np.arange(1.0, 7.0).reshape(2, 3)
    before = kernel.copy()
    operation.function(kernel)
    np.testing.assert_array_equal(kernel, before)
