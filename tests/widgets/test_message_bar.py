"""One line in which a panel speaks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton

from widgets.message_bar import MessageBar


@pytest.fixture
def bar(qtbot):
    widget = MessageBar()
    qtbot.addWidget(widget)
    widget.resize(500, 60)
    return widget


def test_a_message_is_shown_and_closed(qtbot, bar):
    assert not bar.isVisible()
    bar.show_message("The file is damaged.", kind="error")
    assert bar.isVisible()
    assert bar.findChild(QLabel, "message_text").text() == "The file is damaged."
    assert (bar.text(), bar.kind()) == ("The file is damaged.", "error")
    with qtbot.waitSignal(bar.closed):
        qtbot.mouseClick(bar.findChild(QToolButton, "message_close"), Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_details_wait_behind_a_button(qtbot, bar):
    bar.show_message("Sorry.", kind="error", details="Traceback: line 1")
    details = bar.findChild(QPlainTextEdit, "message_details")
    assert not details.isVisible()
    button = bar.findChild(QPushButton, "message_details_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert details.isVisible()
    assert "Traceback" in details.toPlainText()
    bar.show_message("All is well.")
    assert not button.isVisible()
    assert not details.isVisible()


def test_an_action_is_offered_only_where_there_is_one(qtbot, bar):
    bar.show_message("Too large.", kind="error", action_text="Scale it down")
    button = bar.findChild(QPushButton, "message_action")
    with qtbot.waitSignal(bar.action_triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    bar.show_message("Fine.")
    assert not button.isVisible()


@pytest.mark.parametrize(
    ("kind", "word"), [("info", "Note"), ("warning", "Look here"), ("error", "did not work")]
)
def test_the_kind_is_told_in_words_too(bar, kind, word):
    bar.show_message("Text.", kind=kind)
    assert word in bar.findChild(QLabel, "message_text").accessibleName()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_one_topic_does_not_take_away_what_another_says(qtbot):
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message("Winograd needs 3 × 3.", kind="error", topic="filter")
    bar.show_message("The box has no variance.", kind="warning", topic="tool")
    assert bar.text() == "The box has no variance."
    bar.clear("tool")
    assert (bar.text(), bar.kind()) == ("Winograd needs 3 × 3.", "error")
    bar.clear("tool")
    assert bar.text() == "Winograd needs 3 × 3."
    bar.clear("filter")
    assert bar.isHidden()
    assert bar.text() == ""


def test_a_topic_has_one_message_the_newest(qtbot):
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message("first", topic="picture")
    bar.show_message("second", topic="picture")
    bar.clear("picture")
    assert bar.isHidden()


def test_an_event_goes_after_its_time_a_state_stays(qtbot):
    clock = Clock()
    bar = MessageBar(clock=clock)
    qtbot.addWidget(bar)
    bar.show_message("The kernel exceeds the picture.", kind="error", topic="filter")
    bar.show_message("b.png does not exist.", kind="error", topic="picture", passing=True)
    clock.now = 1.0
    bar.fade()
    assert bar.text() == "b.png does not exist."
    clock.now = 10.0
    bar.fade()
    assert bar.text() == "The kernel exceeds the picture."
    clock.now = 1000.0
    bar.fade()
    assert bar.text() == "The kernel exceeds the picture."
