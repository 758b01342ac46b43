"""Long work in the Layer Lab: step by step, paused, cancelled, given up when something changes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from driving import child, choose, click, drag_slider, message
from layer_lab_experiments import FALLS, SCALING, STEPS, Counting
from layer_lab_panel_bench import assert_follows, close_layer_lab, open_layer_lab


@pytest.fixture
def make_lab(qtbot, folders, monkeypatch):
    made = []

    def make(**arguments):
        counting = Counting(**arguments)
        lab = open_layer_lab(qtbot, folders, monkeypatch, [counting.experiment, SCALING])
        lab.counting = counting
        made.append(lab)
        return lab

    yield make
    for lab in made:
        lab.counting.let(STEPS)  # what waits for a step goes on, and is joined
        close_layer_lab(lab)


@pytest.fixture
def lab(make_lab):
    return make_lab()


def number_shown(lab):
    return lab.view.shown.piece("Number").values[0]


def start(qtbot, lab):
    click(qtbot, lab, QPushButton, "layer_study")
    assert lab.studying.busy


def wait_for(qtbot, lab, number):
    lab.counting.let()
    qtbot.waitUntil(lambda: number_shown(lab) == number, timeout=20_000)


def wait_until_over(qtbot, lab):
    qtbot.waitUntil(lambda: not lab.studying.busy, timeout=20_000)


def test_the_result_is_shown_step_by_step_with_how_far_it_is(qtbot, lab):
    button, bar = child(lab, QPushButton, "layer_study"), lab.view.study_bar
    assert button.text() == "Count"
    assert not bar.isVisible()
    start(qtbot, lab)
    assert bar.isVisible()
    assert not button.isEnabled()
    for number in (1, 2):
        wait_for(qtbot, lab, 10 + number)
        assert f"{number}/{STEPS}" in bar.text()
    lab.counting.let(STEPS)
    wait_until_over(qtbot, lab)
    assert number_shown(lab) == 10 + STEPS
    assert lab.view.note.text() == f"It came to {10 + STEPS}."
    assert lab.view.note.isVisible()
    assert button.isEnabled()
    assert not bar.isVisible()


def test_only_what_can_be_studied_has_the_button(qtbot, lab):
    choose(qtbot, lab, "layer_experiment", "scaling")
    assert not child(lab, QPushButton, "layer_study").isVisible()


def test_it_is_paused_and_goes_on(qtbot, lab):
    start(qtbot, lab)
    wait_for(qtbot, lab, 11)
    pause = child(lab, QAbstractButton, "layer_study_job_pause")
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    lab.counting.let(STEPS)
    qtbot.waitUntil(lambda: lab.studying.job.at_rest, timeout=20_000)
    assert lab.counting.taken < STEPS
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    wait_until_over(qtbot, lab)
    assert number_shown(lab) == 10 + STEPS


def test_cancelled_it_leaves_what_it_came_to(qtbot, lab):
    start(qtbot, lab)
    wait_for(qtbot, lab, 11)
    wait_for(qtbot, lab, 12)
    cancel = child(lab, QAbstractButton, "layer_study_job_cancel")
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not lab.studying.busy
    assert number_shown(lab) == 12
    assert f"2 of {STEPS}" in lab.view.note.text()
    assert child(lab, QPushButton, "layer_study").isEnabled()


def test_cancelled_before_the_first_step_it_leaves_the_result_as_it_was(qtbot, lab):
    start(qtbot, lab)
    cancel = child(lab, QAbstractButton, "layer_study_job_cancel")
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert_follows(lab)


def test_another_setting_gives_it_up(qtbot, lab):
    start(qtbot, lab)
    wait_for(qtbot, lab, 11)
    drag_slider(qtbot, lab, "counting_start_slider", 1.0)
    assert not lab.studying.busy
    assert number_shown(lab) == 100
    lab.counting.let(STEPS)
    assert_follows(lab)


def test_another_experiment_gives_it_up(qtbot, lab):
    start(qtbot, lab)
    wait_for(qtbot, lab, 11)
    choose(qtbot, lab, "layer_experiment", "scaling")
    assert not lab.studying.busy
    assert not lab.view.study_bar.isVisible()
    assert_follows(lab)


def test_looking_at_the_program_does_not(qtbot, lab):
    start(qtbot, lab)
    wait_for(qtbot, lab, 11)
    lab.view.show_page("code")
    wait_for(qtbot, lab, 12)
    assert lab.studying.busy


def test_a_step_that_cannot_be_taken_is_said_and_the_others_stay(qtbot, make_lab):
    lab = make_lab(falls=True)
    start(qtbot, lab)
    lab.counting.let(STEPS)
    wait_until_over(qtbot, lab)
    assert message(lab) == FALLS
    assert number_shown(lab) == 12
    drag_slider(qtbot, lab, "counting_start_slider", 1.0)
    assert not message(lab)
    assert_follows(lab)


def test_it_can_be_run_again(qtbot, lab):
    for _ in range(2):
        start(qtbot, lab)
        lab.counting.let(STEPS)
        wait_until_over(qtbot, lab)
        assert number_shown(lab) == 10 + STEPS


def test_the_window_is_closed_in_the_middle(qtbot, lab):
    start(qtbot, lab)
    wait_for(qtbot, lab, 11)
    assert child(lab, QWidget, "layer_study_job").isVisible()
    lab.counting.let(STEPS)
