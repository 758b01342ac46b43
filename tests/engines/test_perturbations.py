"""Disturbed pictures against SciPy and closed forms, and which layers notice."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from torch import nn

from engines import models
from engines.activations import capture
from engines.errors import EngineError
from engines.images import load_sample
from engines.perturbations import GREY, PERTURBATIONS, layer_changes, perturb


@pytest.fixture
def image():
    return torch.rand(3, 20, 30, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_the_default_changes_the_picture_and_keeps_size_and_range(image, kind):
    before = image.clone()
    changed = perturb(image, kind, PERTURBATIONS[kind].default, seed=1)
    assert changed.shape == image.shape
    assert changed.dtype == image.dtype
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    assert not torch.equal(changed, image)
    assert torch.equal(image, before)


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_none_of_it_changes_nothing_and_gives_a_copy(image, kind):
    changed = perturb(image, kind, 0)
    assert torch.equal(changed, image)
    changed.zero_()
    assert image.any()


@pytest.mark.parametrize("kind", [kind for kind, it in PERTURBATIONS.items() if it.needs_seed])
def test_chance_is_the_seeds(image, kind):
    first, again, other = (perturb(image, kind, 0.3, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_noise_has_the_asked_standard_deviation():
    grey = torch.full((3, 100, 100), 0.5)
    spread = float(perturb(grey, "noise", 0.05).std())
    assert spread == pytest.approx(0.05, abs=5 * 0.05 / np.sqrt(2 * grey.numel()))


def test_blur_is_scipys(image):
    expected = [ndimage.gaussian_filter(plane, 2.5, mode="reflect") for plane in image.numpy()]
    np.testing.assert_allclose(perturb(image, "blur", 2.5), expected, atol=1e-6)


@pytest.mark.parametrize("pixels", [-31, -4, 1, 7])
def test_shift_repeats_the_border(image, pixels):
    expected = ndimage.shift(image.numpy(), (0, 0, pixels), order=0, mode="nearest")
    np.testing.assert_array_equal(perturb(image, "shift", pixels), expected)


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_quarter_turns_are_numpys(degrees):
    square = torch.rand(3, 12, 12, generator=torch.Generator().manual_seed(0))
    expected = np.rot90(square.numpy(), degrees // 90, axes=(1, 2))
    np.testing.assert_allclose(perturb(square, "rotate", degrees), expected, atol=1e-5)


def test_cropping_half_enlarges_the_middle_twice():
    rows = torch.linspace(0, 1, 41)[:, None].expand(41, 41)[None]
    cropped = perturb(rows, "crop", 0.5)
    slopes = cropped[0].diff(dim=0)[2:-2]
    np.testing.assert_allclose(slopes, (1 / 40) * 20 / 41, atol=1e-5)


@given(st.integers(-5, 25), st.integers(-5, 35), st.integers(0, 30), st.integers(0, 30))
def test_a_box_hides_what_lies_in_it_and_nothing_else(top, left, rows, columns):
    picture = torch.rand(3, 20, 30, generator=torch.Generator().manual_seed(0))
    hidden = perturb(picture, "occlude", 0, box=(top, left, rows, columns))
    y, x = np.mgrid[0:20, 0:30]
    inside = (y >= top) & (y < top + rows) & (x >= left) & (x < left + columns)
    np.testing.assert_array_equal(hidden, np.where(inside, np.float32(GREY), picture.numpy()))


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("frost", 1), ("noise", -0.1), ("crop", 1.0), ("occlude", 1.5), ("blur", float("nan"))],
)
def test_what_makes_no_sense_is_a_sentence(image, kind, amount):
    with pytest.raises(EngineError, match=r"there are|choose"):
        perturb(image, kind, amount)


# Layers


def test_changes_equal_those_of_two_captures(image):
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(4 * 18 * 28, 5)
    )
    other = perturb(image, "noise", 0.2)
    changes = layer_changes(network, lambda picture: picture[None] - 0.5, image, other)
    first, second = (capture(network, picture[None] - 0.5) for picture in (image, other))
    assert [change.name for change in changes] == list(first)
    assert [change.kind for change in changes] == ["Conv2d", "ReLU", "Flatten", "Linear"]
    for change in changes:
        a, b = (maps[change.name].numpy().ravel() for maps in (first, second))
        expected = np.linalg.norm(b - a) / np.linalg.norm(a)
        assert change.relative == pytest.approx(expected, rel=1e-4)
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert change.similarity == pytest.approx(cosine, rel=1e-4)


def test_equal_pictures_change_nothing_and_silent_layers_have_no_ratio(image):
    class Above(nn.Module):
        def forward(self, batch):
            return (batch - 0.5).clamp_min(0)

    dark, bright = torch.zeros_like(image), torch.ones_like(image)
    (same,) = layer_changes(Above(), lambda picture: picture[None], image, image)
    assert same.relative == 0
    assert same.similarity == pytest.approx(1)
    (woken,) = layer_changes(Above(), lambda picture: picture[None], dark, bright)
    assert woken.relative == float("inf")
    assert np.isnan(woken.similarity)


def test_pictures_of_different_size_are_a_sentence(image):
    with pytest.raises(EngineError, match="same size"):
        layer_changes(nn.ReLU(), lambda picture: picture[None], image, image[:, 1:])


@pytest.mark.slow
def test_noise_changes_the_embedded_networks_layers_more_the_stronger_it_is():
    embedded = models.load(models.EMBEDDED)
    picture = load_sample("chelsea").pixels
    weak, strong = (
        layer_changes(
            embedded.module, embedded.preprocess, picture, perturb(picture, "noise", sigma)
        )
        for sigma in (0.02, 0.2)
    )
    assert len(weak) == len(strong) > 100
    assert strong[0].relative > weak[0].relative > 0
    assert np.mean([change.relative for change in strong]) > np.mean(
        [change.relative for change in weak]
    )
