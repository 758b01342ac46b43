import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from widgets.plain_table import PlainTable

COLUMNS = ("layer", "kernel", "weights", "time")
ROWS = (
    ("full", "3 × 3", 73_728, "1.2 ms"),
    ("separable", "1 × 1", 8_768, "—"),
)


@pytest.fixture
def table(qtbot):
    made = PlainTable("table")
    qtbot.addWidget(made)
    made.resize(500, 200)
    made.set_rows(COLUMNS, ROWS)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_numbers_are_written_for_people_and_stand_at_the_right(table):
    assert table.item(0, 2).text() == "73,728"
    assert table.column_names() == list(COLUMNS)
    right = [
        bool(table.item(0, c).textAlignment() & Qt.AlignmentFlag.AlignRight)
        for c in range(len(COLUMNS))
    ]
    assert right == [False, True, True, True]
    assert bool(table.horizontalHeaderItem(3).textAlignment() & Qt.AlignmentFlag.AlignRight)


@pytest.mark.parametrize(
    ("entry", "text"), [(-1234, "−1,234"), (0.123456, "0.1235"), (True, "yes"), ("as is", "as is")]
)
def test_entries(table, entry, text):
    table.set_rows(("one",), ((entry,),))
    assert table.item(0, 0).text() == text


def test_all_is_copied_with_names_unless_cells_are_selected(qtbot, table):
    copied = Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(table, *copied)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines == [
        "\t".join(COLUMNS),
        "full\t3 × 3\t73,728\t1.2 ms",
        "separable\t1 × 1\t8,768\t—",
    ]
    table.item(1, 0).setSelected(True)
    table.item(1, 2).setSelected(True)
    qtbot.keyClick(table, *copied)
    assert QGuiApplication.clipboard().text() == "separable\t8,768"
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert not table.selectedIndexes()


def test_new_numbers_go_into_the_cells_that_are_there(table):
    kept = table.item(0, 2)
    table.set_rows(COLUMNS, (("full", "3 × 3", 5, "1 ms"), ROWS[1]))
    assert table.item(0, 2) is kept
    assert kept.text() == "5"


def test_columns_share_the_width_and_all_rows_fit_the_best_height(qtbot, table):
    assert sum(table.columnWidth(c) for c in range(len(COLUMNS))) == table.viewport().width()
    table.set_rows(("n",), tuple((n,) for n in range(30)))
    assert table.least_height(500) < table.best_height(500)
    table.resize(500, table.best_height(500))
    qtbot.waitUntil(lambda: table.height() == table.best_height(500))
    assert not table.verticalScrollBar().isVisible()


def test_in_a_narrow_table_names_and_texts_are_cut_but_no_number(qtbot, table):
    table.set_rows(
        ("what it is", "a long name of numbers"),
        (("a long text about a layer", 57_802_752), ("another one that is long", 1)),
    )
    table.resize(table.tight_width(), 200)
    number = table.fontMetrics().horizontalAdvance("57,802,752")
    assert table.columnWidth(1) > number
    assert table.columnWidth(0) < table.fontMetrics().horizontalAdvance(table.item(0, 0).text())
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    assert table.best_height(table.tight_width() - 50) > table.best_height(table.tight_width())


def test_a_row_with_missing_entries_is_refused(table):
    with pytest.raises(ValueError, match="1 entries for 2 columns"):
        table.set_rows(("a", "b"), (("only",),))
