"""A slider that multiplies and springs back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QSlider, QStyle, QStyleOptionSlider

from driving import send_wheel
from widgets.scale_slider import ScaleSlider


@pytest.fixture
def scale(qtbot):
    widget = ScaleSlider("scale", "Multiply every weight")
    qtbot.addWidget(widget)
    widget.resize(400, 40)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.seen = []
    widget.scaled.connect(lambda factor, more: widget.seen.append((factor, more)))
    return widget


def handle(slider: QSlider) -> QPoint:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    part = QStyle.SubControl.SC_SliderHandle
    return (
        slider.style()
        .subControlRect(QStyle.ComplexControl.CC_Slider, option, part, slider)
        .center()
    )


def shown(scale):
    return scale.findChild(QLabel, "scale_factor").text()


def test_a_drag_tells_factors_of_where_it_began_and_springs_back(qtbot, scale):
    slider = scale.slider
    start = handle(slider)
    end = QPoint(slider.width() - 2, start.y())
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(slider, start + QPoint(40, 0))
    first = scale.seen[-1]
    assert first == (pytest.approx(10 ** (slider.value() / 100)), True)
    assert shown(scale) == f"× {first[0]:.2f}"
    qtbot.mouseMove(slider, end)
    assert shown(scale) == "× 10.00"
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=end)
    assert scale.seen[-1] == (pytest.approx(10.0), False)
    assert [more for _, more in scale.seen] == [True] * (len(scale.seen) - 1) + [False]
    assert slider.value() == 0
    assert shown(scale) == "× 1.00"


def test_to_the_left_divides(qtbot, scale):
    slider = scale.slider
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle(slider))
    qtbot.mouseMove(slider, QPoint(0, handle(slider).y()))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(0, handle(slider).y()))
    assert scale.seen[-1] == (pytest.approx(0.1), False)


@pytest.mark.parametrize(
    ("key", "ticks"),
    [(Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, -2), (Qt.Key.Key_PageUp, 10)],
)
def test_each_key_is_one_factor(qtbot, scale, key, ticks):
    for _ in range(3):
        qtbot.keyClick(scale.slider, key)
    assert scale.seen == [(pytest.approx(10 ** (ticks / 100)), False)] * 3
    assert scale.slider.value() == 0


def test_each_notch_of_the_wheel_is_one_factor(scale):
    send_wheel(scale.slider, scale.slider.rect().center(), 120)
    send_wheel(scale.slider, scale.slider.rect().center(), -120)
    (up, _), (down, _) = scale.seen
    assert up > 1
    assert up * down == pytest.approx(1.0)


def test_a_press_beside_the_handle_takes_it_there_and_holding_does_not_run_away(qtbot, scale):
    slider = scale.slider
    place = QPoint(slider.width() * 3 // 4, handle(slider).y())
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
    told = len(scale.seen)
    with qtbot.assertNotEmitted(scale.scaled, wait=700):  # a slider repeats after half a second
        pass
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
    factors = [factor for factor, _ in scale.seen]
    assert told == 1
    assert factors[-1] == pytest.approx(10**0.5, rel=0.1)
    assert scale.seen[-1][1] is False


def test_the_slider_has_name_tooltip_and_spoken_name(scale):
    assert scale.slider.objectName() == "scale_slider"
    assert scale.slider.toolTip() == scale.slider.accessibleName() == "Multiply every weight"
