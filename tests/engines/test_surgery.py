"""Edits of channels, input sizes and sliding heads, against networks changed by hand."""

import copy

import pytest
import timm
import torch
from torch import nn
from torchvision import models

from engines.activations import capture
from engines.errors import NetworkError
from engines.surgery import (
    ChannelEdit,
    convolutional_head,
    edited,
    explain_input_size,
    score_map,
    take_way_out,
    why_it_fits,
)


def built(name: str) -> nn.Module:
    torch.manual_seed(0)
    return models.get_model(name, weights=None).eval()


def picture(*size: int) -> torch.Tensor:
    return torch.rand(1, *size, generator=torch.Generator().manual_seed(1))


def small() -> nn.Sequential:
    torch.manual_seed(2)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3),
        nn.ReLU(inplace=True),
        nn.Conv2d(6, 4, 3),
        nn.Flatten(),
        nn.Linear(64, 5),
    ).eval()


@torch.no_grad()
def test_ablating_a_channel_equals_zeroing_its_filter() -> None:
    network, batch = small(), picture(3, 8, 8)
    by_hand = copy.deepcopy(network)
    by_hand[0].weight[2] = 0
    by_hand[0].bias[2] = 0
    before = network(batch)
    with edited(network, [ChannelEdit("0", 2)]):
        found = network(batch)
    torch.testing.assert_close(found, by_hand(batch))
    assert not torch.allclose(found, before)
    assert torch.equal(network(batch), before)
    assert not any(part._forward_hooks for part in network.modules())


@torch.no_grad()
def test_scaling_and_holding_equal_changed_weights_and_edits_follow_each_other() -> None:
    network, batch = small(), picture(3, 8, 8)
    by_hand = copy.deepcopy(network)
    by_hand[2].weight[1] *= -3
    by_hand[2].bias[1] *= -3
    by_hand[2].weight[3] = 0
    by_hand[2].bias[3] = 0.25
    edits = [
        ChannelEdit("2", 1, "scale", 6.0),
        ChannelEdit("2", 1, "scale", -0.5),
        ChannelEdit("2", 3, "freeze", 0.25),
    ]
    with edited(network, edits) as same:
        assert same is network
        torch.testing.assert_close(network(batch), by_hand(batch))


@torch.no_grad()
def test_a_channel_frozen_to_another_pictures_map_keeps_it() -> None:
    network, one, other = small(), picture(3, 8, 8), picture(3, 8, 8).flip(3)
    held = capture(network, one, ["0"])["0"][0, 4]
    with edited(network, [ChannelEdit("0", 4, "freeze", values=held)]):
        answer = capture(network, other, ["0", "1"])
    torch.testing.assert_close(answer["1"][0, 4], held.clamp(min=0))
    assert not torch.allclose(answer["1"][0, 3], capture(network, one, ["1"])["1"][0, 3])
    with (
        edited(network, [ChannelEdit("0", 4, "freeze", values=held[:2])]),
        pytest.raises(NetworkError, match="taken at another size"),
    ):
        network(one)


@torch.no_grad()
def test_channels_of_tokens_and_vectors_can_be_edited() -> None:
    network = nn.Sequential(nn.Linear(4, 6), nn.Linear(6, 2))
    for batch in (torch.rand(3, 4), torch.rand(1, 9, 4)):
        by_hand = copy.deepcopy(network)
        by_hand[1].weight[:, 5] = 0
        with edited(network, [ChannelEdit("0", 5)]):
            torch.testing.assert_close(network(batch), by_hand(batch))


def test_unknown_layers_and_channels_are_sentences_and_leave_no_hook() -> None:
    network = small()
    with pytest.raises(NetworkError, match="no layer “x”"), edited(network, [ChannelEdit("x", 0)]):
        pass
    with (
        pytest.raises(NetworkError, match="channels 0 to 5, not 6"),
        edited(network, [ChannelEdit("0", 6)]),
    ):
        network(picture(3, 8, 8))
    assert not any(part._forward_hooks for part in network.modules())


def test_vggs_features_at_320_by_360_are_512_maps_of_10_by_11() -> None:
    report = explain_input_size(built("vgg11"), (320, 360))
    assert report.broken is None
    shapes = {row.name: row.output_shape for row in report.rows}
    assert shapes["features.20"] == (512, 10, 11)
    assert shapes["avgpool"] == (512, 7, 7)
    assert report.output_shape == (1000,)


def test_the_pool_that_lets_vgg_take_another_size_is_named_with_its_numbers() -> None:
    network = built("vgg11")
    own, here = explain_input_size(network, 224), explain_input_size(network, (320, 360))
    # Counted by hand: five halvings of 320 × 360 leave 10 × 11, and 512 · 7 · 7 are read.
    assert network.classifier[0].in_features == 512 * 7 * 7 == 25_088
    assert why_it_fits(own, here) == (
        "avgpool makes 512 × 10 × 11 into 512 × 7 × 7, as at its own size, so that classifier.0 "
        "still reads 25,088 numbers; without it, 56,320 would break classifier.0."
    )
    assert why_it_fits(own, own) == ""
    network.avgpool = nn.Identity()
    report = explain_input_size(network, (320, 360))
    assert report.broken == "classifier.0"
    assert "56,320" in report.why


def test_a_network_without_an_adaptive_pool_has_nothing_to_thank_for_its_size() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(2), nn.Conv2d(4, 5, 1)).eval()
    assert why_it_fits(explain_input_size(network, 8), explain_input_size(network, 9)) == ""
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    assert why_it_fits(explain_input_size(network, 8), explain_input_size(network, 9)) == ""


class Plain(nn.Module):
    """VGG as it was before adaptive pools: the map is flattened as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(32, 32)
        )
        self.head = nn.Sequential(nn.Linear(8 * 49, 16), nn.ReLU(), nn.Linear(16, 5))

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        return self.head(torch.flatten(self.features(batch), 1))


def test_a_flattened_map_of_another_size_breaks_the_first_linear_layer() -> None:
    network = Plain().eval()
    report = explain_input_size(network, (320, 360))
    assert report.broken == "head.0"
    assert report.why == "head.0 (Linear) reads 392 numbers, but is given 8 × 10 × 11 = 880."
    assert report.rows[-1].output_shape is None
    assert [way.kind for way in report.ways_out] == ["adaptive_pooling", "new_head", "resize"]
    with torch.no_grad():
        network(picture(3, *report.ways_out[2].size))  # the size that it names works


@torch.no_grad()
def test_the_ways_out_run_and_keep_what_they_promise() -> None:
    network, batch = Plain().eval(), picture(3, 320, 360)
    pooled = take_way_out(network, (320, 360), "adaptive_pooling")
    maps = nn.functional.adaptive_avg_pool2d(network.features(batch), 7)
    torch.testing.assert_close(pooled(batch), network.head(maps.flatten(1)))
    same = picture(3, 224, 224)
    torch.testing.assert_close(pooled(same), network(same))
    assert pooled.get_submodule("head.0").weight.data_ptr() == network.head[0].weight.data_ptr()
    fresh = take_way_out(network, (320, 360), "new_head")
    assert fresh(batch).shape == (1, 5)
    assert fresh.get_submodule("head.0").in_features == 880
    assert network.head[0].in_features == 392
    with pytest.raises(NetworkError, match="no way out"):
        take_way_out(network, (224, 224), "new_head")


def test_an_input_too_small_names_the_pool_and_the_nearest_size_that_works() -> None:
    network = built("vgg11")
    report = explain_input_size(network, 16)
    assert report.broken == "features.20"
    assert "slides a window of 2 × 2, but the map that reaches it is only 1 × 1" in report.why
    assert [(way.kind, way.size) for way in report.ways_out] == [("resize", (32, 32))]
    assert explain_input_size(network, 32).broken is None
    assert explain_input_size(network, 31).broken == "features.20"


def test_wrong_channels_and_networks_of_one_size() -> None:
    report = explain_input_size(built("resnet18"), (1, 64, 64))
    assert report.why == "conv1 (Conv2d) reads 3 channels, but is given 1."
    with torch.device("meta"):
        transformer = models.vit_b_16(weights=None)
    report = explain_input_size(transformer, 320)
    assert "Expected 224 but got 320" in report.why
    assert [(way.kind, way.size) for way in report.ways_out] == [("resize", (224, 224))]


@pytest.mark.slow
@torch.no_grad()
@pytest.mark.parametrize(
    ("name", "window"), [("vgg11", 7), ("alexnet", 6), ("resnet18", 7), ("densenet121", 7)]
)
def test_the_head_as_convolutions_gives_equal_outputs(name, window) -> None:
    network, batch = built(name), picture(3, 224, 224)
    sliding = convolutional_head(network, 224)
    expected, found = network(batch), score_map(sliding, batch)
    assert found.shape == (1, 1000, 1, 1)
    torch.testing.assert_close(found[:, :, 0, 0], expected, rtol=1e-4, atol=1e-5)
    assert sliding.window == (window, window)
    assert sliding.stride == (32, 32)
    if name == "vgg11":
        assert sliding.steps[1].before == "Linear 25,088 → 4,096"
        assert sliding.steps[1].after == "Conv2d 7×7×512, 4,096 filters"


@pytest.mark.slow
@torch.no_grad()
def test_the_embedded_networks_head_slides() -> None:
    network = timm.create_model("tf_efficientnet_lite0").eval()
    batch = picture(3, 224, 224)
    sliding = convolutional_head(network, 224)
    torch.testing.assert_close(
        score_map(sliding, batch)[:, :, 0, 0], network(batch), rtol=1e-4, atol=1e-5
    )
    assert score_map(sliding, picture(3, 320, 288)).shape == (1, 1000, 4, 3)


@torch.no_grad()
def test_each_score_of_a_larger_picture_is_the_heads_answer_to_its_window() -> None:
    network, large = Plain().eval(), picture(3, 320, 352)
    scores = score_map(convolutional_head(network, 224), large)
    maps = network.features(large)
    assert scores.shape == (1, 5, 4, 5)
    for row in range(4):
        for column in range(5):
            window = maps[:, :, row : row + 7, column : column + 7].flatten(1)
            torch.testing.assert_close(scores[:, :, row, column], network.head(window))


@torch.no_grad()
def test_a_sliding_head_shares_the_weights_and_refuses_what_it_cannot_do() -> None:
    network = built("alexnet")
    sliding = convolutional_head(network, 224)
    pointers = {parameter.data_ptr() for parameter in network.parameters()}
    assert {parameter.data_ptr() for parameter in sliding.module.parameters()} <= pointers
    with pytest.raises(NetworkError, match="does not take an input"):
        score_map(sliding, picture(3, 100, 100))
    with pytest.raises(NetworkError, match="this network has none"):
        convolutional_head(built("squeezenet1_0"), 224)
    with torch.device("meta"):
        averaged = models.convnext_tiny(weights=None)
    with pytest.raises(NetworkError, match="nothing to slide over"):
        convolutional_head(averaged, 224)


def test_a_body_that_takes_another_way_at_another_size_cannot_slide():
    """As networks with shifted windows, which shift only where there is more than one window."""

    class Shifting(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = nn.Conv2d(3, 4, 4, stride=4), nn.Linear(4, 5)

        def forward(self, batch):
            maps = self.body(batch)
            if maps.shape[-1] > 8:
                maps = maps.permute(0, 2, 3, 1).roll(1, 1).permute(0, 3, 1, 2) * 1.0
            return self.head((maps + 1.0).mean((2, 3)))

    network = Shifting().eval()
    sliding = convolutional_head(network, 32)
    batch = torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(score_map(sliding, batch).flatten(1), network(batch).detach())
    with pytest.raises(NetworkError, match="another way through a picture of 64 × 64"):
        score_map(sliding, torch.rand(1, 3, 64, 64))
