"""A page of controls and a result, and what it is made of: read at every width, nothing is cut."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from widgets.flow_columns import FlowColumns
from widgets.folding_page import FoldingPage
from widgets.reflow_grid import ReflowGrid


@pytest.fixture
def controls():
    made = QWidget()
    layout = FlowColumns(made)
    for number in range(6):
        layout.addWidget(QPushButton(f"A button, number {number}"))
    return made


@pytest.fixture
def page(qtbot, controls):
    holder = QWidget()
    layout = QVBoxLayout(holder)
    content = QWidget(objectName="content")
    content.setMinimumSize(200, 150)
    layout.addWidget(FoldingPage("page", controls, content))
    holder.resize(1100, 400)
    qtbot.addWidget(holder)
    holder.show()
    qtbot.waitExposed(holder)
    return holder


def part(page, kind, name):
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def boxes(page):
    """Return where the column of controls and the content lie in the page."""
    folding = part(page, FoldingPage, "page_page")
    named = part(page, QWidget, "page_column"), part(page, QWidget, "content")
    return [widget.rect().translated(widget.mapTo(folding, QPoint(0, 0))) for widget in named]


def whole(controls):
    buttons = [b for b in controls.findChildren(QPushButton) if b.isVisible()]
    return all(
        b.width() >= b.minimumSizeHint().width() and controls.rect().contains(b.geometry())
        for b in buttons
    ) and not any(a.geometry().intersects(b.geometry()) for a in buttons for b in buttons if a != b)


def test_controls_lie_beside_where_there_is_room_and_above_where_there_is_none(
    qtbot, page, controls
):
    column, content = boxes(page)
    assert column.right() < content.left()
    assert not part(page, QToolButton, "page_settings").isVisible()
    page.resize(420, 400)
    qtbot.waitUntil(lambda: boxes(page)[0].bottom() <= boxes(page)[1].top())
    folding = part(page, FoldingPage, "page_page")
    assert whole(controls)
    assert folding.horizontalScrollBar().maximum() == 0
    assert boxes(page)[1].width() == folding.viewport().width()
    page.resize(1100, 400)
    qtbot.waitUntil(lambda: boxes(page)[0].right() < boxes(page)[1].left())


def test_larger_text_sends_the_controls_above(qtbot, page, controls):
    font = QFont(page.font())
    font.setPointSizeF(2.5 * font.pointSizeF())
    page.setFont(font)
    qtbot.waitUntil(lambda: boxes(page)[0].bottom() <= boxes(page)[1].top())
    qtbot.waitUntil(lambda: whole(controls))


def test_folding_gives_the_result_the_whole_window(qtbot, page):
    page.resize(420, 400)
    fold = part(page, QToolButton, "page_settings")
    folding = part(page, FoldingPage, "page_page")
    qtbot.waitUntil(fold.isVisible)
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert not part(page, QWidget, "page_column").isVisible()
    qtbot.waitUntil(lambda: folding.verticalScrollBar().maximum() == 0)
    assert folding.rect().contains(boxes(page)[1])
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert part(page, QWidget, "page_column").isVisible()


def test_controls_flow_into_level_columns_in_their_order(qtbot, controls):
    qtbot.addWidget(controls)
    controls.resize(900, 300)
    controls.show()
    qtbot.waitExposed(controls)
    buttons = controls.findChildren(QPushButton)
    places = [(b.x(), b.y()) for b in buttons]
    assert places == sorted(places)
    assert [sum(x == left for x, _ in places) for left in sorted({x for x, _ in places})] == [2] * 3
    assert whole(controls)
    low = controls.heightForWidth(900)
    controls.resize(controls.minimumSizeHint().width(), 300)
    assert len({b.x() for b in buttons}) == 1
    assert controls.heightForWidth(controls.width()) > 2.5 * low


def test_a_label_stays_with_what_it_names(qtbot):
    column = QWidget()
    layout = FlowColumns(column, most=2)
    first, second, third = (QPushButton(f"Button {n}") for n in range(3))
    label = QLabel("Third")
    label.setBuddy(third)
    for part in (first, second, label, third):
        layout.addWidget(part)
    qtbot.addWidget(column)
    for width in range(120, 500, 20):
        column.resize(width, 300)
        column.show()
        qtbot.waitUntil(lambda: label.x() == third.x() and label.y() < third.y())
    assert label.x() > second.x()


def test_hidden_controls_take_no_room(qtbot, controls):
    qtbot.addWidget(controls)
    before = controls.layout().heightForWidth(200)
    controls.findChildren(QPushButton)[2].hide()
    controls.layout().invalidate()
    assert controls.layout().heightForWidth(200) < before


def test_a_grid_takes_as_many_columns_as_can_be_read(qtbot):
    parts = [QLabel(f"twelve letters {number}") for number in range(3)]
    grid = ReflowGrid("grid", parts, 3)
    qtbot.addWidget(grid)
    least = parts[0].minimumSizeHint().width()
    for width, columns in ((4 * least, 3), (2 * least + 20, 2), (least, 1), (3 * least + 20, 3)):
        grid.resize(width, 200)
        grid.show()
        qtbot.waitUntil(lambda columns=columns: len({one.x() for one in parts}) == columns)
        assert grid.columns() == columns
        assert all(one.width() >= least for one in parts)
    assert grid.minimumSizeHint().width() == least
