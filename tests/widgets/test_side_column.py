"""A side column is as wide as its content needs, whatever the text size; nothing is cut off."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTextEdit, QVBoxLayout, QWidget

from widgets.side_column import SideColumn


@pytest.fixture
def window(qtbot):
    content = QWidget()
    layout = QVBoxLayout(content)
    layout.addWidget(QPushButton("A button that says a lot"))
    made = QWidget()
    row = QHBoxLayout(made)
    row.addWidget(SideColumn("side", content))
    row.addWidget(QTextEdit(), 1)
    made.resize(900, 300)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown_whole(qtbot, window):
    column = window.findChild(SideColumn, "side")
    content = column.widget()
    qtbot.waitUntil(
        lambda: column.viewport().width() >= content.minimumSizeHint().width(), timeout=2_000
    )


def test_everything_has_room(qtbot, window):
    shown_whole(qtbot, window)


def test_larger_text_gets_more_room(qtbot, window):
    before = window.findChild(SideColumn, "side").width()
    font = QFont(window.font())
    font.setPointSizeF(font.pointSizeF() * 1.4)
    window.setFont(font)
    shown_whole(qtbot, window)
    assert window.findChild(SideColumn, "side").width() > before


def test_more_content_gets_more_room_up_to_a_share_of_the_window(qtbot, window):
    column = window.findChild(SideColumn, "side")
    wide = QLabel("x" * 300)
    column.widget().layout().addWidget(wide)
    qtbot.waitUntil(lambda: column.horizontalScrollBar().maximum() > 0)
    assert column.width() <= 0.41 * window.width()
