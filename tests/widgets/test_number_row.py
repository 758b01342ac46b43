"""Numbers in one line, changed by the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLabel

from widgets.number_row import NumberField, NumberRow

FIELDS = [NumberField("row", "from row", "Row"), NumberField("column", "column", "Column")]


@pytest.fixture
def numbers(qtbot):
    widget = NumberRow("line", FIELDS, decimals=1)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_limits([(0, 50), (0, 80)])
    widget.seen = []
    widget.edited.connect(widget.seen.append)
    return widget


def box(numbers, name):
    return numbers.findChild(QDoubleSpinBox, f"line_{name}")


def test_setting_tells_nobody(numbers):
    numbers.set_values([3.5, 70])
    assert numbers.values() == [3.5, 70.0]
    assert numbers.seen == []


def test_a_typed_number_tells_all_of_them_once_it_is_entered(qtbot, numbers):
    numbers.set_values([3.5, 70])
    box(numbers, "column").selectAll()
    qtbot.keyClicks(box(numbers, "column"), "12.5")
    assert numbers.seen == []
    qtbot.keyClick(box(numbers, "column"), Qt.Key.Key_Return)
    assert numbers.seen == [[3.5, 12.5]]


def test_the_arrow_keys_step(qtbot, numbers):
    numbers.set_values([3, 70])
    qtbot.keyClick(box(numbers, "row"), Qt.Key.Key_Up)
    qtbot.keyClick(box(numbers, "row"), Qt.Key.Key_Up)
    assert numbers.seen == [[4.0, 70.0], [5.0, 70.0]]


def test_numbers_stay_within_their_limits(numbers):
    numbers.set_values([99, -4])
    assert numbers.values() == [50.0, 0.0]
    numbers.set_limits([(0, 10), (5, 6)])
    assert numbers.values() == [10.0, 5.0]
    assert numbers.seen == []


def test_every_number_has_a_text_a_tooltip_and_a_spoken_name(numbers):
    assert [label.text() for label in numbers.findChildren(QLabel)] == ["from row", "column"]
    assert box(numbers, "row").toolTip() == box(numbers, "row").accessibleName() == "Row"
