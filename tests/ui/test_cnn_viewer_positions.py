"""A held position of the CNN Viewer stays at its place, and comes back with undo and sessions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QSpinBox

from driving import child

LAYER = "blocks.2.0.conv_dw"


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


@pytest.fixture
def held(qtbot, open_window):
    """The viewer with a position of a layer of 28 × 28 held."""
    panel = open_window(panel="cnn_viewer").panel
    panel.choose_channel(LAYER, 21)
    settle(qtbot, panel)
    panel.hold(9, 11)
    settle(qtbot, panel)
    panel.history.end_merge()
    return panel


def number(panel):
    return child(panel, QLabel, "unit_number").text()


def test_a_reopened_session_explains_the_same_number(qtbot, held, open_window):
    before = number(held)
    held.window().close()
    window = open_window(panel="cnn_viewer")
    window.findChild(QAction, "action_last_session").trigger()
    settle(qtbot, window.panel)
    qtbot.waitUntil(lambda: window.panel.sheet.layer == LAYER, timeout=60_000)
    settle(qtbot, window.panel)
    assert window.panel.state.position == (9, 11)
    assert number(window.panel) == before


def test_undo_of_another_layer_brings_the_position_back(qtbot, held):
    before = number(held)
    held.choose_layer("bn1.act")
    settle(qtbot, held)
    assert held.state.position == (38, 46)  # the middles of both lie at the same place
    held.undo_stack().undo()
    settle(qtbot, held)
    assert held.state.position == (9, 11)
    assert number(held) == before


def test_layers_chosen_faster_than_they_are_shown_keep_the_place(qtbot, held):
    for name in ("bn1.act", "blocks.4.0.conv_dw", "blocks.1.0.conv_pw"):
        held.choose_layer(name)
    settle(qtbot, held)
    assert held.sheet.maps.shape[1:] == (112, 112)
    row, column = held.state.position
    # Each step may move it by half a unit of the coarsest layer on the way, 14 × 14.
    assert abs((row + 0.5) / 112 - 9.5 / 28) <= 0.5 / 14
    assert abs((column + 0.5) / 112 - 11.5 / 28) <= 0.5 / 14


def test_another_input_size_keeps_the_place_and_undo_brings_the_position_back(qtbot, held):
    box = child(held, QSpinBox, "input_side")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "112")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, held)
    assert held.sheet.maps.shape[1:] == (14, 14)
    assert held.state.position == (4, 5)
    held.undo_stack().undo()
    settle(qtbot, held)
    assert held.state.position == (9, 11)


def test_the_status_bar_speaks_of_the_open_panel(qtbot, held):
    window = held.window()
    status = child(window, QLabel, "status_label")
    assert "224 × 224" in status.text()
    window.open_panel("kernel_lab")
    settle(qtbot, window.panel)
    qtbot.waitUntil(lambda: "kernel" in status.text())
    window.open_panel("cnn_viewer")
    assert "EfficientNet" in status.text()
    settle(qtbot, window.panel)
