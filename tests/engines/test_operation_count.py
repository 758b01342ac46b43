"""Counts by formula and by counting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.convolution import operation_count
from engines.errors import KernelError, KernelTooLarge

sides = st.integers(1, 20)


@given(sides, sides, st.integers(1, 7), st.integers(1, 4))
def test_direct_same_is_w_h_k_squared(width, height, k, channels):
    count = operation_count(height, width, k, k, channels=channels)
    assert count.multiplications == width * height * k**2 * channels
    assert count.additions == width * height * (k**2 - 1) * channels


@given(sides, sides, st.integers(1, 7))
def test_direct_valid_counts_the_positions_that_fit(width, height, k):
    if k > min(width, height):
        with pytest.raises(KernelTooLarge):
            operation_count(height, width, k, k, padding="valid")
        return
    count = operation_count(height, width, k, k, padding="valid")
    assert count.multiplications == (width - k + 1) * (height - k + 1) * k**2


@given(sides, sides, st.integers(1, 7))
def test_separable_same_is_two_k_per_pixel(width, height, k):
    count = operation_count(height, width, k, k, method="separable")
    assert count.multiplications == width * height * 2 * k
    assert count.additions == width * height * 2 * (k - 1)


def test_separable_valid_counted_by_hand():
    # 6 × 8 picture, 3 × 5 kernel: the column (3) runs at 4 × 8 places, the row (5) at 4 × 4.
    count = operation_count(6, 8, 3, 5, padding="valid", method="separable")
    assert count.multiplications == 4 * 8 * 3 + 4 * 4 * 5


def test_winograd_needs_16_instead_of_36():
    direct = operation_count(64, 64, 3, 3)
    winograd = operation_count(64, 64, 3, 3, method="winograd")
    assert direct.multiplications / winograd.multiplications == 36 / 16
    with pytest.raises(KernelError):
        operation_count(64, 64, 5, 5, method="winograd")


def test_fft_wins_for_large_kernels_only():
    small = [operation_count(512, 512, 3, 3, method=m).multiplications for m in ("direct", "fft")]
    large = [operation_count(512, 512, 31, 31, method=m).multiplications for m in ("direct", "fft")]
    assert small[0] < small[1]
    assert large[0] > large[1]
