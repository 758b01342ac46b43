"""Normalisation against torch.nn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from engines.errors import LayerError
from engines.layers import (
    NORMALISATIONS,
    averaged_together,
    normalisation_parameters,
    normalise,
    running_statistics,
)

sizes = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(2, 7), st.integers(2, 7))
dtypes = st.sampled_from([torch.float32, torch.float64])


def block_of(shape, dtype=torch.float64, seed=0):
    made = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=made, dtype=torch.float64).to(dtype) * 3 + 1


def from_torch(kind, block, groups, epsilon):
    if kind == "batch":
        return functional.batch_norm(block, None, None, training=True, eps=epsilon)
    if kind == "layer":
        return functional.layer_norm(block, block.shape[1:], eps=epsilon)
    if kind == "instance":
        return functional.instance_norm(block, eps=epsilon)
    return functional.group_norm(block, groups, eps=epsilon)


@settings(deadline=None, max_examples=60)
@given(
    sizes, st.integers(1, 6), st.sampled_from(NORMALISATIONS), dtypes,
    st.floats(-3, 3), st.floats(-3, 3), st.sampled_from([1e-8, 1e-5, 0.1, 1.0]),
)  # fmt: skip
def test_it_is_what_torch_gives(shape, groups, kind, dtype, gamma, beta, epsilon):
    groups = groups if shape[1] % groups == 0 else 1
    block = block_of(shape, dtype)
    made = normalise(block, kind, groups=groups, gamma=gamma, beta=beta, epsilon=epsilon)
    wanted = gamma * from_torch(kind, block, groups, epsilon) + beta
    assert made.output.dtype == dtype
    torch.testing.assert_close(made.output, wanted, rtol=1e-4, atol=1e-4)


@settings(deadline=None, max_examples=40)
@given(sizes, st.integers(1, 6), st.sampled_from(NORMALISATIONS))
def test_cells_marked_alike_have_mean_0_and_deviation_1_afterwards(shape, groups, kind):
    groups = groups if shape[1] % groups == 0 else 1
    marks = averaged_together(shape, kind, groups)
    made = normalise(block_of(shape), kind, groups=groups, epsilon=1e-12).output.numpy()
    assert marks.shape == shape
    for mark in np.unique(marks):
        assert made[marks == mark].mean() == pytest.approx(0, abs=1e-9)
        assert made[marks == mark].std() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "count"), [("batch", 6), ("layer", 2), ("instance", 12), ("group", 6)]
)
def test_as_many_statistics_as_the_axes_leave(kind, count):
    assert len(np.unique(averaged_together((2, 6, 3, 4), kind, groups=3))) == count


@settings(deadline=None, max_examples=20)
@given(sizes, st.integers(0, 12), st.sampled_from([0.1, 0.5, 1.0]))
def test_running_statistics_are_those_of_a_module_after_as_many_batches(shape, batches, momentum):
    block, module = block_of(shape), nn.BatchNorm2d(shape[1], momentum=momentum).double()
    for _ in range(batches):
        module(block)
    running = running_statistics(block, batches, momentum)
    torch.testing.assert_close(running[0], module.running_mean)
    torch.testing.assert_close(running[1], module.running_var)
    counts = torch.tensor([[0.0], [batches]], dtype=torch.float64)
    for start, one, several in zip(
        (0, 1), running, running_statistics(block, counts, momentum), strict=True
    ):
        torch.testing.assert_close(several, torch.stack([torch.full_like(one, start), one]))
    torch.testing.assert_close(
        normalise(block, "batch", running=running).output, module.eval()(block)
    )


@pytest.mark.parametrize("kind", NORMALISATIONS)
def test_parameters_are_those_of_the_modules(kind):
    module = {
        "batch": nn.BatchNorm2d(6), "layer": nn.LayerNorm((6, 5, 4)),
        "instance": nn.InstanceNorm2d(6, affine=True), "group": nn.GroupNorm(3, 6),
    }[kind]  # fmt: skip
    counted = sum(one.numel() for one in module.parameters())
    assert normalisation_parameters(kind, 6, 5, 4) == counted


def test_groups_that_do_not_divide_are_refused_with_those_that_do():
    with pytest.raises(LayerError, match=r"16 channels .* 3 groups.* 1, 2, 4, 8, 16"):
        normalise(block_of((1, 16, 2, 2)), "group", groups=3)


def test_a_number_averaged_with_itself_alone_is_refused_where_torch_does_too():
    lonely = block_of((1, 3, 1, 1))
    for kind in ("batch", "instance"):
        with pytest.raises(LayerError, match="with itself alone"):
            normalise(lonely, kind)
    with pytest.raises(LayerError, match="with itself alone"):
        running_statistics(lonely, 3)
    with pytest.raises(ValueError, match="more than 1 value"):
        nn.BatchNorm2d(3)(lonely.float())
