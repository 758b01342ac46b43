"""The kernel grid, used by keyboard, wheel, mouse and clipboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QLineEdit

from widgets.kernel_grid import KernelGrid

START = np.arange(1.0, 10.0).reshape(3, 3)


@pytest.fixture
def grid(qtbot):
    widget = KernelGrid()
    qtbot.addWidget(widget)
    widget.resize(260, 260)
    widget.set_kernel(START)
    widget.show()
    widget.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    return widget


@pytest.fixture
def edits(grid):
    seen = []
    grid.kernel_edited.connect(lambda kernel, goes_on: seen.append((kernel, goes_on)))
    return seen


def press(qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(QGuiApplication.focusObject(), key, modifier)


def write(qtbot, text):
    for letter in text:
        qtbot.keyClicks(QGuiApplication.focusObject(), letter)


def click(qtbot, grid, row, column):
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_center(row, column))


def wheel(grid, row, column, notches, modifiers=Qt.KeyboardModifier.NoModifier):
    position = grid.cell_center(row, column)
    event = QWheelEvent(
        QPointF(position), QPointF(grid.mapToGlobal(position)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QGuiApplication.sendEvent(grid.viewport(), event)
    return event.isAccepted()


def test_every_keystroke_that_makes_a_number_is_told(qtbot, grid, edits):
    click(qtbot, grid, 1, 2)
    write(qtbot, "-12")
    press(qtbot, Qt.Key.Key_Return)
    assert [(float(kernel[1, 2]), goes_on) for kernel, goes_on in edits] == [
        (-1.0, True),
        (-12.0, True),
        (-12.0, False),
    ]
    assert grid.kernel()[1, 2] == -12
    assert grid.current_cell() == (2, 2)


def test_fractions_are_taken(qtbot, grid):
    write(qtbot, "1/9")
    press(qtbot, Qt.Key.Key_Return)
    assert grid.kernel()[0, 0] == pytest.approx(1 / 9)
    assert "1/9" in grid.cell_tooltip((0, 0))


def test_arrows_tab_and_enter_walk_through_the_cells(qtbot, grid):
    for key, cell in (
        (Qt.Key.Key_Right, (0, 1)),
        (Qt.Key.Key_Down, (1, 1)),
        (Qt.Key.Key_Left, (1, 0)),
        (Qt.Key.Key_Up, (0, 0)),
        (Qt.Key.Key_Up, (0, 0)),
        (Qt.Key.Key_Return, (1, 0)),
    ):
        press(qtbot, key)
        assert grid.current_cell() == cell
    press(qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert grid.current_cell() == (0, 0)
    for expected in ((0, 1), (0, 2), (1, 0)):
        press(qtbot, Qt.Key.Key_Tab)
        assert grid.current_cell() == expected
    press(qtbot, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert grid.current_cell() == (0, 2)


def test_tab_while_typing_commits_and_goes_right(qtbot, grid):
    write(qtbot, "4")
    press(qtbot, Qt.Key.Key_Tab)
    write(qtbot, "5")
    press(qtbot, Qt.Key.Key_Tab)
    assert grid.kernel()[0].tolist() == [4, 5, 3]
    assert grid.current_cell() == (0, 2)


def test_escape_takes_the_typing_back(qtbot, grid, edits):
    write(qtbot, "77")
    assert grid.kernel()[0, 0] == 77
    press(qtbot, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(grid.kernel(), START)
    np.testing.assert_array_equal(edits[-1][0], START)
    assert edits[-1][1] is False


def test_delete_sets_zero_and_f2_edits_what_is_there(qtbot, grid):
    press(qtbot, Qt.Key.Key_Delete)
    assert grid.kernel()[0, 0] == 0
    click(qtbot, grid, 2, 2)
    press(qtbot, Qt.Key.Key_F2)
    assert grid.findChild(QLineEdit, "cell_editor").text() == "9"


@pytest.mark.parametrize("text", ["abc", "nan", "1/0", "1/"])
def test_a_text_that_is_no_number_is_marked_and_the_number_stays(qtbot, grid, text):
    with qtbot.waitSignal(grid.cell_rejected) as rejected:
        write(qtbot, text)
        press(qtbot, Qt.Key.Key_Return)
    assert rejected.args[:3] == [0, 0, text]
    assert grid.invalid_cells() == [(0, 0)]
    np.testing.assert_array_equal(grid.kernel(), START)
    assert rejected.args[3] == grid.cell_tooltip((0, 0))
    press(qtbot, Qt.Key.Key_Up)
    with qtbot.waitSignal(grid.cell_accepted):
        write(qtbot, "3")
    assert grid.invalid_cells() == []


def test_a_mark_is_seen_not_only_by_colour(qtbot, grid):
    before = grid.grab().toImage()
    write(qtbot, "abc")
    press(qtbot, Qt.Key.Key_Return)
    after = grid.grab().toImage()
    centre = grid.cell_center(0, 0)
    cell = [(x, y) for x in range(centre.x() - 30, centre.x() + 30) for y in range(10, 70)]
    changed = sum(before.pixel(x, y) != after.pixel(x, y) for x, y in cell)
    assert changed > 300


@pytest.mark.parametrize(
    ("modifiers", "step"),
    [
        (Qt.KeyboardModifier.NoModifier, 0.1),
        (Qt.KeyboardModifier.ControlModifier, 0.01),
        (Qt.KeyboardModifier.ShiftModifier, 1.0),
    ],
)
def test_the_wheel_changes_the_cell_under_it(grid, edits, modifiers, step):
    assert wheel(grid, 2, 1, 3, modifiers)
    assert grid.kernel()[2, 1] == pytest.approx(8 + 3 * step)
    assert edits[-1][1] is True


def test_tenths_by_the_wheel_stay_tenths(grid):
    for _ in range(30):
        wheel(grid, 0, 0, -1)
    assert grid.kernel()[0, 0] == -2.0


def test_a_drag_up_raises_and_a_drag_down_lowers(qtbot, grid, edits):
    start = grid.cell_center(1, 1)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(grid.viewport(), start - QPoint(0, 20))
    qtbot.mouseMove(grid.viewport(), start - QPoint(0, 60))
    assert grid.kernel()[1, 1] == pytest.approx(6.0)
    qtbot.mouseMove(grid.viewport(), start + QPoint(0, 30))
    assert grid.kernel()[1, 1] == pytest.approx(4.5)
    assert all(goes_on for _, goes_on in edits)
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(0, 30))
    assert edits[-1][1] is False


def test_copy_and_paste_a_matrix(qtbot, grid):
    press(qtbot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(grid.matrix_pasted) as pasted:
        press(qtbot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(pasted.args[0], START)


def test_paste_one_number_into_the_cell_and_rubbish_nowhere(qtbot, grid):
    QGuiApplication.clipboard().setText("1/4")
    press(qtbot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert grid.kernel()[0, 0] == 0.25
    QGuiApplication.clipboard().setText("1 2\n3")
    with qtbot.waitSignal(grid.paste_rejected) as rejected:
        press(qtbot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "Row 2" in rejected.args[0]


def test_read_only_shows_and_does_not_change(qtbot, grid, edits):
    grid.set_read_only(True)
    click(qtbot, grid, 1, 1)
    qtbot.keyClicks(grid, "5")
    assert not wheel(grid, 1, 1, 1)
    assert edits == []
    np.testing.assert_array_equal(grid.kernel(), START)


@pytest.mark.parametrize("shape", [(1, 1), (1, 31), (31, 1), (2, 5), (31, 31)])
def test_every_shape_is_drawn_and_every_cell_can_be_reached(qtbot, grid, shape):
    rng = np.random.default_rng(0)
    grid.set_kernel(rng.normal(size=shape))
    assert not grid.grab().isNull()
    row, column = shape[0] - 1, shape[1] - 1
    click(qtbot, grid, row, column)
    assert grid.current_cell() == (row, column)
    write(qtbot, "2")
    editor = grid.findChild(QLineEdit, "cell_editor")
    assert editor.width() >= 60
    assert grid.rect().contains(editor.geometry())


def test_hovering_tells_the_cell_and_leaving_too(qtbot, grid):
    qtbot.mouseMove(grid.viewport(), QPoint(1, 1))
    with qtbot.waitSignal(grid.cell_hovered) as hovered:
        qtbot.mouseMove(grid.viewport(), grid.cell_center(2, 0))
    assert hovered.args == [2, 0]


def test_the_editor_commits_when_the_focus_goes_elsewhere(qtbot, grid):
    write(qtbot, "6")
    click(qtbot, grid, 2, 2)
    assert grid.kernel()[0, 0] == 6
