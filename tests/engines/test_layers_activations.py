"""Activation functions against torch.nn, their gradients against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from torch import nn

from engines.errors import LayerError
from engines.layers import ACTIVATIONS, activate, activation_gradient, activity, train_unit

NAMES = list(ACTIVATIONS)
MODULES = {
    "relu": lambda a: nn.ReLU(),
    "leaky": nn.LeakyReLU,
    "prelu": lambda a: nn.PReLU(init=a).double(),
    "elu": nn.ELU,
    "selu": lambda a: nn.SELU(),
    "gelu": lambda a: nn.GELU(),
    "silu": lambda a: nn.SiLU(),
    "mish": lambda a: nn.Mish(),
    "relu6": lambda a: nn.ReLU6(),
    "hardswish": lambda a: nn.Hardswish(),
    "softplus": lambda a: nn.Softplus(),
    "tanh": lambda a: nn.Tanh(),
    "sigmoid": lambda a: nn.Sigmoid(),
    "identity": lambda a: nn.Identity(),
}
# Away from the kinks at −3, 0, 3 and 6, where left and right differences differ.
smooth = st.floats(-8, 8).filter(lambda x: min(abs(x - kink) for kink in (-3, 0, 3, 6)) > 1e-3)


@pytest.mark.parametrize("name", NAMES)
@given(values=st.lists(smooth, min_size=1, max_size=9), a=st.floats(0.01, 2))
def test_values_and_gradients_are_those_of_torch_nn(name, values, a):
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    expected = MODULES[name](a)(x)
    (slopes,) = torch.autograd.grad(expected.sum(), x)
    np.testing.assert_allclose(activate(name, x.detach(), a), expected.detach(), atol=1e-12)
    np.testing.assert_allclose(activation_gradient(name, x.detach(), a), slopes, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
@given(values=st.lists(smooth, min_size=1, max_size=9), a=st.floats(0.01, 2))
def test_the_gradient_is_the_limit_of_differences(name, values, a):
    x, h = torch.tensor(values, dtype=torch.float64), 1e-5
    difference = (activate(name, x + h, a) - activate(name, x - h, a)) / (2 * h)
    np.testing.assert_allclose(activation_gradient(name, x, a), difference, atol=1e-7)


@given(values=st.lists(st.floats(-8, 8), min_size=1, max_size=9))
def test_gelu_and_sigmoid_are_scipys(values):
    x = np.array(values)
    np.testing.assert_allclose(
        activate("gelu", torch.from_numpy(x)), x * special.ndtr(x), atol=1e-12
    )
    np.testing.assert_allclose(
        activate("sigmoid", torch.from_numpy(x)), special.expit(x), atol=1e-12
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_far_number_breaks_a_gradient(name):
    assert bool(torch.isfinite(activation_gradient(name, torch.tensor([-1e4, 1e4]))).all())


def test_activity_counts_what_is_silenced():
    values = torch.tensor([-2.0, -1.0, 1.0, 2.0])
    found = activity("relu", values)
    assert (found.zeros, found.flat, found.mean) == (0.5, 0.5, 0.75)
    assert found.std == pytest.approx(np.std([0, 0, 1, 2]))
    assert activity("leaky", values, 0.1).zeros == 0
    assert activity("sigmoid", torch.tensor([-9.0, 0.0])).flat == 0.5


def test_a_name_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(LayerError, match="relu, leaky"):
        activate("swash", torch.ones(2))
    with pytest.raises(LayerError, match="no numbers"):
        activity("relu", torch.ones(0))


def test_a_dead_relu_never_moves_while_a_leaky_one_comes_back():
    start = {"weight": 1.0, "bias": -2.0, "rate": 0.5, "steps": 400}
    dead, leaky = train_unit("relu", **start), train_unit("leaky", **start, parameter=0.1)
    assert bool((dead.biases == -2).all() and (dead.weights == 1).all())
    assert float(dead.losses[0]) == float(dead.losses[-1])
    assert float(leaky.losses[-1]) < float(leaky.losses[0]) / 50


@given(
    name=st.sampled_from(NAMES),
    weight=st.floats(-2, 2),
    bias=st.floats(-2, 2),
    rate=st.floats(0.01, 0.5),
)
def test_the_steps_are_those_of_torch_optim_sgd(name, weight, bias, rate):
    found = train_unit(name, weight=weight, bias=bias, rate=rate, steps=5)
    w = torch.tensor(weight, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(bias, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.SGD([w, b], lr=rate)
    module = MODULES[name](ACTIVATIONS[name].usual)
    for step in range(5):
        loss = ((module(w * found.x + b) - found.target) ** 2).mean()
        np.testing.assert_allclose(found.losses[step], loss.item(), atol=1e-9)
        descent.zero_grad()
        loss.backward()
        descent.step()
    np.testing.assert_allclose(found.weights[-1], w.item(), atol=1e-9)
    np.testing.assert_allclose(found.biases[-1], b.item(), atol=1e-9)


@pytest.mark.parametrize("wrong", [{"rate": -1.0, "steps": 1}, {"rate": 0.1, "steps": -1}])
def test_no_step_goes_backwards(wrong):
    with pytest.raises(LayerError, match="0 or more"):
        train_unit("relu", weight=1.0, bias=0.0, **wrong)
