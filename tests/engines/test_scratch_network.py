"""The small network that learns from scratch."""

import numpy as np
import pytest
import torch
from torch import nn

from engines._classifiers.scratch import SmallNetwork, predict, train_small


def stripes(count, side=16, seed=0):
    """Pictures of stripes across (class 0) and along (class 1), of any phase and period."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    ramp = np.arange(side)
    pictures = np.empty((count, 3, side, side), np.float32)
    for place, label in enumerate(labels):
        period, phase = generator.uniform(3, 6), generator.uniform(0, 6)
        wave = np.sin(2 * np.pi * (ramp + phase) / period)
        grid = np.broadcast_to(wave[:, None] if label else wave[None], (side, side))
        pictures[place] = 0.5 + 0.3 * grid
    return pictures + generator.normal(scale=0.05, size=pictures.shape).astype(np.float32), labels


def last_of(*arguments, **options):
    *_, last = train_small(*arguments, **options)
    return last


def test_it_learns_a_few_pictures_and_tells_others():
    pictures, labels = stripes(60)
    last = last_of(pictures[:20], labels[:20], 2)
    said = predict(last.network, pictures[20:])
    assert said.shape == (40, 2)
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)
    assert np.mean(said.argmax(axis=1) == labels[20:]) > 0.95


def test_the_loss_falls_and_every_step_is_told():
    pictures, labels = stripes(40)
    steps = list(train_small(pictures, labels, 2, steps=40))
    assert [step.step for step in steps] == list(range(1, 41))
    losses = [step.loss for step in steps]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:3])


def test_the_seed_decides_and_torch_keeps_its_own_numbers():
    pictures, labels = stripes(12)
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    first, again, other = (last_of(pictures, labels, 2, steps=5, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(torch.rand(3), expected)
    for one, two in zip(first.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, two)
    assert not torch.equal(first.network.linear.weight, other.network.linear.weight)


def test_brighter_or_flatter_pictures_are_learnt_just_the_same():
    pictures, labels = stripes(20)
    plain = last_of(pictures, labels, 2, steps=20)
    changed = last_of(pictures * 255 + 100, labels, 2, steps=20)
    expected = predict(plain.network, pictures)
    np.testing.assert_allclose(predict(changed.network, pictures * 255 + 100), expected, atol=2e-2)


def test_the_given_pictures_stay_as_they_were():
    pictures, labels = stripes(12)
    before = pictures.copy()
    last_of(pictures, labels, 2, steps=5)
    np.testing.assert_array_equal(pictures, before)


def test_it_has_the_layers_that_its_words_promise():
    network = SmallNetwork(3, 7)
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert [layer.out_channels for layer in convolutions] == [16, 32, 64]
    expected = 27 * 16 + 9 * 16 * 32 + 9 * 32 * 64 + 2 * (16 + 32 + 64) + 64 * 7 + 7
    assert sum(weights.numel() for weights in network.parameters()) == expected


@pytest.mark.parametrize("side", [4, 5, 8, 33])
def test_any_size_of_picture_is_learnt(side):
    pictures, labels = stripes(4, side)
    assert np.isfinite(last_of(pictures, labels, 2, steps=2).loss)


def test_predicting_nothing_and_more_than_a_batch():
    pictures, labels = stripes(4, 4)
    network = last_of(pictures, labels, 2, steps=1).network
    assert predict(network, pictures[:0]).shape == (0, 2)
    many = np.tile(pictures, (80, 1, 1, 1))
    np.testing.assert_allclose(predict(network, many)[316:], predict(network, pictures), atol=1e-6)
