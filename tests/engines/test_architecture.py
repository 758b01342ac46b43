"""The flow through networks, against torch.fx."""

import pytest
import timm
import torch
from torch import fx, nn
from torchvision import models

from engines.architecture import Architecture, architecture
from engines.errors import NetworkError


def built(name: str) -> nn.Module:
    with torch.device("meta"):
        return models.get_model(name, weights=None).eval()


def traced_links(network: nn.Module) -> list[tuple[int, int]]:
    """Return torch.fx's links between its nodes, by their places, passing through Identity."""
    graph = fx.symbolic_trace(network).graph
    parts = dict(network.named_modules())
    places: dict[fx.Node, int] = {}
    links = []
    for node in graph.nodes:
        if node.op == "call_module" and isinstance(parts[node.target], nn.Identity):
            places[node] = places[node.all_input_nodes[0]]
            continue
        places[node] = 1 + max(places.values(), default=-1)
        links.extend((places[source], places[node]) for source in node.all_input_nodes)
    return sorted(links)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    "name", ["vgg11", "resnet50", "googlenet", "densenet121", "squeezenet1_0", "mobilenet_v2"]
)
def test_the_flow_is_that_of_a_symbolic_trace(name) -> None:
    network = built(name)
    found = architecture(network, 224)
    assert found.method == "recorded"
    assert sorted((edge.source, edge.target) for edge in found.edges) == traced_links(network)


def joins(graph: Architecture, role: str) -> int:
    return sum(node.role == role for node in graph.nodes)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_residual_additions_and_concatenations_are_nodes() -> None:
    residual = architecture(built("resnet18"), 224)
    assert joins(residual, "addition") == 8
    for place, node in enumerate(residual.nodes):
        if node.role == "addition":
            assert sum(edge.target == place for edge in residual.edges) == 2
            assert node.block.startswith("layer")
    assert joins(architecture(built("googlenet"), 224), "concatenation") == 9  # inception modules
    gated = architecture(built("efficientnet_b0"), 224)
    assert joins(gated, "multiplication") == 16  # squeeze-and-excitation


def test_every_parameter_of_the_flow_is_in_a_node() -> None:
    with torch.device("meta"):
        embedded = timm.create_model("tf_efficientnet_lite0").eval()
    for network in (embedded, built("resnet18"), built("densenet121")):
        nodes = architecture(network, 224).nodes
        counted = sum(parameter.numel() for parameter in network.parameters())
        assert sum(node.parameters for node in nodes) == counted
        assert len({node.name for node in nodes}) == len(nodes)


def test_resnet_has_no_hidden_fully_connected_layer_and_vgg_has_two() -> None:
    linear = {
        name: [node.shape for node in architecture(built(name), 224).nodes if node.role == "linear"]
        for name in ("resnet18", "alexnet", "vgg19")
    }
    assert linear["resnet18"] == [(1000,)]
    assert linear["alexnet"] == linear["vgg19"] == [(4096,), (4096,), (1000,)]


def test_edges_point_forward_and_carry_the_shapes_of_the_tensors() -> None:
    graph = architecture(built("resnet18"), (3, 128, 96))
    assert graph.nodes[0].role == "input"
    assert graph.nodes[-1].role == "output"
    assert graph.edges[0].shape == (3, 128, 96)
    assert all(edge.source < edge.target for edge in graph.edges)
    by_name = {node.name: node for node in graph.nodes}
    assert by_name["layer4.1.conv2"].shape == (512, 4, 3)
    assert by_name["layer4.1.conv2"].block == "layer4.1"
    blocks = {block.path: block for block in graph.blocks}
    assert blocks["layer4.1"].kind == "BasicBlock"
    assert blocks["layer4.1"].parent == "layer4"
    assert all(node.block in blocks or node.block == "" for node in graph.nodes)


class Branches(nn.Module):
    """Chooses its way by a value, which no symbolic trace can follow, and gives a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.act = nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True)
        self.unused = nn.Conv2d(4, 4, 1)

    def forward(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        maps = self.act(self.first(batch))
        if maps.shape[-1] > 4:
            maps = self.act(maps)
        self.unused(maps)
        return {"maps": maps, "sum": maps + self.first(batch)}


def test_what_a_symbolic_trace_cannot_follow_is_followed() -> None:
    graph = architecture(Branches(), 8)
    names = [node.name for node in graph.nodes]
    assert names == ["input", "first", "act", "act#2", "first#2", "add", "output"]
    links = {(names[edge.source], names[edge.target]) for edge in graph.edges}
    assert links == {
        ("input", "first"), ("first", "act"), ("act", "act#2"), ("input", "first#2"),
        ("act#2", "add"), ("first#2", "add"), ("act#2", "output"), ("add", "output"),
    }  # fmt: skip
    assert [node.parameters for node in graph.nodes] == [0, 112, 0, 0, 0, 0, 0]


def test_a_torchscript_network_is_listed_and_says_so() -> None:
    scripted = torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten()))
    graph = architecture(scripted, 8)
    assert graph.method == "module tree"
    assert "TorchScript" in graph.note
    assert graph.edges == ()
    assert [(node.kind, node.role) for node in graph.nodes] == [
        ("Conv2d", "convolution"), ("ReLU", "activation"), ("Flatten", "reshape"),
    ]  # fmt: skip
    assert graph.nodes[0].parameters == 112


def test_a_network_that_breaks_names_the_layer() -> None:
    with pytest.raises(NetworkError, match=r"features\.\d+ \(MaxPool2d\) slides a window"):
        architecture(built("vgg11"), 16)
