"""What units of real networks see, against gradients."""

import itertools

import pytest
import timm
import torch
from torch import nn
from torchvision import models

from engines.network_receptive_field import NetworkField, network_fields
from engines.surgery import convolutional_head


def transparent(network: nn.Module) -> nn.Module:
    """Return the network so that every gradient is positive, none is hidden and none cancels."""
    for name, part in list(network.named_modules()):
        for key, child in list(part.named_children()):
            if isinstance(child, nn.MaxPool2d):  # which would read one cell of its window alone
                pool = nn.AvgPool2d(child.kernel_size, child.stride, child.padding, child.ceil_mode)
                setattr(part, key, pool)
            elif type(child).__name__ in ("ReLU", "ReLU6", "Hardswish", "SiLU", "Hardsigmoid"):
                setattr(part, key, nn.Identity())
        if isinstance(part, nn.BatchNorm2d):
            part.reset_running_stats()
        for weight in part.parameters(recurse=False):
            fan_in = max(weight[0].numel(), 1) if weight.ndim > 1 else 1
            nn.init.constant_(weight, 1 / fan_in)
        assert name or network is part
    return network.double().eval()


def read_box(network: nn.Module, layer: str, size: int, row: int, column: int) -> tuple[int, ...]:
    """Return (top, left, bottom, right) of the pixels with a gradient."""
    answers = []
    handle = network.get_submodule(layer).register_forward_hook(lambda *a: answers.append(a[2]))
    picture = torch.ones(1, 3, size, size, dtype=torch.float64, requires_grad=True)
    network(picture)
    handle.remove()
    answer = answers[0]
    (answer[0, :, row, column] if answer.ndim == 4 else answer[0]).sum().backward()
    seen = picture.grad[0].abs().sum(dim=0)
    rows, columns = seen.sum(dim=1).nonzero()[:, 0], seen.sum(dim=0).nonzero()[:, 0]
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def clipped(field: NetworkField, row: int, column: int, size: int) -> tuple[int, ...]:
    return tuple(min(max(side, 0), size) for side in field.box(row, column))


CASES = [
    ("alexnet", "features.10", 5, 256),
    ("vgg16", "features.16", 20, 224),
    ("vgg16", "features.30", 3, 224),
    ("resnet18", "layer2.1.conv2", 16, 256),
    ("resnet50", "layer1.2.conv3", 30, 224),
    ("mobilenet_v2", "features.7.conv.2", 9, 256),
    ("squeezenet1_0", "features.7", 8, 224),
    ("densenet121", "features.denseblock2.denselayer3.conv2", 14, 224),
    ("shufflenet_v2_x1_0", "stage2.3.branch2.5", 14, 224),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "layer", "unit", "size"), CASES)
def test_fields_of_real_networks_are_where_gradients_reach(name, layer, unit, size) -> None:
    network = transparent(models.get_model(name, weights=None))
    field = network_fields(network, size)[layer]
    assert field.exact
    for row, column in ((unit, unit), (0, unit), (unit, 1)):
        assert read_box(network, layer, size, row, column) == clipped(field, row, column, size)


@pytest.mark.slow
def test_the_embedded_networks_uneven_padding_is_followed() -> None:
    network = transparent(timm.create_model("tf_efficientnet_lite0"))
    fields = network_fields(network, 224)
    for layer, unit in (("conv_stem", 50), ("blocks.1.0.conv_dw", 20), ("blocks.2.1.conv_pwl", 12)):
        for row, column in ((unit, unit), (0, 0), (unit, 3)):
            found = read_box(network, layer, 224, row, column)
            assert found == clipped(fields[layer], row, column, 224)
    assert fields["conv_stem"].box(0, 0) == (0, 0, 3, 3)  # padded behind only


def test_stacked_small_kernels_see_as_much_as_a_large_one() -> None:
    fields = network_fields(models.vgg16(weights=None), 224)
    assert [fields[f"features.{place}"].rows.size for place in (0, 2, 4)] == [3, 5, 6]
    alexnet = network_fields(models.alexnet(weights=None), 224)
    assert (alexnet["features.0"].rows.size, alexnet["features.0"].rows.jump) == (11, 4)


def test_branches_give_the_union_of_their_fields() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.near, self.far = nn.Conv2d(3, 2, (1, 5), padding=(0, 2)), nn.Conv2d(3, 2, 3)
            self.end = nn.Identity()

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            return self.end(self.near(batch)[:, :, 1:-1, 1:-1] + self.far(batch))

    class Padded(Two):
        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            wide = nn.functional.pad(batch, (1, 1, 1, 1))
            return self.end(torch.cat([self.near(batch), self.far(wide)], dim=1))

    field = network_fields(transparent(Padded()), 12)["end"]
    assert (field.rows.size, field.columns.size) == (3, 5)
    assert field.box(4, 6) == (3, 4, 6, 9)
    assert read_box(transparent(Padded()), "end", 12, 4, 6) == (3, 4, 6, 9)


def test_after_a_global_pool_or_attention_everything_is_seen() -> None:
    with torch.device("meta"):
        networks = {name: models.get_model(name, weights=None) for name in ("resnet18", "vit_b_16")}
    fields = network_fields(networks["resnet18"], 224)
    assert fields["avgpool"].whole
    assert fields["fc"].box(0, 0) == (0, 0, 224, 224)
    tokens = network_fields(networks["vit_b_16"], 224)
    assert not tokens["conv_proj"].whole
    assert tokens["encoder.layers.encoder_layer_0"].whole
    with torch.device("meta"):
        gated = models.efficientnet_b0(weights=None)
    fields = network_fields(gated, 224)
    assert not fields["features.1.0.block.0"].whole
    assert fields["features.1.0.block.1"].whole  # squeeze-and-excitation
    assert fields["features.8"].whole


class Gated(nn.Module):
    """Strided convolutions with squeeze-and-excitation or a normalisation over the map between."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 5, stride=2, padding=1)
        self.kind = kind
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1))
        self.normal = nn.GroupNorm(2, 4)
        self.last = nn.Conv2d(4, 4, 3, stride=3)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        maps = self.first(batch)
        if self.kind == "gated":
            maps = self.gate(maps) * maps
        elif self.kind == "held":  # the same numbers, without the way through the gate
            maps = self.gate(maps).detach() * maps
        else:
            maps = self.normal(maps)
        return self.last(maps)


def test_units_behind_a_gate_see_everything_and_lie_where_they_lay() -> None:
    """The gradient without the gate's way shows where each unit lies; with it, all is seen."""
    size = 37
    field = network_fields(transparent(Gated("gated")), size)["last"]
    held = transparent(Gated("held"))
    boxes = [read_box(held, "last", size, row, 2) for row in (1, 2, 3)]
    steps = {after[0] - before[0] for before, after in itertools.pairwise(boxes)}
    assert steps == {field.rows.jump} == {6}
    assert field.whole
    assert field.box(1, 2) == (0, 0, size, size)
    assert read_box(transparent(Gated("gated")), "last", size, 1, 2) == (0, 0, size, size)
    normal = network_fields(Gated("normal"), size)["last"]
    assert (normal.whole, normal.rows.jump) == (True, 6)


def test_a_head_behind_gates_slides_by_the_steps_of_its_map_at_any_size() -> None:
    """240 pixels give 8 cells of 32, which reach beyond the edge, not of 30."""
    network = models.efficientnet_b0(weights=None).eval()
    assert convolutional_head(network, 224).stride == (32, 32)
    assert convolutional_head(network, 240).stride == (32, 32)


def test_channels_lying_last_keep_their_place() -> None:
    with torch.device("meta"):
        network = models.convnext_tiny(weights=None)
    fields = network_fields(network, 224)
    # 4×4 patches, then a 7×7 depthwise convolution over them: 4 + 6·4.
    assert fields["features.1.0.block.0"].rows.size == 28
    assert fields["features.1.0"].rows.size == 28
    assert fields["features.1.1"].rows.size == 52
