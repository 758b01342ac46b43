"""The list of layers of the CNN Viewer: searched, walked through, and what is said beside it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton

from driving import child, message, settle
from widgets.bar_list import BarList


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def test_a_search_that_no_layer_answers_to_says_so(qtbot, viewer):
    search = child(viewer, QLineEdit, "layer_search")
    nothing = child(viewer, QLabel, "layer_search_nothing")
    before = viewer.layer
    qtbot.keyClicks(search, "no such layer")
    assert nothing.isVisible()
    assert "No layer" in nothing.text()
    qtbot.keyClick(search, Qt.Key.Key_Return)
    settle(qtbot, viewer)
    assert viewer.layer == before
    search.clear()
    assert not nothing.isVisible()
    assert viewer.view.controls.layers.names()


def test_what_was_said_of_an_empty_clipboard_goes_with_the_next_picture(qtbot, viewer):
    paste = child(viewer, QToolButton, "paste_button")
    QGuiApplication.clipboard().setText("no picture")
    qtbot.mouseClick(paste, Qt.MouseButton.LeftButton)
    assert "holds no picture" in message(viewer)
    picture = QImage(50, 40, QImage.Format.Format_RGB888)
    picture.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(picture)
    qtbot.mouseClick(paste, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: viewer.run.picture.source.kind == "pasted", timeout=60_000)
    settle(qtbot, viewer)
    assert not message(viewer)


def test_shares_of_the_answer_are_written_as_percentages(viewer):
    for bar in child(viewer, BarList, "predictions").bars():
        assert bar.text == f"{100 * bar.value:.1f}%"


def test_every_press_of_next_layer_counts_however_quick(qtbot, viewer):
    names = list(viewer.run.activations)
    start = names.index(viewer.layer)
    for _ in range(7):
        viewer.step_layer(1)
    viewer.step_layer(-1)
    settle(qtbot, viewer)
    assert viewer.sheet.layer == names[start + 6]


def test_going_back_to_the_layer_that_is_still_shown_is_not_lost(qtbot, viewer):
    first = viewer.layer
    viewer.choose_layer("blocks.1.0.conv_dw")
    viewer.choose_layer(first)
    settle(qtbot, viewer)
    assert viewer.sheet.layer == first
