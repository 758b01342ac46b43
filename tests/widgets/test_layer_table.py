"""The table of layers: choose, drag, keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from widgets.layer_table import LayerTable


@pytest.fixture
def table(qtbot):
    made = LayerTable("layers", (("Layer", "what"), ("Size", "how large")))
    qtbot.addWidget(made)
    made.resize(300, 240)
    made.set_rows([["a", "1"], ["b", "2"], ["c", "3"]], 0)
    made.show()
    return made


def middle(table, row):
    return table.visualRect(table.model().index(row, 0)).center()


def drag(qtbot, table, start, end):
    view = table.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle(table, start))
    qtbot.mouseMove(view, middle(table, start) + QPoint(0, 15))
    qtbot.mouseMove(view, middle(table, end))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle(table, end))


@pytest.mark.parametrize(("start", "end"), [(0, 2), (2, 0), (1, 2)])
def test_a_drag_tells_from_where_to_where(qtbot, table, start, end):
    with qtbot.waitSignal(table.row_moved) as told:
        drag(qtbot, table, start, end)
    assert told.args == [start, end]


def test_a_click_chooses_and_moves_nothing(qtbot, table):
    with qtbot.assertNotEmitted(table.row_moved), qtbot.waitSignal(table.row_chosen) as told:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle(table, 1))
    assert told.args == [1]


def test_keys_move_and_remove(qtbot, table):
    with qtbot.waitSignal(table.row_moved) as told:
        qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert told.args == [0, 1]
    with qtbot.assertNotEmitted(table.row_moved):
        qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    with qtbot.waitSignal(table.row_removed) as told:
        qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert told.args == [0]


def test_rows_are_shown(table):
    assert table.row_texts(2) == ["c", "3"]
