"""What a run costs in the Style Studio is told at once, and nothing begins that has no memory."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox, QToolButton

import engines._style.estimate as estimate
from driving import child, click, drag_slider, message, settle
from style_studio_bench import (
    SIZE,
    close_studio,
    open_studio,
    pause,
    run_to_end,
    start_long_run,
    wait_for_steps,
)
from visualizer.panels.style_studio.directing import STAYS, TOO_LARGE

FREE = 1_000_000_000
HUGE = 8192


@pytest.fixture
def studio(qtbot, folders, monkeypatch):
    """The Studio on a computer with little memory."""
    monkeypatch.setattr(estimate, "free_bytes", lambda: FREE)
    panel = open_studio(qtbot, folders)
    yield panel
    close_studio(panel)


@pytest.fixture
def long_run(qtbot, studio):
    start_long_run(qtbot, studio)
    return studio


def type_size(qtbot, panel, size):
    box = child(panel, QSpinBox, "style_size")
    box.selectAll()
    qtbot.keyClicks(box, str(size))
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert panel.state.settings.size == size


def told(panel):
    return child(panel, QLabel, "style_estimate").text()


def test_another_size_is_reckoned_at_once(qtbot, studio):
    type_size(qtbot, studio, 128)
    assert told(studio).startswith("128 × 85 pixels: about ")
    at_once = told(studio)
    settle(qtbot, studio)
    assert told(studio) == at_once == studio.director.prepared.estimate.sentence


def test_a_huge_size_is_refused_although_start_comes_before_its_engine(qtbot, studio):
    type_size(qtbot, studio, HUGE)
    assert studio.director.prepared is None
    click(qtbot, studio, QPushButton, "run_start")
    assert not studio.run.busy
    assert message(studio) == TOO_LARGE.format(sentence=told(studio))
    assert told(studio).startswith("8,192 × 5,449 pixels would take about ")
    assert child(studio, QPushButton, "style_fit_size").isVisible()


def test_a_run_that_goes_on_takes_no_size_for_which_there_is_no_memory(qtbot, long_run):
    type_size(qtbot, long_run, HUGE)
    assert message(long_run) == STAYS.format(sentence=told(long_run))
    assert long_run.run.transfer.settings.size == SIZE
    drag_slider(qtbot, long_run, "style_weight_slider", 0.9)
    assert long_run.run.transfer.settings.style_weight > 100  # all else is taken
    wait_for_steps(qtbot, long_run, 2)
    assert max(long_run.run.last.size) == SIZE
    type_size(qtbot, long_run, 80)
    assert message(long_run) == ""
    assert long_run.run.transfer.settings.size == 80
    pause(qtbot, long_run)
    long_run.edits.look(long_run.state.with_settings(steps=2))
    long_run.director.steer()
    click(qtbot, long_run, QToolButton, "run_pause")
    run_to_end(qtbot, long_run)
    assert max(long_run.run.last.size) == 80


def test_what_would_leave_nothing_to_others_does_not_fit(studio):
    made = studio.director.prepared.estimate
    assert made.fits
    assert not type(made)(95, 100, None, 64, "").fits
