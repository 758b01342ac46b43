"""SignalPlot: what a drag tells, what is drawn, shared times, keys."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QGraphicsTextItem, QLabel

from widgets.signal_plot import SignalPlot, Trace

X = np.arange(20.0)


@pytest.fixture
def make(qtbot):
    def make_one(gesture="look", name="plot"):
        plot = SignalPlot(name, "t (samples)", "f", gesture)
        qtbot.addWidget(plot)
        plot.resize(500, 240)
        plot.set_traces([Trace("f", X, np.sin(X), "blue", "stems")], title="f: sine")
        plot.set_extent(0, 19)
        plot.set_value_range(-1, 1)
        plot.show()
        qtbot.waitExposed(plot)
        return plot

    return make_one


def _ink(plot):
    """Return the pixels of the area (H, W, 3)."""
    image = plot.area().grab().toImage().convertToFormat(plot.grab().toImage().Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def _drag(qtbot, plot, start, *others):
    area = plot.area()
    qtbot.mousePress(area, Qt.MouseButton.LeftButton, pos=start)
    for place in others:
        qtbot.mouseMove(area, place)
    qtbot.mouseRelease(area, Qt.MouseButton.LeftButton, pos=others[-1])


def test_a_slide_tells_how_far_the_mouse_went_wherever_it_was_pressed(qtbot, make):
    plot, told = make("slide"), []
    plot.slid.connect(lambda by, more: told.append((by, more)))
    _drag(qtbot, plot, plot.place_of(3, 0.9), plot.place_of(5, 0), plot.place_of(10, -0.5))
    assert [more for _, more in told] == [True, True, False]
    assert told[0][0] == pytest.approx(2, abs=0.1)
    assert told[-1][0] == pytest.approx(7, abs=0.1)


def test_pointing_tells_the_time_under_the_mouse_from_the_press_on(qtbot, make):
    plot, told = make("point"), []
    plot.pointed.connect(lambda time, more: told.append((time, more)))
    _drag(qtbot, plot, plot.place_of(4, 0), plot.place_of(12, 0))
    assert told[0] == (pytest.approx(4, abs=0.1), True)
    assert told[-1] == (pytest.approx(12, abs=0.1), False)


def test_strokes_join_without_gaps(qtbot, make):
    plot, strokes = make("draw"), []
    plot.stroked.connect(lambda *stroke: strokes.append(stroke))
    places = [plot.place_of(x, y) for x, y in ((2, 0), (8, 0.5), (15, -0.5))]
    _drag(qtbot, plot, *places)
    for before, after in itertools.pairwise(strokes):
        assert after[:2] == pytest.approx(before[2:4])
    assert strokes[1][2:4] == pytest.approx((8, 0.5), abs=0.1)
    assert strokes[-1][4] is False


def test_looking_leaves_drags_to_the_plot_and_tells_nothing(qtbot, make):
    plot = make("look")
    with qtbot.assertNotEmitted(plot.slid), qtbot.assertNotEmitted(plot.pointed):
        _drag(qtbot, plot, plot.place_of(3, 0), plot.place_of(8, 0))


def test_the_other_button_slides_nothing(qtbot, make):
    plot = make("slide")
    with qtbot.assertNotEmitted(plot.slid):
        qtbot.mousePress(plot.area(), Qt.MouseButton.RightButton, pos=plot.place_of(3, 0))
        qtbot.mouseMove(plot.area(), plot.place_of(8, 0))
        qtbot.mouseRelease(plot.area(), Qt.MouseButton.RightButton, pos=plot.place_of(8, 0))


def test_stems_stand_at_their_samples_and_nowhere_between(make):
    plot = make()
    plot.set_traces([Trace("f", X, np.ones(20), "blue", "stems")])
    pixels = _ink(plot)
    row = plot.place_of(0, 0.5).y()

    def blue(time):
        column = plot.place_of(time, 0.5).x()
        window = pixels[row, column - 1 : column + 2]
        return bool((window[:, 2] - window[:, 0] > 60).any())

    assert all(blue(time) for time in range(1, 19))
    assert not any(blue(time + 0.5) for time in range(1, 18))


def test_the_area_of_a_product_is_filled_down_to_zero(make):
    plot = make()
    plot.set_traces([Trace("p", np.array([4.0, 8.0]), np.array([0.8, 0.8]), "accent", "area")])
    pixels = _ink(plot)
    inside, outside = plot.place_of(6.3, 0.37), plot.place_of(12.3, 0.37)
    assert pixels[inside.y(), inside.x()][2] < pixels[outside.y(), outside.x()][2] - 50


def test_the_zoom_stays_while_only_the_numbers_change(qtbot, make):
    plot = make()
    plot.area().setFocus()
    qtbot.keyClick(plot.findChild(type(plot.area().parent()), "plot_area"), Qt.Key.Key_Plus)
    low, high = plot.time_range()
    assert high - low < 19
    plot.set_traces([Trace("f", X, np.cos(X), "blue", "stems")])
    plot.set_extent(0, 19)
    assert plot.time_range() == (low, high)
    qtbot.mouseDClick(plot.area(), Qt.MouseButton.LeftButton, pos=QPoint(200, 80))
    assert plot.time_range()[0] <= 0 < 19 <= plot.time_range()[1]


def test_plots_that_share_their_time_stand_exactly_above_each_other(make):
    upper, lower = make(name="upper"), make(name="lower")
    lower.share_time_with(upper)
    lower.set_value_range(-1000, 1000)  # longer numbers at the axis
    upper.set_extent(-5, 40)
    assert lower.time_range() == pytest.approx(upper.time_range())
    for time in (0, 17, 39):
        assert upper.place_of(time, 0).x() == lower.place_of(time, 0).x()


def test_cursor_marks_and_legend(make):
    plot = make()
    assert plot.cursor_time() is None
    plot.set_cursor(7.0, 0.5)
    plot.set_marks([(3.0, "peak 3")])
    assert plot.cursor_time() == 7.0
    assert plot.marks() == ((3.0, "peak 3"),)
    plot.set_cursor(None)
    assert plot.cursor_time() is None
    assert "f: sine" in plot.findChild(QLabel, "plot_legend").text()


def test_keys_that_are_not_its_own_go_to_the_parent(qtbot, make):
    plot, seen = make("slide"), []
    plot.keyPressEvent = lambda event: seen.append(event.key())
    area = plot.area().parent()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_End, Qt.Key.Key_Plus):
        qtbot.keyClick(area, key)
    assert seen == [Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_End]


def test_a_narrow_plot_keeps_what_its_colours_mean_and_leaves_the_title_to_the_tooltip(make):
    plot = make()
    legend = plot.findChild(QLabel, "plot_legend")
    assert "sine" in legend.text()
    name = "its meaning"
    plot.set_traces([Trace(name, X, np.sin(X))], title="f: a long name of a signal")
    assert "a long name" in legend.text()
    plot.resize(200, 240)
    assert name in legend.text()
    assert "a long name" not in legend.text()
    assert "a long name" in legend.toolTip()
    assert legend.sizeHint().width() <= plot.width()
    plot.resize(700, 240)
    assert "a long name" in legend.text()


def test_a_low_plot_leaves_out_the_label_that_it_would_cut(make):
    plot = make()
    plot.set_labels("t (samples)", "a label of some length")
    label = plot.area().parent().getPlotItem().getAxis("left").label
    assert label.isVisible()
    plot.resize(500, 110)
    assert not label.isVisible()
    plot.resize(500, 300)
    assert label.isVisible()
    plot.set_labels("t (samples)", "a label of a length that has no room in it " * 2)
    assert not label.isVisible()


def test_a_mark_at_the_end_of_the_view_has_its_text_within(make):
    plot = make()
    plot.resize(500, 100)
    plot.set_marks([(18.9, "peak 18.9")])
    item = plot.area().parent().getPlotItem()
    text = next(
        each.sceneBoundingRect()
        for each in item.scene().items()
        if isinstance(each, QGraphicsTextItem) and each.toPlainText() == "peak 18.9"
    )
    frame = item.getViewBox().sceneBoundingRect()
    assert text.right() <= frame.right()
    assert text.top() >= frame.top()
