"""A contact sheet over one weight: made as a job, kept when cancelled, saved, and used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox, QToolButton

from driving import child, choose, click, message, settle
from engines.style import StyleSettings, StyleSource, StyleTransfer
from style_studio_bench import (
    LONG,
    close_studio,
    open_studio,
    save_to,
    start_long_run,
    wait_for_steps,
)
from visualizer.panels.style_studio.gallery_making import engine_settings
from visualizer.panels.style_studio.gallery_settings import SweepSettings
from visualizer.panels.style_studio.keeping import display_of
from visualizer.panels.style_studio.run_control import as_rgb
from visualizer.panels.style_studio.sweep import values_of
from widgets.job_bar import JobBar
from widgets.thumbnail_grid import ThumbnailGrid


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders)
    panel.tabs.open("sweep")
    set_sweep(panel, count=3, size=64, low=1.0, high=100.0)
    settle(qtbot, panel)
    yield panel
    close_studio(panel)


def set_sweep(panel, **changes):
    tabs = panel.state.tabs
    sweep = tabs.sweep.replace(**changes)
    panel.edits.apply(panel.state.replace(tabs=tabs.replace(sweep=sweep)), "sweep")


def tab(panel):
    return panel.tabs.made["sweep"]


def grid(panel):
    return child(panel, ThumbnailGrid, "sweep_pictures")


def said(panel):
    return child(panel, QLabel, "sweep_said").text()


def make_sheet(qtbot, panel):
    click(qtbot, panel, QPushButton, "sweep_run")
    qtbot.waitUntil(lambda: not tab(panel).job.busy, timeout=120_000)
    settle(qtbot, panel)


def choose_picture(qtbot, panel, place):
    view = grid(panel)
    centre = view.visualRect(view.model().index(place, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=centre)


@given(
    low=st.floats(0.001, 1e6), high=st.floats(0.001, 1e6), count=st.integers(2, 16)
)  # fmt: skip
def test_weights_go_in_equal_factors_from_low_to_high(low, high, count):
    values = values_of(SweepSettings(low=low, high=high, count=count))
    assert 1 <= len(values) <= count
    assert values[0] == pytest.approx(low, rel=0.006)
    assert values[-1] == pytest.approx(high, rel=0.006)
    if len(values) == count:
        factors = np.diff(np.log(values))
        np.testing.assert_allclose(factors, np.log(high / low) / (count - 1), atol=0.011)


def test_a_sheet_is_made_to_its_end(qtbot, monkeypatch, studio, tmp_path):
    make_sheet(qtbot, studio)
    assert [entry.caption for entry in grid(studio).entries()] == ["β 1", "β 10", "β 100"]
    assert grid(studio).thumbnail_count() == 3
    assert said(studio) == "3 pictures of 64 pixels, β from 1 to 100."
    assert not child(studio, JobBar, "sweep_job").isVisible()
    # The last is what the engine makes of these settings, and styles grow with their weight.
    made, task = tab(studio), tab(studio).task
    order = task.order
    styles = [StyleSource(as_rgb(one.picture), one.weight) for one in order.styles]
    settings = engine_settings(task.makings[2])
    assert (settings.style_weight, settings.size) == (100.0, 64)
    *_, last = StyleTransfer(as_rgb(order.content), styles, order.network, settings).run()
    np.testing.assert_allclose(made.pictures[2].astype(int), display_of(last.image), atol=2)
    content = display_of(as_rgb(order.content))
    rows = np.linspace(0, content.shape[0] - 1, made.pictures[0].shape[0]).astype(int)
    columns = np.linspace(0, content.shape[1] - 1, made.pictures[0].shape[1]).astype(int)
    small = content[rows][:, columns].astype(float)
    away = [np.abs(pixels - small).mean() for pixels in made.pictures]
    assert away[0] < away[1] < away[2]

    path = tmp_path / "sheet.png"
    save_to(monkeypatch, path)
    click(qtbot, studio, QPushButton, "sweep_save")
    qtbot.waitUntil(lambda: "Saved sheet.png: 3 pictures." in message(studio), timeout=10_000)
    with Image.open(path) as sheet:
        assert sheet.width > 2 * 128
        assert "β 1, β 10, β 100" in sheet.text["Description"]
        assert "Cat in the manner of" in sheet.text["Description"]


def test_progress_is_told_and_it_can_be_paused_and_cancelled(qtbot, studio):
    set_sweep(studio, count=16)
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "sweep_run")
    bar, job = child(studio, JobBar, "sweep_job"), tab(studio).job
    qtbot.waitUntil(lambda: len(tab(studio).ends) >= 1, timeout=60_000)
    assert bar.isVisible()
    steps = StyleSettings(size=studio.state.tabs.sweep.size).resolved_steps()
    assert f"/{16 * sum(steps)} evaluations" in bar.text()
    qtbot.mouseClick(child(studio, QToolButton, "sweep_job_pause"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: job.state.value == "paused", timeout=10_000)
    qtbot.mouseClick(child(studio, QToolButton, "sweep_job_cancel"), Qt.MouseButton.LeftButton)
    assert not job.busy
    assert not bar.isVisible()
    made = len(tab(studio).ends)
    assert 1 <= made < 16
    assert said(studio).startswith(f"{made} of 16 pictures")
    assert child(studio, QPushButton, "sweep_save").isEnabled()


def test_a_weight_of_the_sheet_is_used_and_can_be_undone(qtbot, studio):
    make_sheet(qtbot, studio)
    assert not child(studio, QPushButton, "sweep_use").isEnabled()
    choose_picture(qtbot, studio, 2)
    click(qtbot, studio, QPushButton, "sweep_use")
    assert studio.state.settings.style_weight == 100.0
    studio.undo_stack().undo()
    settle(qtbot, studio)
    assert studio.state.settings.style_weight == 10.0


def test_a_picture_of_the_sheet_goes_to_the_gallery_with_its_settings(qtbot, studio):
    set_sweep(studio, count=2, size=48)
    settle(qtbot, studio)
    make_sheet(qtbot, studio)
    choose_picture(qtbot, studio, 1)
    click(qtbot, studio, QPushButton, "sweep_keep")
    qtbot.waitUntil(lambda: len(studio.state.gallery) == 1, timeout=10_000)
    settle(qtbot, studio)
    np.testing.assert_array_equal(studio.presenter.shown, tab(studio).pictures[1])
    assert studio.state.settings.style_weight == 100.0
    assert studio.state.settings.size == 48
    assert studio.gallery.present().number == 1
    assert dict(studio.gallery.present().losses)["total"] > 0


def test_another_weight_can_be_swept(qtbot, studio):
    choose(qtbot, studio, "sweep_field", "content_weight")
    box = child(studio, QSpinBox, "sweep_count")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "2")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, studio)
    assert studio.state.tabs.sweep.count == 2
    make_sheet(qtbot, studio)
    assert [entry.caption for entry in grid(studio).entries()] == ["α 1", "α 100"]
    assert tab(studio).task.makings[0].settings.style_weight == 10.0
    studio.undo_stack().undo()
    studio.undo_stack().undo()
    settle(qtbot, studio)
    assert (studio.state.tabs.sweep.count, studio.state.tabs.sweep.field) == (3, "style_weight")


def test_it_waits_for_a_run_that_goes_on(qtbot, studio):
    start_long_run(qtbot, studio, steps=2)
    qtbot.mouseClick(child(studio, QPushButton, "sweep_run"), Qt.MouseButton.LeftButton)
    assert not tab(studio).job.busy
    assert "stop or let it end first" in message(studio)
    studio.run.stop()


def test_it_waits_while_a_run_is_made_and_goes_on_after_it(qtbot, studio):
    studio.edits.look(studio.state.with_settings(steps=LONG))
    set_sweep(studio, count=16)
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "sweep_run")
    job = tab(studio).job
    qtbot.waitUntil(lambda: grid(studio).thumbnail_count() >= 1, timeout=60_000)
    click(qtbot, studio, QPushButton, "run_start")
    assert job.state.value == "paused"
    wait_for_steps(qtbot, studio, 2)
    studio.run.stop()
    assert job.state.value == "running"
    made = len(tab(studio).ends)
    qtbot.waitUntil(lambda: len(tab(studio).ends) > made, timeout=60_000)


def test_closing_while_it_is_made_leaves_nothing_running(qtbot, studio):
    click(qtbot, studio, QPushButton, "sweep_run")
    qtbot.waitUntil(lambda: grid(studio).thumbnail_count() >= 1, timeout=60_000)
    assert tab(studio).job.busy  # the fixture closes the panel


def test_its_pose_is_a_sheet_that_is_made(qtbot, studio):
    studio.poses()["sweep"]()
    assert not studio.is_settled()
    with qtbot.waitSignal(studio.settled, timeout=120_000):
        pass
    assert studio.is_settled()
    entries = grid(studio).entries()
    assert grid(studio).thumbnail_count() == len(entries) == len(tab(studio).ends) == 4
    assert said(studio) == "4 pictures of 96 pixels, β from 1 to 100."
