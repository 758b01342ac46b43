"""Effective receptive fields: against self-convolution, the closed form, and Luo's root law."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engines.errors import LayerError
from engines.geometry import Layer, receptive_field
from engines.layers import FIELD_WEIGHTS, effective_fields, expected_deviation

stacks = st.lists(
    st.builds(Layer, st.integers(2, 5), st.integers(1, 2), st.just(0), st.integers(1, 3)),
    min_size=1, max_size=3,
)  # fmt: skip


def box(layer, jump):
    """Return the places that one layer reads, as shares of 1."""
    made = np.zeros((layer.kernel - 1) * layer.dilation * jump + 1)
    made[:: layer.dilation * jump] = 1 / layer.kernel
    return made


@settings(deadline=None, max_examples=25)
@given(stacks)
def test_equal_weights_give_the_convolution_of_the_boxes(stack):
    along, jump = np.ones(1), 1
    for layer in stack:
        along = np.convolve(along, box(layer, jump))
        jump *= layer.stride
    (found,) = effective_fields(stack, [len(stack)], "equal")
    assert found.size == receptive_field(stack)[-1].size == len(along)
    np.testing.assert_allclose(found.influence, np.outer(along, along), atol=1e-6)
    places = np.arange(len(along))
    deviation = np.sqrt(along @ (places - along @ places) ** 2)
    assert found.deviation == pytest.approx(deviation, rel=1e-4)
    assert expected_deviation(stack) == pytest.approx(deviation)


@pytest.mark.parametrize("weights", FIELD_WEIGHTS)
def test_it_is_the_gradient_of_the_middle_unit_of_modules(weights):
    stack, channels = [Layer(3), Layer(3, stride=2), Layer(2, dilation=2)], 3
    (found,) = effective_fields(stack, [3], weights, channels=channels, seed=4)
    channels = 1 if weights == "equal" else channels
    seeds = torch.Generator().manual_seed(4)
    side = found.size
    images = torch.randn(channels, 1, side, side, generator=seeds)
    parts = []
    for number, layer in enumerate(stack):
        conv = nn.Conv2d(
            channels if number else 1, channels, layer.kernel, layer.stride,
            dilation=layer.dilation, bias=False,
        )  # fmt: skip
        fresh = torch.randn(conv.weight.shape, generator=seeds)
        conv.weight.data = torch.ones_like(fresh) if weights == "equal" else fresh
        parts += [nn.ReLU()] if number and weights == "relu" else []
        parts.append(conv)
    network, total = nn.Sequential(*parts), torch.zeros(side, side)
    for channel, image in enumerate(images):
        jacobian = torch.autograd.functional.jacobian(network, image[None])[0, channel, 0, 0, 0, 0]
        total += jacobian if weights == "equal" else jacobian.square()
    torch.testing.assert_close(found.influence.float(), total / total.sum(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("weights", ["random", "relu"])
@pytest.mark.parametrize("layer", [Layer(3), Layer(5), Layer(3, dilation=2)])
def test_random_weights_have_the_deviation_of_the_closed_form_on_average(weights, layer):
    stack = [layer] * 6
    found = [
        effective_fields(stack, [6], weights, channels=12, seed=seed)[0].deviation
        for seed in range(4)
    ]
    assert np.mean(found) == pytest.approx(expected_deviation(stack), rel=0.1)


def test_the_effective_field_grows_with_the_root_of_the_depth():
    stack = [Layer(3)] * 16
    found = effective_fields(stack, [4, 16], "equal")
    assert [field.size for field in found] == [9, 33]
    assert found[1].deviation / found[0].deviation == pytest.approx(2, rel=1e-3)


def test_every_depth_of_a_stack_is_that_of_the_shorter_stack():
    stack = [Layer(3, stride=2), Layer(3), Layer(5)]
    for depth, found in enumerate(effective_fields(stack, [1, 2, 3], "equal"), start=1):
        (alone,) = effective_fields(stack[:depth], [depth], "equal")
        torch.testing.assert_close(found.influence, alone.influence, atol=1e-6, rtol=1e-4)


def test_fields_too_large_and_depths_not_there_are_refused_in_words():
    with pytest.raises(LayerError, match="After 7 of 20 layers one unit already sees 255 × 255"):
        effective_fields([Layer(3, stride=2)] * 20, [20])
    with pytest.raises(LayerError, match="has 2 layers"):
        effective_fields([Layer(3)] * 2, [3])
