"""A line and a box over a picture, dragged by the mouse while their owner sets them anew."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from dragging import drag
from widgets.image_view import ImageView
from widgets.picture_overlays import PictureBox, PictureLine

HEIGHT, WIDTH = 60, 80


@pytest.fixture
def view(qtbot):
    widget = ImageView()
    qtbot.addWidget(widget)
    widget.resize(500, 420)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_picture(np.full((HEIGHT, WIDTH), 128, np.uint8), colors="grey")
    QApplication.processEvents()
    return widget


@pytest.fixture
def line(view):
    """A level line, whose owner rounds what it is told and sets it: as a panel's state does."""
    made = PictureLine(view)
    made.seen = []

    def owner(r0, c0, r1, c1, goes_on):
        made.seen.append((r0, c0, r1, c1, goes_on))
        made.set_line((round(r0, 2), round(c0, 2)), (round(r1, 2), round(c1, 2)))

    made.moved.connect(owner)
    made.set_line((30, 20), (30, 60))
    made.set_visible(True)
    return made


@pytest.fixture
def box(view):
    made = PictureBox(view)
    made.seen = []

    def owner(*args):
        made.seen.append(args)
        made.set_box(*args[:4])

    made.moved.connect(owner)
    made.set_area(HEIGHT, WIDTH)
    made.set_box(20, 30, 12, 16)
    made.set_visible(True)
    return made


def way(view, *places):
    """Widget positions of (row, column)s, with five steps from each to the next."""
    points = [view.pixel_to_widget(*places[0])]
    for (r0, c0), (r1, c1) in itertools.pairwise(places):
        points += [
            view.pixel_to_widget(r0 + (r1 - r0) * s / 5, c0 + (c1 - c0) * s / 5)
            for s in range(1, 6)
        ]
    return points


def pixel(view):
    """The side of a pixel of the picture, in pixels of the screen."""
    return (view.pixel_to_widget(0, 50).x() - view.pixel_to_widget(0, 0).x()) / 50


def test_setting_the_line_tells_nobody_and_is_read_back(line):
    line.set_line((3, 4), (17.5, 60.25))
    assert line.seen == []
    np.testing.assert_allclose(line.line(), ((3, 4), (17.5, 60.25)))


@pytest.mark.parametrize("end", [0, 1])
def test_dragging_a_handle_moves_that_end_alone(qtbot, view, line, end):
    fixed = line.line()[1 - end]
    drag(qtbot, view.viewport(), way(view, line.line()[end], (12, 45)))
    np.testing.assert_allclose(line.line()[end], (12, 45), atol=1.5 / pixel(view))
    np.testing.assert_allclose(line.line()[1 - end], fixed, atol=0.01)
    assert len(line.seen) > 3
    assert [more for *_, more in line.seen] == [True] * (len(line.seen) - 1) + [False]


def test_dragging_the_line_itself_moves_both_ends_by_the_way_of_the_mouse(qtbot, view, line):
    drag(qtbot, view.viewport(), way(view, (30, 40), (40, 35)))
    np.testing.assert_allclose(line.line(), ((40, 15), (40, 55)), atol=2 / pixel(view))
    assert line.seen[-1][-1] is False


def test_dragging_beside_the_line_moves_the_picture_not_the_line(qtbot, view, line):
    view.zoom_to(30, 40, 30)
    seen = view.visible_rect()
    drag(qtbot, view.viewport(), [QPoint(60, 60), QPoint(80, 80), QPoint(100, 110)])
    assert line.seen == []
    assert view.visible_rect() != seen


def test_a_hidden_line_is_neither_seen_nor_dragged(qtbot, view, line):
    shown = view.viewport().grab().toImage()
    line.set_visible(False)
    assert view.viewport().grab().toImage() != shown
    drag(qtbot, view.viewport(), way(view, (30, 40), (40, 35)))
    assert line.seen == []


def test_setting_the_box_tells_nobody_and_is_read_back(box):
    box.set_box(1, 2, 3, 4)
    assert box.seen == []
    assert box.box() == (1, 2, 3, 4)


def test_dragging_the_box_moves_it_by_whole_pixels(qtbot, view, box):
    drag(qtbot, view.viewport(), way(view, (25, 36), (32, 26)))
    assert box.box() == (27, 20, 12, 16)
    assert box.seen[-1] == (27, 20, 12, 16, False)
    assert all(isinstance(number, int) for step in box.seen for number in step[:4])


@pytest.mark.parametrize(
    ("corner", "to", "expected"),
    [
        ((31.5, 45.5), (41.5, 50.5), (20, 30, 22, 21)),  # the lower right
        ((19.5, 29.5), (9.5, 14.5), (10, 15, 22, 31)),  # the upper left
    ],
)
def test_dragging_a_corner_resizes_the_box(qtbot, view, box, corner, to, expected):
    drag(qtbot, view.viewport(), way(view, corner, to))
    assert box.box() == expected
    assert box.seen[-1] == (*expected, False)


def test_the_box_stays_inside_the_picture(qtbot, view, box):
    drag(qtbot, view.viewport(), way(view, (25, 36), (2, 4), (-30, -30)))
    assert box.box() == (0, 0, 12, 16)
    drag(qtbot, view.viewport(), way(view, (5, 8), (70, 95)))
    assert box.box() == (HEIGHT - 12, WIDTH - 16, 12, 16)
    for row, column, height, width, _ in box.seen:
        assert 0 <= row <= HEIGHT - height
        assert 0 <= column <= WIDTH - width


def test_a_corner_stops_at_the_sides_of_the_picture_and_before_its_opposite(qtbot, view, box):
    drag(qtbot, view.viewport(), way(view, (31.5, 45.5), (100, 120)))
    assert box.box() == (20, 30, HEIGHT - 20, WIDTH - 30)
    box.set_box(20, 30, 12, 16)
    drag(qtbot, view.viewport(), way(view, (31.5, 45.5), (10, 10)))
    assert box.box() == (20, 30, 1, 1)


def test_what_is_drawn_of_the_box_is_what_is_told(qtbot, view, box):
    """After a drag the outline lies on the pixels' sides, not between them."""
    drag(qtbot, view.viewport(), [*way(view, (25, 36), (32, 26)), view.pixel_to_widget(32.4, 26.3)])
    row, column, height, width = box.box()
    assert box.outline() == (row - 0.5, column - 0.5, height, width)


def test_matches_are_ringed_and_taken_away(view, box):
    plain = view.viewport().grab().toImage()
    box.set_matches([(5.0, 6.0), (50.0, 70.5)])
    assert box.matches() == [(5.0, 6.0), (50.0, 70.5)]
    ringed = view.viewport().grab().toImage()
    assert ringed != plain
    box.set_visible(False)
    assert view.viewport().grab().toImage() != ringed
    box.set_visible(True)
    box.set_matches([])
    assert box.matches() == []
    assert view.viewport().grab().toImage() == plain
