"""The plot of losses: which curves are drawn, what the list says, and the iteration pointed at."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QTreeWidget

from widgets.curve_plot import CurvePlot
from widgets.loss_plot import LossCurve, LossPlot

X = np.arange(11)
TOTAL = LossCurve("total", "total", X, 100.0 * 0.5**X, "total")
CONTENT = LossCurve("c", "content, blocks.4.1", X, np.r_[0.0, np.linspace(0.1, 1, 10)], "content")
STYLES = [LossCurve(f"s{n}", f"style, {n}", X, (n + 1) * 0.8**X, "style") for n in range(6)]
ALL = [TOTAL, CONTENT, *STYLES]


@pytest.fixture
def view(qtbot):
    widget = LossPlot("losses")
    qtbot.addWidget(widget)
    widget.resize(760, 320)
    widget.set_curves(ALL, boundaries=[(5, "128 × 96")])
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    widget.seen = []
    widget.hidden_changed.connect(widget.seen.append)
    return widget


def plot(view):
    return view.findChild(CurvePlot, "losses_plot")


def legend(view):
    return view.findChild(QTreeWidget, "losses_legend")


def drawn(view):
    return [curve.name for curve in plot(view).curves()]


def listed(view):
    items = [legend(view).topLevelItem(row) for row in range(legend(view).topLevelItemCount())]
    return {item.text(0): item.text(1) for item in items}


def check_place(view, row):
    line = legend(view).visualRect(legend(view).model().index(row, 0))
    return QPoint(line.left() + 10, line.center().y())


def click_check(qtbot, view, row):
    qtbot.mouseClick(legend(view).viewport(), Qt.MouseButton.LeftButton, pos=check_place(view, row))


def hover(qtbot, view, iteration):
    qtbot.mouseMove(plot(view).viewport(), QPoint(2, 2))
    qtbot.mouseMove(plot(view).viewport(), plot(view).to_widget(iteration, 1.0))


def test_all_curves_are_drawn_and_told_apart_by_colour_or_dash(view):
    assert drawn(view) == [curve.name for curve in ALL]
    looks = [(curve.color, curve.dash) for curve in plot(view).curves()]
    assert len(set(looks)) == len(ALL)
    groups = [{looks[0][0]}, {looks[1][0]}, {color for color, _ in looks[2:]}]
    assert not groups[0] & groups[1]
    assert not groups[1] & groups[2]


def test_the_axis_is_logarithmic_until_the_person_switches_it(view, qtbot):
    axis = plot(view)._item.getAxis("left")
    assert axis.logMode
    box = view.findChild(QCheckBox, "losses_log")
    with qtbot.waitSignal(view.logarithmic_changed) as told:
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(9, box.height() // 2))
    assert told.args == [False]
    assert not axis.logMode
    with qtbot.assertNotEmitted(view.logarithmic_changed):
        view.set_logarithmic(True)
    assert axis.logMode
    assert box.isChecked()


def test_zero_is_a_gap_on_the_logarithmic_axis(view):
    line = plot(view)._item.listDataItems()[1]
    heights = line.getOriginalDataset()[1]
    assert np.isnan(heights[0])
    np.testing.assert_array_equal(heights[1:], CONTENT.y[1:])


def test_the_list_says_the_newest_values(view):
    assert listed(view)["total"] == "0.0977"  # 100 / 2**10
    assert listed(view)["content, blocks.4.1"] == "1"
    assert view.findChild(QLabel, "losses_at").text() == "Newest: iteration 10"


def test_the_list_says_the_values_at_the_iteration_under_the_mouse(view, qtbot):
    with qtbot.waitSignal(view.iteration_hovered) as told:
        hover(qtbot, view, 3.2)
    assert told.args == [3]
    assert listed(view)["total"] == "12.5"
    assert view.findChild(QLabel, "losses_at").text() == "At iteration 3"
    view.set_curves(ALL)  # a step more does not take it away
    assert listed(view)["total"] == "12.5"
    with qtbot.waitSignal(view.iteration_left):
        qtbot.mouseMove(plot(view).viewport(), QPoint(2, 2))
    assert listed(view)["total"] == "0.0977"


def test_a_click_on_the_plot_tells_the_iteration(view, qtbot):
    with qtbot.waitSignal(view.iteration_clicked) as told:
        qtbot.mouseClick(
            plot(view).viewport(), Qt.MouseButton.LeftButton, pos=plot(view).to_widget(6.9, 1.0)
        )
    assert told.args == [7]


def test_checks_leave_curves_out_and_tell(view, qtbot):
    click_check(qtbot, view, 1)
    assert view.seen == [("c",)]
    assert "content, blocks.4.1" not in drawn(view)
    assert "content, blocks.4.1" in listed(view)
    legend(view).setCurrentItem(legend(view).topLevelItem(3))
    qtbot.keyClick(legend(view), Qt.Key.Key_Space)
    assert view.seen[-1] == ("c", "s1")
    click_check(qtbot, view, 1)
    assert view.seen[-1] == ("s1",)
    assert view.hidden() == ("s1",)
    assert drawn(view) == [curve.name for curve in ALL if curve.key != "s1"]


def test_a_double_click_shows_one_alone_and_then_all_again(view, qtbot):
    place = legend(view).visualRect(legend(view).model().index(2, 0)).center()
    for wanted in ([STYLES[0].name], [curve.name for curve in ALL]):
        qtbot.mouseDClick(legend(view).viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert drawn(view) == wanted
    assert view.seen == [tuple(curve.key for curve in ALL if curve.key != "s0"), ()]


def test_hidden_keys_hold_for_curves_yet_to_come(view, qtbot):
    view.set_hidden(["later", "total"])
    assert view.seen == []
    assert "total" not in drawn(view)
    later = LossCurve("later", "a later one", X, X + 1.0)
    view.set_curves([TOTAL, CONTENT])
    click_check(qtbot, view, 1)
    assert set(view.seen[-1]) == {"later", "total", "c"}
    view.set_curves([TOTAL, later, CONTENT])
    assert drawn(view) == []
    assert set(listed(view)) == {"total", "a later one", "content, blocks.4.1"}


def test_boundaries_and_the_chosen_snapshot_are_marked(view):
    def marks():
        items = plot(view)._item.items
        return [item.value() for item in items if isinstance(item, pg.InfiniteLine)]

    assert marks() == [5]
    view.set_marked(8)
    assert marks() == [5, 8]
    view.set_curves(ALL, boundaries=[(5, "128 × 96"), (9, "256 × 192")])
    assert marks() == [5, 9, 8]
    view.set_marked(None)
    assert marks() == [5, 9]


def test_more_steps_keep_the_line_chosen_in_the_list(view):
    legend(view).setCurrentItem(legend(view).topLevelItem(4))
    x = np.arange(20)
    view.set_curves(
        [LossCurve(c.key, c.name, x, np.ones(20) * 0.25, c.group) for c in ALL],
        boundaries=[(5, "128 × 96")],
    )
    assert legend(view).currentItem() is legend(view).topLevelItem(4)
    assert set(listed(view).values()) == {"0.25"}


def test_values_that_are_no_numbers_and_curves_without_steps_are_said_as_such(view):
    view.set_curves(
        [
            LossCurve("a", "a", X, np.full(11, np.nan)),
            LossCurve("b", "b", np.zeros(0), np.zeros(0)),
        ]
    )
    assert listed(view) == {"a": "–", "b": "–"}
    view.grab()


def test_two_curves_with_one_key_are_refused(view):
    with pytest.raises(ValueError, match="one key"):
        view.set_curves([TOTAL, TOTAL])
    assert drawn(view) == [curve.name for curve in ALL]


def test_before_the_first_step_a_hint_stands_there(view):
    hint = view.findChild(QLabel, "losses_hint")
    view.set_hint("Start a run to see its losses.")
    assert not hint.isVisible()
    view.set_curves(())
    assert hint.isVisible()
    assert not plot(view).isVisible()
    view.set_curves(ALL)
    assert not hint.isVisible()
    assert plot(view).isVisible()


def test_texts_of_marks_close_to_each_other_do_not_lie_over_each_other(view):
    view.set_curves(ALL, boundaries=[(4, "64 × 48"), (5, "128 × 96"), (6, "256 × 192")])
    QApplication.processEvents()
    lines = [item for item in plot(view)._item.items if isinstance(item, pg.InfiniteLine)]
    texts = [part for line in lines for part in line.childItems() if hasattr(part, "textItem")]
    margin = texts[0].textItem.document().documentMargin()
    boxes = [
        text.mapRectToScene(text.boundingRect().adjusted(0, margin, 0, -margin)) for text in texts
    ]
    assert len(boxes) == 3
    for number, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[number + 1 :])
