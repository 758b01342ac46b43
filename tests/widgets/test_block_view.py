import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from widgets.block_view import BlockView, group_color

SHAPE = (3, 4, 3, 3)


def groups_of(kind: str) -> np.ndarray:
    examples, channels = SHAPE[:2]
    number = {
        "batch": np.arange(channels)[None, :],
        "layer": np.arange(examples)[:, None],
        "instance": np.arange(examples * channels).reshape(examples, channels),
    }[kind]
    return np.broadcast_to(number[..., None, None], SHAPE)


@pytest.fixture
def view(qtbot):
    made = BlockView("block")
    qtbot.addWidget(made)
    made.resize(500, 240)
    made.show()
    qtbot.waitExposed(made)
    return made


def color_at(view, example, row, column):
    point = view.face_center(example, row, column).toPoint()
    return view.grab().toImage().pixelColor(point)


@pytest.mark.parametrize(("kind", "count"), [("batch", 4), ("layer", 3), ("instance", 12)])
def test_groups_are_counted(view, kind, count):
    view.set_groups(groups_of(kind))
    assert view.summary() == f"{count} groups of cells"
    assert view.accessibleDescription() == view.summary()


def test_examples_share_a_colour_where_they_are_averaged_together_and_else_do_not(view):
    view.set_groups(groups_of("batch"))
    assert color_at(view, 0, 1, 1) == color_at(view, 2, 1, 1)
    view.set_groups(groups_of("layer"))
    assert color_at(view, 0, 1, 1) != color_at(view, 2, 1, 1)


def test_the_mouse_stresses_the_group_it_is_on(qtbot, view):
    view.set_groups(groups_of("layer"))
    before = color_at(view, 2, 1, 1)
    with qtbot.waitSignal(view.group_hovered) as told:
        QTest.mouseMove(view, view.face_center(0, 1, 1).toPoint())
    assert told.args == [0]
    assert color_at(view, 2, 1, 1) != before  # the others fade
    with qtbot.waitSignal(view.group_hovered) as told:
        QTest.mouseMove(view, QPoint(1, 1))
    assert told.args == [-1]
    assert color_at(view, 2, 1, 1) == before


def test_colours_of_few_groups_differ_from_one_another():
    for count in range(2, 25):
        colors = [group_color(n, count).rgb() for n in range(count)]
        assert len(set(colors)) == count


def test_a_block_needs_four_dimensions(view):
    with pytest.raises(ValueError, match="4 dimensions, not 3"):
        view.set_groups(np.zeros((2, 3, 4)))
