"""Every run stays in the gallery with what it was made of, and can be gone back to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton

from driving import child, click, message, settle
from engines.style_files import read_result
from style_studio_bench import (
    LONG,
    close_studio,
    is_kept,
    open_studio,
    run_to_end,
    save_to,
    wait_for_steps,
)
from visualizer.panels.style_studio import gallery as gallery_module
from visualizer.pictures.source import PictureSource
from widgets.thumbnail_grid import ThumbnailGrid


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders, steps=3)
    panel.tabs.open("gallery")
    settle(qtbot, panel)
    yield panel
    close_studio(panel)


def make_run(qtbot, panel, **settings):
    panel.edits.apply(panel.state.with_settings(**settings), "settings")
    settle(qtbot, panel)
    click(qtbot, panel, QPushButton, "run_start")
    run_to_end(qtbot, panel)
    return panel.presenter.shown


@pytest.fixture
def two(qtbot, studio):
    """The Studio with two runs, and their pictures."""
    first = make_run(qtbot, studio, style_weight=1.0)
    second = make_run(qtbot, studio, style_weight=100.0, statistic="histogram")
    return studio, first, second


def runs(panel):
    return child(panel, ThumbnailGrid, "gallery_runs")


def choose_run(qtbot, panel, number):
    grid = runs(panel)
    row = [entry.index for entry in grid.entries()].index(number)
    place = grid.visualRect(grid.model().index(row, 0)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, panel)


def about(panel):
    return child(panel, QLabel, "gallery_about").text()


def numbers(panel):
    return [entry.index for entry in runs(panel).entries()]


def test_it_says_what_to_do_while_it_is_empty(studio):
    assert numbers(studio) == []
    assert "Press Start" in about(studio)
    assert not child(studio, QPushButton, "gallery_take").isEnabled()


def test_runs_are_kept_with_what_they_were_made_of(qtbot, two):
    studio, first, second = two
    assert numbers(studio) == [2, 1]
    assert [entry.caption for entry in runs(studio).entries()] == ["2: β 100", "1: β 1"]
    choose_run(qtbot, studio, 1)
    assert "Run 1: Cat in the manner of" in about(studio)
    assert "α 1  β 1  γ" in about(studio)
    assert "Gram, L-BFGS, from content" in about(studio)
    assert "3 evaluations" in about(studio)
    for number, pixels in ((1, first), (2, second)):
        run = studio.gallery.run(number)
        np.testing.assert_array_equal(np.load(run.picture.path), pixels)
    assert runs(studio).thumbnail_count() == 2


def test_going_back_shows_its_picture_and_sets_all_as_it_was(qtbot, two):
    studio, first, _second = two
    choose_run(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "gallery_take")
    np.testing.assert_array_equal(studio.presenter.shown, first)
    assert studio.state.settings.style_weight == 1.0
    assert studio.state.settings.statistic == "gram"
    assert studio.state.settings.style_layers == ()  # the usual ones follow the network again
    assert numbers(studio) == [2, 1]
    qtbot.waitUntil(lambda: len(studio.view.timeline.snapshots()) == 1)


def test_return_goes_back_as_well(qtbot, two):
    studio, first, _second = two
    choose_run(qtbot, studio, 1)
    qtbot.keyClick(runs(studio), Qt.Key.Key_Return)
    settle(qtbot, studio)
    np.testing.assert_array_equal(studio.presenter.shown, first)


def test_its_settings_alone_leave_the_picture_and_can_be_undone(qtbot, two):
    studio, _first, second = two
    choose_run(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "gallery_use")
    assert studio.state.settings.style_weight == 1.0
    np.testing.assert_array_equal(studio.presenter.shown, second)
    studio.undo_stack().undo()
    settle(qtbot, studio)
    assert studio.state.settings.style_weight == 100.0
    assert studio.state.settings.statistic == "histogram"


def test_other_pictures_and_networks_come_back_too(qtbot, studio):
    state = studio.state.with_style(0, picture=PictureSource(name="brick"))
    state = state.replace(content=PictureSource(name="rocket"))
    studio.edits.apply(state, "pictures")
    make_run(qtbot, studio)
    other = studio.state.with_model(studio.state.model.replace(weights="none"))
    other = other.with_style(0, picture=PictureSource(name="grass"))
    studio.edits.apply(other.replace(content=PictureSource(name="coins")), "others")
    settle(qtbot, studio)
    choose_run(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "gallery_take")
    assert studio.state.content.name == "rocket"
    assert studio.state.styles[0].picture.name == "brick"
    assert studio.state.model == state.model
    assert studio.models.network.model.card.is_trained
    assert studio.pictures.content.picture.image.source == "Rocket"


def test_going_on_is_the_same_run_with_other_settings_another(qtbot, studio):
    make_run(qtbot, studio)
    studio.director.go_on()
    run_to_end(qtbot, studio)
    assert numbers(studio) == [1]
    assert studio.gallery.run(1).picture.iteration == 6
    studio.edits.apply(studio.state.with_settings(tv_weight=20.0), "smoother")
    settle(qtbot, studio)
    studio.director.go_on()
    run_to_end(qtbot, studio)
    assert numbers(studio) == [2, 1]
    assert studio.gallery.run(1).making.settings.tv_weight != 20.0
    assert studio.gallery.run(2).making.settings.tv_weight == 20.0
    assert studio.gallery.run(2).picture.iteration == 9


def test_what_is_changed_while_it_runs_is_what_the_gallery_tells(qtbot, studio):
    studio.edits.apply(studio.state.with_settings(steps=LONG), "long")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    wait_for_steps(qtbot, studio, 2)
    studio.edits.apply(studio.state.with_settings(style_weight=55.0), "weight")
    wait_for_steps(qtbot, studio, 3)
    studio.run.stop()
    run_to_end(qtbot, studio)
    run = studio.gallery.run(1)
    assert run.making.settings.style_weight == 55.0
    assert run.picture.iteration == studio.run.history.iteration
    assert numbers(studio) == [1]


def test_going_back_while_one_is_made_keeps_that_one(qtbot, studio):
    first = make_run(qtbot, studio)
    studio.edits.apply(studio.state.with_settings(steps=LONG, style_weight=3.0), "long")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    wait_for_steps(qtbot, studio, 4)
    studio.run.pause()
    made = studio.run.history.iteration
    choose_run(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "gallery_take")
    assert not studio.run.busy
    np.testing.assert_array_equal(studio.presenter.shown, first)
    assert numbers(studio) == [2, 1]
    assert studio.gallery.run(2).picture.iteration >= made
    assert Path(studio.gallery.run(2).picture.path).exists()


def test_removing_can_be_undone_and_redone(qtbot, two):
    studio, _first, _second = two
    choose_run(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "gallery_remove")
    assert numbers(studio) == [2]
    assert not child(studio, QPushButton, "gallery_take").isEnabled()
    studio.undo_stack().undo()
    settle(qtbot, studio)
    assert numbers(studio) == [2, 1]
    studio.undo_stack().redo()
    settle(qtbot, studio)
    assert numbers(studio) == [2]
    make_run(qtbot, studio, style_weight=5.0)
    assert numbers(studio) == [3, 2]
    studio.undo_stack().undo()  # the weight
    studio.undo_stack().undo()  # the removal
    settle(qtbot, studio)
    assert numbers(studio) == [3, 2, 1]


def test_a_run_removed_while_it_is_made_stays_out_until_it_is_begun_again(qtbot, studio):
    studio.edits.apply(studio.state.with_settings(steps=LONG), "long")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    qtbot.waitUntil(lambda: numbers(studio) == [1], timeout=20_000)
    choose_run(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "gallery_remove")
    wait_for_steps(qtbot, studio, 2)
    studio.run.stop()
    run_to_end(qtbot, studio)
    assert numbers(studio) == []
    studio.director.go_on()
    qtbot.waitUntil(lambda: numbers(studio) == [2], timeout=20_000)
    studio.run.stop()
    run_to_end(qtbot, studio)


def test_a_run_of_the_gallery_is_saved_with_its_own_settings(qtbot, monkeypatch, two, tmp_path):
    studio, first, _second = two
    path = tmp_path / "first.png"
    save_to(monkeypatch, path)
    choose_run(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "gallery_save")
    qtbot.waitUntil(lambda: "Saved first.png" in message(studio), timeout=10_000)
    found = read_result(path)
    assert found.settings.style_weight == 1.0
    assert found.settings.statistic == "gram"
    np.testing.assert_array_equal(np.rint(found.image.array * 255), first)
    assert set(found.provenance.losses) == {"total", "content", "style", "tv"}


def test_its_bound_is_told_and_the_oldest_go(qtbot, monkeypatch, studio):
    monkeypatch.setattr(gallery_module, "MOST_RUNS", 2)
    for weight in (1.0, 2.0, 3.0):
        make_run(qtbot, studio, style_weight=weight)
    assert numbers(studio) == [3, 2]
    assert "let go (run 1)" in message(studio)
    assert child(studio, QLabel, "gallery_room").text().startswith("2 of 24 runs · 0.1 of 256 MB")


def test_its_memory_is_bounded(qtbot, monkeypatch, studio):
    monkeypatch.setattr(gallery_module, "MOST_BYTES", 2 * 3 * 64 * 43)
    for weight in (1.0, 2.0, 3.0):
        make_run(qtbot, studio, style_weight=weight)
    assert numbers(studio) == [3, 2]


def test_the_gallery_is_there_again_with_the_session(qtbot, two, folders):
    studio, first, _second = two
    snapshot = studio.snapshot()
    other = open_studio(qtbot, folders)
    try:
        other.restore(snapshot)
        other.tabs.open("gallery")
        settle(qtbot, other)
        qtbot.waitUntil(lambda: runs(other).thumbnail_count() == 2, timeout=10_000)
        choose_run(qtbot, other, 1)
        click(qtbot, other, QPushButton, "gallery_take")
        np.testing.assert_array_equal(other.presenter.shown, first)
    finally:
        close_studio(other)


def test_a_picture_that_is_gone_is_said_and_its_settings_used(qtbot, two, folders):
    studio, _first, _second = two
    Path(studio.gallery.run(1).picture.path).unlink()
    snapshot = studio.snapshot()
    other = open_studio(qtbot, folders)
    try:
        other.restore(snapshot)
        other.tabs.open("gallery")
        settle(qtbot, other)
        qtbot.waitUntil(lambda: runs(other).is_missing(1), timeout=10_000)
        choose_run(qtbot, other, 1)
        click(qtbot, other, QPushButton, "gallery_take")
        assert "no longer there" in message(other)
        assert other.state.settings.style_weight == 1.0
    finally:
        close_studio(other)


def test_closing_while_it_runs_keeps_the_last_picture(qtbot, studio):
    studio.edits.apply(studio.state.with_settings(steps=LONG), "long")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    wait_for_steps(qtbot, studio, 3)
    studio.keep_work()
    assert is_kept(studio)
    run = studio.gallery.run(1)
    assert run.picture.iteration == studio.run.history.iteration
    assert Path(run.picture.path).exists()


def test_a_closed_window_s_runs_are_in_the_next_one(qtbot, open_window):
    first = open_window(panel="style_studio")
    panel = first.panel
    panel.edits.look(panel.state.with_settings(size=64, steps=3))
    settle(qtbot, panel)
    pixels = make_run(qtbot, panel)
    make_run(qtbot, panel, style_weight=2.0)
    first.close()
    second = open_window(panel="style_studio")
    child(second, QAction, "action_last_session").trigger()
    other = second.panel
    other.tabs.open("gallery")
    settle(qtbot, other)
    assert numbers(other) == [2, 1]
    choose_run(qtbot, other, 1)
    click(qtbot, other, QPushButton, "gallery_take")
    np.testing.assert_array_equal(other.presenter.shown, pixels)
