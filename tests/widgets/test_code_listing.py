"""CodeListing: the source, its numbers and the marked line."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from widgets.code_listing import CodeListing

SOURCE = "def double(x):\n    y = x + x\n    return y\n"


@pytest.fixture
def listing(qtbot):
    made = CodeListing("listing")
    qtbot.addWidget(made)
    made.set_source(SOURCE)
    return made


def test_every_line_is_shown_with_its_number(listing):
    lines = listing.toPlainText().split("\n")
    assert lines == [" 1  def double(x):", " 2      y = x + x", " 3      return y"]
    assert listing.source() == SOURCE


def test_marks_the_line_asked_for_and_only_it(listing):
    listing.mark_line(2)
    marks = listing.extraSelections()
    assert [mark.cursor.blockNumber() for mark in marks] == [1]
    assert listing.marked_text() == "    y = x + x"
    listing.mark_line(3)
    assert [mark.cursor.blockNumber() for mark in listing.extraSelections()] == [2]
    listing.mark_line(0)
    assert listing.extraSelections() == []
    assert listing.marked_text() == ""


def test_new_source_has_no_mark(listing):
    listing.mark_line(2)
    listing.set_source("pass\n")
    assert listing.marked_line() == 0
    assert listing.extraSelections() == []


def test_letters_are_of_equal_width_and_follow_the_text_size(qtbot):
    around = QWidget()
    qtbot.addWidget(around)
    listing = CodeListing("listing", around)
    metrics = listing.fontMetrics()
    assert metrics.horizontalAdvance("iii") == metrics.horizontalAdvance("WWW")
    font = QFont(around.font())
    font.setPointSizeF(23)
    around.setFont(font)
    assert listing.font().pointSizeF() == 23
    metrics = listing.fontMetrics()
    assert metrics.horizontalAdvance("iii") == metrics.horizontalAdvance("WWW")


def test_it_cannot_be_edited(qtbot, listing):
    shown = listing.toPlainText()
    qtbot.keyClicks(listing, "x = 1")
    assert listing.toPlainText() == shown
