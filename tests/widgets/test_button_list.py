"""Buttons one below the other, as many as there are things to choose from."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from widgets.button_list import ButtonList


@pytest.fixture
def buttons(qtbot):
    widget = ButtonList("b")
    qtbot.addWidget(widget)
    return widget


def test_each_text_is_a_button_with_its_tooltip(qtbot, buttons):
    buttons.set_texts([("one", "tip 1"), ("two", "tip 2")])
    assert buttons.texts() == ["one", "two"]
    second = buttons.findChild(QPushButton, "b_1")
    assert (second.isVisible(), second.toolTip()) == (True, "tip 2")
    with qtbot.waitSignal(buttons.chosen) as told:
        qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert told.args == [1]


def test_fewer_texts_hide_buttons_and_none_hides_all(buttons):
    buttons.set_texts([("one", ""), ("two", "")])
    buttons.set_texts([("other", "")])
    assert buttons.texts() == ["other"]
    buttons.set_texts([])
    assert not buttons.isVisible()
