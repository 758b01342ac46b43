"""Two networks' first filters side by side, and small kernels against a large one."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox, QToolButton
from torch import nn
from torchvision.models import AlexNet_Weights, alexnet

from cnn_tab_bench import context_of, run_of
from driving import child
from engines._models import torchvision_models
from engines.models import load
from visualizer.networks.model_input import Downloader
from visualizer.panels.cnn_viewer.tabs.filters import FiltersTab
from visualizer.panels.cnn_viewer.tabs.parts import ClassChooser
from widgets.bar_list import BarList
from widgets.mosaic_view import MosaicView

LEFT = Qt.MouseButton.LeftButton
FILE = AlexNet_Weights.DEFAULT.url.rsplit("/", 1)[-1]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The folder of cached weights, empty."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def own_alexnet():
    """An AlexNet with weights of its own, as bytes of a state dict and as first weights."""
    torch.manual_seed(3)
    network = alexnet()
    packed = io.BytesIO()
    torch.save(network.state_dict(), packed)
    return packed.getvalue(), network.features[0].weight.detach().numpy()


def settle(qtbot, bench):
    qtbot.waitUntil(bench.idle, timeout=60_000)


def choose_page(qtbot, bench, name):
    box = child(bench.tab, QComboBox, "filters_page")
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())
    settle(qtbot, bench)


def open_two(qtbot, bench, network="vgg19", weights="none"):
    bench.window.resize(900, 420)
    made = bench.open(FiltersTab, context_of(run_of("chelsea", network, weights)))
    settle(qtbot, bench)
    choose_page(qtbot, bench, "two")
    return made


def text(tab, name):
    label = child(tab, QLabel, name)
    return label.text().replace("\u00a0", " ") if label.isVisible() else ""


def title(tab, side):
    return child(mosaic(tab, side), QLabel, "image_view_title").text()


def mosaic(tab, side):
    return child(tab, MosaicView, f"filters_{side}")


def choose_network(qtbot, bench, name):
    """Type a part of the name and take what is found."""
    box = child(bench.tab, ClassChooser, "filters_other_network")
    titles = [re.sub(r"^\W+", "", box.itemText(n)) for n in range(box.count())]
    row = titles.index(name)
    box.setCurrentIndex(row)
    box.activated.emit(row)
    settle(qtbot, bench)


def press(qtbot, bench, name):
    qtbot.mouseClick(child(bench.tab, QPushButton, name), LEFT)
    settle(qtbot, bench)


def colours_of(weights):
    largest = np.abs(weights).max(axis=(1, 2, 3), keepdims=True)
    return (0.5 + 0.5 * weights / largest).transpose(0, 2, 3, 1) * 255


# -- two networks ---------------------------------------------------------------------------


def test_alexnet_stands_beside_vgg_with_the_weights_of_the_cache(qtbot, bench, cache, own_alexnet):
    content, first = own_alexnet
    (cache / FILE).write_bytes(content)
    tab = open_two(qtbot, bench)
    maps = mosaic(tab, "other").maps()
    assert maps.colors == "rgb"
    assert maps.display.shape == (64, 11, 11, 3)
    np.testing.assert_allclose(maps.display, colours_of(first), atol=0.51)
    assert "64 filters of 11 × 11" in text(tab, "filters_other_facts")
    assert "stride 4" in text(tab, "filters_other_facts")
    assert title(tab, "other") == "alexnet · features.0"
    assert title(tab, "here") == "vgg19 · features.0"
    assert text(tab, "filters_other_badge").startswith("trained")
    assert not text(tab, "filters_other_notice")
    here = run_of("chelsea", "vgg19", "none").model.module.features[0].weight.detach().numpy()
    np.testing.assert_allclose(mosaic(tab, "here").maps().display, colours_of(here), atol=0.51)
    assert "64 filters of 3 × 3" in text(tab, "filters_here_facts")
    assert "stride 1" in text(tab, "filters_here_facts")
    assert "untrained" in text(tab, "filters_here_badge")


def test_vgg_stands_beside_alexnet_and_any_other_can_be_chosen(qtbot, bench):
    tab = open_two(qtbot, bench, "alexnet")
    assert "trained weights of vgg19" in text(tab, "filters_other_notice")
    choose_network(qtbot, bench, "EfficientNet-Lite0")
    assert "3 × 3" in text(tab, "filters_other_facts")
    assert text(tab, "filters_other_badge").startswith("trained")
    stem = load("efficientnet_lite0").module.conv_stem.weight.detach().numpy()
    np.testing.assert_allclose(mosaic(tab, "other").maps().display, colours_of(stem), atol=0.51)
    bench.undo()
    settle(qtbot, bench)
    assert "trained weights of vgg19" in text(tab, "filters_other_notice")


def test_missing_weights_are_said_and_no_random_filters_are_shown(qtbot, bench):
    tab = open_two(qtbot, bench, "efficientnet_lite0", "best")
    assert mosaic(tab, "other").maps() is None
    assert "trained weights of alexnet are not on this computer" in text(
        tab, "filters_other_notice"
    )
    fetch = child(tab, QPushButton, "filters_other_download")
    assert fetch.isVisible()
    assert "MB" in fetch.text()
    assert not text(tab, "filters_other_badge")


def test_random_filters_come_only_when_asked_for_and_keep_their_badge(qtbot, bench):
    tab = open_two(qtbot, bench)
    press(qtbot, bench, "filters_other_untrained")
    expected = load("alexnet", "none").module.features[0].weight.detach().numpy()
    maps = mosaic(tab, "other").maps()
    np.testing.assert_allclose(maps.display, colours_of(expected), atol=0.51)
    assert "untrained" in text(tab, "filters_other_badge")
    assert "Random" in text(tab, "filters_other_notice")
    assert child(tab, QPushButton, "filters_other_download").isVisible()
    order = child(tab, QComboBox, "filters_order")
    order.setCurrentIndex(order.findData("norm"))
    order.activated.emit(order.currentIndex())
    settle(qtbot, bench)
    norms = np.linalg.norm(expected.reshape(64, -1), axis=1)
    assert np.all(np.diff(norms[mosaic(tab, "other").maps().order]) <= 0)
    assert "untrained" in text(tab, "filters_other_badge")
    # Another network is not untrained because this one was.
    choose_network(qtbot, bench, "resnet18")
    assert mosaic(tab, "other").maps() is None


def test_a_damaged_file_in_the_cache_is_told_and_nothing_is_shown(qtbot, bench, cache):
    (cache / FILE).write_bytes(b"this is no file of weights")
    tab = open_two(qtbot, bench)
    assert bench.said["filters beside"]
    assert mosaic(tab, "other").maps() is None
    choose_network(qtbot, bench, "EfficientNet-Lite0")
    assert "filters beside" not in bench.said
    assert mosaic(tab, "other").maps() is not None


def test_a_network_without_convolutions_is_a_sentence(qtbot, bench):
    tab = open_two(qtbot, bench)
    model = run_of("chelsea").model
    flat = type(model)(
        nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), model.preprocess, (), model.card
    )
    context = context_of(run_of("chelsea"))
    bench.show(type(context)(context.state, flat, None, ""))
    settle(qtbot, bench)
    assert "no 2D convolutions" in bench.said["filters beside"]
    assert mosaic(tab, "here").maps() is None


def test_a_click_on_a_filter_shows_its_channel(qtbot, bench):
    tab = open_two(qtbot, bench, "efficientnet_lite0", "best")
    view = mosaic(tab, "here")
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.cell_to_widget(5, 1, 1))
    settle(qtbot, bench)
    assert bench.asked[-1] == ("channel", "conv_stem", 5)


# -- downloads ------------------------------------------------------------------------------


@pytest.fixture
def server(own_alexnet, monkeypatch):
    """A server on this computer with weights for AlexNet; `gate` holds the second half back."""
    content, _ = own_alexnet
    prefix = hashlib.sha256(content).hexdigest()[:8]
    monkeypatch.setattr(torchvision_models, "sha256_of_name", lambda _name: prefix)
    gate = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            half = len(content) // 2
            try:
                self.wfile.write(content[:half])
                gate.wait(30)
                self.wfile.write(content[half:])
            except OSError:
                return  # the reader has stopped

        def log_message(self, *_arguments):
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    made.gate, made.url = gate, f"http://127.0.0.1:{made.server_port}"
    yield made
    gate.set()
    made.shutdown()
    made.server_close()
    thread.join(5)


def start_download(qtbot, bench, server):
    tab = open_two(qtbot, bench)
    tab.two.downloader.mirror = server.url
    qtbot.mouseClick(child(tab, QPushButton, "filters_other_download"), LEFT)
    said = child(tab, QLabel, "filters_download_bar_text")
    qtbot.waitUntil(lambda: "MB" in said.text(), timeout=20_000)
    assert said.isVisible()
    return tab


def test_downloaded_weights_take_the_place_of_the_notice(qtbot, bench, server, own_alexnet):
    tab = start_download(qtbot, bench, server)
    assert mosaic(tab, "other").maps() is None
    server.gate.set()
    qtbot.waitUntil(lambda: mosaic(tab, "other").maps() is not None, timeout=60_000)
    settle(qtbot, bench)
    np.testing.assert_allclose(
        mosaic(tab, "other").maps().display, colours_of(own_alexnet[1]), atol=0.51
    )
    assert text(tab, "filters_other_badge").startswith("trained")
    assert not text(tab, "filters_other_notice")
    box = child(tab, ClassChooser, "filters_other_network")
    assert box.currentText() == "alexnet"  # without the arrow of what can be downloaded


def test_a_cancelled_download_leaves_the_notice(qtbot, bench, server):
    tab = start_download(qtbot, bench, server)
    qtbot.mouseClick(child(tab, QToolButton, "filters_download_bar_cancel"), LEFT)
    server.gate.set()
    qtbot.waitUntil(lambda: not tab.two.downloader.busy, timeout=20_000)
    settle(qtbot, bench)
    assert not tab.two.bar.isVisible()
    assert mosaic(tab, "other").maps() is None
    assert "not on this computer" in text(tab, "filters_other_notice")


def test_the_same_weights_are_not_fetched_twice_at_once(qtbot, bench, server):
    tab = start_download(qtbot, bench, server)
    refused = {}
    second = Downloader(refused.__setitem__, tab)
    second.start("alexnet")
    assert "fetched already" in refused["download"].sentence
    assert not second.busy
    second.close()


def test_closing_the_tab_does_not_break_off_a_download(qtbot, bench, server, own_alexnet):
    tab = start_download(qtbot, bench, server)
    tab.set_active(False)
    assert tab.keeps_own_network
    server.gate.set()
    qtbot.waitUntil(lambda: not tab.keeps_own_network, timeout=60_000)
    settle(qtbot, bench)
    tab.set_active(True)
    bench.show(context_of(run_of("chelsea", "vgg19", "none")))
    settle(qtbot, bench)
    np.testing.assert_allclose(
        mosaic(tab, "other").maps().display, colours_of(own_alexnet[1]), atol=0.51
    )


# -- small against large --------------------------------------------------------------------


def test_three_small_kernels_against_one_large_follow_the_channels(qtbot, bench):
    tab = bench.open(FiltersTab, context_of(run_of("chelsea"), layer="conv_stem"))
    settle(qtbot, bench)
    choose_page(qtbot, bench, "stack")
    table = text(tab, "filters_stack_table")
    assert "3·(3·3·C·C) = 27 C²" in table
    assert "7·7·C·C = 49 C²" in table
    assert "27·64² = 110,592" in table
    assert "49·64² = 200,704" in table
    assert "3 × 3, then 5 × 5, then 7 × 7" in table
    box = child(tab, QSpinBox, "filters_width")
    box.selectAll()
    qtbot.keyClicks(box, "256")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    small, large = child(tab, BarList, "filters_stack_bars").bars()
    layers = [nn.Conv2d(256, 256, 3, bias=False) for _ in range(3)]
    assert small.value == sum(layer.weight.numel() for layer in layers)
    assert large.value == nn.Conv2d(256, 256, 7, bias=False).weight.numel()
    assert f"{27 * 256**2:,}" in text(tab, "filters_stack_table")
    assert "55%" in text(tab, "filters_stack_text")


def test_two_small_kernels_see_five_by_five(qtbot, bench):
    tab = bench.open(FiltersTab, context_of(run_of("chelsea"), layer="conv_stem"))
    settle(qtbot, bench)
    choose_page(qtbot, bench, "stack")
    box = child(tab, QSpinBox, "filters_depth")
    qtbot.keyClick(box, Qt.Key.Key_Down)
    table = text(tab, "filters_stack_table")
    assert "18 C²" in table
    assert "25 C²" in table
    assert "one 5 × 5 layer" in table
    bench.undo()
    assert "27 C²" in text(tab, "filters_stack_table")
    assert box.value() == 3
