"""Every network of the catalogue can lend its eyes to a style transfer, or says why it cannot."""

from __future__ import annotations

import gc
import math

import pytest
import torch

from engines.images import load_sample
from engines.models import catalogue, load
from engines.style import (
    RANDOM_FILTERS,
    StyleError,
    StyleSettings,
    StyleTransfer,
    loss_terms,
    random_filters,
    suggest_layers,
    tap_choices,
)

SIDE = 64
STEPS = 6
LARGEST = 200_000_000  # weights; more would need gigabytes for a network seen in a smaller one
NETWORKS = [card.name for card in catalogue()]


def small(name: str) -> torch.Tensor:
    pixels = load_sample(name).pixels[None]
    return torch.nn.functional.interpolate(pixels, (SIDE, SIDE), mode="area")[0]


@pytest.fixture(scope="module")
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    return small("chelsea"), small("waves")


@pytest.fixture(autouse=True)
def forget_networks():
    yield
    gc.collect()  # the modules of a network refer to each other


def steps_with(model, pair, side=SIDE, count=STEPS):
    settings = StyleSettings(size=side, sizes=(side,), steps=(count,))
    transfer = StyleTransfer(*pair, model, settings)
    return list(transfer.run()), settings


def steps_or_refusal(model, pair):
    try:
        return steps_with(model, pair)[0], ""
    except StyleError as error:
        return [], str(error)


def assert_falls(steps, to=0.999):
    """In a few steps, so by little: deep random weights hardly tell pictures apart."""
    totals = [step.losses.total for step in steps]
    assert all(math.isfinite(total) for total in totals)
    assert min(totals[1:]) < to * totals[0]
    assert steps[-1].image.shape[0] == 3
    assert not any(step.note for step in steps)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_total_loss_falls_on_every_network_that_has_maps(name, pair):
    card = next(card for card in catalogue() if card.name == name)
    if (card.parameters or 0) > LARGEST:
        pytest.skip(f"{card.parameters:,} weights take gigabytes of memory")
    model = load(name)
    suggested = suggest_layers(model)
    choices = tap_choices(model)
    layers = [one.layer for one in (*suggested.content, *suggested.style)]
    assert set(layers) <= set(choices)
    assert suggested.content
    assert suggested.style
    steps, refusal = steps_or_refusal(model, pair)
    if refusal:
        # Only a network that sees pictures of one size alone may refuse, and names that size.
        own = model.preprocess.height
        assert own != SIDE
        assert str(own) in refusal
        steps, _ = steps_with(model, pair, own, 3)
    assert_falls(steps)


@pytest.mark.parametrize("name", ["efficientnet_lite0", RANDOM_FILTERS])
def test_the_formulae_add_up_to_the_loss_of_a_real_step(name, pair):
    model = random_filters() if name == RANDOM_FILTERS else load(name)
    steps, settings = steps_with(model, pair)
    assert_falls(steps, to=0.8)
    for step in steps:
        total, *terms = loss_terms(step, settings, suggest_layers(model))
        assert total.value == pytest.approx(sum(term.value for term in terms), rel=1e-4)
        assert len(terms) == len(step.losses.content) + len(step.losses.style) + 1
