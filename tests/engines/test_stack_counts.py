"""Stacks of small kernels against one large one, against real layers of torch."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engines.errors import GeometryError
from engines.stack_counts import as_one_layer, count_stack


def built(kernel: int, depth: int, channels: int) -> nn.Sequential:
    layers = [nn.Conv2d(channels, channels, kernel, bias=False) for _ in range(depth)]
    return nn.Sequential(*(part for layer in layers for part in (layer, nn.ReLU())))


def seen_by_gradient(network: nn.Sequential, channels: int) -> int:
    """How many input cells along one axis have a gradient from one unit of the last layer."""
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.constant_(layer.weight, 1.0)
    picture = torch.ones(1, channels, 31, 31, requires_grad=True)
    answer = network(picture)
    middle = answer.shape[-1] // 2
    answer[0, 0, middle, middle].backward()
    assert picture.grad is not None
    return int((picture.grad[0, 0].abs().sum(dim=0) > 0).sum())


@given(kernel=st.sampled_from([1, 2, 3, 5]), depth=st.integers(1, 4), channels=st.integers(1, 5))
def test_counts_and_fields_are_those_of_real_layers(kernel: int, depth: int, channels: int) -> None:
    stack, network = count_stack(kernel, depth, channels), built(kernel, depth, channels)
    assert stack.weights == sum(parameter.numel() for parameter in network.parameters())
    assert stack.field == seen_by_gradient(network, channels)
    assert stack.depth == sum(isinstance(part, nn.ReLU) for part in network)
    one = as_one_layer(stack)
    assert (one.depth, one.kernel, one.field) == (1, stack.field, stack.field)


@pytest.mark.parametrize("channels", [1, 64, 512])
def test_three_small_kernels_cost_27_and_one_large_49_times_the_channels_squared(
    channels: int,
) -> None:
    stack = count_stack(3, 3, channels)
    one = as_one_layer(stack)
    assert stack.fields == (3, 5, 7)
    assert (stack.factor, one.factor) == (27, 49)
    assert (stack.weights, one.weights) == (27 * channels**2, 49 * channels**2)


@pytest.mark.parametrize("wrong", [(0, 3, 4), (3, 0, 4), (3, 3, 0)])
def test_a_stack_of_nothing_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(GeometryError, match=r"at least|kernel"):
        count_stack(*wrong)
