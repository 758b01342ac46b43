"""Captured answers, against torchvision's feature extractor and plain forwards."""

import operator

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models
from torchvision.models.feature_extraction import create_feature_extractor

from engines.activations import (
    as_maps,
    capture,
    channel_statistics,
    layer_names,
    order_channels,
    strongest,
)
from engines.errors import NetworkError


def picture(*size: int) -> torch.Tensor:
    return torch.rand(1, *size, generator=torch.Generator().manual_seed(1))


def built(name: str) -> nn.Module:
    torch.manual_seed(0)
    return models.get_model(name, weights=None).eval()


def without_overwriting(network: nn.Module, names: list[str]) -> nn.Module:
    """Return torchvision's extractor of a network whose steps never write over their input."""
    for part in network.modules():
        if getattr(part, "inplace", False) is True:
            part.inplace = False
    extractor = create_feature_extractor(network, names)
    for node in extractor.graph.nodes:
        if node.target is operator.iadd:
            node.target = operator.add
        if node.kwargs.get("inplace"):
            node.kwargs = {**node.kwargs, "inplace": False}
    extractor.recompile()
    return extractor.eval()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    "name",
    ["alexnet", "vgg11_bn", "resnet18", "googlenet", "densenet121", "squeezenet1_0"],
)
def test_captured_answers_equal_torchvisions_extractor(name) -> None:
    network, batch = built(name), picture(3, 96, 96)
    found = capture(network, batch)
    # torchvision calls the second answer "relu_1", this project "relu#2".
    theirs = {
        key: key if "#" not in key else f"{key.split('#')[0]}_{int(key.split('#')[1]) - 1}"
        for key in found
    }
    with torch.no_grad():
        expected = without_overwriting(built(name), list(theirs.values()))(batch)
    unused = {layer for layer in layer_names(network) if layer.startswith("aux")}
    assert set(layer_names(network)) - unused == {key.split("#")[0] for key in found}
    for ours, other in theirs.items():
        torch.testing.assert_close(found[ours], expected[other], msg=ours)


def test_a_layer_before_an_in_place_relu_keeps_its_negative_values() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True)).eval()
    found = capture(network, picture(3, 8, 8))
    assert found["1"].min() < 0
    torch.testing.assert_close(found["2"], found["1"].clamp(min=0))


class OverwritesInForward(nn.Module):
    """Adds in place, writes into a slice, and calls an in-place function by its place."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 1)
        self.same = nn.Identity()

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        one = self.same(self.first(batch))
        one += batch
        two = self.second(one)
        two[:, 0] = 7
        return nn.functional.relu(two, True)


def test_values_overwritten_by_the_forward_itself_are_kept_as_they_were() -> None:
    network, batch = OverwritesInForward(), picture(3, 6, 6)
    found = capture(network, batch)
    with torch.no_grad():
        first = network.first(batch)
        second = network.second(first + batch)
    torch.testing.assert_close(found["first"], first)
    torch.testing.assert_close(found["same"], first)
    torch.testing.assert_close(found["second"], second)


def test_a_network_that_overwrites_unseen_runs_twice_once_and_then_once() -> None:
    network, batch, runs = OverwritesInForward(), picture(3, 6, 6), []
    network.register_forward_hook(lambda *_: runs.append(1))
    first, second = capture(network, batch), capture(network, batch)
    assert len(runs) == 3
    for name, answer in first.items():
        torch.testing.assert_close(second[name], answer)


def test_only_what_is_overwritten_is_copied(monkeypatch) -> None:
    copies = []
    clone = torch.Tensor.clone
    monkeypatch.setattr(torch.Tensor, "clone", lambda t: copies.append(t.shape) or clone(t))
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 1), nn.ReLU(True))
    capture(network, picture(3, 8, 8))
    assert copies == [(1, 5, 6, 6)]


def test_a_module_called_twice_gives_two_answers_and_can_be_asked_for_one() -> None:
    shared = nn.Linear(5, 5)
    network = nn.Sequential(shared, nn.Tanh(), shared)
    batch = torch.rand(2, 5)
    assert list(capture(network, batch)) == ["0", "1", "0#2"]
    only = capture(network, batch, ["0#2"])
    assert list(only) == ["0#2"]
    with torch.no_grad():
        torch.testing.assert_close(only["0#2"], network(batch))


def test_blocks_can_be_captured_too() -> None:
    network, batch = built("resnet18"), picture(3, 64, 64)
    found = capture(network, batch, ["layer1", "layer1.0.conv1"])
    assert list(found) == ["layer1.0.conv1", "layer1"]
    assert found["layer1"].shape == (1, 64, 16, 16)


class Several(nn.Module):
    def forward(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"low": batch - 1, "high": batch + 1}


def test_an_answer_of_several_tensors_is_kept_under_their_keys() -> None:
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.several = Several()

        def forward(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
            return self.several(batch)

    batch = torch.zeros(1, 2)
    found = capture(Network(), batch)
    assert list(found) == ["several.low", "several.high"]
    assert float(found["several.high"][0, 0]) == 1


def test_capture_leaves_the_network_as_it_was() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Dropout(0.9), nn.BatchNorm2d(4)).train()
    network[1].eval()
    mean = network[2].running_mean.clone()
    found = capture(network, picture(3, 8, 8))
    assert [part.training for part in network] == [True, False, True]
    assert network.training
    assert torch.equal(network[2].running_mean, mean)
    assert torch.equal(found["0"], found["1"])  # dropout was off
    assert not any(part._forward_hooks for part in network.modules())
    assert not found["0"].requires_grad


def test_hooks_are_gone_after_a_failure_and_the_sentence_names_the_size() -> None:
    network = built("alexnet")
    with pytest.raises(NetworkError, match="3 × 10 × 10"):
        capture(network, picture(3, 10, 10))
    assert not any(part._forward_hooks for part in network.modules())
    with pytest.raises(NetworkError, match="no layer “nowhere”"):
        capture(network, picture(3, 64, 64), ["nowhere"])


def test_running_out_of_memory_is_a_sentence() -> None:
    class Hungry(nn.Module):
        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            return torch.empty(2**58, dtype=torch.uint8)

    with pytest.raises(NetworkError, match="smaller input size"):
        capture(Hungry(), picture(3, 4, 4))


@pytest.mark.slow
def test_tokens_of_a_vision_transformer_lie_on_the_picture() -> None:
    network, batch = built("vit_b_16"), picture(3, 224, 224)
    found = capture(
        network, batch, ["conv_proj", "encoder.dropout", "encoder.layers.encoder_layer_0"]
    )
    maps = as_maps(found["encoder.layers.encoder_layer_0"])
    assert maps.kind == "tokens"
    assert maps.values.shape == (1, 768, 14, 14)
    assert "1 leading extra token" in maps.note
    # Where tokens enter, the grid is the projection's map plus the position of each cell.
    position = network.encoder.pos_embedding[0, 1:].T.reshape(768, 14, 14)
    torch.testing.assert_close(
        as_maps(found["encoder.dropout"]).values[0], found["conv_proj"][0] + position.detach()
    )


def test_other_answers_become_maps_or_are_refused() -> None:
    assert as_maps(torch.rand(1, 7, 7, 96)).values.shape == (1, 96, 7, 7)
    assert as_maps(torch.rand(1, 7, 7, 7)).values.shape == (1, 7, 7, 7)
    assert as_maps(torch.rand(1, 96, 7, 7)).note == ""
    assert as_maps(torch.rand(2, 10)).values.shape == (2, 10, 1, 1)
    sequence = as_maps(torch.rand(1, 77, 5))
    assert (sequence.kind, sequence.values.shape) == ("sequence", (1, 5, 1, 77))
    with pytest.raises(NetworkError, match="no channels"):
        as_maps(torch.rand(3))


def test_statistics_and_orders_equal_numpys() -> None:
    maps = torch.rand(5, 6, 7) - 0.5
    maps[1] = 0
    maps[2].clamp_(min=0)
    found, array = channel_statistics(maps), maps.double().numpy().reshape(5, -1)
    np.testing.assert_allclose(found.mean, array.mean(1), atol=1e-6)
    np.testing.assert_allclose(found.max, array.max(1))
    np.testing.assert_allclose(found.variance, array.var(1), rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(found.sparsity, (array == 0).mean(1), rtol=1e-6)
    assert found.dead.tolist() == [False, True, False, False, False]
    assert order_channels(found, "index").tolist() == [0, 1, 2, 3, 4]
    assert order_channels(found, "sparsity")[:2].tolist() == [1, 2]
    assert order_channels(found, "variance")[-1] == 1
    assert strongest(found, 2).tolist() == np.argsort(-array.max(1))[:2].tolist()
