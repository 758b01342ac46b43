"""Tabs that stand close together."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QTabWidget

from widgets.close_tabs import CloseTabs

NAMES = ("Maps", "Shuffle", "Gram", "Layers", "Loss", "Code", "Gallery", "Sweep")


@pytest.fixture
def tabs(qtbot):
    made = CloseTabs("tabs")
    qtbot.addWidget(made)
    for name in NAMES:
        made.addTab(QLabel(name), name)
    made.show()
    return made


def test_they_need_less_room_than_qts_own(qtbot, tabs):
    usual = QTabWidget()
    qtbot.addWidget(usual)
    usual.setDocumentMode(True)
    for name in NAMES:
        usual.addTab(QLabel(name), name)
    assert tabs.whole_width() < usual.tabBar().sizeHint().width()


@pytest.mark.parametrize("points", [9, 19])
def test_at_the_whole_width_all_are_in_sight_with_all_of_their_text(qtbot, tabs, points):
    font = tabs.font()
    font.setPointSizeF(points)
    tabs.setFont(font)
    tabs.resize(tabs.whole_width(), 200)
    bar = tabs.tabBar()
    qtbot.waitUntil(lambda: bar.tabRect(len(NAMES) - 1).right() < tabs.width())
    for number, name in enumerate(NAMES):
        assert bar.tabRect(number).left() >= 0
        assert bar.tabRect(number).width() > bar.fontMetrics().horizontalAdvance(name)
