"""Upsampling against SciPy, scikit-image and loops; checkerboards against their closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal
from skimage.measure import block_reduce
from skimage.transform import resize
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.flop_counter import FlopCounterMode

from engines.errors import LayerError
from engines.geometry import transposed_output_size
from engines.layers import (
    learn_sub_pixel,
    measured_unevenness,
    overlap_counts,
    phase_sums,
    pixel_shuffle,
    resize_convolution,
    shrink,
    transposed_convolution,
    transposed_padding,
    transposed_weights,
    unevenness,
    unpool,
    upsample,
    upsampling_macs,
)

KINDS = st.sampled_from(["uniform", "bilinear"])
FACTORS = st.integers(1, 4)
STRIDES = st.integers(2, 5)


def maps(channels=2, height=7, width=9, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(channels, height, width, generator=generator, dtype=dtype)


def close(found, expected, tolerance=1e-9):
    np.testing.assert_allclose(found.numpy(), expected, atol=tolerance, rtol=tolerance)


@given(factor=FACTORS, height=st.integers(1, 8), width=st.integers(1, 8))
def test_nearest_copies_every_pixel(factor, height, width):
    x = maps(2, height, width)
    close(upsample(x, "nearest", factor), np.kron(x.numpy(), np.ones((1, factor, factor))))


@given(factor=FACTORS, height=st.integers(2, 8), width=st.integers(2, 8))
def test_bilinear_is_that_of_scikit_image(factor, height, width):
    x = maps(1, height, width)
    size = (height * factor, width * factor)
    close(upsample(x, "bilinear", factor)[0], resize(x[0].numpy(), size, order=1, mode="edge"))


def keys(distance, a=-0.75):
    """Keys' cubic of 1981 with torch's a."""
    d = np.abs(distance)
    near = (a + 2) * d**3 - (a + 3) * d**2 + 1
    far = a * (d**3 - 5 * d**2 + 8 * d - 4)
    return np.where(d <= 1, near, np.where(d < 2, far, 0))


def bicubic_matrix(size, factor):
    """Return the weights (factor · size, size) of one axis, the border going on."""
    matrix = np.zeros((factor * size, size))
    for place in range(factor * size):
        centre = (place + 0.5) / factor - 0.5
        for tap in range(int(np.floor(centre)) - 1, int(np.floor(centre)) + 3):
            matrix[place, min(max(tap, 0), size - 1)] += keys(centre - tap)
    return matrix


@given(factor=FACTORS, height=st.integers(1, 7), width=st.integers(1, 7))
def test_bicubic_is_the_cubic_of_keys(factor, height, width):
    x = maps(2, height, width)
    rows, columns = bicubic_matrix(height, factor), bicubic_matrix(width, factor)
    close(upsample(x, "bicubic", factor), rows @ x.numpy() @ columns.T)


def test_a_factor_of_nothing_is_refused():
    with pytest.raises(LayerError, match="0 times"):
        upsample(maps(), "nearest", 0)


@given(factor=FACTORS, height=st.integers(4, 11), width=st.integers(4, 11))
def test_unpooling_puts_the_largest_back_where_they_were(factor, height, width):
    original, pooled, indices = shrink(maps(2, height, width), factor)
    numbers = original.numpy()
    close(pooled, block_reduce(numbers, (1, factor, factor), np.max))
    copied = np.kron(pooled.numpy(), np.ones((1, factor, factor)))
    close(unpool(pooled, indices, factor), np.where(numbers == copied, numbers, 0))


def test_a_map_too_small_to_shrink_is_refused_with_its_size():
    with pytest.raises(LayerError, match="3 × 9 cannot be made 4 times smaller"):
        shrink(maps(1, 3, 9), 4)


@given(size=st.integers(1, 9), stride=STRIDES, length=st.integers(1, 9))
def test_the_padding_makes_the_result_stride_times_as_large_and_torch_takes_it(
    size, stride, length
):
    padding, extra = transposed_padding(size, stride)
    assert transposed_output_size(length, size, stride, padding, extra) == stride * length
    assert extra == 0 or extra < stride
    layer = nn.ConvTranspose2d(1, 1, size, stride, padding, extra)
    assert layer(torch.ones(1, 1, length, length)).shape[-2:] == (stride * length,) * 2


@given(
    kind=KINDS,
    size=st.integers(1, 8),
    stride=STRIDES,
    height=st.integers(2, 7),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_transposed_convolution_is_zeros_between_and_a_full_convolution(
    kind, size, stride, height, dtype
):
    x = maps(2, height, 5, dtype=dtype)
    row = transposed_weights(kind, size, stride)
    spread = np.zeros((2, height * stride, 5 * stride))
    spread[:, ::stride, ::stride] = x.numpy()
    kernel = np.outer(row, row)
    padding, extra = transposed_padding(size, stride)
    expected = []
    for one in spread:
        full = np.pad(signal.convolve2d(one, kernel, mode="full"), ((0, extra), (0, extra)))
        whole = full[padding : padding + height * stride, padding : padding + 5 * stride]
        expected.append(whole)
    found = transposed_convolution(x, row, stride)
    assert found.dtype == dtype
    close(found, np.array(expected), 1e-5)


@given(kind=KINDS, size=st.integers(1, 9), stride=STRIDES)
def test_weights_keep_the_mean_and_are_symmetric(kind, size, stride):
    row = transposed_weights(kind, size, stride)
    assert len(row) == size
    assert float(row.sum()) == pytest.approx(stride)
    close(row, row.flip(0).numpy())


@given(stride=STRIDES, height=st.integers(4, 6))
def test_bilinear_weights_of_twice_the_stride_interpolate_as_torch(stride, height):
    x = maps(1, height, height)
    size = 2 * stride - stride % 2
    found = transposed_convolution(x, transposed_weights("bilinear", size, stride), stride)
    inside = slice(stride, -stride)
    expected = upsample(x, "bilinear", stride)
    close(found[0, inside, inside], expected[0, inside, inside].numpy())


@given(size=st.integers(1, 9), stride=STRIDES, length=st.integers(1, 9))
def test_overlaps_in_closed_form_are_those_counted(size, stride, length):
    counted = transposed_convolution(
        torch.ones(1, length, length, dtype=torch.float64),
        torch.ones(size, dtype=torch.float64),
        stride,
    )
    found = overlap_counts(length, size, stride)
    close(torch.outer(found, found).double(), counted[0].numpy())


@given(kind=KINDS, size=st.integers(1, 9), stride=STRIDES)
def test_the_unevenness_in_closed_form_is_the_one_measured(kind, size, stride):
    row = transposed_weights(kind, size, stride)
    assert unevenness(row, stride) == pytest.approx(measured_unevenness(row, stride), abs=1e-9)


@given(stride=STRIDES, times=st.integers(1, 3))
def test_a_kernel_that_the_stride_divides_makes_no_checkerboard(stride, times):
    row = transposed_weights("uniform", times * stride, stride)
    assert unevenness(row, stride) == pytest.approx(0, abs=1e-12)
    close(phase_sums(row, stride), np.ones(stride))


def test_three_by_three_with_stride_two_is_uneven_by_known_numbers():
    # Windows overlap 1, 2 or 4 times: of a mean of 9 / 4, that is (4 − 1) / (9 / 4) = 4 / 3.
    assert unevenness(transposed_weights("uniform", 3, 2), 2) == pytest.approx(4 / 3)
    assert unevenness(transposed_weights("bilinear", 3, 2), 2) == pytest.approx(0, abs=1e-12)
    assert overlap_counts(3, 3, 2).tolist() == [1, 2, 1, 2, 1, 1]


def test_no_kernel_is_refused():
    with pytest.raises(LayerError, match="Take 1 or more"):
        transposed_weights("uniform", 0, 2)


def test_a_stride_of_one_makes_nothing_larger():
    with pytest.raises(LayerError, match="Take 2 or more"):
        transposed_padding(3, 1)


@given(kind=KINDS, size=st.integers(1, 7), factor=FACTORS)
def test_resize_and_convolve_smooths_copies_and_keeps_flat_maps_flat(kind, size, factor):
    x = maps(2, 5, 6)
    row = transposed_weights(kind, size, factor)
    large = np.kron(x.numpy(), np.ones((1, factor, factor)))
    before, after = (size - 1) // 2, size // 2
    padded = np.pad(large, ((0, 0), (before, after), (before, after)), mode="edge")
    kernel = np.outer(row, row) / np.outer(row, row).sum()
    close(
        resize_convolution(x, row, factor),
        np.stack([signal.correlate2d(one, kernel, mode="valid") for one in padded]),
    )
    flat = resize_convolution(torch.ones(1, 4, 4), row, factor)
    torch.testing.assert_close(flat, torch.ones_like(flat))


@given(factor=FACTORS, channels=st.integers(1, 3))
def test_pixel_shuffle_weaves_as_written_down(factor, channels):
    x = maps(channels * factor**2, 3, 4)
    found = pixel_shuffle(x, factor)
    assert found.shape == (channels, 3 * factor, 4 * factor)
    for channel, row, column in np.ndindex(*found.shape):
        part = (row % factor) * factor + column % factor
        expected = x[channel * factor**2 + part, row // factor, column // factor]
        assert found[channel, row, column] == expected


def test_maps_that_cannot_be_woven_are_refused():
    with pytest.raises(LayerError, match="6 maps cannot be woven"):
        pixel_shuffle(maps(6), 2)


@given(factor=st.integers(2, 4), seed=st.integers(0, 20))
def test_the_learnt_sub_pixel_layer_is_the_best_of_its_kind(factor, seed):
    x = maps(2, 24, 24, seed)
    layer = learn_sub_pixel(x, factor)
    small = F.avg_pool2d(x, factor)
    off = (layer(small) - x).square().mean()
    assert off <= (upsample(small, "nearest", factor) - x).square().mean() + 1e-12
    # The residual of least squares is at right angles to every input.
    residual = F.pixel_unshuffle((layer(small) - x)[:, None], factor)
    for row, column in np.ndindex(3, 3):
        shifted = F.pad(small[:, None], (1, 1, 1, 1), mode="replicate")
        seen = shifted[..., row : row + small.shape[1], column : column + small.shape[2]]
        assert (residual * seen).sum((0, 2, 3)).abs().max() < 1e-6
    assert layer.parameters == factor**2 * 10


def test_nothing_can_be_learnt_of_a_map_smaller_than_the_factor():
    with pytest.raises(LayerError, match="too small to learn"):
        learn_sub_pixel(maps(1, 2, 9), 3)


def test_parts_are_what_is_woven():
    x = maps(2, 12, 12)
    layer = learn_sub_pixel(x, 2)
    parts = layer.parts(x)
    assert parts.shape == (2, 4, 12, 12)
    torch.testing.assert_close(layer(x)[:, 1::2, 0::2], parts[:, 2])


@given(size=st.integers(1, 6), stride=STRIDES, height=st.integers(1, 6))
def test_closed_counts_are_those_that_torch_counts(size, stride, height):
    x = maps(3, height, 5)
    with FlopCounterMode(display=False) as counted:
        transposed_convolution(x, transposed_weights("uniform", size, stride), stride)
    assert counted.get_total_flops() == 2 * 3 * height * 5 * size**2
    with FlopCounterMode(display=False) as counted:
        learn_sub_pixel(maps(1, 12, 12), 2).parts(x)
    assert counted.get_total_flops() == 2 * 3 * height * 5 * 4 * 9


def test_interpolations_multiply_each_neighbour_once():
    assert upsampling_macs("nearest", 3, 8, 8) == 0
    assert upsampling_macs("bilinear", 3, 8, 8) == 3 * 64 * 4
    assert upsampling_macs("bicubic", 3, 8, 8) == 3 * 64 * 16
