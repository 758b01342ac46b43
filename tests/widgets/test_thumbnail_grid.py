"""Thumbnails: only what is in view is asked for, and choosing works by mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from widgets.thumbnail_grid import MOST_AT_ONCE, Thumbnail, ThumbnailGrid, _ranges


@pytest.fixture
def grid(qtbot):
    made = ThumbnailGrid("grid", "Many", side=40)
    qtbot.addWidget(made)
    made.set_entries([Thumbnail(10 + n, f"picture {n}") for n in range(10_000)])
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def answer(grid, asked):
    def fill(wanted):
        asked.extend(wanted)
        for index in wanted:
            grid.set_thumbnail(index, np.full((40, 40, 3), index % 256, np.uint8))

    grid.thumbnails_wanted.connect(fill)


def test_of_ten_thousand_only_those_in_view_are_asked_for_a_few_at_a_time(qtbot, grid):
    asked, sizes = [], []
    grid.thumbnails_wanted.connect(lambda wanted: sizes.append(len(wanted)))
    answer(grid, asked)
    grid.viewport().update()
    cell = grid.cell_size()
    rows, columns = -(-300 // cell.height()) + 1, 400 // cell.width()
    qtbot.waitUntil(lambda: len(asked) >= (rows - 2) * (columns - 1), timeout=5_000)
    assert max(sizes) <= MOST_AT_ONCE
    assert set(asked) <= set(range(10, 10 + rows * columns))
    assert len(asked) == len(set(asked))


def test_scrolling_asks_for_the_last_ones(qtbot, grid):
    asked = []
    answer(grid, asked)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: 10_009 in asked, timeout=5_000)
    assert grid.selected() == (10_009,)


def test_a_picture_that_cannot_be_had_is_not_asked_for_again(qtbot, grid):
    calls = []

    def refuse(wanted):
        calls.append(wanted)
        for index in wanted:
            grid.set_thumbnail(index, None)

    grid.thumbnails_wanted.connect(refuse)
    grid.viewport().update()
    qtbot.waitUntil(lambda: grid.is_missing(10), timeout=5_000)
    before = sum(calls, ()).count(10)
    grid.viewport().repaint()
    qtbot.waitUntil(lambda: not grid._asking.isActive(), timeout=5_000)
    assert sum(calls, ()).count(10) == before == 1


def test_choosing_from_outside_does_not_tell_and_choosing_by_hand_does(qtbot, grid):
    told = []
    grid.selection_changed.connect(told.append)
    grid.set_selected([14, 12, 13, 99_999])
    assert grid.selected() == (12, 13, 14)
    assert told == []
    place = grid.visualRect(grid.model().index(5, 0)).center()
    qtbot.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place
    )
    assert told[-1] == (12, 13, 14, 15)
    qtbot.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(told[-1]) == 10_000


def test_other_entries_keep_what_stays_chosen(grid):
    grid.set_selected([11, 12])
    grid.set_entries([Thumbnail(12, "left over"), Thumbnail(5, "new")])
    assert grid.selected() == (12,)


def test_ranges_join_neighbours():
    assert _ranges([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]
