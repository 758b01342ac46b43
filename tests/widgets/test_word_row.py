import itertools

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from widgets.word_row import WordRow, WordWindow

WORDS = ("the", "sharp", "edge", "of", "a", "frumious", "picture")


@pytest.fixture
def row(qtbot):
    made = WordRow("words")
    qtbot.addWidget(made)
    made.resize(700, 120)
    made.show()
    qtbot.waitExposed(made)
    return made


def tip(row, monkeypatch, position):
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: said.append(text))
    event = QHelpEvent(QEvent.Type.ToolTip, position, row.mapToGlobal(position))
    QApplication.sendEvent(row, event)
    return said[0]


def test_words_stand_from_left_to_right_and_wrap_where_there_is_no_room(row):
    row.set_words(WORDS)
    rects = [row.word_rect(n) for n in range(len(WORDS))]
    assert all(b.left() > a.right() for a, b in itertools.pairwise(rects))
    assert len({rect.top() for rect in rects}) == 1
    row.resize(160, 200)
    tops = [row.word_rect(n).top() for n in range(len(WORDS))]
    assert tops == sorted(tops)
    assert len(set(tops)) > 1
    assert max(row.word_rect(n).right() for n in range(len(WORDS))) <= 160


def test_a_narrower_row_is_higher_and_windows_take_room_below(row):
    row.set_words(WORDS)
    plain = row.heightForWidth(700)
    assert row.heightForWidth(160) > plain
    row.set_words(WORDS, [WordWindow(1, 2, 0.8, "bright border")])
    one = row.heightForWidth(700)
    assert one > plain
    row.set_words(WORDS, [WordWindow(1, 2, 0.8, "bright border"), WordWindow(2, 3, 0.2, "other")])
    assert row.heightForWidth(700) > one  # they overlap: one below the other


def test_windows_say_their_words_and_their_strength(row, monkeypatch):
    row.set_words(WORDS, [WordWindow(1, 2, -0.75, "soft")], unknown=[5])
    assert "soft −0.75: sharp edge" in row.accessibleDescription()
    word = row.word_rect(1)
    below = QPoint(round(word.center().x()), round(word.bottom()) + 5)
    assert tip(row, monkeypatch, below) == "soft −0.75: “sharp edge”"


def test_unknown_words_are_told_apart(row, monkeypatch):
    row.set_words(WORDS, unknown=[5])
    inside = row.word_rect(5).center().toPoint()
    assert tip(row, monkeypatch, inside) == "“frumious”: not in the vocabulary"
    assert tip(row, monkeypatch, row.word_rect(2).center().toPoint()) == "“edge”: word 2"
    marked = row.grab().toImage()
    row.set_words(WORDS)
    assert row.grab().toImage() != marked


def test_the_stronger_window_has_the_fuller_bar(row):
    row.set_words(WORDS, [WordWindow(0, 1, 1.0), WordWindow(6, 1, 0.1)])
    image = row.grab().toImage()

    def red_pixels(place):
        rect = row.word_rect(place)
        y = round(rect.bottom()) + 5
        span = range(round(rect.left()), round(rect.right()))
        colors = [image.pixelColor(x, y) for x in span]
        return sum(c.red() > c.blue() + 60 for c in colors)

    assert red_pixels(0) > 3 * red_pixels(6) > 0


@pytest.mark.parametrize("window", [WordWindow(-1, 1, 1.0), WordWindow(6, 2, 1.0)])
def test_a_window_beyond_the_words_is_refused(row, window):
    with pytest.raises(ValueError, match="does not lie on 7 words"):
        row.set_words(WORDS, [window])
