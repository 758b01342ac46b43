"""Gram matrices, statistics and losses against numpy, and their gradients against differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from style_fakes import picture, small_network

from engines._style.evaluation import evaluate
from engines._style.network import TappedNetwork
from engines._style.targets import Layers, make_targets
from engines.models import LoadedModel, ModelCard, Preprocessing
from engines.style import (
    STATISTICS,
    LayerWeight,
    StyleError,
    StyleSettings,
    StyleSource,
    content_loss,
    gram_matrix,
    style_loss,
    total_variation,
)

FEATURES = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=3, max_dims=3, max_side=8),
    elements=st.floats(-50, 50),
).map(torch.from_numpy)


def maps(channels=4, height=6, width=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(channels, height, width, generator=generator, dtype=torch.float64)


# Gram matrices


@given(FEATURES)
def test_a_gram_matrix_is_the_mean_product_of_channels(features):
    array = features.numpy()
    expected = np.einsum("ihw,jhw->ij", array, array) / array.size
    np.testing.assert_allclose(gram_matrix(features).numpy(), expected, rtol=1e-9, atol=1e-9)


@given(FEATURES)
def test_a_gram_matrix_is_symmetric_and_has_no_negative_eigenvalue(features):
    gram = gram_matrix(features)
    torch.testing.assert_close(gram, gram.T, rtol=0, atol=0)
    values = torch.linalg.eigvalsh(gram)
    assert float(values.min()) >= -1e-9 * max(float(values.max()), 1e-300)


@given(FEATURES, st.integers(0, 2**31 - 1), st.sampled_from(sorted(STATISTICS)))
def test_no_statistic_depends_on_where_things_are(features, seed, key):
    order = np.random.default_rng(seed).permutation(features[0].numel())
    moved = features.flatten(1)[:, torch.from_numpy(order)].view_as(features)
    of = STATISTICS[key].of
    torch.testing.assert_close(of(moved), of(features), rtol=1e-8, atol=1e-8)


@given(FEATURES)
def test_the_way_back_of_a_gram_matrix_is_that_of_its_products(features):
    weights = torch.linspace(-1, 2, len(features) ** 2, dtype=torch.float64)
    weights = weights.view(len(features), -1)  # not symmetric
    one, other = (features.clone().requires_grad_(True) for _ in range(2))
    (gram_matrix(one) * weights).sum().backward()
    (torch.einsum("ihw,jhw->ij", other, other) / other.numel() * weights).sum().backward()
    torch.testing.assert_close(one.grad, other.grad, rtol=1e-9, atol=1e-9)


def test_one_picture_of_a_batch_is_as_the_picture_alone():
    features = maps()
    torch.testing.assert_close(gram_matrix(features[None]), gram_matrix(features))


@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 4, 5), (3, 0, 4), (1, 2, 3, 4, 5)])
def test_what_is_no_map_is_refused_in_a_sentence(shape):
    with pytest.raises(StyleError, match="are no maps"):
        gram_matrix(torch.zeros(shape))


# Statistics, weighed and not


def test_mean_and_deviation_are_those_of_numpy():
    features = maps()
    flat = features.flatten(1).numpy()
    expected = np.stack([flat.mean(1), flat.std(1)])
    found = STATISTICS["mean_std"].of(features)
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=2e-6)


def test_a_histogram_is_the_means_of_equal_parts_of_the_sorted_values():
    features = maps(3, 16, 12)  # 192 values: three in each of the 64 parts
    expected = np.sort(features.flatten(1).numpy(), axis=1).reshape(3, 64, 3).mean(2)
    found = STATISTICS["histogram"].of(features)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-9)


def test_histograms_of_pictures_of_different_sizes_can_be_compared():
    large = maps(3, 16, 12)
    twice = large.repeat_interleave(2, dim=1)
    of = STATISTICS["histogram"].of
    torch.testing.assert_close(of(twice), of(large))
    assert of(maps(3, 1, 1)).shape == of(large).shape


@pytest.mark.parametrize("key", sorted(STATISTICS))
def test_a_mask_of_ones_and_zeros_is_a_cut(key):
    features = maps(4, 6, 8)
    mask = torch.zeros(6, 8, dtype=torch.float64)
    mask[1:5, 2:7] = 1
    of = STATISTICS[key].of
    torch.testing.assert_close(of(features, mask), of(features[:, 1:5, 2:7]), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("key", sorted(STATISTICS))
def test_an_empty_mask_and_silent_channels_give_numbers(key):
    features = maps().float().requires_grad_(True)
    silent = torch.zeros(4, 6, 5, requires_grad=True)
    of = STATISTICS[key].of
    for values, mask in ((features, torch.zeros(6, 5)), (silent, None)):
        answer = of(values, mask)
        (gradient,) = torch.autograd.grad(answer.square().sum(), values)
        assert torch.isfinite(answer).all()
        assert torch.isfinite(gradient).all()


# Losses


@given(FEATURES)
def test_the_style_of_a_picture_against_itself_has_no_loss(features):
    assert float(style_loss(features, gram_matrix(features))) == 0
    assert float(content_loss(features, features)) == 0


def test_losses_are_mean_squared_differences():
    one, other = maps(seed=1), maps(seed=2)
    expected = ((one - other).numpy() ** 2).mean()
    assert float(content_loss(one, other)) == pytest.approx(expected)
    grams = [
        np.einsum("ihw,jhw->ij", values, values) / values.size
        for values in (one.numpy(), other.numpy())
    ]
    expected = ((grams[0] - grams[1]) ** 2).mean()
    assert float(style_loss(one, gram_matrix(other))) == pytest.approx(expected)


def test_maps_of_different_shapes_are_refused_in_a_sentence():
    with pytest.raises(StyleError, match="4 × 6 × 5 and 4 × 6 × 6"):
        content_loss(maps(), maps(width=6))
    with pytest.raises(StyleError, match="must have one shape"):
        style_loss(maps(), torch.zeros(3, 3))


def test_total_variation_is_the_mean_absolute_difference_of_neighbours():
    image = picture(9, 11).double()
    array = image.numpy()
    expected = np.abs(np.diff(array, axis=2)).mean() + np.abs(np.diff(array, axis=1)).mean()
    assert float(total_variation(image)) == pytest.approx(expected, rel=1e-2)
    assert float(total_variation(image[:, :1, :1])) == 0
    assert float(total_variation(torch.full((3, 8, 8), 0.3))) <= 0.021 / 255


# Gradients


@pytest.mark.parametrize("key", sorted(STATISTICS))
def test_gradients_of_the_statistics_are_those_of_differences(key):
    features = maps(3, 5, 4).requires_grad_(True)
    mask = torch.rand(5, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    of = STATISTICS[key].of
    assert torch.autograd.gradcheck(of, (features,))
    assert torch.autograd.gradcheck(lambda values: of(values, mask), (features,))


def test_the_gradient_of_total_variation_is_that_of_differences():
    assert torch.autograd.gradcheck(total_variation, (maps(3, 4, 4).requires_grad_(True),))


def double_model() -> LoadedModel:
    module = small_network().double().eval().requires_grad_(False)
    card = ModelCard(name="double", title="Double", source="file", weights_state="untrained")
    return LoadedModel(module, Preprocessing(mean=(0.5,) * 3, std=(0.5,) * 3), (), card)


@pytest.mark.parametrize("key", sorted(STATISTICS))
@pytest.mark.parametrize("saving", [False, True])
def test_the_gradient_of_the_whole_loss_is_that_of_differences(key, saving):
    model = double_model()
    weights = StyleSettings(content_weight=2.0, style_weight=30.0, tv_weight=0.7, statistic=key)
    layers = Layers(
        (LayerWeight("third"),), (LayerWeight("relu1", 0.25), LayerWeight("relu3", 0.75))
    )
    network = TappedNetwork(model, layers.names)
    mask = torch.zeros(8, 8, dtype=torch.float64)
    mask[:, 5:] = 1
    styles = (
        StyleSource(picture(33, 40, seed=1).double()),
        StyleSource(picture(36, 32, seed=2).double(), 2.0, mask),
    )
    size = (32, 36)
    targets = make_targets(network, picture(seed=3).double(), styles, weights, layers, size)
    at = picture(*size, seed=4).double()

    def total(values):
        return evaluate(network, values, targets, weights, layers, saving=saving)

    found = total(at)
    generator = torch.Generator().manual_seed(5)
    for _ in range(6):
        way = torch.randn(at.shape, generator=generator, dtype=torch.float64)
        step = 1e-6
        ahead, behind = total(at + step * way), total(at - step * way)
        slope = (ahead.losses.total - behind.losses.total) / (2 * step)
        expected = float((found.gradient * way).sum())
        assert slope == pytest.approx(expected, rel=2e-4, abs=1e-7)


def test_terms_add_up_to_the_total():
    model = double_model()
    weights = StyleSettings(content_weight=2.0, style_weight=30.0, tv_weight=0.7)
    layers = Layers((LayerWeight("third"),), (LayerWeight("relu1"),))
    network = TappedNetwork(model, layers.names)
    content, style = picture(seed=1).double(), picture(seed=2).double()
    size = (40, 48)
    targets = make_targets(network, content, (StyleSource(style),), weights, layers, size)
    at = picture(seed=4).double()
    losses = evaluate(network, at, targets, weights, layers).losses

    def seen(image, depth):
        batch = ((image - 0.5) / 0.5)[None]
        return small_network().double()[:depth](batch)[0].detach()

    third, aim = seen(at, 6), seen(content, 6)
    expected_content = ((third - aim) ** 2).mean() / (aim**2).mean() * 2.0
    gram, wanted = gram_matrix(seen(at, 2)), gram_matrix(seen(style, 2))
    # The style is brought to the longer side of the size, which it has already.
    expected_style = ((gram - wanted) ** 2).mean() / (wanted**2).mean() * 30.0
    assert losses.weighted_content["third"] == pytest.approx(float(expected_content))
    assert losses.weighted_style["relu1"] == pytest.approx(float(expected_style))
    assert losses.weighted_tv == pytest.approx(0.7 * losses.tv)
    assert losses.total == pytest.approx(
        float(expected_content + expected_style) + losses.weighted_tv
    )
    assert losses.content["third"] == pytest.approx(float(((third - aim) ** 2).mean()))
    assert losses.style["relu1"] == pytest.approx(float(((gram - wanted) ** 2).mean()))
