"""The digits' network: learnt in seconds on real digits, watched, and asked about drawings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.datasets import load_digits
from torch.nn import functional

from engines import digits, models
from engines.activations import capture
from engines.errors import ImageError, ModelError


@pytest.fixture(scope="module")
def steps() -> list[digits.DigitStep]:
    return list(digits.train(seed=0))


def test_a_fifth_of_every_class_is_held_out_and_nothing_is_in_both():
    split = digits.load_split(seed=3)
    everything = load_digits()
    assert split.train_images.shape == (1437, 1, 8, 8)
    assert split.test_images.shape == (360, 1, 8, 8)
    assert split.train_images.dtype == np.float32
    assert (split.train_images.min(), split.train_images.max()) == (0.0, 1.0)
    counts = np.bincount(everything.target)
    np.testing.assert_allclose(np.bincount(split.test_labels), counts / 5, atol=1)
    both = np.concatenate([split.train_images, split.test_images]).reshape(1797, 64)
    np.testing.assert_array_equal(
        np.sort(both.view("V256").ravel()),
        np.sort((everything.data / 16).astype(np.float32).view("V256").ravel()),
    )


@pytest.mark.slow
def test_it_learns_to_tell_digits_it_never_saw(steps):
    assert steps[0].accuracy < 0.3
    assert steps[-1].accuracy >= 0.95
    split = digits.load_split(seed=0)
    with torch.no_grad():
        told = steps[-1].module(torch.from_numpy(split.test_images)).argmax(dim=1).numpy()
    assert steps[-1].accuracy == pytest.approx((told == split.test_labels).mean())
    assert np.mean([step.loss for step in steps[-23:]]) < 0.2 * steps[0].loss


@pytest.mark.slow
def test_every_step_can_be_watched(steps):
    assert [step.iteration for step in steps] == list(range(steps[0].iterations + 1))
    assert (steps[0].epoch, steps[-1].epoch) == (0, 12)
    assert steps[-1].module is steps[0].module
    moved = [np.abs(later.filters - earlier.filters).max() for earlier, later in pairwise(steps)]
    assert min(moved) > 0  # each step has its own copy
    assert steps[0].filters.shape == (16, 1, 3, 3)
    assert {name: maps.shape for name, maps in steps[5].maps.items()} == {
        "conv1": (16, 8, 8),
        "conv2": (16, 8, 8),
        "conv3": (24, 4, 4),
    }
    assert steps[-1].probabilities.sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.slow
def test_the_maps_are_those_of_the_fixed_digit(steps):
    digit = torch.from_numpy(digits.load_split(seed=0).test_images[0])[None]
    captured = capture(steps[-1].module, digit, ["relu1", "relu2", "relu3"])
    for name, maps in captured.items():
        shown = steps[-1].maps[name.replace("relu", "conv")]
        np.testing.assert_allclose(shown, maps[0].numpy(), atol=1e-5)
    with torch.no_grad():
        answer = functional.softmax(steps[-1].module(digit), dim=1)[0]
    np.testing.assert_allclose(steps[-1].probabilities, answer.numpy(), atol=1e-5)


def test_the_same_seed_learns_the_same_and_another_learns_otherwise():
    def after(seed: int) -> digits.DigitStep:
        training = digits.train(seed, epochs=1, batch_size=256)
        return list(training)[-1]

    np.testing.assert_array_equal(after(1).filters, after(1).filters)
    assert not np.array_equal(after(1).filters, after(2).filters)


def test_training_stopped_early_leaves_a_usable_network_and_torchs_settings():
    threads = torch.get_num_threads()
    training = digits.train(epochs=1)
    with torch.no_grad():  # as a caller may have it
        step = [next(training) for _ in range(4)][-1]
    training.close()
    assert not step.module.training
    assert digits.predict(step.module, np.zeros((8, 8))).shape == (10,)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"fixed_digit": 360},
        {"fixed_digit": -1},
    ],
)
def test_numbers_that_train_nothing_are_refused_at_once(wrong):
    with pytest.raises(ModelError):
        digits.train(**wrong)


# Drawings ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("side", [28, 56])
def test_drawings_of_any_size_and_place_are_read(steps, side):
    split = digits.load_split(seed=0)
    generator = np.random.default_rng(1)
    right = 0
    for image, label in zip(split.test_images[:100], split.test_labels[:100], strict=True):
        drawing = np.zeros((side, side))
        size = side * 5 // 7
        big = functional.interpolate(
            torch.from_numpy(image)[None], (size, size), mode="bilinear", align_corners=False
        )
        top, left = generator.integers(0, side - size, 2)
        drawing[top : top + size, left : left + size] = big[0, 0].numpy()
        right += int(digits.predict(steps[-1].module, drawing).argmax() == label)
    assert right >= 90


@pytest.mark.slow
def test_a_one_drawn_as_a_line_is_a_one(steps):
    drawing = np.zeros((28, 28))
    drawing[4:24, 13:16] = 1.0
    assert digits.predict(steps[-1].module, drawing).argmax() == 1


@given(
    side=st.integers(9, 40),
    box=arrays.arrays(np.float32, (9, 9), elements=st.floats(0.125, 1.0, width=32)),
    place=st.tuples(st.integers(0, 31), st.integers(0, 31)),
)
def test_where_a_drawing_lies_does_not_matter(side, box, place):
    first = np.zeros((side, side), np.float32)
    first[:9, :9] = box
    moved = np.zeros((40, 40), np.float32)
    moved[place[0] : place[0] + 9, place[1] : place[1] + 9] = box
    result = digits.centred(first)
    np.testing.assert_allclose(result, digits.centred(moved), atol=1e-6)
    assert result.shape == (8, 8)
    # Area means keep the mean of the ink: every pixel counts with its area alone.
    np.testing.assert_allclose(result.mean(), box.mean(), rtol=1e-4)


def test_centring_averages_areas_as_the_data_set_does():
    drawing = np.random.default_rng(0).random((32, 32)).astype(np.float32)
    blocks = drawing.reshape(8, 4, 8, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(digits.centred(drawing), blocks, atol=1e-6)


def test_an_empty_drawing_and_a_finished_one_are_left_as_they_are():
    assert not digits.centred(np.zeros((28, 28))).any()
    small = digits.load_split().test_images[0, 0]
    np.testing.assert_array_equal(digits.centred(small), small)


@pytest.mark.parametrize("shape", [(28,), (1, 28, 28), (0, 5)])
def test_what_is_no_drawing_is_refused(shape):
    with pytest.raises(ImageError):
        digits.centred(np.zeros(shape))


def test_the_trained_network_is_a_model_like_any_other():
    *_, step = digits.train(epochs=1)
    loaded = digits.as_model(step.module, step.accuracy)
    assert isinstance(loaded, models.LoadedModel)
    assert (loaded.card.weights_state, loaded.card.is_trained) == ("own", True)
    assert loaded.categories == tuple("0123456789")
    drawing = digits.load_split().test_images[0]
    with torch.no_grad():
        scores = loaded.module(loaded.preprocess(torch.from_numpy(drawing)))
    np.testing.assert_allclose(
        scores[0].softmax(0).numpy(), digits.predict(step.module, drawing[0]), atol=1e-6
    )
    assert models.card("digits").parameters == loaded.card.parameters
