"""Other networks in the CNN Viewer: the catalogue, own files, downloads, and what goes wrong."""

from __future__ import annotations

import hashlib
import io
import pickle  # noqa: TID251  to make the file that must be refused
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListWidget,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QToolButton,
)
from torchvision.models import squeezenet1_1

from driving import child, message
from engines._models import torchvision_models
from engines.models import ModelError, load
from visualizer.networks.choice import ModelChoice
from widgets.bar_list import BarList


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def badge(panel):
    return child(panel, QLabel, "model_badge").text()


def search(qtbot, panel, words):
    """Open the catalogue, type, and wait until it lists what was found."""
    qtbot.mouseClick(child(panel, QPushButton, "model_choose"), Qt.MouseButton.LeftButton)
    dialog = panel.chooser.dialog
    qtbot.keyClicks(dialog.findChild(QLineEdit, "model_search"), words)
    qtbot.waitUntil(dialog.is_settled, timeout=60_000)
    return dialog


def titles(dialog):
    listed = dialog.findChild(QListWidget, "model_list")
    return [listed.item(n).text() for n in range(listed.count())]


def press(qtbot, dialog, name):
    qtbot.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def open_file(qtbot, panel, path):
    panel.chooser.open_file(path)
    settle(qtbot, panel)


def written(tmp_path, text):
    path = tmp_path / "net.py"
    path.write_text(textwrap.dedent(text))
    return path


@pytest.fixture
def yes_to_code(monkeypatch):
    """The person reads the warning and opens the file; what was asked is returned."""
    asked = []

    def answer(_parent, _title, text, *_buttons):
        asked.append(text)
        return QMessageBox.StandardButton.Open

    monkeypatch.setattr(QMessageBox, "warning", answer)
    return asked


# -- the catalogue --------------------------------------------------------------------------


def test_an_untrained_network_wears_a_permanent_badge(qtbot, viewer):
    dialog = search(qtbot, viewer, "squeezenet1_1")
    assert any("SqueezeNet" in title or "squeezenet" in title for title in titles(dialog))
    press(qtbot, dialog, "model_use_untrained")
    settle(qtbot, viewer)
    assert viewer.run.model.card.name == "squeezenet1_1"
    assert badge(viewer).startswith("⚠ untrained")
    assert child(viewer, QPushButton, "model_download").isVisible()
    assert "not predictions" in child(viewer, QLabel, "answer_note").text()
    assert all(
        bar.name.startswith("class ") for bar in child(viewer, BarList, "predictions").bars()
    )
    viewer.choose_layer(list(viewer.run.activations)[-3])
    settle(qtbot, viewer)
    assert badge(viewer).startswith("⚠ untrained")
    viewer.undo_stack().undo()
    settle(qtbot, viewer)
    viewer.undo_stack().undo()
    settle(qtbot, viewer)
    assert viewer.run.model.card.name == "efficientnet_lite0"
    assert badge(viewer).startswith("trained")


def test_a_search_that_finds_nothing_says_so(qtbot, viewer):
    dialog = search(qtbot, viewer, "no such network")
    assert titles(dialog) == []
    assert "No network" in dialog.findChild(QLabel, "model_about").text()
    assert not dialog.findChild(QPushButton, "model_use").isEnabled()
    dialog.close()


# -- own files ------------------------------------------------------------------------------


def test_own_weights_go_into_the_present_architecture(qtbot, viewer, tmp_path):
    viewer.chooser.choose("squeezenet1_1", "none")
    settle(qtbot, viewer)
    torch.manual_seed(5)
    own = squeezenet1_1().eval()
    path = tmp_path / "mine.pth"
    torch.save(own.state_dict(), path)
    open_file(qtbot, viewer, path)
    assert badge(viewer) == "your own weights"
    with torch.no_grad():
        expected = own(viewer.run.batch)[0].softmax(dim=0).topk(5)
    bars = child(viewer, BarList, "predictions").bars()
    np.testing.assert_allclose([bar.value for bar in bars], expected.values, rtol=1e-4)


def test_a_checkpoint_that_does_not_fit_is_told_as_a_table_and_what_fits_can_be_loaded(
    qtbot, viewer, tmp_path
):
    viewer.chooser.choose("squeezenet1_1", "none")
    settle(qtbot, viewer)
    state = squeezenet1_1().state_dict()
    state["features.0.weight"] = torch.zeros(7, 3, 3, 3)
    state["stranger"] = torch.zeros(2)
    del state["features.3.squeeze.weight"]
    path = tmp_path / "other.pth"
    torch.save(state, path)
    before = viewer.run
    open_file(qtbot, viewer, path)
    assert viewer.run is before
    assert "does not fit" in message(viewer)
    table = child(viewer, QTableWidget, "fit_table")
    rows = {
        table.item(n, 0).text(): [table.item(n, c).text() for c in range(1, 4)]
        for n in range(table.rowCount())
    }
    assert rows["features.0.weight"] == ["other shape", "64×3×3×3", "7×3×3×3"]
    assert rows["stranger"][0].startswith("unknown")
    assert rows["features.3.squeeze.weight"][0].startswith("missing")
    qtbot.mouseClick(child(viewer, QPushButton, "fit_load"), Qt.MouseButton.LeftButton)
    settle(qtbot, viewer)
    assert viewer.state.model.allow_partial
    assert viewer.run.model.fit.missing == ("features.3.squeeze.weight",)


class _Trap:
    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        import os

        return os.mkdir, (str(self.folder),)


def test_a_pickle_with_code_is_refused_and_not_run(qtbot, viewer, tmp_path):
    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps({"trap": _Trap(tmp_path / "ran")}, protocol=2))
    before = viewer.run
    open_file(qtbot, viewer, path)
    assert message(viewer)
    assert not (tmp_path / "ran").exists()
    assert viewer.run is before


NET = """
    from torch import nn
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 5)
            self.act = nn.ReLU(inplace=True)
            self.head = nn.Linear(4, 3)
        def forward(self, x):
            y = self.act(self.conv(x))
            return {{"scores": self.head(y.mean((2, 3))), "maps": (y, {extra})}}
"""


def test_a_python_file_opens_after_a_warning_with_one_channel_and_a_dict(
    qtbot, viewer, tmp_path, yes_to_code
):
    path = written(tmp_path, NET.format(extra="y * 2"))
    open_file(qtbot, viewer, path)
    assert "runs its code" in yes_to_code[0]
    assert viewer.run.batch.shape[1] == 1
    assert badge(viewer).startswith("⚠ untrained")
    viewer.choose_layer("conv")
    settle(qtbot, viewer)
    # The ReLU behind it works in place: what is shown is what the convolution gave.
    assert viewer.sheet.maps.min() < 0
    weights = viewer.run.model.module.conv
    with torch.no_grad():
        expected = torch.nn.functional.conv2d(viewer.run.batch, weights.weight, weights.bias)
    np.testing.assert_allclose(viewer.sheet.maps, expected[0], atol=1e-5)


def test_a_python_file_that_is_not_trusted_does_not_run(qtbot, viewer, tmp_path, monkeypatch):
    path = written(tmp_path, f"import os\nos.mkdir({str(tmp_path / 'ran')!r})\n")
    monkeypatch.setattr(
        QMessageBox, "warning", lambda *_arguments: QMessageBox.StandardButton.Cancel
    )
    before = viewer.run
    open_file(qtbot, viewer, path)
    assert not (tmp_path / "ran").exists()
    assert viewer.run is before


def test_a_restored_session_runs_no_code(qtbot, viewer, tmp_path, yes_to_code):
    path = written(tmp_path, NET.format(extra="y"))
    open_file(qtbot, viewer, path)
    saved = viewer.snapshot()
    assert saved["model"]["trusted"]
    path.write_text(f"import os\nos.mkdir({str(tmp_path / 'ran')!r})\n")
    viewer.chooser.choose("efficientnet_lite0")
    settle(qtbot, viewer)
    viewer.restore(saved)
    settle(qtbot, viewer)
    assert not (tmp_path / "ran").exists()
    assert viewer.run.model.card.name == "efficientnet_lite0"
    assert "only when you ask" in message(viewer)


def test_a_network_that_is_gone_is_stood_in_for_and_said(qtbot, viewer):
    gone = viewer.state.replace(model=ModelChoice(name="no_such_network"))
    viewer.restore(gone.model_dump(mode="json"))
    settle(qtbot, viewer)
    assert "no network" in message(viewer)
    assert viewer.run is not None


# -- networks that are unlike ---------------------------------------------------------------


def test_the_tokens_of_a_transformer_are_laid_out_as_a_grid(qtbot, viewer):
    viewer.chooser.choose("vit_b_16", "none")
    settle(qtbot, viewer)
    tokens = [n for n, v in viewer.run.activations.items() if v.ndim == 3]
    viewer.choose_layer(tokens[0])
    settle(qtbot, viewer)
    assert viewer.sheet.kind == "tokens"
    assert viewer.sheet.maps.shape == (768, 14, 14)
    assert child(viewer, QLabel, "channel_note").text()


def test_an_input_that_is_too_small_is_a_sentence_and_the_last_result_stays(qtbot, viewer):
    viewer.chooser.choose("alexnet", "none")
    settle(qtbot, viewer)
    before = viewer.run
    viewer.edits.apply(viewer.state.replace(input_size=(16, 16)), "size")
    settle(qtbot, viewer)
    assert viewer.run is before
    assert message(viewer)
    assert "went wrong inside" not in message(viewer)
    viewer.undo_stack().undo()
    settle(qtbot, viewer)
    assert not message(viewer)


def test_a_grey_picture_goes_through_a_colour_network(qtbot, viewer, tmp_path):
    path = tmp_path / "grey.png"
    Image.fromarray(np.arange(64 * 48, dtype=np.uint8).reshape(48, 64)).save(path)
    viewer.open_picture(path)
    qtbot.waitUntil(lambda: viewer.run.picture.source.name == str(path), timeout=60_000)
    settle(qtbot, viewer)
    assert viewer.run.batch.shape == (1, 3, 224, 224)


# -- downloads ------------------------------------------------------------------------------


class _Server:
    """Serves one file; `gate` holds the second half back."""

    def __init__(self, content):
        self.gate = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                half = len(content) // 2
                self.wfile.write(content[:half])
                outer.gate.wait(30)
                try:
                    self.wfile.write(content[half:])
                except OSError:
                    return  # the reader has stopped

            def log_message(self, *_arguments):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def squeezenet_server(monkeypatch):
    """A server with weights for squeezenet1_1, whose hash the catalogue then expects."""
    torch.manual_seed(9)
    network = squeezenet1_1().eval()
    packed = io.BytesIO()
    torch.save(network.state_dict(), packed)
    content = packed.getvalue()
    prefix = hashlib.sha256(content).hexdigest()[:8]
    monkeypatch.setattr(torchvision_models, "sha256_of_name", lambda _name: prefix)
    server = _Server(content)
    yield server, network
    server.close()


def start_download(qtbot, viewer, server):
    viewer.downloader.mirror = server.url
    viewer.chooser.choose("squeezenet1_1", "none")
    settle(qtbot, viewer)
    button = child(viewer, QPushButton, "model_download")
    qtbot.waitUntil(button.isVisible, timeout=60_000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    text = child(viewer, QLabel, "download_bar_text")
    qtbot.waitUntil(lambda: "MB" in text.text(), timeout=20_000)
    assert text.isVisible()


def test_a_download_shows_progress_and_opens_the_trained_network(qtbot, viewer, squeezenet_server):
    server, network = squeezenet_server
    start_download(qtbot, viewer, server)
    assert badge(viewer).startswith("⚠ untrained")
    server.gate.set()
    qtbot.waitUntil(lambda: viewer.run.model.card.is_trained, timeout=60_000)
    settle(qtbot, viewer)
    assert not viewer.view.controls.model.bar.isVisible()
    assert badge(viewer).startswith("trained: the weights are on this computer")
    with torch.no_grad():
        expected = network(viewer.run.batch)[0].softmax(dim=0).max()
    best = child(viewer, BarList, "predictions").bars()[0]
    assert best.value == pytest.approx(float(expected), rel=1e-4)


def test_a_download_can_be_cancelled_and_the_network_stays_untrained(
    qtbot, viewer, squeezenet_server
):
    server, _ = squeezenet_server
    start_download(qtbot, viewer, server)
    qtbot.mouseClick(child(viewer, QToolButton, "download_bar_cancel"), Qt.MouseButton.LeftButton)
    server.gate.set()
    qtbot.waitUntil(lambda: not viewer.downloader.busy, timeout=20_000)
    assert not viewer.view.controls.model.bar.isVisible()
    assert load("squeezenet1_1").card.weights_state == "untrained"
    assert badge(viewer).startswith("⚠ untrained")


def test_without_any_network_the_viewer_settles_and_says_why(open_window, monkeypatch):
    def broken(*_arguments, **_options):
        raise ModelError("The built-in network is damaged. Install the application again.")

    monkeypatch.setattr("visualizer.networks.loading.load", broken)
    viewer = open_window(panel="cnn_viewer").panel
    assert "built-in network is damaged" in message(viewer)
    assert "no network" in badge(viewer)
    assert "no network" in child(viewer.view.channels.mosaic, QLabel, "image_view_message").text()
