"""The Style Studio where numbers or memory run out in the middle of a run: said, and gone on."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QPushButton, QToolButton

import engines._style.run as course
from driving import child, click, message, settle
from style_studio_bench import (
    LONG,
    close_studio,
    is_kept,
    open_studio,
    pause,
    run_to_end,
    start_long_run,
    wait_for_steps,
)
from visualizer.panels.style_studio.keeping import display_of, read_kept

WENT_BACK = "Not a number: went back one step and halved the learning rate."
LESS_KEPT = "Out of memory at 64 × 43: keeping less of it, which takes more time."
SMALLER = "Out of memory at 64 × 43: going on at 48 × 32."


class Failing:
    """The engine's evaluation, which fails as often as it is told."""

    def __init__(self, real):
        self.real, self.infinite, self.large = real, 0, 0

    def __call__(self, network, picture, *others, saving=False):
        in_run = "style run" in threading.current_thread().name  # else the estimate's probe
        if in_run and self.large and max(picture.shape[1:]) == 64:
            self.large -= 1
            raise MemoryError
        made = self.real(network, picture, *others, saving=saving)
        if not (in_run and self.infinite):
            return made
        self.infinite -= 1
        losses = replace(made.losses, total=float("inf"))
        return replace(made, losses=losses, gradient=torch.full_like(made.gradient, torch.nan))


@pytest.fixture
def failing(monkeypatch):
    made = Failing(course.evaluate)
    monkeypatch.setattr(course, "evaluate", made)
    return made


@pytest.fixture
def studio(qtbot, folders, failing):
    panel = open_studio(qtbot, folders)
    yield panel
    close_studio(panel)


@pytest.fixture
def paused(qtbot, studio):
    """A long run that waits after some steps."""
    start_long_run(qtbot, studio, steps=6)
    pause(qtbot, studio)
    return studio


def one_step(qtbot, panel):
    count = len(panel.run.history)
    click(qtbot, panel, QToolButton, "run_step")
    qtbot.waitUntil(lambda: panel.run.job.at_rest or not panel.run.busy, timeout=20_000)
    return len(panel.run.history) - count


def test_a_loss_that_is_no_number_is_said_and_the_picture_before_it_stays(qtbot, paused, failing):
    before, total = paused.presenter.shown, paused.run.last.losses.total
    failing.infinite = 1
    assert one_step(qtbot, paused) == 1
    assert message(paused) == WENT_BACK
    np.testing.assert_array_equal(paused.presenter.shown, before)
    assert paused.run.last.losses.total == total
    click(qtbot, paused, QToolButton, "run_pause")
    wait_for_steps(qtbot, paused, 8)
    assert paused.run.busy
    totals = paused.run.history.terms()["total"]
    assert np.isfinite(totals).all()
    assert totals[-1] < total


def test_losses_that_stay_no_numbers_end_the_run_with_its_picture(qtbot, paused, failing):
    before, count = paused.presenter.shown, len(paused.run.history)
    failing.infinite = LONG
    click(qtbot, paused, QToolButton, "run_pause")
    run_to_end(qtbot, paused)
    assert message(paused).startswith("The loss is no number any more after ")
    assert message(paused).endswith("or choose other layers.")
    np.testing.assert_array_equal(paused.presenter.shown, before)
    np.testing.assert_array_equal(read_kept(paused.state.kept[-1]), before)
    assert len(paused.run.history) >= count
    failing.infinite = 0
    paused.edits.look(paused.state.with_settings(steps=3))
    settle(qtbot, paused)
    click(qtbot, paused, QToolButton, "run_go_on")
    run_to_end(qtbot, paused)
    assert message(paused) == ""
    assert np.isfinite(paused.run.history.terms()["total"]).all()


def test_out_of_memory_is_said_and_the_run_goes_on_smaller(qtbot, paused, failing):
    before = paused.presenter.shown
    failing.large = LONG
    assert one_step(qtbot, paused) == 1
    assert message(paused) == f"{LESS_KEPT} {SMALLER}"
    assert paused.run.last.size == (32, 48)
    assert paused.presenter.shown.shape == (32, 48, 3)
    qtbot.waitUntil(lambda: is_kept(paused), timeout=20_000)
    np.testing.assert_array_equal(read_kept(paused.state.kept[-2]), before)
    click(qtbot, paused, QToolButton, "run_pause")
    wait_for_steps(qtbot, paused, 3)
    assert paused.run.busy
    assert [text for _, text in paused.run.history.boundaries] == ["64 × 43", "48 × 32"]


def test_memory_that_suffices_with_less_kept_leaves_the_size(qtbot, paused, failing):
    failing.large = 1
    assert one_step(qtbot, paused) == 1
    assert message(paused) == LESS_KEPT
    assert paused.run.last.size == (43, 64)


def test_without_memory_from_the_first_step_it_begins_smaller(qtbot, studio, failing):
    failing.large = LONG
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    assert message(studio) == f"{LESS_KEPT} {SMALLER}"
    assert studio.run.last.size == (32, 48)
    assert is_kept(studio)
    np.testing.assert_array_equal(studio.presenter.shown, display_of(studio.run.last.image))
    assert child(studio, QPushButton, "run_start").isEnabled()
