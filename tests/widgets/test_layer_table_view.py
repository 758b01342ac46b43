"""The large table: order, filter, sums, copying, and filling in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from widgets.layer_table_view import LayerTableView, TableColumn, TableData, same_answer

LEFT = Qt.MouseButton.LeftButton
COLUMNS = (
    TableColumn("Layer", numeric=False),
    TableColumn("Weights", summed=True, can_blank=True),
    TableColumn("Output", can_blank=True),
)
ROWS = (
    ("conv1_1", 1728, (64, 224, 224)),
    ("relu1_1", 0, (64, 224, 224)),
    ("pool5", 0, (512, 7, 7)),
    ("fc8", 4096000, (1000,)),
)


@pytest.fixture
def view(qtbot):
    made = LayerTableView("layers")
    qtbot.addWidget(made)
    made.resize(480, 260)
    with qtbot.waitExposed(made):
        made.show()
    made.set_table(TableData(COLUMNS, ROWS, tuple(row[0] for row in ROWS)))
    return made


def click_heading(qtbot, view, column):
    head = view.view.horizontalHeader()
    x = head.sectionViewportPosition(column) + 10
    place = head.viewport().rect().center()
    place.setX(x)
    qtbot.mouseClick(head.viewport(), LEFT, pos=place)


def type_into(qtbot, view, row, column, text):
    place = view.cell_center(row, column)
    qtbot.mouseClick(view.view.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(view.view.viewport(), LEFT, pos=place)
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    editor = QApplication.focusWidget()
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not editor)


def test_headings_sort_by_size_and_a_third_click_restores(qtbot, view):
    click_heading(qtbot, view, 2)
    assert [ROWS[row][0] for row in view.shown_rows()][:2] == ["fc8", "pool5"]
    click_heading(qtbot, view, 2)
    assert [ROWS[row][0] for row in view.shown_rows()][-1] == "fc8"
    click_heading(qtbot, view, 2)
    assert view.shown_rows() == [0, 1, 2, 3]


def test_sums_are_those_of_the_rows_that_are_shown(view):
    assert view.sums_text(1) == f"{1728 + 4096000:,}"
    assert view.sums_text(0) == "Σ 4 rows"
    view.set_filter("64·224 conv")
    assert view.shown_rows() == [0]
    assert (view.sums_text(0), view.sums_text(1)) == ("Σ 1 of 4 rows", "1,728")


def test_sums_stand_under_their_columns(qtbot, view):
    view.view.setColumnWidth(1, 190)
    for column in range(3):
        assert view.sums.columnWidth(column) == view.view.columnWidth(column)


def test_rows_and_sums_grow_with_the_text(view):
    font = view.font()
    font.setPointSizeF(19)
    view.setFont(font)
    high = view.view.fontMetrics().height()
    assert view.view.rowHeight(0) > high
    assert view.sums.rowHeight(0) > high


@pytest.mark.parametrize("points", [9.0, 19.0])
def test_columns_are_as_wide_as_qt_says_their_cells_need(view, points):
    font = view.font()
    font.setPointSizeF(points)
    view.setFont(font)
    rows = tuple((f"features.{n}", 10**n, (n, 10**n, 7)) for n in range(1, 13))
    view.set_table(TableData((), (), ()))
    view.set_table(TableData(COLUMNS, rows, tuple(row[0] for row in rows)))
    head = view.view.horizontalHeader()
    for column in range(len(COLUMNS)):
        needed = max(view.view.sizeHintForColumn(column), head.sectionSizeHint(column))
        assert needed <= head.sectionSize(column) <= 1.25 * needed  # the bold sum wants more


def test_a_click_tells_the_row_in_any_order(qtbot, view):
    click_heading(qtbot, view, 1)
    click_heading(qtbot, view, 1)
    assert view.shown_rows()[0] == 3
    with qtbot.waitSignal(view.row_chosen) as told:
        qtbot.mouseClick(view.view.viewport(), LEFT, pos=view.cell_center(3, 0))
    assert told.args == ["fc8"]
    with qtbot.assertNotEmitted(view.row_chosen):
        view.set_chosen("pool5")
    assert view.chosen() == "pool5"


def test_whole_rows_are_copied_with_their_headings(qtbot, view):
    qtbot.mouseClick(view.view.viewport(), LEFT, pos=view.cell_center(3, 0))
    qtbot.keyClick(view.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == ["Layer\tWeights\tOutput", "fc8\t4,096,000\t1000"]


def test_blanks_are_empty_and_say_right_or_wrong(qtbot, view):
    view.set_blanks({1, 2})
    assert view.shown_text(0, 1) == ""
    assert view.shown_text(1, 1) == "0"  # nothing to work out
    assert view.sums_text(1) == ""
    with qtbot.waitSignal(view.answers_changed) as told:
        type_into(qtbot, view, 0, 1, "1728")
    assert told.args == [{(0, 1): "1728"}]
    assert view.shown_text(0, 1) == "1728 ✓"
    type_into(qtbot, view, 3, 1, "4,096,001")
    assert view.shown_text(3, 1) == "4,096,001 ✗"
    assert view.blanks_score() == (1, 1, 6)
    type_into(qtbot, view, 2, 2, "512x7x7")
    assert view.shown_text(2, 2) == "512x7x7 ✓"
    view.reveal()
    assert view.shown_text(3, 1) == "4,096,000"
    assert view.blanks_score() == (2, 0, 6)


def test_neither_order_nor_filter_gives_a_blank_away(qtbot, view):
    view.set_blanks({1})
    click_heading(qtbot, view, 1)
    asked = [row for row in view.shown_rows() if ROWS[row][1]]
    assert asked == [0, 3]
    click_heading(qtbot, view, 1)
    click_heading(qtbot, view, 1)
    view.set_filter("1,728")
    assert view.shown_rows() == []


def test_what_was_answered_before_can_be_shown_again(view):
    view.set_blanks({1}, {(0, 1): "1,728", (9, 9): "nothing"})
    assert view.shown_text(0, 1) == "1,728 ✓"
    view.set_blanks(set())
    assert view.shown_text(0, 1) == "1,728"


@pytest.mark.parametrize(
    ("typed", "truth", "same"),
    [
        ("3211264", "3,211,264", True),
        ("3 211 264", "3,211,264", True),
        ("3.211.264", "3,211,264", True),
        ("3211265", "3,211,264", False),
        ("64 x 224 x 224", "64·224·224", True),
        ("224·224·64", "64·224·224", False),
        ("2,5", "2.5", True),
        ("max pooling", "Max pooling", True),
        ("mean", "Max pooling", False),
        ("", "Max pooling", False),
        ("1", "11", False),
    ],
)
def test_answers_are_judged_by_what_they_say(typed, truth, same):
    assert same_answer(typed, truth) is same
