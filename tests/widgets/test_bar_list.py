"""Names with bars: what is drawn, said and chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from widgets.bar_list import Bar, BarList


@pytest.fixture
def view(qtbot):
    made = BarList("bars", "Classes")
    qtbot.addWidget(made)
    made.resize(240, 120)
    made.set_bars([Bar("tabby", 0.5, "50 %"), Bar("tiger", 0.25, "25 %"), Bar("lynx", 0.0)], 1.0)
    made.show()
    return made


def length(view, index):
    """How many pixels of a line's bar are in the accent colour."""
    view.clearFocus()  # its frame has the same colour
    image = view.grab().toImage()
    accent = view.palette().highlight().color().rgb()
    y = view.line_center(index).y()
    rows = range(y, min(image.height(), y + 16))
    return max(sum(image.pixel(x, row) == accent for x in range(image.width())) for row in rows)


def test_bars_are_as_long_as_their_numbers(view):
    full = view.width() - 10
    assert length(view, 0) == pytest.approx(full / 2, abs=6)
    assert length(view, 1) == pytest.approx(full / 4, abs=6)
    assert length(view, 2) == 0


def test_a_click_chooses_and_a_second_one_gives_up(qtbot, view):
    with qtbot.waitSignal(view.bar_chosen) as told:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.line_center(1))
    assert told.args == [1]
    with qtbot.waitSignal(view.bar_chosen) as told:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.line_center(1))
    assert told.args == [-1]


def test_arrows_choose_and_escape_gives_up(qtbot, view):
    told = []
    view.bar_chosen.connect(told.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Escape):
        qtbot.keyClick(view, key)
    assert told == [0, 1, 0, -1]


def test_negative_numbers_grow_to_the_left_of_the_middle(view):
    view.set_bars([Bar("up", 2.0), Bar("down", -1.0)])
    image = view.grab().toImage()

    def coloured(index, test):
        y = view.line_center(index).y()
        colors = [
            (x, image.pixelColor(x, row))
            for row in range(y, min(image.height(), y + 16))
            for x in range(4, image.width() - 4)
        ]
        return [x for x, color in colors if test(color)]

    red = coloured(0, lambda c: c.red() > c.blue() + 60)
    blue = coloured(1, lambda c: c.blue() > c.red() + 60)
    middle = view.width() / 2
    assert min(red) > middle - 2
    assert max(red) > view.width() - 10
    assert max(blue) < middle + 2
    assert min(blue) == pytest.approx(middle / 2, abs=8)


def test_all_is_said_to_a_screen_reader_and_the_choice_survives_new_numbers(view):
    view.set_chosen(1)
    view.set_bars([Bar("a", 1.0), Bar("b", -2.0)])
    assert view.chosen() == 1
    assert view.accessibleDescription() == "a: 1; b: −2"
    view.set_bars([Bar("a", 1.0)])
    assert view.chosen() == -1


def test_room_is_kept_so_that_nothing_below_jumps(view):
    before = view.sizeHint().height()
    view.set_bars([])
    assert view.sizeHint().height() == before
