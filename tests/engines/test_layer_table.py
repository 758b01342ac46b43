"""The layer table, against counted parameters, torchinfo, torch's own counter and the textbook."""

import csv
import io

import pytest
import timm
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

from engines.errors import NetworkError
from engines.layer_table import layer_table, to_csv, to_latex, to_markdown, totals


def built(name: str) -> nn.Module:
    with torch.device("meta"):
        return models.get_model(name, weights=None).eval()


VGG19 = {
    "conv1_1": (64, 1_728, 64, (64, 224, 224)), "conv1_2": (64, 36_864, 64, (64, 224, 224)),
    "pool1": (None, 0, 0, (64, 112, 112)),
    "conv2_1": (128, 73_728, 128, (128, 112, 112)), "conv2_2": (128, 147_456, 128, (128, 112, 112)),
    "pool2": (None, 0, 0, (128, 56, 56)),
    "conv3_1": (256, 294_912, 256, (256, 56, 56)), "conv3_2": (256, 589_824, 256, (256, 56, 56)),
    "conv3_3": (256, 589_824, 256, (256, 56, 56)), "conv3_4": (256, 589_824, 256, (256, 56, 56)),
    "pool3": (None, 0, 0, (256, 28, 28)),
    "conv4_1": (512, 1_179_648, 512, (512, 28, 28)),
    "conv4_2": (512, 2_359_296, 512, (512, 28, 28)),
    "conv4_3": (512, 2_359_296, 512, (512, 28, 28)),
    "conv4_4": (512, 2_359_296, 512, (512, 28, 28)),
    "pool4": (None, 0, 0, (512, 14, 14)),
    "conv5_1": (512, 2_359_296, 512, (512, 14, 14)),
    "conv5_2": (512, 2_359_296, 512, (512, 14, 14)),
    "conv5_3": (512, 2_359_296, 512, (512, 14, 14)),
    "conv5_4": (512, 2_359_296, 512, (512, 14, 14)),
    "pool5": (None, 0, 0, (512, 7, 7)),
    "fc6": (4096, 102_760_448, 4_096, (4096,)), "fc7": (4096, 16_777_216, 4_096, (4096,)),
    "fc8": (1000, 4_096_000, 1_000, (1000,)),
}  # fmt: skip


def test_the_rows_of_vgg19_are_the_textbooks() -> None:
    rows = layer_table(built("vgg19"), (3, 224, 224))
    found = {
        row.title: (row.filters, row.weights, row.biases, row.output_shape)
        for row in rows
        if row.role in ("convolution", "linear", "pooling") and row.title != row.name
    }
    assert found == VGG19
    sizes = {row.title: row.output_size for row in rows}
    assert (sizes["conv1_1"], sizes["pool5"]) == (3_211_264, 25_088)
    assert totals(rows).parameters == 143_667_240


def test_the_size_of_vgg16_on_disk() -> None:
    total = totals(layer_table(built("vgg16"), 224))
    assert total.parameters == 138_357_544
    assert total.megabytes() == pytest.approx(553.4, abs=0.05)
    assert total.mebibytes() == pytest.approx(527.8, abs=0.05)
    assert total.megabytes("float16") == total.megabytes() / 2
    assert total.megabytes("int8") == total.megabytes() / 4


def test_alexnet_is_named_by_its_layers_and_branching_networks_by_their_paths() -> None:
    rows = layer_table(built("alexnet"), 224)
    weighted = [row.title for row in rows if row.parameters]
    assert weighted == ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
    assert [row.title for row in rows if row.kind == "MaxPool2d"] == ["pool1", "pool2", "pool5"]
    assert rows[0].settings == "11×11, stride 4, padding 2"
    assert all(row.title == row.name for row in layer_table(built("resnet18"), 224))


NETWORKS = ["alexnet", "vgg11_bn", "resnet50", "mobilenet_v2", "densenet121", "googlenet"]


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", [*NETWORKS, "vit_b_16", "swin_t", "convnext_tiny", "inception_v3"])
def test_sums_equal_counted_parameters_and_torchs_counter(name) -> None:
    network = built(name)
    total = totals(layer_table(network, 224))
    assert total.parameters == sum(parameter.numel() for parameter in network.parameters())
    biases = sum(p.numel() for key, p in network.named_parameters() if key.endswith("bias"))
    assert total.biases == biases
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network(torch.empty(1, 3, 224, 224, device="meta"))
    assert 2 * total.macs == counter.get_total_flops()


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", ["alexnet", "vgg11_bn", "resnet50", "mobilenet_v2", "googlenet"])
def test_rows_equal_torchinfos(name) -> None:
    torchinfo = pytest.importorskip("torchinfo")
    network = models.get_model(name, weights=None).eval()
    summary = torchinfo.summary(
        network, (1, 3, 224, 224), verbose=0, device="cpu", mode="eval", depth=9
    )
    theirs = {id(layer.module): layer for layer in summary.summary_list if layer.is_leaf_layer}
    checked = 0
    for row in layer_table(network, 224):
        if row.role not in ("convolution", "linear") or row.output_shape is None:
            continue
        layer = theirs[id(network.get_submodule(row.name))]
        positions = row.output_size // (row.filters or 1)
        # torchinfo counts the bias as one more multiplication at each position.
        assert layer.macs == row.macs + row.biases * positions, row.name
        assert tuple(layer.output_size[1:]) == row.output_shape
        assert layer.num_params == row.parameters
        checked += 1
    assert checked == sum(
        isinstance(part, nn.Conv2d | nn.Linear)
        for path, part in network.named_modules()
        if not path.startswith("aux")
    )


def test_published_operations_agree() -> None:
    for name in ("resnet50", "vgg19", "efficientnet_b0", "mobilenet_v3_large"):
        published = models.get_model_weights(name).DEFAULT.meta["_ops"]
        macs = totals(layer_table(built(name), 224)).macs
        assert macs / 1e9 == pytest.approx(published, abs=6e-4)


def test_the_embedded_networks_activating_normalisations_have_rows() -> None:
    with torch.device("meta"):
        network = timm.create_model("tf_efficientnet_lite0")
    rows = layer_table(network, 224)
    assert totals(rows).parameters == sum(parameter.numel() for parameter in network.parameters())
    by_name = {row.name: row for row in rows}
    assert by_name["bn1"].role == "normalisation"
    assert (by_name["bn1"].weights, by_name["bn1"].biases) == (32, 32)
    assert by_name["bn1.act"].role == "activation"
    assert by_name["conv_stem"].output_shape == (32, 112, 112)


def test_parameters_shared_or_owned_by_blocks_or_never_used_are_counted_once() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = nn.Linear(4, 4), nn.Linear(4, 4)
            self.two.weight = self.one.weight
            self.never = nn.Linear(7, 7)
            self.scale = nn.Parameter(torch.ones(4))

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            return self.one(self.two(self.one(batch))) * self.scale

    network = Odd()
    rows = layer_table(network, (1, 3, 4))
    by_name = {row.name: row for row in rows}
    assert totals(rows).parameters == sum(parameter.numel() for parameter in network.parameters())
    assert by_name["one#2"].shared
    assert (by_name["two"].weights, by_name["two"].biases, by_name["two"].shared) == (0, 4, True)
    assert by_name["never"].output_shape is None
    assert by_name["Odd"].role == "parameters"
    assert by_name["one#2"].macs == 3 * 16


def test_any_size_needs_no_memory_and_changes_nothing() -> None:
    network = models.resnet18(weights=None).train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    rows = layer_table(network, (3, 20_000, 30_000))
    assert rows[0].output_shape == (64, 10_000, 15_000)
    assert network.training
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert not any(part._forward_hooks for part in network.modules())


def test_one_channel_networks_take_their_own_count_of_channels() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 2))
    assert layer_table(network, 8)[0].output_shape == (4, 6, 6)
    with pytest.raises(NetworkError, match=r"0 \(Conv2d\) reads 1 channels, but is given 3"):
        layer_table(network, (3, 8, 8))
    with pytest.raises(NetworkError, match="each at least 1"):
        layer_table(network, 0)


def test_a_network_that_asks_for_numbers_on_its_way_has_a_table_too() -> None:
    class Asks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 2, 3)

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            maps = self.first(batch)
            return maps if maps.mean().item() < 1e9 else -maps

    assert layer_table(Asks(), 8)[0].output_shape == (2, 6, 6)


def test_exports_hold_every_row_and_the_sums() -> None:
    rows = layer_table(built("vgg19"), 224)
    lines = list(csv.reader(io.StringIO(to_csv(rows))))
    assert len(lines) == len(rows) + 2
    assert lines[1][:2] == ["conv1_1", "features.0"]
    assert lines[-1][5:7] == ["143652544", "14696"]
    assert sum(int(line[5]) for line in lines[1:-1]) == int(lines[-1][5])
    markdown = to_markdown(rows).splitlines()
    assert len(markdown) == len(rows) + 3
    assert len({line.count("|") for line in markdown}) == 1
    assert "102,760,448" in to_markdown(rows)
    latex = to_latex(rows)
    assert r"conv1\_1 & features.0" in latex
    assert latex.count(r"\\") == len(rows) + 2
