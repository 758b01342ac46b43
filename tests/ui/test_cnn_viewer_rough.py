"""The CNN Viewer when a network answers badly: too little memory, no numbers, sizes too small."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QSpinBox
from torchvision.models import squeezenet1_1

from driving import child, message
from engines._models import catalogue
from widgets.bar_list import BarList

CUDA = "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 7.79 GiB"


def torch_is_out_of_memory(*_arguments, **_keywords):
    """Do what no computer has the memory for."""
    return torch.empty(2**58, dtype=torch.uint8)


def a_device_is_out_of_memory(*_arguments, **_keywords):
    raise torch.OutOfMemoryError(CUDA)


def python_is_out_of_memory(*_arguments, **_keywords):
    raise MemoryError


HUNGRY = [torch_is_out_of_memory, a_device_is_out_of_memory, python_is_out_of_memory]


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def type_side(qtbot, panel, side):
    box = child(panel, QSpinBox, "input_side")
    box.selectAll()
    qtbot.keyClicks(box, str(side))
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, panel)


@pytest.mark.parametrize("forward", HUNGRY)
def test_too_little_memory_for_a_picture_names_what_to_reduce(qtbot, viewer, monkeypatch, forward):
    shown = child(viewer, BarList, "predictions").bars()
    with monkeypatch.context() as patch:
        patch.setattr(viewer.run.model.module, "forward", forward)
        type_side(qtbot, viewer, 96)
        assert "not enough memory for an input of 3 × 96 × 96" in message(viewer)
        assert "smaller input size" in message(viewer)
        assert child(viewer, BarList, "predictions").bars() == shown
    type_side(qtbot, viewer, 64)
    assert message(viewer) == ""
    assert viewer.run.batch.shape == (1, 3, 64, 64)


@pytest.mark.parametrize("forward", HUNGRY)
def test_too_little_memory_to_draw_what_excites_names_what_to_reduce(
    qtbot, viewer, monkeypatch, forward
):
    viewer.open_tab("excites")
    settle(qtbot, viewer)
    start = child(viewer, QPushButton, "excites_start")
    drawing = viewer.tabs.made["excites"]._drawing
    with monkeypatch.context() as patch:
        patch.setattr(viewer.run.model.module, "forward", forward)
        qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: message(viewer) != "" and not drawing.busy, timeout=20_000)
        assert "choose a smaller picture or fewer at once" in message(viewer)
    assert start.isEnabled()
    with qtbot.waitSignal(drawing.stepped, timeout=20_000):
        qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    assert message(viewer) == ""
    drawing.cancel()


@pytest.mark.parametrize("build", HUNGRY)
def test_too_little_memory_to_load_keeps_the_present_network(qtbot, viewer, monkeypatch, build):
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "_untrained", build)
        viewer.chooser.choose("squeezenet1_1", "none")
        settle(qtbot, viewer)
        assert "too little memory to load squeezenet1_1. Choose a smaller network" in message(
            viewer
        )
        assert viewer.models.network.choice.name == "efficientnet_lite0"
        assert child(viewer, QLabel, "model_badge").text().startswith("trained")
    viewer.chooser.choose("squeezenet1_1", "none")
    settle(qtbot, viewer)
    assert message(viewer) == ""
    assert viewer.run.model.card.name == "squeezenet1_1"


def test_weights_that_are_no_numbers_name_no_class(qtbot, viewer, tmp_path):
    viewer.chooser.choose("squeezenet1_1", "none")
    settle(qtbot, viewer)
    state = squeezenet1_1(weights=None).state_dict()
    state["features.0.weight"][0, 0, 0, 0] = float("nan")
    torch.save(state, tmp_path / "broken.pth")
    viewer.chooser.open_file(tmp_path / "broken.pth")
    settle(qtbot, viewer)
    assert not child(viewer, BarList, "predictions").isVisible()
    assert "NaN" in child(viewer, QLabel, "answer_note").text()
    viewer.choose_layer("features.0")
    settle(qtbot, viewer)
    said = f"{111 * 111:,} of {64 * 111 * 111:,} values are NaN or infinite"  # one filter's
    assert said in viewer.sheet.note


def test_a_picture_that_is_too_small_names_the_layer_and_the_way_out(qtbot, viewer):
    viewer.chooser.choose("alexnet", "none")
    settle(qtbot, viewer)
    type_side(qtbot, viewer, 32)
    assert "features.12 (MaxPool2d) slides a window of 3 × 3" in message(viewer)
    assert "the tab “Input size” shows the ways out" in message(viewer)
    type_side(qtbot, viewer, 64)
    assert message(viewer) == ""


def test_what_a_tab_cannot_do_is_said_only_while_it_is_open(qtbot, viewer):
    viewer.chooser.choose("vit_tiny_patch16_224", "none")
    settle(qtbot, viewer)
    viewer.open_tab("why")
    settle(qtbot, viewer)
    said = message(viewer)
    assert "no convolutional feature maps" in said
    viewer.open_tab("table")
    settle(qtbot, viewer)
    assert message(viewer) == ""
    viewer.open_tab("why")
    settle(qtbot, viewer)
    assert message(viewer) == said
    viewer.chooser.choose("squeezenet1_1", "none")
    settle(qtbot, viewer)
    assert message(viewer) == ""


@pytest.mark.parametrize("place", [(0, 0), (3, 9), (13, 13)])
def test_a_token_shown_on_the_grid_is_explained_down_to_its_number(qtbot, viewer, place):
    """The number is summed here by hand from what the layer was given for that token."""
    viewer.chooser.choose("vit_tiny_patch16_224", "none")
    settle(qtbot, viewer)
    viewer.choose_layer("blocks.2.mlp.fc1")
    settle(qtbot, viewer)
    viewer.hold(*place)
    settle(qtbot, viewer)
    run, channel = viewer.run, viewer.state.channel
    token = 1 + place[0] * 14 + place[1]  # one class token lies before the grid
    given = run.activations["blocks.2.norm2"][0, token].double().numpy()
    layer = run.model.module.get_submodule("blocks.2.mlp.fc1")
    weights = layer.weight[channel].detach().double().numpy()
    expected = float(given @ weights) + float(layer.bias[channel])
    assert viewer.sheet.maps[channel][place] == pytest.approx(expected, abs=1e-4)
    shown = child(viewer, QLabel, "unit_steps").text()
    assert shown.startswith("Sum of 192 products")
    np.testing.assert_allclose(viewer.unit.trace.total, given @ weights, atol=1e-5)


def test_a_torchscript_file_shows_its_answer_and_what_is_hidden_is_said(qtbot, viewer, tmp_path):
    network = squeezenet1_1(weights=None).eval()
    torch.jit.trace(network, torch.zeros(1, 3, 64, 64)).save(str(tmp_path / "net.pt"))
    viewer.chooser.open_file(tmp_path / "net.pt")
    settle(qtbot, viewer)
    assert message(viewer) == ""
    with torch.no_grad():
        expected = network(viewer.run.batch)[0].softmax(dim=0).topk(5)
    bars = child(viewer, BarList, "predictions").bars()
    assert [bar.name for bar in bars] == [f"class {n}" for n in expected.indices.tolist()]
    np.testing.assert_allclose([bar.value for bar in bars], expected.values, rtol=1e-4)
    viewer.open_tab("architecture")
    settle(qtbot, viewer)
    assert "TorchScript" in child(viewer, QLabel, "architecture_text").text()
    viewer.open_tab("table")
    settle(qtbot, viewer)
    assert message(viewer) == "A TorchScript network hides what happens inside it."
    viewer.open_tab("why")
    settle(qtbot, viewer)
    assert "no convolutional feature maps" in message(viewer)
    viewer.open_tab("perturb")
    settle(qtbot, viewer)
    assert message(viewer) == ""


@pytest.mark.parametrize("dtype", ["double", "half"])
def test_a_file_whose_network_has_other_numbers_reads_pictures_too(
    qtbot, viewer, tmp_path, monkeypatch, dtype
):
    yes = QMessageBox.StandardButton.Open
    monkeypatch.setattr(QMessageBox, "warning", lambda *_arguments: yes)
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\n"
        "model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),"
        f" nn.Flatten(), nn.Linear(4, 3)).{dtype}()\n"
    )
    viewer.chooser.open_file(path)
    settle(qtbot, viewer)
    assert message(viewer) == ""
    assert len(child(viewer, BarList, "predictions").bars()) == 3
