"""Squares of cells, of which those that a unit sees are filled."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPalette

from widgets.nested_fields import NestedFields


@pytest.fixture
def view(qtbot):
    made = NestedFields("fields", "What a unit sees")
    qtbot.addWidget(made)
    made.resize(480, 160)
    made.set_fields((3, 5, 7))
    made.show()
    return made


def filled_along_the_middle(view, square):
    """How many cells of the middle row have the accent colour."""
    image = view.grab().toImage()
    cell = square.width() / 7
    places = [square.topLeft() + QPointF((n + 0.5) * cell, 3.5 * cell) for n in range(7)]
    accent = view.palette().color(QPalette.ColorRole.Highlight)
    ratio = image.devicePixelRatio()
    return sum(image.pixelColor((place * ratio).toPoint()) == accent for place in places)


def test_each_square_fills_as_many_cells_as_are_seen(view):
    counts = [filled_along_the_middle(view, square) for square in view.squares()]
    assert counts == [3, 5, 7]
    assert "layer 2: 5 × 5" in view.accessibleDescription()


def test_the_squares_lie_inside_and_apart(view):
    squares = view.squares()
    assert all(view.rect().toRectF().contains(square) for square in squares)
    assert all(one.right() < two.left() for one, two in pairwise(squares))


def test_without_room_nothing_is_drawn(view):
    view.resize(480, 20)
    assert view.squares() == []
    assert filled_along_the_middle(view, view.rect().toRectF()) == 0
