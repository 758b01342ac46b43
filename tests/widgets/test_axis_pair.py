"""Linked numbers for rows and columns."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox, QToolButton

from widgets.axis_pair import AxisPair


@pytest.fixture
def pair(qtbot):
    made = AxisPair("size", 1, 64, "Cells")
    qtbot.addWidget(made)
    made.set_values(6, 6, True)
    made.show()
    return made


def type_number(qtbot, pair, name, number):
    box = pair.findChild(QSpinBox, name)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(number))
    qtbot.keyClick(box, Qt.Key.Key_Return)


def test_linked_numbers_follow_each_other(qtbot, pair):
    with qtbot.waitSignal(pair.edited) as told:
        type_number(qtbot, pair, "size_columns", 9)
    assert told.args == [9, 9]
    assert pair.values() == (9, 9)


def test_free_numbers_do_not(qtbot, pair):
    link = pair.findChild(QToolButton, "size_link")
    with qtbot.waitSignal(pair.linked_changed) as told:
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert told.args == [False]
    type_number(qtbot, pair, "size_rows", 4)
    assert pair.values() == (4, 6)


def test_linking_again_takes_the_rows(qtbot, pair):
    pair.set_values(4, 6, False)
    with qtbot.waitSignal(pair.edited) as told:
        qtbot.mouseClick(pair.findChild(QToolButton, "size_link"), Qt.MouseButton.LeftButton)
    assert told.args == [4, 4]


def test_showing_numbers_tells_nothing(qtbot, pair):
    with qtbot.assertNotEmitted(pair.edited):
        pair.set_values(3, 5, False)
