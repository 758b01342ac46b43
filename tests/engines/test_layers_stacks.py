"""Stacks of kernels: what they come to, cost and learn, against torch.nn, SciPy and counting."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import convolve2d
from torch.utils.flop_counter import FlopCounterMode

from engines import layers
from engines.errors import LayerError
from engines.stack_counts import count_stack

CHANNELS = st.lists(st.integers(1, 3), min_size=2, max_size=4)
SIDES = st.sampled_from([(1, 1), (3, 3), (2, 4), (5, 3)])


def _kernels(channels, side, dtype=torch.float64):
    generator = torch.Generator().manual_seed(len(channels))
    return [
        torch.randn(outs, ins, *side, generator=generator, dtype=dtype)
        for ins, outs in pairwise(channels)
    ]


@given(CHANNELS, SIDES, st.sampled_from([torch.float32, torch.float64]))
def test_linear_layers_after_one_another_equal_their_composition(channels, side, dtype):
    kernels = _kernels(channels, side, dtype)
    maps = torch.rand(2, channels[0], 18, 19, dtype=dtype)
    by_layers = torch.nn.Sequential(
        *(torch.nn.Conv2d(k.shape[1], k.shape[0], side, bias=False, dtype=dtype) for k in kernels)
    )
    with torch.no_grad():
        for layer, kernel in zip(by_layers, kernels, strict=True):
            layer.weight.copy_(kernel)
        expected = by_layers(maps)
    tolerance = 1e-3 if dtype == torch.float32 else 1e-10
    close = {"atol": tolerance, "rtol": tolerance}
    one = layers.compose_kernels(kernels)
    torch.testing.assert_close(torch.nn.functional.conv2d(maps, one), expected, **close)
    torch.testing.assert_close(layers.run_stack(maps, kernels), expected, **close)


@given(st.integers(0, 99))
def test_the_composition_of_two_kernels_is_their_full_convolution(seed):
    first, second = np.random.default_rng(seed).standard_normal((2, 3, 3))
    one = layers.compose_kernels([torch.from_numpy(k)[None, None] for k in (first, second)])
    np.testing.assert_allclose(one[0, 0], convolve2d(first, second), atol=1e-12)


def test_a_relu_stands_between_the_layers_only():
    maps = torch.randn(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    first, second = _kernels([1, 2, 1], (3, 3), torch.float32)
    second = -second.abs()  # after a ReLU at the end nothing but 0 would be left
    by_hand = torch.nn.functional.conv2d(torch.nn.functional.conv2d(maps, first).relu(), second)
    found = layers.run_stack(maps, [first, second], relu=True)
    torch.testing.assert_close(found, by_hand)
    assert (found < 0).any()


def test_kernels_that_do_not_fit_are_said_with_both_sizes():
    first, second = torch.zeros(2, 1, 3, 3), torch.zeros(1, 3, 3, 3)
    with pytest.raises(LayerError, match="makes 2 channels, the second takes 3"):
        layers.compose_kernels([first, second])
    with pytest.raises(LayerError, match="at least one"):
        layers.compose_kernels([])
    with pytest.raises(LayerError, match="has 4 × 9 pixels, and the kernels see 5 × 5"):
        layers.run_stack(torch.zeros(1, 1, 4, 9), [torch.zeros(1, 1, 3, 3)] * 2)


@pytest.mark.parametrize("between", [1, 2])
@pytest.mark.parametrize("size", [5, 7])
def test_the_nearest_stack_comes_to_what_is_said(size, between):
    target = np.random.default_rng(size).standard_normal((size, size))
    fit = layers.nearest_stack(target, between=between)
    made = np.zeros((size, size))
    paths = [fit.kernels[0][:, 0]]  # the kernels that lead to each channel
    for kernel in fit.kernels[1:]:
        paths.append(
            [sum(convolve2d(p, k) for p, k in zip(paths[-1], ks, strict=True)) for ks in kernel]
        )
    (made,) = paths[-1]
    np.testing.assert_allclose(fit.made, made, atol=1e-9)
    assert fit.error == pytest.approx(
        np.linalg.norm(made - target) / np.linalg.norm(target), abs=1e-6
    )
    # 17 or 25 free numbers cannot be 25 or 49 of any kind; with two channels there are enough.
    assert fit.error > 0.1 if between == 1 else fit.error < 1e-3


def test_what_is_composed_is_found_again():
    row = np.array([1.0, 2.0, 1.0])
    five = np.outer(np.convolve(row, row), np.convolve(row, row))
    assert layers.nearest_stack(five).error < 1e-4
    assert layers.nearest_stack(np.ones((7, 7))).error < 1e-4


def test_no_small_change_of_the_nearest_stack_comes_nearer():
    target = np.random.default_rng(3).standard_normal((5, 5))
    fit = layers.nearest_stack(target)
    first, second = (kernel[0, 0] for kernel in fit.kernels)
    draw = np.random.default_rng(0)
    for _ in range(50):
        moved = [k + 1e-3 * draw.standard_normal((3, 3)) for k in (first, second)]
        error = np.linalg.norm(convolve2d(*moved) - target) / np.linalg.norm(target)
        assert error >= fit.error - 1e-9


@pytest.mark.parametrize("shape", [(3, 3), (5, 7), (6, 6)])
def test_other_targets_are_refused_in_words(shape):
    with pytest.raises(LayerError, match="cannot be made of 3 × 3 ones"):
        layers.nearest_stack(np.ones(shape))
    with pytest.raises(LayerError, match="at least one channel"):
        layers.nearest_stack(np.ones((5, 5)), between=0)


@given(st.sampled_from([3, 5, 7]), st.integers(1, 3), st.integers(1, 6), st.integers(7, 12))
def test_counts_of_a_stack_are_those_counted(kernel, depth, channels, side):
    count = count_stack(kernel, depth, channels)
    stack = torch.nn.Sequential(
        *(
            torch.nn.Conv2d(channels, channels, kernel, padding=kernel // 2, bias=False)
            for _ in range(depth)
        )
    )
    assert count.weights == sum(one.numel() for one in stack.parameters())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        stack(torch.zeros(1, channels, side, side))
    assert layers.stack_macs(count, side, side) * 2 == counter.get_total_flops()


def test_three_small_kernels_have_27_weights_a_pair_and_one_large_one_49():
    assert count_stack(3, 3, 10).weights == 27 * 100
    assert count_stack(7, 1, 10).weights == 49 * 100
    assert count_stack(3, 3, 10).field == count_stack(7, 1, 10).field == 7


def test_training_tells_of_each_pass_and_learns():
    steps = list(layers.train_digit_stacks(8, seeds=2, epochs=3, stacks=((3, 1), (5, 1))))
    assert [step.done for step in steps] == list(range(1, 13))
    assert {step.of for step in steps} == {12}
    assert math.isnan(steps[0].scores[1].mean()[0])
    scores = steps[-1].scores
    assert [score.name for score in scores] == ["3×3", "5×5"]
    for score in scores:
        assert score.accuracy.shape == (2, 3)
        assert score.mean()[-1] > max(0.5, score.mean()[0])
        np.testing.assert_allclose(score.spread(), score.accuracy.std(axis=0, ddof=1))
        assert score.seconds > 0


def test_the_same_seed_learns_the_same_and_another_something_else():
    first, second = (
        list(layers.train_digit_stacks(4, seeds=2, epochs=1, stacks=((3, 2),)))[-1].scores[0]
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.accuracy, second.accuracy)
    assert first.accuracy[0] != first.accuracy[1]


def test_training_nothing_is_refused_in_words():
    with pytest.raises(LayerError, match="at least one stack"):
        layers.train_digit_stacks(8, seeds=0)
