"""The kernels of a chain as numbered buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QToolButton

from widgets.chain_strip import ChainStrip

MOST = 4


@pytest.fixture
def strip(qtbot):
    widget = ChainStrip("chain", MOST)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def button(strip, name):
    return strip.findChild(QToolButton, f"chain_{name}")


def shown_numbers(strip):
    return [n for n in range(1, MOST + 1) if button(strip, n).isVisible()]


def click(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_one_kernel_needs_neither_switch_nor_bin(strip):
    assert shown_numbers(strip) == [1]
    assert button(strip, 1).isChecked()
    assert not strip.findChild(QCheckBox, "chain_enabled").isVisible()
    assert not button(strip, "remove").isVisible()
    assert button(strip, "add").isEnabled()


def test_a_single_kernel_that_is_off_can_be_switched_on_but_not_removed(strip):
    strip.set_chain([False], 0)
    assert strip.findChild(QCheckBox, "chain_enabled").isVisible()
    assert not strip.findChild(QCheckBox, "chain_enabled").isChecked()
    assert not button(strip, "remove").isVisible()


def test_what_is_off_is_struck_and_says_so(strip):
    strip.set_chain([True, False, True], 1)
    assert shown_numbers(strip) == [1, 2, 3]
    struck = [button(strip, n).font().strikeOut() for n in (1, 2, 3)]
    assert struck == [False, True, False]
    assert "switched off" in button(strip, 2).toolTip()
    assert "applied" in button(strip, 3).toolTip()
    assert [button(strip, n).isChecked() for n in (1, 2, 3)] == [False, True, False]
    assert not strip.findChild(QCheckBox, "chain_enabled").isChecked()


def test_a_full_chain_takes_no_more(strip):
    strip.set_chain([True] * MOST, 0)
    assert not button(strip, "add").isEnabled()
    strip.set_chain([True] * (MOST - 1), 0)
    assert button(strip, "add").isEnabled()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_click_tells_which_kernel_is_wanted(qtbot, strip, number):
    strip.set_chain([True] * 3, 0)
    with qtbot.waitSignal(strip.selected) as signal:
        click(qtbot, button(strip, number))
    assert signal.args == [number - 1]


def test_the_space_bar_does_what_a_click_does(qtbot, strip):
    strip.set_chain([True, True], 0)
    button(strip, 2).setFocus()
    with qtbot.waitSignal(strip.selected) as signal:
        qtbot.keyClick(button(strip, 2), Qt.Key.Key_Space)
    assert signal.args == [1]


def test_switch_add_and_remove_are_told(qtbot, strip):
    strip.set_chain([True, True], 1)
    with qtbot.waitSignal(strip.enabled_changed) as signal:
        click(qtbot, strip.findChild(QCheckBox, "chain_enabled"))
    assert signal.args == [False]
    with qtbot.waitSignal(strip.add_pressed):
        click(qtbot, button(strip, "add"))
    with qtbot.waitSignal(strip.remove_pressed):
        click(qtbot, button(strip, "remove"))


def test_showing_a_chain_tells_nobody(qtbot, strip):
    with qtbot.assertNotEmitted(strip.selected), qtbot.assertNotEmitted(strip.enabled_changed):
        strip.set_chain([True, False, True], 2)
        strip.set_chain([True], 0)


def test_fewer_kernels_than_before(strip):
    strip.set_chain([True] * 4, 3)
    strip.set_chain([True, True], 0)
    assert shown_numbers(strip) == [1, 2]
    assert button(strip, 1).isChecked()
    assert not button(strip, 4).isChecked()


@pytest.mark.parametrize("points", [9, 14, 20])
def test_the_numbers_are_readable_at_every_size_of_text(strip, points):
    font = strip.font()
    font.setPointSize(points)
    strip.setFont(font)
    strip.set_chain([True] * 3, 0)
    for number in (1, 2, 3):
        one = button(strip, number)
        assert one.width() >= one.fontMetrics().horizontalAdvance(str(number)) + 6


def test_everything_has_a_name_and_a_tooltip(strip):
    for name in (1, "add", "remove"):
        assert button(strip, name).toolTip()
    assert strip.findChild(QCheckBox, "chain_enabled").toolTip()
