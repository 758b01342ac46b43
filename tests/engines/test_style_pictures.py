"""Settings, masks, colours, layers and random filters of style transfer."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg
from style_fakes import model_of, picture, small_model
from torchvision.models import resnet18, swin_t, vgg19

from engines._style.colours import (
    luminance,
    matched_colours,
    matched_luminance,
    with_colours_of,
)
from engines._style.live_memory import peak_bytes
from engines._style.network import TappedNetwork, average_pooling
from engines._style.pictures import checked, covering, fitted, mask_at, resized
from engines.style import (
    RANDOM_FILTERS,
    LayerWeight,
    StyleError,
    StyleSettings,
    random_filters,
    suggest_layers,
    tap_choices,
)

# Settings


WEIGHTS = st.floats(0, 1e6)
SETTINGS = st.builds(
    StyleSettings,
    content_weight=WEIGHTS,
    style_weight=WEIGHTS,
    style_layers=st.lists(
        st.builds(LayerWeight, st.text(min_size=1), WEIGHTS),
        unique_by=lambda one: one.layer,
        max_size=3,
    ).map(tuple),
    statistic=st.sampled_from(["gram", "mean_std", "histogram"]),
    optimiser=st.sampled_from(["lbfgs", "adam"]),
    learning_rate=st.none() | st.floats(0.001, 1),
    size=st.integers(16, 2048),
    seed=st.integers(0, 2**40),
)


@given(SETTINGS)
def test_settings_survive_json(chosen):
    assert StyleSettings.from_dict(json.loads(json.dumps(chosen.to_dict()))) == chosen


@given(st.integers(16, 4096))
def test_sizes_grow_to_the_last_with_steps_for_each(size):
    chosen = StyleSettings(size=size)
    sides = chosen.resolved_sizes()
    assert sides[-1] == size
    assert all(a < b for a, b in itertools.pairwise(sides))
    assert len(chosen.resolved_steps()) == len(sides)


def test_1024_begins_at_64_and_doubles():
    assert StyleSettings(size=1024).resolved_sizes() == (64, 128, 256, 512, 1024)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"style_weight": -1.0}, "style weight β is -1"),
        ({"content_weight": float("nan")}, "content weight α is nan"),
        ({"tv_weight": "much"}, "smoothness weight γ is much"),
        ({"statistic": "colour"}, "no choice for statistic"),
        ({"optimiser": ["adam"]}, "no choice for optimiser"),
        ({"learning_rate": 0}, "leads nowhere"),
        ({"size": 4}, "cannot be made"),
        ({"size": 128.5}, "cannot be made"),
        ({"size": 128, "sizes": [128, 64]}, "must grow"),
        ({"size": 128, "sizes": []}, "must grow"),
        ({"size": 128, "sizes": [64, 128], "steps": [5]}, "one for each size"),
        ({"size": 64, "steps": [0]}, "cannot be made"),
        ({"seed": -1}, "whole number"),
        ({"seed": True}, "whole number"),
        ({"style_layers": [{"layer": "a", "weight": 1}] * 2}, "listed twice"),
        ({"style_layers": [{"weight": 1}]}, "needs its name"),
        ({"style_layers": "relu"}, "no list"),
        ({"sizes": 64}, "no list"),
        ({"colour": "red"}, "no setting “colour”"),
    ],
)
def test_settings_without_sense_are_refused_in_a_sentence(values, said):
    with pytest.raises(StyleError, match=said):
        StyleSettings.from_dict(values)


def test_what_is_no_table_is_no_settings():
    with pytest.raises(StyleError, match="no table"):
        StyleSettings.from_dict([1, 2])


# Pictures and masks


def test_a_grey_picture_becomes_colour_and_values_are_held_in_range():
    values = torch.tensor([[[-0.5, 0.25, 1.5]]])
    assert checked(values, "It").tolist() == [[[0.0, 0.25, 1.0]]] * 3


@pytest.mark.parametrize(
    "bad",
    [
        torch.zeros(2, 4, 4),
        torch.zeros(3, 0, 4),
        torch.zeros(3, 4, 4, dtype=torch.uint8),
        torch.full((3, 4, 4), float("nan")),
        np.zeros((3, 4, 4)),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(bad):
    with pytest.raises(StyleError, match="The style picture"):
        checked(bad, "The style picture")


def test_sizes_keep_the_shape_and_at_least_a_pixel():
    assert fitted((300, 400), 64) == (48, 64)
    assert fitted((1, 1000), 64) == (1, 64)
    assert fitted((1, 1), 64) == (64, 64)


def test_covering_cuts_the_middle_and_distorts_nothing():
    wide = torch.linspace(0, 1, 60).expand(3, 20, 60)
    cut = covering(wide, (20, 20))
    np.testing.assert_allclose(cut.numpy(), wide[:, :, 20:40].numpy(), atol=1e-6)


def test_covering_with_a_row_of_pixels_takes_no_more_memory_than_the_picture():
    row = torch.linspace(0, 1, 4000).expand(3, 1, 4000)
    found: list[torch.Tensor] = []
    assert peak_bytes(lambda: found.append(covering(row, (64, 96)))) < 20 * 3 * 64 * 96 * 4
    assert found[0].shape == (3, 64, 96)
    assert float(found[0].mean()) == pytest.approx(0.5, abs=0.01)


def test_a_mask_at_a_layers_size_is_the_share_of_each_position():
    mask = torch.zeros(8, 8)
    mask[:, :3] = 1
    expected = mask.numpy().reshape(4, 2, 4, 2).mean((1, 3))
    np.testing.assert_allclose(mask_at(mask, (4, 4)).numpy(), expected)
    grown = mask_at(mask, (16, 16))
    assert grown.shape == (16, 16)
    assert float(grown.min()) >= 0
    assert float(grown.max()) <= 1


def test_a_resized_picture_stays_within_range():
    hard = (torch.arange(64).reshape(1, 8, 8) % 2).float().expand(3, -1, -1)
    grown = resized(hard, (31, 33))
    assert float(grown.min()) >= 0
    assert float(grown.max()) <= 1


# Colours, against numpy


def moments(image):
    flat = image.reshape(3, -1).astype(np.float64)
    return flat.mean(1), np.cov(flat, bias=True)


def test_matched_colours_have_the_contents_mean_and_covariance():
    # Far from 0 and 1, so that nothing is cut off.
    content = 0.5 + 0.1 * (picture(seed=1) - 0.5)
    style = 0.5 + 0.3 * (picture(seed=2) - 0.5)
    matched = matched_colours(style, content).numpy()
    for found, expected in zip(moments(matched), moments(content.numpy()), strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-5)
    root = linalg.sqrtm(moments(content.numpy())[1])
    inverse = linalg.inv(linalg.sqrtm(moments(style.numpy())[1]))
    mean_style, mean_content = moments(style.numpy())[0], moments(content.numpy())[0]
    flat = style.numpy().reshape(3, -1)
    expected = root @ inverse @ (flat - mean_style[:, None]) + mean_content[:, None]
    np.testing.assert_allclose(matched.reshape(3, -1), expected, atol=1e-3)


def test_a_style_of_one_colour_can_be_matched():
    matched = matched_colours(torch.full((3, 8, 8), 0.2), picture())
    expected = picture().flatten(1).mean(1)
    torch.testing.assert_close(matched[:, 0, 0], expected)


def test_matched_luminance_has_the_contents_mean_and_deviation():
    content = 0.5 + 0.1 * (picture(seed=1) - 0.5)
    style = picture(seed=2)
    weights = np.array([0.299, 0.587, 0.114])
    light = np.tensordot(weights, content.numpy(), 1)
    found = matched_luminance(style, content).numpy()
    np.testing.assert_allclose(found[0].mean(), light.mean(), atol=1e-5)
    np.testing.assert_allclose(found[0].std(), light.std(), atol=1e-5)
    np.testing.assert_array_equal(found[0], found[2])


def test_luminance_is_changed_and_colours_stay():
    content = 0.5 + 0.1 * (picture(seed=1) - 0.5)
    made = 0.5 + 0.1 * (picture(seed=2) - 0.5)
    found = with_colours_of(made, content)
    light = np.tensordot([0.299, 0.587, 0.114], made.numpy(), 1)
    np.testing.assert_allclose(luminance(found)[0].numpy(), light, atol=1e-4)
    # Adding the same to all three channels changes luminance alone.
    change = (found - content).numpy()
    np.testing.assert_allclose(change[0], change[1], atol=1e-3)
    np.testing.assert_allclose(change[0], change[2], atol=1e-3)


# Layers


def test_vgg_is_compared_in_the_layers_of_gatys():
    suggested = suggest_layers(model_of(vgg19(weights=None), "vgg19"))
    names = [one.layer for one in suggested.style]
    assert names == [f"features.{index}" for index in (1, 6, 11, 20, 29)]
    assert [one.layer for one in suggested.content] == ["features.22"]


def test_resnet_is_compared_before_each_halving():
    suggested = suggest_layers(model_of(resnet18(weights=None), "resnet18"))
    assert [one.layer for one in suggested.style] == ["relu", "layer1", "layer2", "layer3"]
    assert [one.layer for one in suggested.content] == ["layer2"]


def test_all_layers_with_maps_can_be_chosen():
    choices = tap_choices(model_of(resnet18(weights=None), "resnet18"))
    assert choices[:3] == ("conv1", "bn1", "relu")
    assert {"layer4", "layer1.0.relu", "layer1.0.relu#2"} <= set(choices)
    assert "fc" not in choices


def test_layers_with_channels_last_give_maps_all_the_same():
    model = model_of(swin_t(weights=None), "swin_t")
    names = [one.layer for one in suggest_layers(model).style]
    found = TappedNetwork(model, names).maps(picture(64, 64))
    assert all(maps.shape[1:] == maps.shape[:0:-1] for maps in found.values())
    assert len({maps.shape[1] for maps in found.values()}) > 1


def test_a_network_without_maps_is_refused_in_a_sentence():
    flat = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 64 * 64, 2))
    with pytest.raises(StyleError, match="No layer of"):
        suggest_layers(model_of(flat))


def test_tapped_maps_are_those_before_anything_writes_over_them():
    model = small_model()
    image = picture(32, 32)
    found = TappedNetwork(model, ("first", "second", "relu2")).maps(image)
    batch = (image[None] - 0.5) / 0.5
    module = model.module
    first = module.first(batch)
    second = module.second(first.relu())
    torch.testing.assert_close(found["first"], first[0])
    torch.testing.assert_close(found["second"], second[0])
    torch.testing.assert_close(found["relu2"], second[0].relu())
    assert all(not part._forward_hooks for part in module.modules())
    assert module.relu1.inplace


class WritesInPlace(torch.nn.Module):
    """Adds to a layer's answer in place, by no module of its own."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(3, 4, 3)
        self.second = torch.nn.Conv2d(4, 4, 3)

    def forward(self, batch):
        """Return the second layer's answer to the first one's, written over."""
        answer = self.first(batch)
        answer += 1
        return self.second(answer)


def test_what_is_written_over_by_the_network_itself_is_copied_first():
    model = model_of(WritesInPlace())
    image = picture(32, 32)
    found = TappedNetwork(model, ("first", "second")).maps(image)
    expected = model.module.first((image[None] - 0.5) / 0.5)
    torch.testing.assert_close(found["first"], expected[0])


def test_small_pictures_are_extended_by_their_border():
    found = TappedNetwork(small_model(), ("relu3",)).maps(picture(1, 1))
    assert found["relu3"].shape == (12, 16, 16)
    assert torch.isfinite(found["relu3"]).all()


def test_averaging_replaces_each_max_pooling_of_the_copy_alone():
    model = small_model()
    network = TappedNetwork(model, ("pool",), average=True)
    image = picture(32, 32)
    relu2 = TappedNetwork(model, ("relu2",)).maps(image)["relu2"].numpy()
    expected = relu2.reshape(8, 16, 2, 16, 2).mean((2, 4))
    np.testing.assert_allclose(network.maps(image)["pool"].numpy(), expected, atol=1e-6)
    assert isinstance(model.module.pool, torch.nn.MaxPool2d)
    assert average_pooling(vgg19(weights=None)) == 5


# Normalisations folded into convolutions


def trained_like(module):
    """Return `module` with normalisations that do something."""
    generator = torch.Generator().manual_seed(2)
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            for values in (part.weight, part.running_var):
                values.data = 0.5 + torch.rand(values.shape, generator=generator)
            for values in (part.bias, part.running_mean):
                values.data = torch.randn(values.shape, generator=generator) * 0.2
    return module


def listened_to(module):
    return [part for part in module.modules() if part._forward_hooks]


def test_a_folded_network_gives_the_same_maps_and_gradients():
    model = model_of(trained_like(resnet18(weights=None)))
    layers = ("bn1", "layer1.0.conv1", "layer1.0.bn1", "layer2")
    at = picture(48, 40).requires_grad_(True)
    answers = []
    for often in (False, True):
        network = TappedNetwork(model, layers, often=often)
        kinds = [type(part).__name__ for part in network.module.modules()]
        assert ("_Folded" in kinds) is often
        maps = network.maps(at)
        (gradient,) = torch.autograd.grad(sum(one.square().mean() for one in maps.values()), at)
        answers.append({name: one.detach() for name, one in {**maps, "": gradient}.items()})
    for layer, expected in answers[0].items():
        difference = (answers[1][layer] - expected).abs().max()
        assert float(difference) < 1e-5 * float(expected.abs().max())
    assert not listened_to(model.module)
    assert isinstance(model.module.bn1, torch.nn.BatchNorm2d)


class Crossed(torch.nn.Module):
    """Written as convolution, normalisation, but called the other way round."""

    def __init__(self):
        super().__init__()
        self.filters = torch.nn.Conv2d(3, 3, 3, padding=1)
        self.norm = torch.nn.BatchNorm2d(3)
        self.last = torch.nn.Conv2d(3, 4, 3)

    def forward(self, batch):
        """Return the last filters' answer."""
        return self.last(self.filters(self.norm(batch)))


def test_a_network_that_folding_would_change_is_run_as_it_is():
    model = model_of(trained_like(Crossed()))
    expected = TappedNetwork(model, ("last",)).maps(picture())["last"]
    network = TappedNetwork(model, ("last",), often=True)
    assert isinstance(network.module.norm, torch.nn.BatchNorm2d)
    torch.testing.assert_close(network.maps(picture())["last"], expected)


# Random filters


def test_random_filters_are_the_same_for_a_seed_and_leave_torchs_own_numbers():
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    one, same, other = random_filters(), random_filters(), random_filters(seed=1)
    torch.testing.assert_close(torch.rand(3), expected)
    weights = [model.module.scale_1.filters.weight for model in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert one.card.name == RANDOM_FILTERS
    assert not one.card.is_trained


def test_random_filters_see_the_picture_at_each_scale():
    model = random_filters(scales=(1, 4), channels=5)
    suggested = suggest_layers(model)
    assert {"scale_1", "scale_4"} <= set(tap_choices(model))
    assert [one.layer for one in suggested.style] == ["scale_1", "scale_4"]
    assert [one.layer for one in suggested.content] == ["scale_1"]
    found = TappedNetwork(model, ("scale_1", "scale_4")).maps(picture(64, 80))
    assert found["scale_1"].shape == (5, 64, 80)
    assert found["scale_4"].shape == (5, 16, 20)


@pytest.mark.parametrize(("scales", "channels"), [((), 4), ((0,), 4), ((1, 1), 4), ((1,), 0)])
def test_random_filters_without_sense_are_refused(scales, channels):
    with pytest.raises(StyleError, match="different scales"):
        random_filters(scales=scales, channels=channels)
