"""A map of points: who is drawn how, and what lasso, clicks, keys and the legend do."""

from __future__ import annotations

import itertools

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QListWidget
from skimage.measure import points_in_poly

from dragging import drag
from driving import send_wheel
from visualizer import theme
from widgets._scatter_plot.lasso_box import inside
from widgets._scatter_plot.looks import look_of
from widgets.scatter_plot import Crossed, ScatterPlot

POINTS = np.array([[0, 0], [1, 0], [0, 1], [4, 4], [5, 4], [4, 5]], dtype=float)
GROUPS = np.array([0, 0, 1, 1, 1, -1])


@pytest.fixture
def plot(qtbot):
    widget = ScatterPlot("map")
    qtbot.addWidget(widget)
    widget.resize(560, 400)
    widget.set_points(POINTS, GROUPS, ["brick", "grass"])
    with qtbot.waitExposed(widget):
        widget.show()
    seen(widget)
    yield widget
    QApplication.instance().setPalette(theme.palette("light"))


def seen(plot):
    QApplication.processEvents()
    plot.grab()  # the range is found when it is painted


def legend(plot) -> QListWidget:
    return plot.findChild(QListWidget, "map_legend")


def toggle(qtbot, plot, row):
    """Choose a line of the legend and press the space bar."""
    legend(plot).setCurrentRow(row)
    qtbot.keyClick(legend(plot), Qt.Key.Key_Space)


def around(plot, indices, margin=15):
    """A closed way around points, in the viewport."""
    places = [plot.point_to_widget(index) for index in indices]
    left, right = min(p.x() for p in places) - margin, max(p.x() for p in places) + margin
    top, bottom = min(p.y() for p in places) - margin, max(p.y() for p in places) + margin
    return [QPoint(left, top), QPoint(right, top), QPoint(right, bottom), QPoint(left, bottom)]


def hover(qtbot, plot, index):
    qtbot.mouseMove(plot.viewport(), QPoint(2, 2))
    qtbot.mouseMove(plot.viewport(), plot.point_to_widget(index))


def click(qtbot, plot, place, keys=Qt.KeyboardModifier.NoModifier):
    qtbot.mouseMove(plot.viewport(), place)
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, keys, place)


corners = st.lists(
    st.tuples(st.floats(-3, 3, width=32), st.floats(-3, 3, width=32)), min_size=3, max_size=12
)


@given(corners, st.integers(0, 1000))
def test_inside_agrees_with_scikit_image(lasso, seed):
    points = np.random.default_rng(seed).uniform(-3.1, 3.1, (60, 2))
    ours = inside(points, np.array(lasso))
    assert np.array_equal(ours, points_in_poly(points, lasso))


def test_looks_differ_in_both_colour_and_shape_from_group_to_group():
    looks = [look_of(group) for group in range(66)]
    assert len(set(looks)) == 66
    for one, other in itertools.pairwise(looks):
        assert one.color != other.color
        assert one.shape != other.shape


def test_lasso_selects_what_it_goes_around(plot, qtbot):
    with qtbot.waitSignal(plot.selection_changed) as told:
        drag(qtbot, plot.viewport(), around(plot, [3, 4, 5]))
    assert told.args[0].tolist() == [3, 4, 5]
    assert plot.selected().tolist() == [3, 4, 5]


def test_hidden_group_is_neither_lassoed_nor_hovered(plot, qtbot):
    toggle(qtbot, plot, 1)
    assert plot.shown().tolist() == [0, 1, 5]
    drag(qtbot, plot.viewport(), around(plot, [3, 4, 5]))
    assert plot.selected().tolist() == [5]
    hover(qtbot, plot, 3)
    assert plot.hovered() is None
    toggle(qtbot, plot, 1)
    hover(qtbot, plot, 3)
    assert plot.hovered() == 3


def test_double_click_in_the_legend_shows_one_group_alone_then_all(plot, qtbot):
    line = legend(plot).visualItemRect(legend(plot).item(0)).center()
    view = legend(plot).viewport()
    for shown in ([0, 1], [0, 1, 2, 3, 4, 5]):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=line)
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=line)
        assert plot.shown().tolist() == shown


def test_legend_tells_names_counts_and_those_without_a_class(plot):
    texts = [legend(plot).item(row).text() for row in range(legend(plot).count())]
    assert texts == ["brick (2)", "grass (3)", "no class (1)"]


def test_crosses_lie_over_points_and_can_be_hidden_in_the_legend(plot, qtbot):
    pictures = []
    for rows in ([], [1, 3]):
        crossed = Crossed("told wrong", np.array(rows, dtype=np.int64))
        plot.set_points(POINTS, GROUPS, ["brick", "grass"], crossed=crossed)
        seen(plot)
        pictures.append(plot.viewport().grab().toImage())
    plain, marked = pictures
    texts = [legend(plot).item(row).text() for row in range(legend(plot).count())]
    assert texts == ["brick (2)", "grass (3)", "no class (1)", "told wrong (2)"]
    assert plot.crossed().tolist() == [1, 3]
    for index in range(len(POINTS)):  # the arms reach beyond the point, in the colour of text
        place = plot.point_to_widget(index)
        changed = any(
            plain.pixel(place.x() + x, place.y() + y) != marked.pixel(place.x() + x, place.y() + y)
            for x in range(-4, 5)
            for y in range(-4, 5)
        )
        assert changed == (index in (1, 3)), index
    toggle(qtbot, plot, 0)  # a hidden point has no cross
    assert plot.crossed().tolist() == [3]
    toggle(qtbot, plot, 3)
    assert plot.crossed().tolist() == []
    assert plot.shown().tolist() == [2, 3, 4, 5]


def test_crosses_and_their_line_go_with_the_next_points(plot):
    plot.set_points(POINTS, GROUPS, ["a", "b"], crossed=Crossed("odd", np.array([1])))
    plot.set_points(POINTS, GROUPS, ["a", "b"], without="in no part")
    texts = [legend(plot).item(row).text() for row in range(legend(plot).count())]
    assert texts == ["a (2)", "b (3)", "in no part (1)"]
    assert plot.crossed().tolist() == []


def test_the_cross_of_the_legend_is_seen_in_both_themes(plot):
    plot.set_points(POINTS, GROUPS, ["a", "b"], crossed=Crossed("odd", np.array([1])))
    for name in ("light", "dark"):
        QApplication.instance().setPalette(theme.palette(name))
        seen(plot)
        line = legend(plot).visualItemRect(legend(plot).item(3))
        image = legend(plot).viewport().grab(line).toImage()
        icon = [
            image.pixelColor(x, y).lightness()
            for x in range(18, 40)
            for y in range(4, image.height() - 3)
        ]
        assert max(icon) - min(icon) > 120, name


def test_click_selects_one_and_with_control_more_and_beside_none(plot, qtbot):
    click(qtbot, plot, plot.point_to_widget(0))
    assert plot.selected().tolist() == [0]
    click(qtbot, plot, plot.point_to_widget(4), Qt.KeyboardModifier.ControlModifier)
    assert plot.selected().tolist() == [0, 4]
    click(qtbot, plot, plot.point_to_widget(0), Qt.KeyboardModifier.ControlModifier)
    assert plot.selected().tolist() == [4]
    middle = (plot.point_to_widget(0) + plot.point_to_widget(3)) / 2
    click(qtbot, plot, middle)
    assert plot.selected().tolist() == []


def test_hovering_tells_the_point_and_shows_its_card(plot, qtbot):
    with qtbot.waitSignal(plot.point_hovered) as told:
        hover(qtbot, plot, 4)
    assert told.args == [4]
    plot.show_card(np.zeros((8, 8, 3), np.uint8), "grass/grass_004")
    text = plot.findChild(QLabel, "map_card_text")
    assert text.isVisible()
    assert text.text() == "grass/grass_004"
    with qtbot.waitSignal(plot.hover_left):
        qtbot.mouseMove(plot.viewport(), QPoint(2, 2))
    assert not text.isVisible()


def test_keys_go_from_point_to_point_and_select(plot, qtbot):
    area = plot.findChild(pg.PlotWidget, "map_area")
    hover(qtbot, plot, 3)
    qtbot.keyClick(area, Qt.Key.Key_Right)
    assert plot.hovered() == 4
    qtbot.keyClick(area, Qt.Key.Key_Return)
    assert plot.selected().tolist() == [4]
    qtbot.keyClick(area, Qt.Key.Key_Left)
    qtbot.keyClick(area, Qt.Key.Key_Up)
    assert plot.hovered() == 5
    qtbot.keyClick(area, Qt.Key.Key_Space)
    assert plot.selected().tolist() == [4, 5]
    qtbot.keyClick(area, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert plot.selected().tolist() == list(range(6))
    qtbot.keyClick(area, Qt.Key.Key_Escape)
    assert plot.selected().tolist() == []
    assert plot.hovered() is None


def test_wheel_zooms_and_home_shows_everything(plot, qtbot):
    box = plot.findChild(pg.PlotWidget, "map_area").getPlotItem().getViewBox()
    before = box.viewRect().width()
    send_wheel(plot.viewport(), plot.point_to_widget(0), 240)
    seen(plot)
    assert box.viewRect().width() < 0.9 * before
    qtbot.keyClick(plot.findChild(pg.PlotWidget, "map_area"), Qt.Key.Key_Home)
    seen(plot)
    assert box.viewRect().width() == pytest.approx(before, rel=0.01)


def test_axes_say_what_they_show_and_points_follow_the_theme(plot):
    plot.set_labels("PC 1 (34 %)", "PC 2 (12 %)")
    item = plot.findChild(pg.PlotWidget, "map_area").getPlotItem()
    assert item.getAxis("bottom").label.toPlainText().strip() == "PC 1 (34 %)"
    assert plot.accessibleName() == "Map: PC 2 (12 %) against PC 1 (34 %)"
    dark = theme.palette("dark")
    QApplication.instance().setPalette(dark)
    seen(plot)
    assert plot.viewport().grab().toImage().pixelColor(100, 20) == dark.base().color()


def test_points_and_groups_that_do_not_fit_are_refused(plot):
    with pytest.raises(ValueError, match="do not fit"):
        plot.set_points(POINTS, GROUPS[:3], ["brick", "grass"])
