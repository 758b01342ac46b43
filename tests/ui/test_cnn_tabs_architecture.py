"""The CNN Viewer's architecture, as a person uses it."""

from __future__ import annotations

import pytest
import torchvision
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from torch import nn

from cnn_tab_bench import context_of, run_of
from driving import child
from engines.models import ModelCard
from visualizer.panels.cnn_viewer.tabs.architecture import ArchitectureTab
from visualizer.panels.cnn_viewer.tabs.architecture_compute import drawn_network

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def tab(qtbot, bench):
    made = bench.open(ArchitectureTab)
    qtbot.waitUntil(lambda: bench.idle() and bool(made.view.visible_texts()), timeout=30_000)
    return made


def model_of(module):
    from engines.models import LoadedModel

    card = ModelCard("test", "Test", "file", "untrained")
    return LoadedModel(module.eval(), preprocess=None, categories=(), card=card)


def test_every_residual_addition_of_the_embedded_network_is_drawn(qtbot, bench, tab):
    module = run_of("chelsea").model.module
    residual = sum(
        getattr(part, "has_skip", False)
        for part in module.modules()
        if type(part).__name__ in ("InvertedResidual", "DepthwiseSeparableConv")
    )
    qtbot.mouseClick(child(tab, QPushButton, "architecture_graph_open"), LEFT)
    qtbot.waitUntil(bench.idle, timeout=20_000)
    signs = [title for title, _ in tab.view.visible_texts()].count("+")
    assert signs == residual == 9


def test_a_click_on_a_layer_shows_its_channels_and_one_on_an_addition_nothing(qtbot, bench, tab):
    tab.view.canvas.fit()
    qtbot.mouseClick(tab.view.canvas, LEFT, pos=tab.view.node_center("conv_stem"))
    assert bench.asked == [("layer", "conv_stem")]
    addition = next(node.key for node in tab.view.graph().nodes if node.sign == "+")
    tab.view.set_chosen(addition, reveal=True)
    qtbot.mouseClick(tab.view.canvas, LEFT, pos=tab.view.node_center(addition))
    assert bench.asked == [("layer", "conv_stem")]
    assert bench.infos == [f"{addition} has no channels that are kept; choose a layer beside it."]


def test_a_layer_chosen_elsewhere_is_opened_and_marked(tab):
    collapsed = next(path for path in tab.view.collapsed() if path.startswith("blocks."))
    inside = next(
        node.key
        for node in tab.view.graph().nodes
        if node.block.startswith(collapsed) and not node.sign
    )
    tab.show_context(context_of(run_of("chelsea"), layer=inside))
    assert tab.view.chosen() == inside
    assert collapsed not in tab.view.collapsed()


def test_search_finds_layers_by_name(qtbot, bench, tab):
    qtbot.keyClicks(child(tab, QLineEdit, "architecture_graph_search"), "blocks.6 conv_dw")
    assert child(tab, QLabel, "architecture_graph_matches").text() == "none found"
    child(tab, QLineEdit, "architecture_graph_search").setText("conv_dw")
    assert child(tab, QLabel, "architecture_graph_matches").text() == "16 found"
    qtbot.keyClick(child(tab, QLineEdit, "architecture_graph_search"), Qt.Key.Key_Return)
    assert bench.asked == [("layer", "blocks.0.0.conv_dw")]


def test_the_shapes_between_layers_are_those_that_were_captured(tab):
    run = run_of("chelsea")
    labels = {edge.source: edge.label for edge in tab.view.graph().edges}
    convolutions = [n for n, m in run.model.module.named_modules() if isinstance(m, nn.Conv2d)]
    assert len(convolutions) == 49
    for name in convolutions:
        assert labels[name] == "·".join(map(str, run.activations[name].shape[1:])), name


def test_vgg_has_two_hidden_fully_connected_layers_and_resnet_none():
    vgg = drawn_network(model_of(torchvision.models.vgg19()), (3, 224, 224))
    assert [n.key for n in vgg.graph.nodes if n.tag == "hidden FC"] == [
        "classifier.0",
        "classifier.3",
    ]
    assert "2 hidden fully connected layers (4,096, 4,096)" in vgg.text
    resnet = drawn_network(model_of(torchvision.models.resnet18()), (3, 224, 224))
    assert [n.key for n in resnet.graph.nodes if n.tag] == ["fc"]
    assert "No hidden fully connected layer" in resnet.text
    assert [n.sign for n in resnet.graph.nodes].count("+") == 8


def test_branches_of_an_inception_block_meet_in_a_concatenation():
    module = torchvision.models.googlenet(init_weights=False, aux_logits=False)
    graph = drawn_network(model_of(module), (3, 224, 224)).graph
    joints = [node.key for node in graph.nodes if node.sign == "cat"]
    assert len(joints) == 9
    for joint in joints:
        assert sum(edge.target == joint for edge in graph.edges) == 4


def test_an_input_that_is_too_small_is_said_and_the_graph_stays(qtbot, bench, tab):
    before = tab.view.visible_texts()
    small = model_of(torchvision.models.alexnet())
    tab._lane.submit(lambda: drawn_network(small, (3, 16, 16)), tab._show, tab._failed)
    qtbot.waitUntil(lambda: "architecture" in bench.said, timeout=20_000)
    assert "features" in bench.said["architecture"]
    assert tab.view.visible_texts() == before
