"""Receptive fields and stacks, against gradients of real networks."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision import models

from engines.geometry import GeometryError, Layer, ReceptiveField, receptive_field, stack_table

LAYERS = st.lists(
    st.builds(
        Layer, st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), dilation=st.integers(1, 2)
    ),
    min_size=1,
    max_size=4,
)


def read_by(network: nn.Module, inputs: torch.Tensor, unit: int) -> tuple[int, int]:
    """Return the first input row that the output row `unit` reads and the one behind the last."""
    inputs = inputs.clone().requires_grad_()
    network(inputs)[0, :, unit].sum().backward()
    rows = inputs.grad[0].abs().sum(dim=(0, 2)).nonzero()[:, 0]
    return int(rows[0]), int(rows[-1]) + 1


def ones(layers: list[Layer]) -> nn.Sequential:
    """Return a network in which every gradient is positive."""
    network = nn.Sequential(
        *(
            nn.Conv2d(1, 1, (layer.kernel, 1), (layer.stride, 1), (layer.padding, 0),
                      (layer.dilation, 1), bias=False)
            for layer in layers
        )
    ).double()  # fmt: skip
    for weight in network.parameters():
        nn.init.ones_(weight)
    return network


@settings(max_examples=150, deadline=None)
@given(LAYERS, st.integers(20, 60))
def test_fields_are_where_gradients_reach(layers, size) -> None:
    try:
        rows = stack_table(size, layers)
    except GeometryError:
        assume(False)
    inputs = torch.ones(1, 1, size, 1, dtype=torch.float64)
    assert [row.size for row in rows] == [
        ones(layers[:depth])(inputs).shape[2] for depth in range(1, len(layers) + 1)
    ]
    final = rows[-1]
    for unit in {0, final.size // 2, final.size - 1}:
        first, last = final.field.span(unit)
        if first >= 0 and last <= size:  # else padding hides the ends of the field
            assert read_by(ones(layers), inputs, unit) == (first, last)


@pytest.mark.parametrize("padding", [0, 1])
def test_fields_of_padded_stacks_are_where_gradients_reach_in_the_middle(padding) -> None:
    layers = [Layer(3, 2, padding), Layer(5, 1, padding, 2), Layer(2, 2, 0), Layer(3, 1, padding)]
    final = stack_table(120, layers)[-1]
    unit = final.size // 2
    inputs = torch.ones(1, 1, 120, 1, dtype=torch.float64)
    assert read_by(ones(layers), inputs, unit) == final.field.span(unit)
    first, last = final.field.span(unit)
    assert final.field.start + unit * final.field.jump == (first + last) / 2  # centres: cell 0: 0.5


def spatial_layers(features: nn.Module) -> list[Layer]:
    """Return what the convolutions and pools of a chain are along its rows."""
    found = []
    for module in features:
        if isinstance(module, nn.Conv2d):
            found.append(Layer(module.kernel_size[0], module.stride[0], module.padding[0],
                               module.dilation[0]))  # fmt: skip
        elif isinstance(module, nn.MaxPool2d):
            found.append(Layer(module.kernel_size, module.stride, module.padding))
    return found


def averaging(features: nn.Module) -> nn.Sequential:
    """Return the chain with positive weights, and average pools, which let every gradient by."""
    parts: list[nn.Module] = []
    for module in features:
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1.0 / module.weight[0].numel())
            nn.init.zeros_(module.bias)
            parts.append(module)
        elif isinstance(module, nn.MaxPool2d):
            parts.append(nn.AvgPool2d(module.kernel_size, module.stride, module.padding))
    return nn.Sequential(*parts).double()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "size", "expected"),
    [(models.alexnet, 320, (195, 32)), (models.vgg11, 320, (150, 32))],
)
def test_fields_of_torchvisions_networks_are_where_gradients_reach(build, size, expected) -> None:
    features = build(weights=None).features
    layers = spatial_layers(features)
    final = stack_table(size, layers)[-1]
    assert (final.field.size, final.field.jump) == expected
    network = averaging(features)
    inputs = torch.ones(1, 3, size, size, dtype=torch.float64)
    unit = final.size // 2
    first, last = final.field.span(unit)
    assert first >= 0
    assert last <= size
    assert read_by(network, inputs, unit) == (first, last)
    with torch.no_grad():
        assert final.size == network(inputs).shape[2]


def test_three_layers_of_three_see_seven() -> None:
    assert receptive_field([Layer(3)] * 3) == [
        ReceptiveField(3, 1, 1.5), ReceptiveField(5, 1, 2.5), ReceptiveField(7, 1, 3.5),
    ]  # fmt: skip
    assert receptive_field([Layer(3, 1, 1)] * 3)[-1] == ReceptiveField(7, 1, 0.5)


def test_no_layers_give_no_fields() -> None:
    assert receptive_field([]) == []
    assert stack_table(5, []) == []


@given(LAYERS)
def test_neighbours_overlap_in_what_both_spans_hold(layers) -> None:
    field = receptive_field(layers)[-1]
    here, there = (set(range(*field.span(unit))) for unit in (3, 4))
    assert field.overlap == len(here & there)
    assert field.jump == np.prod([layer.stride for layer in layers])
    assert len(here) == field.size


def test_a_field_as_large_as_the_input_is_told() -> None:
    rows = stack_table(6, [Layer(3, 1, 1)] * 3)
    assert [row.field.size for row in rows] == [3, 5, 7]
    assert [row.covers_input for row in rows] == [False, False, True]


def test_the_layer_that_does_not_fit_is_named() -> None:
    with pytest.raises(GeometryError, match=r"Layer 3: .* over 3 cells .* has only 2"):
        stack_table(6, [Layer(3), Layer(2, 2), Layer(3)])


@pytest.mark.parametrize(
    ("layer", "said"),
    [(Layer(0), "kernel of 0"), (Layer(3, 0), "stride of 0"), (Layer(3, 1, -1), "negative"),
     (Layer(3, 1, 0, 0), "dilation of 0")],
)  # fmt: skip
def test_a_layer_that_means_nothing_is_refused_even_without_an_input(layer, said) -> None:
    with pytest.raises(GeometryError, match=f"Layer 2: .*{said}"):
        receptive_field([Layer(3), layer])
