"""What a style knows of a picture, and what it does not: shuffling, pairs of channels, terms."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
import ziamath
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engines.errors import StyleError
from engines.style import (
    STATISTICS,
    LayerWeight,
    Losses,
    Step,
    StyleSettings,
    SuggestedLayers,
    content_ladder,
    content_loss,
    content_loss_by_channel,
    gram_cosine,
    gram_entry,
    gram_matrix,
    loss_terms,
    reconstruct_content,
    reconstruct_texture,
    shuffle,
    shuffle_losses,
    strongest_differences,
    texture_ladder,
)


def maps(channels=5, height=7, width=4, seed=0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(channels, height, width, generator=generator).to(dtype)


FEATURES = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=3, max_dims=3, max_side=9),
    elements=st.floats(-100, 100, width=32),
).map(torch.from_numpy)


# -- shuffling ----------------------------------------------------------------------------------


@given(FEATURES, st.integers(0, 2**31), st.floats(0, 1))
def test_shuffling_moves_positions_and_changes_no_number(features, seed, share):
    moved = shuffle(features, seed, share)
    assert moved.shape == features.shape
    columns = features.flatten(1).T.numpy()
    after = moved.flatten(1).T.numpy()
    # whole positions, all channels together, are what is permuted
    assert sorted(map(tuple, columns.tolist())) == sorted(map(tuple, after.tolist()))


def test_the_same_seed_shuffles_the_same_and_another_otherwise():
    features = maps()
    assert torch.equal(shuffle(features, 3), shuffle(features, 3))
    assert not torch.equal(shuffle(features, 3), shuffle(features, 4))
    assert torch.equal(shuffle(features[None], 3)[0], shuffle(features, 3))


def test_a_share_moves_no_more_positions_than_it_says():
    features = torch.arange(100.0).reshape(1, 10, 10)
    moved = [int((shuffle(features, 1, share) != features).sum()) for share in (0, 0.1, 0.5, 1)]
    assert moved[0] == 0
    assert 0 < moved[1] <= 10 < moved[2] <= 50 < moved[3] <= 100


def test_one_position_has_nowhere_to_go():
    features = maps(3, 1, 1)
    assert torch.equal(shuffle(features), features)
    losses = shuffle_losses(features)
    assert (losses.content, losses.style, losses.expected_content) == (0, 0, 0)


@pytest.mark.parametrize("share", [-0.1, 1.01, math.nan])
def test_a_share_that_is_none_is_a_sentence(share):
    with pytest.raises(StyleError, match="choose 0 to 1"):
        shuffle(maps(), 0, share)


def test_what_is_no_maps_is_a_sentence():
    with pytest.raises(StyleError, match="no maps"):
        shuffle(torch.zeros(4, 4))
    with pytest.raises(StyleError, match="no statistic"):
        shuffle_losses(maps(), statistic="moments")


@pytest.mark.parametrize("statistic", STATISTICS)
def test_content_explodes_and_style_stays(statistic):
    losses = shuffle_losses(maps(8, 16, 16), statistic=statistic)
    assert losses.content_parts > 0.3
    assert losses.style_parts < 1e-24


def test_the_content_loss_is_as_numpy_says():
    features = maps()
    losses = shuffle_losses(features, 7, 0.6)
    before, after = features.double().numpy(), shuffle(features, 7, 0.6).double().numpy()
    assert losses.content == pytest.approx(((before - after) ** 2).mean(), rel=1e-12)
    assert losses.content_parts == pytest.approx(losses.content / (before**2).mean(), rel=1e-12)


def test_the_expected_content_loss_is_the_mean_over_all_permutations():
    features = maps(2, 2, 2, dtype=torch.float64)
    flat = features.flatten(1).numpy()
    every = [
        ((flat - flat[:, list(order)]) ** 2).mean() for order in itertools.permutations(range(4))
    ]
    assert shuffle_losses(features).expected_content == pytest.approx(np.mean(every), rel=1e-12)


def test_silent_maps_give_zero_and_no_nan():
    losses = shuffle_losses(torch.zeros(3, 4, 4))
    assert losses.content_parts == 0
    assert losses.style_parts == 0


# -- pairs of channels --------------------------------------------------------------------------


def test_the_channels_parts_are_the_content_loss_together():
    features, target = maps(seed=1), maps(seed=2)
    parts = content_loss_by_channel(features[None], target[None])
    assert parts.shape == (5,)
    assert float(parts.sum()) == pytest.approx(float(content_loss(features, target)), rel=1e-5)
    worst = int(np.argmax(((features - target) ** 2).numpy().sum(axis=(1, 2))))
    assert int(parts.argmax()) == worst
    with pytest.raises(StyleError, match="must have one shape"):
        content_loss_by_channel(features, target[:2])


def test_cosines_are_those_of_the_maps():
    features = maps(6, 5, 5) - 0.5
    flat = features.flatten(1).double()
    expected = torch.nn.functional.cosine_similarity(flat[:, None], flat[None], dim=-1)
    np.testing.assert_allclose(gram_cosine(gram_matrix(features)), expected, atol=2e-6)


@given(FEATURES)
def test_cosines_lie_within_one_and_their_diagonal_is_one(features):
    cosine = gram_cosine(gram_matrix(features.double()))
    silent = gram_matrix(features.double()).diagonal() == 0
    assert torch.isnan(cosine[silent]).all()
    assert torch.isnan(cosine[:, silent]).all()
    sounding = cosine[~silent][:, ~silent]
    assert ((sounding >= -1) & (sounding <= 1)).all()
    assert (sounding.diagonal() == 1).all()


def test_cosines_know_no_loudness():
    features = maps(4)
    louder = features * torch.tensor([1e-15, 1.0, 3.0, 1e12])[:, None, None]
    np.testing.assert_allclose(
        gram_cosine(gram_matrix(louder)), gram_cosine(gram_matrix(features)), atol=1e-5
    )


@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 0), (1, 2, 2)])
def test_what_is_no_gram_matrix_is_a_sentence(shape):
    with pytest.raises(StyleError, match="as many rows as columns"):
        gram_cosine(torch.ones(shape))


def test_an_entry_is_the_mean_product_of_its_two_maps():
    features = maps(5) - 0.3
    gram, cosine = gram_matrix(features), gram_cosine(gram_matrix(features))
    for i, j in ((0, 0), (1, 4), (4, 1)):
        entry = gram_entry(features[None], i, j)
        assert torch.equal(entry.first, features[i])
        assert torch.equal(entry.second, features[j])
        np.testing.assert_allclose(entry.product, features[i].numpy() * features[j].numpy())
        assert entry.mean == pytest.approx(float(entry.product.mean()), rel=1e-5)
        assert entry.entry == pytest.approx(float(gram[i, j]), rel=1e-5)
        assert entry.cosine == pytest.approx(float(cosine[i, j]), abs=1e-5)


def test_an_entry_counts_the_places_of_its_weight_map_alone():
    features = maps(5) - 0.3
    weights = torch.linspace(0, 1, features[0].numel()).reshape(features[0].shape)
    gram = gram_matrix(features, weights)
    cosine = gram_cosine(gram)
    for i, j in ((0, 0), (1, 4)):
        entry = gram_entry(features, i, j, weights)
        product = (features[i] * features[j] * weights).numpy()
        np.testing.assert_allclose(entry.product, product, rtol=1e-6)
        assert entry.mean == pytest.approx(product.sum() / float(weights.sum()), rel=1e-5)
        assert entry.entry == pytest.approx(float(gram[i, j]), rel=1e-5)
        assert entry.cosine == pytest.approx(float(cosine[i, j]), abs=1e-5)
    nowhere = gram_entry(features, 0, 1, torch.zeros_like(weights))
    assert nowhere.entry == 0
    assert math.isnan(nowhere.cosine)


def test_an_entry_of_a_silent_channel_has_no_cosine():
    features = maps(2)
    features[1] = 0
    entry = gram_entry(features, 0, 1)
    assert entry.mean == 0
    assert math.isnan(entry.cosine)


@pytest.mark.parametrize("channel", [-1, 5])
def test_a_channel_that_does_not_exist_is_a_sentence(channel):
    with pytest.raises(StyleError, match="channels 0 to 4"):
        gram_entry(maps(5), 0, channel)


def test_the_strongest_differences_come_first():
    gram = torch.zeros(3, 3)
    other = torch.tensor([[0.1, -5.0, 0.0], [-5.0, 0.0, 2.0], [0.0, 2.0, torch.nan]])
    assert strongest_differences(gram, other, 3) == [(0, 1), (1, 2), (0, 0)]
    assert strongest_differences(gram, other, 99)[-1] == (2, 2)
    assert strongest_differences(gram, other, 0) == []
    with pytest.raises(StyleError, match="same layer"):
        strongest_differences(gram, torch.zeros(4, 4))


# -- one layer alone ----------------------------------------------------------------------------


def test_a_content_layer_alone_starts_from_noise_and_follows_nothing_else():
    base = StyleSettings(size=128, steps=(20, 30), seed=5, tv_weight=0.3, colours="luminance")
    made = reconstruct_content("blocks.2", base)
    assert (made.content_weight, made.style_weight, made.start) == (1, 0, "noise")
    assert made.content_layers == (LayerWeight("blocks.2"),)
    assert (made.size, made.steps, made.seed, made.tv_weight) == (128, (20, 30), 5, 0.3)
    assert made.colours == "style"


def test_a_texture_follows_its_layers_alone():
    made = reconstruct_texture(["a", LayerWeight("b", 2.0)], StyleSettings(statistic="mean_std"))
    assert made.style_layers == (LayerWeight("a"), LayerWeight("b", 2.0))
    assert (made.content_weight, made.style_weight, made.start) == (0, 10, "noise")
    assert made.statistic == "mean_std"
    assert reconstruct_texture(["a"], StyleSettings(style_weight=0)).style_weight > 0
    # a layer that was switched off would leave nothing to follow
    assert reconstruct_texture([LayerWeight("a", 0.0)]).style_layers == (LayerWeight("a", 1.0),)


def test_ladders_have_a_rung_for_each_layer():
    layers = [LayerWeight("a"), LayerWeight("b", 0.5), LayerWeight("c")]
    contents, textures = content_ladder(layers), texture_ladder(layers)
    assert [one.content_layers for one in contents] == [(LayerWeight(n),) for n in "abc"]
    assert [one.style_layers for one in textures] == [tuple(layers[:n]) for n in (1, 2, 3)]


def test_layers_that_cannot_be_used_are_sentences():
    with pytest.raises(StyleError, match="at least one layer"):
        reconstruct_texture([])
    with pytest.raises(StyleError, match="listed twice"):
        reconstruct_texture(["a", "a"])


# -- the formulae -------------------------------------------------------------------------------

SETTINGS = StyleSettings(
    content_weight=2.0,
    style_weight=10.0,
    tv_weight=0.5,
    content_layers=(LayerWeight("deep"),),
    style_layers=(LayerWeight("early", 1.0), LayerWeight("late", 3.0)),
)


def step_of(losses: Losses) -> Step:
    return Step(3, 10, 0, (8, 8), torch.zeros(3, 8, 8), losses, 0.5, 3)


def losses_of(settings_: StyleSettings, raw: tuple[float, ...], divisors: tuple[float, ...]):
    """Return the losses of raw values (content, early, late, tv), worked out by hand."""
    content, early, late, tv = raw
    weighted = (
        settings_.content_weight * content / divisors[0],
        settings_.style_weight * 0.25 * early / divisors[1],
        settings_.style_weight * 0.75 * late / divisors[2],
        settings_.tv_weight * tv,
    )
    return Losses(
        sum(weighted),
        {"deep": content},
        {"early": early, "late": late},
        tv,
        {"deep": weighted[0]},
        {"early": weighted[1], "late": weighted[2]},
        weighted[3],
    )


def test_the_terms_are_those_of_the_step_and_sum_to_its_total():
    losses = losses_of(SETTINGS, (0.3, 1e-6, 4e-5, 0.06), (0.5, 2e-6, 8e-5))
    total, *terms = loss_terms(step_of(losses), SETTINGS)
    assert [term.key for term in terms] == ["content:deep", "style:early", "style:late", "tv"]
    assert total.value == losses.total
    assert sum(term.value for term in terms) == pytest.approx(total.value)
    content, early, late, tv = terms
    assert content.plain_numbers == "2 · 0.3 / 0.5 = 1.2"
    assert early.plain_numbers == "10 · 0.25 · 1·10⁻⁶ / 2·10⁻⁶ = 1.25"
    assert late.plain_numbers == "10 · 0.75 · 4·10⁻⁵ / 8·10⁻⁵ = 3.75"
    assert tv.plain_numbers == "0.5 · 0.06 = 0.03"
    assert total.plain_numbers == "1.2 (content) + 5 (style) + 0.03 (smoothness) = 6.23"


positive = st.floats(1e-12, 1e12)


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[positive] * 4), st.tuples(*[positive] * 3))
def test_every_line_of_numbers_is_right_when_reckoned_again(raw, divisors):
    for term in loss_terms(step_of(losses_of(SETTINGS, raw, divisors)), SETTINGS)[1:]:
        left, right = term.plain_numbers.split(" = ")
        product = 1.0
        for factor in left.split(" · "):
            top, *bottom = map(number, factor.split(" / "))
            product *= top / bottom[0] if bottom else top
        assert product == pytest.approx(number(right), rel=5e-3)
        assert number(right) == pytest.approx(term.value, rel=1e-3)


def number(text: str) -> float:
    mantissa, _, exponent = text.partition("·10")
    digits = exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(mantissa) * 10.0 ** int(digits or 0)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_formula_can_be_set(statistic):
    chosen = StyleSettings(**{**SETTINGS.__dict__, "statistic": statistic})
    losses = losses_of(chosen, (3e5, 1e-9, math.inf, 0.06), (0.5, 2e-6, 8e-5))
    for term in loss_terms(step_of(losses), chosen):
        for latex in (term.latex, term.numbers):
            assert "<svg" in ziamath.Latex(latex).svg()


def test_a_weight_of_nothing_leaves_a_term_of_nothing():
    off = StyleSettings(**{**SETTINGS.__dict__, "content_weight": 0.0})
    losses = losses_of(off, (0.3, 1e-6, 4e-5, 0.06), (0.5, 2e-6, 8e-5))
    content = loss_terms(step_of(losses), off)[1]
    assert (content.value, content.plain_numbers) == (0, "0 · 0.3 = 0")


def test_weights_of_suggested_layers_are_told_where_the_settings_name_none():
    losses = losses_of(SETTINGS, (0.3, 1e-6, 4e-5, 0.06), (0.5, 2e-6, 8e-5))
    plain = StyleSettings(content_weight=2.0, tv_weight=0.5)
    suggested = SuggestedLayers(SETTINGS.content_layers, SETTINGS.style_layers)
    told = loss_terms(step_of(losses), plain, suggested)
    assert told == loss_terms(step_of(losses), SETTINGS)
