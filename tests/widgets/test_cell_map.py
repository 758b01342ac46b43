"""The map of cells: what it paints, says and takes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from widgets.cell_map import CellMap, GridCells, GridMarks, Window, signed_levels


@pytest.fixture
def padded(qtbot):
    """A 2 × 3 grid with one cell of padding above and two at the left."""
    view = CellMap()
    qtbot.addWidget(view)
    view.resize(420, 320)
    values = np.pad(np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]]), ((1, 0), (2, 0)))
    view.set_cells(GridCells(values, (1, 0, 2, 0), levels=(-3, 3)))
    view.show()
    view.setFocus()
    return view


def pixel(view, row, column, *, down=0.2, right=0.2):
    """The colour near the corner of a cell, where no number stands."""
    rect = view.cell_layout().rect(row, column)
    place = QPoint(round(rect.x() + right * rect.width()), round(rect.y() + down * rect.height()))
    return view.grab().toImage().pixelColor(place)


def test_positive_is_red_negative_is_blue_zero_is_neutral(padded):
    red, blue, neutral = (pixel(padded, *cell) for cell in ((1, 0), (0, 1), (1, 1)))
    assert red.red() > red.blue() + 30
    assert blue.blue() > blue.red() + 30
    assert max(neutral.getRgb()[:3]) - min(neutral.getRgb()[:3]) < 12


def test_cells_count_from_the_first_real_one(qtbot, padded):
    for cell in ((0, 0), (1, 2), (-1, -2), (-1, 2)):
        with qtbot.waitSignal(padded.cell_clicked) as told:
            place = padded.cell_center(*cell)
            qtbot.mouseClick(padded, Qt.MouseButton.LeftButton, pos=place)
        assert tuple(told.args) == cell


def test_hover_tells_each_cell_once_and_that_it_left(qtbot, padded):
    told = []
    padded.cell_hovered.connect(lambda r, c: told.append((r, c)))
    padded.hover_left.connect(lambda: told.append(None))
    qtbot.mouseMove(padded, padded.cell_center(0, 0))
    qtbot.mouseMove(padded, padded.cell_center(0, 0) + QPoint(3, 3))
    qtbot.mouseMove(padded, padded.cell_center(1, 1))
    qtbot.mouseMove(padded, QPoint(1, 1))
    assert told == [(0, 0), (1, 1), None]


def test_what_is_said_about_cells(padded):
    assert padded.cell_text(0, 1) == "row 0, column 1: −2"
    assert padded.cell_text(-1, 0) == "row -1, column 0: padding, 0"


def test_hidden_cells_do_not_tell_their_number(padded):
    cells = padded.cells()
    hidden = np.zeros(cells.shape, dtype=bool)
    hidden[1, 3] = True
    padded.set_cells(GridCells(cells.values, cells.padding, levels=(-3, 3), hidden=hidden))
    assert "2" not in padded.cell_text(0, 1)
    blue = pixel(padded, 0, 1)
    assert abs(blue.red() - blue.blue()) < 30


def test_padding_looks_unlike_a_real_zero(padded):
    image = padded.grab().toImage()

    def shades(cell):
        rect = padded.cell_layout().rect(*cell).adjusted(3, 3, -3, -3).toRect()
        return {
            image.pixel(x, y)
            for x in range(rect.left(), rect.right())
            for y in range(rect.top(), rect.top() + rect.height() // 8)
        }

    assert len(shades((1, 1))) == 1
    assert len(shades((-1, 0))) > 1  # dots, whatever the colours


def test_lost_cells_are_hatched(padded):
    cells = padded.cells()
    hatched = np.zeros(cells.shape, dtype=bool)
    hatched[-1, -1] = True
    padded.set_cells(GridCells(cells.values, cells.padding, levels=(-3, 3), hatched=hatched))
    assert "read by no window" in padded.cell_text(1, 2)
    rect = padded.cell_layout().rect(1, 2).adjusted(3, 3, -3, -3).toRect()
    image = padded.grab().toImage()
    seen = {image.pixel(x, rect.top() + 4) for x in range(rect.left(), rect.right())}
    assert len(seen) > 2


def test_arrows_walk_over_real_cells_only(qtbot, padded):
    places = []
    padded.cell_moved.connect(lambda r, c: places.append((r, c)))
    for cell, key in (
        ((0, 0), Qt.Key.Key_Up),
        ((0, 0), Qt.Key.Key_Left),
        ((0, 0), Qt.Key.Key_Down),
        ((1, 2), Qt.Key.Key_Right),
    ):
        padded.set_marks(GridMarks(cell=cell))
        qtbot.keyClick(padded, key)
    assert places == [(0, 0), (0, 0), (1, 0), (1, 2)]


def test_typing_gives_a_cell_its_number(qtbot, padded):
    padded.set_editable(True)
    padded.set_marks(GridMarks(cell=(1, 1)))
    with qtbot.waitSignal(padded.value_typed) as told:
        qtbot.keyClick(padded, "7")
        editor = padded.findChild(QLineEdit, "map_cell_editor")
        qtbot.keyClicks(editor, "/2")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert told.args == [1, 1, 3.5]


def test_what_is_no_number_is_refused_in_words(qtbot, padded):
    padded.set_editable(True)
    padded.set_marks(GridMarks(cell=(1, 1)))
    with qtbot.waitSignal(padded.typing_refused) as told:
        qtbot.keyClick(padded, "7")
        editor = padded.findChild(QLineEdit, "map_cell_editor")
        qtbot.keyClicks(editor, "x")
        qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert told.args[0].startswith("Row 1, column 1:")


def test_escape_takes_the_typing_back(qtbot, padded):
    padded.set_editable(True)
    padded.set_marks(GridMarks(cell=(0, 0)))
    qtbot.keyClick(padded, "9")
    editor = padded.findChild(QLineEdit, "map_cell_editor")
    with qtbot.assertNotEmitted(padded.value_typed):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_a_step_repaints_marks_without_painting_the_cells_anew(padded):
    padded.grab()
    kept = padded._image
    padded.set_marks(GridMarks(windows=(Window(0, 0, 1, 1),), cell=(0, 1), covered_from=4))
    padded.grab()
    assert padded._image is kept


def test_levels_lie_about_zero_and_ignore_blanks():
    assert signed_levels(np.array([1.0, np.nan]), np.array([-4.0])) == (-4.0, 4.0)
    assert signed_levels(np.zeros(3)) == (-1.0, 1.0)


def test_infinities_are_written_and_told(padded):
    padded.set_cells(GridCells(np.array([[np.inf, -np.inf, 1.0]])))
    assert [padded.shown_text(0, c) for c in range(3)] == ["∞", "−∞", "1"]
    assert padded.cell_text(0, 1) == "row 0, column 1: −∞"
    written = padded.grab().toImage()
    padded.set_cells(GridCells(np.array([[np.inf, np.nan, 1.0]])))
    assert padded.grab().toImage() != written


def test_cells_without_a_centre_are_hatched_and_told(padded):
    values = np.ones((3, 3))
    padded.set_cells(GridCells(values))
    plain = padded.grab().toImage()
    padded.set_cells(GridCells(values, uncentred=np.eye(3, dtype=bool)))
    assert padded.grab().toImage() != plain
    assert padded.cell_text(1, 1) == "row 1, column 1: 1 (no window is centred here)"
    assert padded.cell_text(0, 1) == "row 0, column 1: 1"


def test_a_copy_has_the_numbers_without_padding(qtbot, padded):
    qtbot.keyClick(padded, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "1\t-2\t0.5\n3\t0\t-1"


def test_only_an_editable_map_takes_a_paste(qtbot, padded):
    told = []
    padded.matrix_pasted.connect(told.append)
    QGuiApplication.clipboard().setText("1 2\n3 4")
    qtbot.keyClick(padded, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert not told
    padded.set_editable(True)
    qtbot.keyClick(padded, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(told[0], [[1, 2], [3, 4]])
