"""The tabs that explain and try out, in the CNN Viewer itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from driving import child, message, settle

NAMES = ("why", "ablate", "perturb", "input_size", "head", "compare")


@pytest.fixture
def viewer(qtbot, window):
    window.open_panel("cnn_viewer")
    qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
    return window.panel


def open_tab(qtbot, viewer, name):
    viewer.tabs.open(name)
    qtbot.waitUntil(viewer.is_settled, timeout=60_000)
    return viewer.tabs.made[name]


def press(qtbot, viewer, name):
    qtbot.mouseClick(child(viewer, QPushButton, name), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("name", NAMES)
def test_every_tab_shows_the_present_picture_without_a_complaint(qtbot, viewer, name):
    tab = open_tab(qtbot, viewer, name)
    assert tab.isVisible()
    assert message(viewer) == ""


def test_an_ablation_moves_its_own_prediction_and_leaves_the_panels_alone(qtbot, viewer):
    tab = open_tab(qtbot, viewer, "ablate")
    before = viewer.run.predictions
    press(qtbot, viewer, "ablate_add")
    settle(qtbot, viewer)
    assert tab.list.count() == 1
    viewer.input.load(viewer.state.picture.replace(name="coffee"))
    qtbot.waitUntil(lambda: viewer.run.predictions != before, timeout=30_000)
    settle(qtbot, viewer)
    assert viewer.run.predictions[0].name == "espresso"
    assert tab.before.bars()[0].value == viewer.run.predictions[0].probability


def test_pictures_go_through_the_network_while_an_exciting_one_is_drawn(qtbot, viewer):
    tab = open_tab(qtbot, viewer, "excites")
    tab.form.steps.setValue(1000)
    press(qtbot, viewer, "excites_start")
    qtbot.waitUntil(lambda: tab.pictures.maps() is not None, timeout=30_000)
    for name, answer in (("coffee", "espresso"), ("rocket", "missile")):
        viewer.input.load(viewer.state.picture.replace(name=name))
        qtbot.waitUntil(
            lambda answer=answer: viewer.run.predictions[0].name == answer, timeout=30_000
        )
    assert len(viewer.run.activations) > 100  # no run was ended early by the drawing
    assert message(viewer) == ""


def test_the_trained_digits_network_is_opened_in_the_viewer(qtbot, viewer):
    tab = open_tab(qtbot, viewer, "digits")
    tab.epochs.setValue(1)
    press(qtbot, viewer, "digits_train")
    qtbot.waitUntil(lambda: tab.bar.isHidden(), timeout=60_000)
    press(qtbot, viewer, "digits_open")
    qtbot.waitUntil(lambda: viewer.run.model.card.name == "digits", timeout=30_000)
    settle(qtbot, viewer)
    assert viewer.run.model.card.weights_state == "own"
    assert "conv1" in viewer.run.activations
