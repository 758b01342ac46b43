"""Pooling against NumPy and scikit-image, learnt and shifted."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal
from skimage.measure import block_reduce
from torch.nn import functional as F  # noqa: N812
from torch.utils.flop_counter import FlopCounterMode

from engines.errors import LayerError
from engines.layers import (
    adaptive_average,
    adaptive_windows,
    binomial,
    blur_pool,
    compare_shifted,
    learn_pooling,
    pool,
    pooling_macs,
    shift_stability,
)

REDUCE = {
    "max": lambda w: w.max((-1, -2)),
    "average": lambda w: w.mean((-1, -2)),
    "l2": lambda w: np.sqrt((w**2).sum((-1, -2))),
}
KINDS = st.sampled_from(sorted(REDUCE))


def maps(channels=2, height=12, width=15, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(channels, height, width, generator=generator, dtype=dtype)


def close(found, expected, tolerance=1e-9):
    np.testing.assert_allclose(found.numpy(), expected, atol=tolerance, rtol=tolerance)


@given(
    kind=KINDS,
    window=st.integers(1, 5),
    stride=st.integers(1, 6),
    height=st.integers(5, 12),
    width=st.integers(5, 12),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_pooling_is_what_numpy_makes_of_every_window(kind, window, stride, height, width, dtype):
    x = maps(2, height, width, dtype=dtype)
    windows = sliding_window_view(x.numpy(), (window, window), axis=(1, 2))
    found = pool(x, kind, window, stride)
    assert found.dtype == dtype
    close(found, REDUCE[kind](windows[:, ::stride, ::stride]), 1e-5)


@pytest.mark.parametrize(("kind", "function"), [("max", np.max), ("average", np.mean)])
def test_whole_blocks_are_reduced_as_by_scikit_image(kind, function):
    x = maps(1, 12, 15)
    close(pool(x, kind, 3, 3)[0], block_reduce(x[0].numpy(), (3, 3), function))


@given(window=st.integers(1, 4), stride=st.integers(1, 4))
def test_l2_is_the_sum_under_the_root_as_in_torch(window, stride):
    x = maps()
    close(pool(x, "l2", window, stride), F.lp_pool2d(x[None], 2.0, window, stride)[0], 1e-7)


def test_a_window_larger_than_the_map_is_refused_with_both_sizes():
    with pytest.raises(LayerError, match=r"7 × 7 does not fit into a map of 5 × 9"):
        pool(maps(1, 5, 9), "max", 7, 2)
    with pytest.raises(LayerError, match="goes nowhere"):
        pool(maps(1, 5, 9), "max", 2, 0)


@given(side=st.integers(1, 9), height=st.integers(1, 12), width=st.integers(1, 12))
def test_adaptive_windows_cover_the_map_as_those_of_torch(side, height, width):
    x = maps(2, height, width)
    rows, columns = adaptive_windows(height, side), adaptive_windows(width, side)
    assert rows[0][0] == 0
    assert rows[-1][1] == height
    expected = [
        [x[:, top:bottom, left:right].mean((1, 2)).numpy() for left, right in columns]
        for top, bottom in rows
    ]
    close(adaptive_average(x, side), np.moveaxis(np.array(expected), 2, 0))


def test_no_result_is_refused():
    with pytest.raises(LayerError, match="holds nothing"):
        adaptive_average(maps(), 0)


@given(size=st.integers(1, 9))
def test_binomial_filters_are_boxes_of_two_convolved(size):
    expected = np.ones(1)
    for _ in range(size - 1):
        expected = np.convolve(expected, [0.5, 0.5])
    close(binomial(size), expected)


@given(
    kind=KINDS,
    window=st.integers(1, 4),
    stride=st.integers(1, 4),
    size=st.integers(1, 6),
)
def test_blur_pool_is_dense_pooling_smoothed_and_thinned_out(kind, window, stride, size):
    x = maps(2, 12, 13)
    dense = REDUCE[kind](sliding_window_view(x.numpy(), (window, window), axis=(1, 2)))
    before, after = (size - 1) // 2, size // 2
    padded = np.pad(dense, ((0, 0), (before, after), (before, after)), mode="reflect")
    kernel = np.outer(*[binomial(size).numpy()] * 2)
    smooth = np.stack([signal.correlate2d(one, kernel, mode="valid") for one in padded])
    found = blur_pool(x, kind, window, stride, size)
    close(found, smooth[:, ::stride, ::stride])
    assert found.shape == pool(x, kind, window, stride).shape


def test_a_blur_of_one_changes_nothing():
    x = maps()
    torch.testing.assert_close(blur_pool(x, "max", 2, 2, 1), pool(x, "max", 2, 2))


def test_a_blur_that_does_not_fit_is_refused():
    with pytest.raises(LayerError, match="blur of 7 × 7"):
        blur_pool(maps(1, 4, 4), "max", 2, 2, 7)


@given(window=st.integers(1, 4), stride=st.integers(1, 4), seed=st.integers(0, 50))
def test_the_average_is_learnt_exactly(window, stride, seed):
    x = maps(2, 17, 19, seed)
    learnt = learn_pooling(x, pool(x, "average", window, stride), window, stride)
    assume(not learnt.by_rote)
    assert learnt.error < 1e-9
    close(learnt.weights, np.full((2, window, window), 1 / window**2), 1e-7)
    close(learnt.bias, np.zeros(2), 1e-7)


@pytest.mark.parametrize("kind", ["max", "l2"])
def test_what_is_learnt_beats_every_neighbour_and_is_what_the_layer_does(kind):
    x = maps(3, 20, 20)
    target = pool(x, kind, 2, 2)
    learnt = learn_pooling(x, target, 2, 2)
    layer = F.conv2d(x[None], learnt.weights[:, None], learnt.bias, stride=2, groups=3)[0]
    close(learnt.result, layer.numpy())
    close(learnt(x), layer.numpy())
    assert 0.1 < learnt.error < 1
    assert learnt.parameters == 3 * (4 + 1)
    best = (layer - target).square().sum()
    generator = torch.Generator().manual_seed(1)
    for _ in range(20):
        step = 1e-3 * torch.randn(learnt.weights.shape, generator=generator, dtype=x.dtype)
        other = F.conv2d(x[None], (learnt.weights + step)[:, None], learnt.bias, 2, groups=3)[0]
        assert (other - target).square().sum() > best


def test_learning_by_rote_is_told():
    x = maps(1, 5, 5)
    learnt = learn_pooling(x, pool(x, "max", 3, 2), 3, 2)
    assert learnt.by_rote
    assert learnt.error < 1e-6


def test_a_target_of_another_size_is_refused():
    with pytest.raises(LayerError, match="same maps"):
        learn_pooling(maps(), maps(), 2, 2)


def test_flat_maps_are_learnt_without_error():
    x = torch.ones(1, 12, 12)
    assert learn_pooling(x, pool(x, "max", 2, 2), 2, 2).error < 1e-4


@given(kind=KINDS, stride=st.integers(1, 4), steps=st.integers(0, 3))
def test_a_shift_by_whole_strides_only_moves_the_result(kind, stride, steps):
    x = maps(2, 16, 40)
    told = compare_shifted(lambda m: pool(m, kind, 2, stride), x, steps * stride, stride)
    assert told.difference.abs().max() < 1e-9
    assert told.stability == pytest.approx(1)


def smooth_maps():
    rows, columns = np.mgrid[:48, :64]
    return torch.from_numpy(np.sin(columns / 9) * np.cos(rows / 7))[None]


def test_what_holds_no_fine_detail_is_shifted_back_between_pixels():
    told = compare_shifted(lambda m: pool(m, "average", 2, 2), smooth_maps(), 1, 2)
    assert told.stability > 0.99
    assert [cut.shape[-1] for cut in told.inputs] == [63, 63]


def test_a_wider_blur_is_more_stable_and_max_alone_is_least():
    x = maps(4, 64, 64)
    numbers = [
        compare_shifted(lambda m, f=f: blur_pool(m, "max", 2, 2, f), x, 1, 2).stability
        for f in (1, 3, 5, 7)
    ]
    assert numbers == sorted(numbers)
    assert numbers[0] < 0.7
    assert numbers[3] > 0.9


def test_shifts_beyond_the_map_are_refused():
    with pytest.raises(LayerError, match="cannot be shifted by 15"):
        compare_shifted(lambda m: m, maps(), 15, 1)
    with pytest.raises(LayerError, match="nothing to compare"):
        compare_shifted(lambda m: pool(m, "max", 2, 2), maps(1, 6, 6), 3, 2)


def test_stability_is_1_for_equals_and_0_for_strangers():
    a, b = maps(4, 100, 100, 1), maps(4, 100, 100, 2)
    assert shift_stability(a, a) == 1
    assert shift_stability(a, b) == pytest.approx(0, abs=0.02)
    assert shift_stability(torch.ones(1, 2, 2), torch.ones(1, 2, 2)) == 1
    assert shift_stability(torch.ones(1, 2, 2), torch.zeros(1, 2, 2)) == 0


@given(window=st.integers(1, 4), stride=st.integers(1, 3), blur=st.integers(1, 5))
def test_closed_counts_are_those_that_torch_counts(window, stride, blur):
    x = maps(3, 12, 14)
    kernel = torch.ones(3, 1, window, window, dtype=x.dtype)
    with FlopCounterMode(display=False) as counted:
        size = F.conv2d(x[None], kernel, stride=stride, groups=3).shape[1:]
    assert 2 * pooling_macs("convolution", *size, window) == counted.get_total_flops()
    with FlopCounterMode(display=False) as counted:
        blur_pool(x, "max", window, stride, blur)
    assert 2 * pooling_macs("blur", *size, window, blur) == counted.get_total_flops()
    assert pooling_macs("max", *size, window) == pooling_macs("average", *size, window) == 0
