"""A square on a picture, placed by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from driving import send_wheel
from widgets.square_picker import SquarePicker

ROWS, COLUMNS = 60, 90
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def picker(qtbot):
    """Four screen pixels for one of the picture, and none to spare."""
    widget = SquarePicker("square", least=4, most=50)
    qtbot.addWidget(widget)
    widget.resize(4 * COLUMNS + 2, 4 * ROWS + 2)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_picture(np.full((30, 45, 3), 128, np.uint8), ROWS, COLUMNS)
    widget.set_square(10, 20, 24)
    widget.seen = []
    widget.square_changed.connect(lambda *place: widget.seen.append(place))
    return widget


def drag(qtbot, picker, start, *others):
    places = [picker.place_of(*point) for point in (start, *others)]
    qtbot.mouseMove(picker, places[0])
    qtbot.mousePress(picker, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(picker, place)
    qtbot.mouseRelease(picker, Qt.MouseButton.LeftButton, pos=places[-1])


def test_a_drag_inside_moves_the_square_and_says_when_it_is_over(qtbot, picker):
    drag(qtbot, picker, (22, 32), (25, 30), (30, 41))
    assert picker.seen == [(13, 18, 24, True), (18, 29, 24, True), (18, 29, 24, False)]
    assert picker.square() == (18, 29, 24)
    assert not picker.is_held()


@pytest.mark.parametrize(
    ("corner", "to", "square"),
    [
        ((10, 20), (5, 16), (5, 15, 29)),  # of 5 up and 4 left, the larger counts
        ((34, 44), (40, 50), (10, 20, 30)),
        ((10, 44), (16, 38), (16, 20, 18)),
        ((34, 20), (30, 24), (10, 24, 20)),
    ],
)
def test_a_drag_on_a_corner_resizes_and_the_opposite_one_stays(qtbot, picker, corner, to, square):
    drag(qtbot, picker, corner, to)
    assert picker.square() == square


def test_the_square_stays_inside_the_picture_and_within_its_sides(qtbot, picker):
    drag(qtbot, picker, (22, 32), (-40, -40))
    assert picker.square() == (0, 0, 24)
    drag(qtbot, picker, (24, 24), (59, 89))
    assert picker.square() == (0, 0, 50), "the largest side that was asked for"
    drag(qtbot, picker, (50, 50), (0, 0))
    assert picker.square() == (0, 0, 4), "the least one"


def test_a_press_beside_brings_it_there(qtbot, picker):
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=picker.place_of(40, 70))
    assert picker.square() == (28, 58, 24)
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=picker.place_of(59, 1))
    assert picker.square() == (36, 0, 24), "as far as it goes"


def test_keys_move_and_resize_it(qtbot, picker):
    for key, held, square in (
        (Qt.Key.Key_Right, None, (10, 21, 24)),
        (Qt.Key.Key_Down, SHIFT, (20, 21, 24)),
        (Qt.Key.Key_Up, None, (19, 21, 24)),
        (Qt.Key.Key_Left, SHIFT, (19, 11, 24)),
        (Qt.Key.Key_PageUp, SHIFT, (14, 6, 34)),
        (Qt.Key.Key_PageDown, SHIFT, (19, 11, 24)),
        (Qt.Key.Key_Plus, None, (18, 10, 25)),
        (Qt.Key.Key_Minus, None, (18, 10, 24)),
    ):
        qtbot.keyClick(picker, key, held or Qt.KeyboardModifier.NoModifier)
        assert picker.square() == square
        assert picker.seen[-1] == (*square, False)


def test_the_wheel_resizes_only_where_the_keyboard_is(qtbot, picker):
    picker.clearFocus()
    send_wheel(picker, QPoint(50, 50), 120)
    assert picker.seen == []
    picker.activateWindow()
    picker.setFocus()
    qtbot.waitUntil(picker.hasFocus)
    send_wheel(picker, QPoint(50, 50), 120)
    assert picker.square()[2] == 26


def test_a_picture_smaller_than_the_least_side_is_taken_whole(qtbot, picker):
    picker.set_picture(np.zeros((3, 5, 3), np.uint8), 3, 5)
    picker.set_square(0, 0, 3)
    qtbot.keyClick(picker, Qt.Key.Key_Plus)
    qtbot.keyClick(picker, Qt.Key.Key_Right)
    assert picker.square() == (0, 1, 3)


def test_what_lies_outside_is_darker(picker):
    image = picker.grab().toImage()
    ratio = image.devicePixelRatio()
    inside, outside = (
        image.pixelColor(picker.place_of(*place) * ratio).lightness()
        for place in ((22, 32), (5, 80))
    )
    assert outside < inside == 128
