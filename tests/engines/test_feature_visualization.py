"""Pictures that excite: they do, more than chance; the network stays as it was; switches matter."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from engines import models
from engines.errors import VisualizationError
from engines.feature_visualization import (
    Regularisers,
    channel,
    class_score,
    direction,
    maximize,
    maximize_objective,
    measure,
    neuron,
)

SMALL = {"steps": 6, "size": 24}


@pytest.fixture(scope="module")
def embedded():
    return models.load(models.EMBEDDED)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 5, stride=2), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.Conv2d(8, 4, 3)
    )


def last(steps):
    *_, final = steps
    return final


# The embedded network


@pytest.mark.slow
@pytest.mark.parametrize(
    "objective",
    [
        channel("blocks.1.1", 3),
        channel("blocks.5.2", 20),
        neuron("blocks.4.1", 5),
        class_score(281, name="tabby"),
        direction("blocks.3.2", np.arange(80) % 3 - 1.0),
        channel("blocks.3.2", 10) + 0.5 * class_score(985),
    ],
    ids=str,
)
def test_the_picture_excites_more_than_the_start_and_than_random_ones(embedded, objective):
    normalise = embedded.preprocess.normalise
    start, *_, final = maximize_objective(
        embedded.module, objective, steps=40, size=96, normalise=normalise
    )
    random = torch.rand(16, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    measured = [
        measure(embedded.module, images, objective, normalise=normalise)
        for images in (start.images, random, final.images)
    ]
    spread = max(measured[1]) - min(measured[1])
    assert measured[2][0] > max(measured[0][0], *measured[1]) + spread


@pytest.mark.slow
def test_a_class_is_recognised_in_its_picture(embedded):
    final = last(maximize_objective(embedded.module, class_score(985), steps=80, size=160))
    with torch.no_grad():
        shown = embedded.module(embedded.preprocess.normalise(final.images))
    assert embedded.categories[int(shown.argmax())] == "daisy"


@pytest.mark.slow
def test_the_weights_and_the_network_stay_untouched(embedded):
    before = {name: value.clone() for name, value in embedded.module.state_dict().items()}
    last(maximize(embedded.module, "blocks.1.1", 3, steps=2, size=64))
    for name, value in embedded.module.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert all(weight.grad is None for weight in embedded.module.parameters())


# Steps


def test_there_is_a_step_for_the_start_and_one_after_every_change(network):
    steps = list(maximize(network, "3", 1, **SMALL))
    assert [step.iteration for step in steps] == list(range(7))
    for step in steps:
        assert step.image.shape == (3, 24, 24)
        assert step.image.dtype == torch.float32
        assert 0 <= float(step.image.min()) <= float(step.image.max()) <= 1
        assert not step.image.requires_grad


def test_steps_keep_their_pictures_while_it_goes_on(network):
    steps = maximize(network, "3", 1, **SMALL)
    start = next(steps)
    copy = start.image.clone()
    last(steps)
    assert torch.equal(start.image, copy)


def test_without_shaking_the_activation_is_that_of_the_picture(network):
    switches = Regularisers(jitter=0, scale=0, rotate=0)
    for step in maximize(network, "3", 1, regularisers=switches, **SMALL):
        measured = measure(network, step.images, channel("3", 1))
        assert step.activation == pytest.approx(measured[0], abs=1e-6)


def test_a_first_step_equals_a_plain_loops(network):
    """The gradient of the picture's numbers, through everything, followed by Adam."""
    switches = Regularisers.none()
    start, after = maximize(
        network, "3", 1, steps=1, size=24, regularisers=switches, rate=0.01, seed=3
    )
    network.eval()
    values = torch.logit(start.images).requires_grad_()
    (-network((torch.sigmoid(values) - 0.5) / 0.5)[:, 1].mean()).backward()
    # Adam's first step is the rate, in the gradient's direction.
    expected = torch.sigmoid(values - 0.01 * values.grad.sign())
    moved = values.grad.abs() > 1e-6 * values.grad.abs().max()
    torch.testing.assert_close(after.images[moved], expected[moved].detach(), atol=1e-5, rtol=0)


def test_sizes_may_differ_and_pictures_may_be_grey():
    grey = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    final = last(maximize(grey, "0", 1, steps=2, size=(10, 17), input_channels=1))
    assert final.image.shape == (1, 10, 17)


def test_a_network_that_gives_tokens_can_be_asked():
    tokens = nn.Sequential(nn.Conv2d(3, 5, 4, 4), nn.Flatten(2), Turned(), nn.LayerNorm(5))
    start, *_, final = maximize(tokens, "3", 2, steps=10, size=16)
    assert final.activation > start.activation


class Turned(nn.Module):
    """Brings channels last."""

    def forward(self, batch):
        return batch.transpose(1, 2)


# Repeatability


def test_the_same_seed_gives_the_same_pictures(network):
    first, again, other = (
        last(maximize(network, "3", 1, seed=seed, count=2, **SMALL)).images for seed in (5, 5, 6)
    )
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=1e-3)


def test_pausing_and_torchs_own_chance_change_nothing(network):
    smooth = last(maximize(network, "3", 1, **SMALL)).image
    halting = maximize(network, "3", 1, **SMALL)
    for _ in range(3):
        next(halting)
        torch.manual_seed(99)
        last(maximize(network, "3", 0, **SMALL))
    assert torch.equal(last(halting).image, smooth)


@pytest.mark.parametrize(
    "change",
    [
        {"jitter": 0},
        {"scale": 0.0},
        {"rotate": 0.0},
        {"fourier": False},
        {"decorrelate": False},
        {"total_variation": 0.5},
        {"l2": 0.5},
        {"diversity": 2.0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_switch_changes_the_result(network, change):
    usual, switched = (
        last(maximize(network, "3", 1, count=2, regularisers=Regularisers(**kwargs), **SMALL))
        for kwargs in ({}, change)
    )
    assert not torch.allclose(usual.images, switched.images, atol=1e-3)


def test_total_variation_makes_the_picture_smoother_and_l2_greyer(network):
    def made(**switches):
        return last(
            maximize(network, "3", 1, steps=40, size=24, regularisers=Regularisers(**switches))
        ).image

    def roughness(image):
        return float(image.diff(dim=1).abs().mean() + image.diff(dim=2).abs().mean())

    usual = made()
    assert roughness(made(total_variation=1.0)) < 0.8 * roughness(usual)
    assert float((made(l2=2.0) - 0.5).abs().mean()) < 0.8 * float((usual - 0.5).abs().mean())


def test_diversity_makes_a_batch_less_alike(network):
    from engines._visualization.penalties import likeness
    from engines._visualization.watch import outputs_of

    def alike(diversity):
        switches = Regularisers(diversity=diversity)
        final = last(maximize(network, "3", 1, steps=40, size=24, count=4, regularisers=switches))
        with torch.no_grad():
            return float(likeness(outputs_of(network, final.images, ["3"])["3"]))

    assert alike(5.0) < alike(0.0)


# What is left behind


def footprint(network):
    return (
        [part.training for part in network.modules()],
        [weight.requires_grad for weight in network.parameters()],
        [weight.grad for weight in network.parameters()],
        [len(part._forward_hooks) for part in network.modules()],
        {name: value.tolist() for name, value in network.state_dict().items()},
    )


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("frozen", [True, False])
def test_nothing_is_left_in_the_network_between_steps_or_when_closed(network, training, frozen):
    network.train(training).requires_grad_(not frozen)
    before = footprint(network)
    steps = maximize(network, "3", 1, **SMALL)
    next(steps)
    assert footprint(network) == before
    steps.close()
    assert footprint(network) == before


def test_nothing_is_left_after_an_error(network):
    before, threads = footprint(network), torch.get_num_threads()
    with pytest.raises(VisualizationError):
        next(maximize(network, "3", 99, **SMALL))
    assert footprint(network) == before
    assert torch.get_num_threads() == threads


def test_the_count_of_threads_is_lowered_only_during_a_step(network, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    usual, seen = torch.get_num_threads(), []
    torch.set_num_threads(4)
    try:
        network[0].register_forward_hook(lambda *_: seen.append(torch.get_num_threads()))
        for _ in maximize(network, "3", 1, steps=2, size=24):
            assert torch.get_num_threads() == 4
        assert seen == [3, 3, 3]
    finally:
        torch.set_num_threads(usual)


def test_several_at_once_on_one_network_do_not_mix_and_give_the_threads_back(network):
    network.eval()
    usual, results = torch.get_num_threads(), {}
    alone = [last(maximize(network, "3", index, **SMALL)).image for index in range(3)]

    def work(index):
        results[index] = last(maximize(network, "3", index, **SMALL)).image

    running = [threading.Thread(target=work, args=(index,)) for index in range(3)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert torch.get_num_threads() == usual
    for index, image in enumerate(alone):
        torch.testing.assert_close(results[index], image, atol=1e-3, rtol=0)


# What cannot be done


@pytest.mark.parametrize(
    ("kwargs", "sentence"),
    [
        ({"layer": "5"}, "no layer '5'"),
        ({"steps": 0}, "0 steps"),
        ({"size": 0}, "0 × 0 pixels"),
        ({"size": (64, 100_000)}, "100000 × 64 pixels"),
        ({"count": 17}, "17 pictures"),
        ({"rate": float("nan")}, "step size of nan"),
        ({"diversity_layer": "nowhere"}, "no layer 'nowhere'"),
    ],
)
def test_what_makes_no_sense_is_said_before_the_first_step(network, kwargs, sentence):
    with pytest.raises(VisualizationError, match=sentence):
        maximize(network, kwargs.pop("layer", "3"), 0, **kwargs)


@pytest.mark.parametrize(
    "switches", [{"jitter": -1}, {"scale": 1.0}, {"l2": float("nan")}, {"rotate": float("inf")}]
)
def test_switches_that_make_no_sense_are_sentences(switches):
    with pytest.raises(VisualizationError, match="choose"):
        Regularisers(**switches)


def test_a_picture_too_small_for_the_network_is_a_sentence(network):
    with pytest.raises(VisualizationError, match="3 × 3"):
        next(maximize(network, "3", 0, size=3))


def test_a_silent_channel_is_a_sentence_and_no_endless_wait():
    dead = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU())
    with torch.no_grad():
        dead[0].weight.zero_()
        dead[0].bias.fill_(-1)
    with pytest.raises(VisualizationError, match="silent"):
        last(maximize(dead, "1", 0, steps=50, size=16))


def test_numbers_that_run_away_are_a_sentence():
    class Overflow(nn.Module):
        def forward(self, batch):
            return (batch * 1e7).exp()

    with pytest.raises(VisualizationError, match="no finite number"):
        last(maximize(Overflow(), "", 0, steps=50, size=8))
