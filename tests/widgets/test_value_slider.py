"""One number: a slider for the hand, a box for the keyboard, both always agreeing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QSlider, QStyle, QStyleOptionSlider

from widgets.value_slider import ValueRange, ValueSlider

SIGMA = ValueRange(0.0, 8.0, 1.5, unit="px")
ODD = ValueRange(3, 31, 7, step=2, unit="px")
GAIN = ValueRange(0.01, 100, 1.0, logarithmic=True)


@pytest.fixture
def make(qtbot):
    def make_one(limits):
        widget = ValueSlider("sigma", "σ", limits, "Width of the bell")
        qtbot.addWidget(widget)
        widget.resize(400, 40)
        with qtbot.waitExposed(widget):
            widget.show()
        widget.seen = []
        widget.changed.connect(lambda value, more: widget.seen.append((value, more)))
        return widget

    return make_one


def handle(slider: QSlider) -> QPoint:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    part = QStyle.SubControl.SC_SliderHandle
    control = QStyle.ComplexControl.CC_Slider
    return slider.style().subControlRect(control, option, part, slider).center()


def drag(qtbot, slider, *xs):
    y = handle(slider).y()
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle(slider))
    for x in xs:
        qtbot.mouseMove(slider, QPoint(x, y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(xs[-1], y))


def type_number(qtbot, widget, text):
    widget.box.setFocus()
    widget.box.selectAll()
    qtbot.keyClicks(widget.box, text)
    qtbot.keyClick(widget.box, Qt.Key.Key_Return)


def agree(widget):
    assert widget.box.value() == pytest.approx(widget.value(), abs=0.006)


@pytest.mark.parametrize("limits", [SIGMA, ODD, GAIN])
def test_a_drag_tells_every_step_and_its_end(qtbot, make, limits):
    widget = make(limits)
    drag(qtbot, widget.slider, 20, 60, widget.slider.width() - 1)
    assert widget.seen[-1] == (limits.high, False)
    assert all(more for _, more in widget.seen[:-1])
    assert len(widget.seen) >= 3
    assert widget.value() == limits.high
    agree(widget)
    drag(qtbot, widget.slider, 100, 0)
    assert widget.seen[-1] == (pytest.approx(limits.low), False)
    agree(widget)


def test_a_typed_number_moves_the_slider(qtbot, make):
    widget = make(SIGMA)
    type_number(qtbot, widget, "2.25")
    assert widget.seen == [(2.25, False)]
    assert widget.value() == 2.25
    assert widget.slider.value() / widget.slider.maximum() == pytest.approx(2.25 / 8, abs=1e-3)


@pytest.mark.parametrize(("text", "expected"), [("99", 8.0), ("-3", 0.0)])
def test_a_number_beyond_the_limits_becomes_the_limit_or_is_refused(qtbot, make, text, expected):
    widget = make(SIGMA)
    type_number(qtbot, widget, text)
    assert 0.0 <= widget.value() <= 8.0
    agree(widget)


@pytest.mark.parametrize(("text", "expected"), [("12", (11, 13)), ("4", (3, 5)), ("30", (29, 31))])
def test_a_typed_number_between_two_steps_becomes_one_of_them(qtbot, make, text, expected):
    widget = make(ODD)
    type_number(qtbot, widget, text)
    assert widget.value() in expected
    assert widget.seen[-1] == (widget.value(), False)
    assert widget.box.value() == widget.value()


def test_arrow_keys_in_the_box_go_by_steps(qtbot, make):
    widget = make(ODD)
    widget.box.setFocus()
    qtbot.keyClick(widget.box, Qt.Key.Key_Up)
    qtbot.keyClick(widget.box, Qt.Key.Key_Up)
    qtbot.keyClick(widget.box, Qt.Key.Key_Down)
    assert [value for value, _ in widget.seen] == [9, 11, 9]


def test_arrow_keys_on_the_slider_change_the_value_and_end_at_once(qtbot, make):
    widget = make(ODD)
    qtbot.keyClick(widget.slider, Qt.Key.Key_Right)
    assert widget.seen == [(9, False)]
    agree(widget)


@pytest.mark.parametrize("part", ["slider", "symbol"])
def test_a_double_click_resets(qtbot, make, part):
    widget = make(SIGMA)
    type_number(qtbot, widget, "5")
    target = getattr(widget, part)
    qtbot.mouseDClick(target, Qt.MouseButton.LeftButton)
    assert widget.value() == 1.5
    assert widget.seen[-1] == (1.5, False)
    agree(widget)
    assert "Double click: 1.50 px" in target.toolTip()


def test_setting_a_value_tells_nobody(qtbot, make):
    widget = make(SIGMA)
    widget.set_value(3.25)
    assert (widget.value(), widget.box.value()) == (3.25, 3.25)
    assert widget.seen == []


@pytest.mark.parametrize(("value", "expected"), [(100.0, 8.0), (-1.0, 0.0)])
def test_a_value_that_is_set_beyond_the_limits_is_the_limit(make, value, expected):
    widget = make(SIGMA)
    widget.set_value(value)
    assert widget.value() == widget.box.value() == expected


def test_other_limits_keep_the_value_where_they_can(make):
    widget = make(ValueRange(1, 31, 31, step=1))
    widget.set_value(9)
    widget.set_limits(ValueRange(1, 12, 12, step=1))
    assert widget.value() == widget.box.value() == 9
    widget.set_limits(ValueRange(1, 5, 5, step=1))
    assert widget.value() == widget.box.value() == 5
    assert widget.slider.value() == widget.slider.maximum()
    assert "Double click: 5." in widget.slider.toolTip()
    assert widget.seen == []


def test_a_range_of_one_value_is_shown_and_cannot_be_left(qtbot, make):
    widget = make(ValueRange(1, 31, 31, step=1))
    widget.set_limits(ValueRange(1, 1, 1, step=1))
    drag(qtbot, widget.slider, 50, widget.slider.width() - 1)
    assert widget.value() == widget.box.value() == 1


def test_the_unit_stands_behind_the_number(make):
    assert make(SIGMA).findChild(QDoubleSpinBox, "sigma_box").text().endswith("1.50 px")
    assert make(ValueRange(0, 180, 45, step=1, unit="°")).box.text() == "45°"


def test_everything_has_a_name_a_tooltip_and_a_spoken_name(make):
    widget = make(SIGMA)
    for kind, name in ((QSlider, "sigma_slider"), (QDoubleSpinBox, "sigma_box")):
        part = widget.findChild(kind, name)
        assert "Width of the bell" in part.toolTip()
        assert part.accessibleName() == "σ: Width of the bell"
    assert widget.findChild(QLabel).text() == "σ"


ranges = st.builds(
    lambda low, span, step, log: ValueRange(
        abs(low) + 0.01 if log else low, (abs(low) + 0.01 if log else low) + span, low,
        0.0 if log else step, "", log,
    ),
    st.floats(-100, 100),
    st.floats(1, 100),
    st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    st.booleans(),
)  # fmt: skip


@given(ranges, st.floats(0, 1))
def test_a_way_gives_a_value_within_the_limits_and_back(limits, share):
    value = limits.at(share)
    assert limits.low - 1e-9 <= value <= limits.high + 1e-9
    tolerance = max(limits.step / (limits.high - limits.low), 1e-6)
    assert limits.share_of(value) == pytest.approx(share, abs=tolerance)


@given(st.floats(0, 0.5))
def test_on_a_logarithmic_way_equal_steps_are_equal_factors(share):
    assert GAIN.at(share + 0.5) / GAIN.at(share) == pytest.approx(100.0, rel=1e-9)


def test_a_press_beside_the_handle_brings_it_there_and_drags_on(qtbot, make):
    widget = make(SIGMA)
    slider = widget.slider
    place = QPoint(slider.width() * 3 // 4, handle(slider).y())
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
    assert widget.value() == pytest.approx(6.0, abs=0.2)
    assert handle(slider).x() == pytest.approx(place.x(), abs=1)
    end = QPoint(slider.width() // 4, place.y())
    qtbot.mouseMove(slider, end)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=end)
    assert widget.value() == pytest.approx(2.0, abs=0.2)
    assert [more for _, more in widget.seen] == [True] * (len(widget.seen) - 1) + [False]


@pytest.mark.parametrize(("limits", "step"), [(SIGMA, 0.08), (ODD, 2)])
def test_a_key_on_the_slider_is_a_step_that_shows(qtbot, make, limits, step):
    widget = make(limits)
    qtbot.keyClick(widget.slider, Qt.Key.Key_Right)
    assert widget.value() == pytest.approx(limits.default + step, abs=0.011)
