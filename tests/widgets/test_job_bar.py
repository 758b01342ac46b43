"""The job bar tells how far the work is and how long it takes; a pause does not count."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QToolButton
from superqt import QElidingLabel

from widgets.job_bar import JobBar, duration


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bar(qtbot, clock):
    made = JobBar("work", clock=clock)
    qtbot.addWidget(made)
    return made


def press(qtbot, bar, name):
    qtbot.mouseClick(bar.findChild(QToolButton, name), Qt.MouseButton.LeftButton)


def test_time_left_follows_from_the_pace(bar, clock):
    bar.begin("extracting")
    assert bar.text() == "extracting"
    clock.now += 10
    bar.set_progress(250, 1000, "pictures")
    assert bar.text() == "extracting 250/1000 pictures · 30 s left"
    assert bar.findChild(QProgressBar, "work_bar").value() == 250


def test_a_pause_does_not_count(qtbot, bar, clock):
    bar.begin("training")
    clock.now += 10
    with qtbot.waitSignal(bar.pause_pressed) as paused:
        press(qtbot, bar, "work_pause")
    assert paused.args == [True]
    clock.now += 1000
    with qtbot.waitSignal(bar.pause_pressed) as resumed:
        press(qtbot, bar, "work_pause")
    assert resumed.args == [False]
    bar.set_progress(1, 2)
    assert bar.text() == "training 1/2 · 10 s left"


def test_a_total_that_nobody_knows_gives_no_time(bar, clock):
    bar.begin("downloading")
    clock.now += 10
    bar.set_progress(3, 0, "MB")
    assert bar.text() == "downloading 3 MB"


def test_cancel_and_end(qtbot, bar):
    bar.begin("work")
    assert not bar.isHidden()
    with qtbot.waitSignal(bar.cancel_pressed):
        press(qtbot, bar, "work_cancel")
    bar.end()
    assert bar.isHidden()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (59, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (3600 * 2 + 300, "2 h 5 min")],
)
def test_durations_in_words(seconds, text):
    assert duration(seconds) == text


def test_a_pause_that_began_elsewhere_is_shown_but_not_told(qtbot, bar, clock):
    bar.begin("drawing")
    told = []
    bar.pause_pressed.connect(told.append)
    bar.set_paused(True)
    assert bar.findChild(QToolButton, "work_pause").isChecked()
    assert bar.findChild(QToolButton, "work_pause").toolTip() == "Go on"
    assert told == []
    press(qtbot, bar, "work_pause")
    assert told == [False]


def test_what_it_says_never_changes_its_width(qtbot, bar, clock):
    bar.begin("Step")
    wide = bar.minimumSizeHint().width(), bar.sizeHint().width()
    clock.now += 10
    bar.resize(120, bar.sizeHint().height())
    bar.set_progress(270, 27_600, "pictures of a folder")
    assert (bar.minimumSizeHint().width(), bar.sizeHint().width()) == wide
    label = bar.findChild(QElidingLabel, "work_text")
    assert label.toolTip() == bar.text() == "Step 270/27600 pictures of a folder · 16 min left"


def test_what_counts_can_have_a_line_of_its_own(qtbot, clock):
    made = JobBar("work", two_lines=True, clock=clock)
    qtbot.addWidget(made)
    made.begin("Epoch 1/2, learning")
    clock.now += 10
    made.set_progress(250, 1000)
    lines = [made.findChild(QElidingLabel, f"work_{name}").text() for name in ("text", "count")]
    assert lines == ["Epoch 1/2, learning", "250/1000 · 30 s left"]
    assert made.text() == " ".join(lines)
