"""ProductTable: what it shows, marks, tells and copies."""

from __future__ import annotations

import ast

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from widgets.product_table import ProductTable, number_text

TABLE = np.outer([1.0, 2.0, 3.0], [1.0, -0.5])


@pytest.fixture
def table(qtbot):
    made = ProductTable("table")
    qtbot.addWidget(made)
    made.set_table(TABLE, ["f[0]", "f[1]", "f[2]"], ["g[0]", "g[1]"])
    made.resize(400, 240)
    made.show()
    qtbot.waitExposed(made)
    return made


def _background(table, row, column):
    index = table.model().index(row, column)
    return table.model().data(index, Qt.ItemDataRole.BackgroundRole)


def test_shows_every_product_with_its_names(table):
    model = table.model()
    shown = [[model.index(r, c).data() for c in range(2)] for r in range(3)]
    assert shown == [["1", "−0.5"], ["2", "−1"], ["3", "−1.5"]]
    assert model.headerData(1, Qt.Orientation.Vertical) == "f[1]"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "g[1]"


def test_exactly_the_diagonal_of_the_current_product_is_tinted(table):
    table.set_current(1, 1)
    tinted = {(r, c) for r in range(3) for c in range(2) if _background(table, r, c) is not None}
    assert tinted == {(1, 1), (2, 0)}
    assert _background(table, 1, 1).alpha() > _background(table, 2, 0).alpha()


def test_what_is_still_to_come_is_pale(table):
    table.set_current(1, 0)
    model = table.model()
    colors = {
        (r, c): model.data(model.index(r, c), Qt.ItemDataRole.ForegroundRole).rgba()
        for r in range(3)
        for c in range(2)
    }
    assert colors[0, 0] == colors[0, 1] != colors[1, 1] == colors[2, 1]


def test_click_and_arrows_choose_a_product_within_the_table(qtbot, table):
    place = table.visualRect(table.model().index(2, 1)).center()
    with qtbot.waitSignal(table.chosen) as told:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [2, 1]
    table.set_current(2, 1)
    with qtbot.waitSignal(table.chosen) as told:
        qtbot.keyClick(table, Qt.Key.Key_Up)
    assert told.args == [1, 1]
    with qtbot.waitSignal(table.chosen) as told:
        qtbot.keyClick(table, Qt.Key.Key_Down)  # it is below the last row's neighbour
    assert told.args == [2, 1]


def test_the_copy_is_numpy_source(qtbot, table):
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    np.testing.assert_array_equal(ast.literal_eval(text[len("np.array(") : -1]), TABLE)


@pytest.mark.parametrize(
    ("value", "text"), [(-0.5, "−0.5"), (2, "2"), (1 + 2j, "1+2j"), (1 - 0.25j, "1−0.25j")]
)
def test_numbers_have_a_true_minus_and_both_parts(value, text):
    assert number_text(value) == text
