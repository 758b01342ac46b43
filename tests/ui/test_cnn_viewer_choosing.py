"""The catalogue of networks, used with mouse and keys: every entry can be opened."""

from __future__ import annotations

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QPushButton
from torchvision.models import squeezenet1_1

from driving import child


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def search(qtbot, panel, words):
    qtbot.mouseClick(child(panel, QPushButton, "model_choose"), Qt.MouseButton.LeftButton)
    dialog = panel.chooser.dialog
    box = dialog.findChild(QLineEdit, "model_search")
    box.clear()
    qtbot.keyClicks(box, words)
    qtbot.waitUntil(dialog.is_settled, timeout=60_000)
    return dialog


def press(qtbot, dialog, name):
    button = dialog.findChild(QPushButton, name)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def shown(qtbot, panel, name):
    qtbot.waitUntil(lambda: panel.run.model.card.name == name, timeout=60_000)
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def test_open_brings_the_chosen_network_with_its_trained_weights(qtbot, viewer):
    dialog = search(qtbot, viewer, "digits")
    press(qtbot, dialog, "model_use_untrained")
    shown(qtbot, viewer, "digits")
    dialog = search(qtbot, viewer, "lite0")
    press(qtbot, dialog, "model_use")
    shown(qtbot, viewer, "efficientnet_lite0")
    assert not dialog.isVisible()
    assert child(viewer, QLabel, "model_badge").text().startswith("trained")


def test_every_entry_of_the_list_can_be_opened(qtbot, viewer):
    dialog = search(qtbot, viewer, "")
    listed = dialog.findChild(QListWidget, "model_list")
    buttons = [dialog.findChild(QPushButton, name) for name in ("model_use", "model_use_untrained")]
    for row in range(listed.count()):
        listed.setCurrentRow(row)
        assert any(button.isVisible() and button.isEnabled() for button in buttons), row
    dialog.close()


def test_return_opens_what_was_found(qtbot, viewer):
    dialog = search(qtbot, viewer, "digits")
    qtbot.keyClick(dialog.findChild(QLineEdit, "model_search"), Qt.Key.Key_Return)
    shown(qtbot, viewer, "digits")
    assert not dialog.isVisible()


def test_return_does_not_close_the_catalogue_where_nothing_was_found(qtbot, viewer):
    dialog = search(qtbot, viewer, "no such network")
    qtbot.keyClick(dialog.findChild(QLineEdit, "model_search"), Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.close()


def test_what_is_said_of_a_network_are_sentences(qtbot, viewer):
    dialog = search(qtbot, viewer, "digits")
    said = dialog.findChild(QLabel, "model_about").text()
    assert "9,810 weights." in said
    assert "  " not in said
    assert said.endswith(".")
    dialog.close()


def test_a_network_of_which_only_a_part_is_trained_says_so(qtbot, viewer, tmp_path):
    viewer.chooser.choose("squeezenet1_1", "none")
    shown(qtbot, viewer, "squeezenet1_1")
    state = squeezenet1_1().state_dict()
    del state["features.3.squeeze.weight"]
    torch.save(state, tmp_path / "part.pth")
    viewer.chooser.open_file(tmp_path / "part.pth")
    qtbot.waitUntil(lambda: viewer.findChild(QPushButton, "fit_load") is not None, timeout=60_000)
    qtbot.mouseClick(child(viewer, QPushButton, "fit_load"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: viewer.state.model.allow_partial, timeout=60_000)
    qtbot.waitUntil(viewer.is_settled, timeout=60_000)
    assert child(viewer, QLabel, "model_badge").text().startswith("⚠ partly trained")
    assert "some of its weights are random" in child(viewer, QLabel, "answer_note").text()
    assert "PARTLY" in child(viewer.window(), QLabel, "status_label").text()
