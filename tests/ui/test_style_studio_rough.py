"""The Style Studio with pictures, sizes and moments that nobody hopes for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from driving import child, click, message, settle
from style_studio_bench import (
    LONG,
    SIZE,
    close_studio,
    drop,
    open_studio,
    place_of_style,
    run_to_end,
    save_picture,
    start_long_run,
    wait_for_steps,
)
from visualizer.panels.style_studio.keeping import display_of, read_kept

FEW = 4


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders, steps=FEW)
    yield panel
    close_studio(panel)


def take(qtbot, panel, path, *, style=False):
    drop(panel, path, place_of_style(panel) if style else None)
    settle(qtbot, panel)


def make(qtbot, panel):
    click(qtbot, panel, QPushButton, "run_start")
    run_to_end(qtbot, panel)
    total = panel.run.history.terms()["total"]
    assert len(total) == FEW
    assert np.isfinite(total).all()
    return total


def noise(height, width, channels=3, kind=np.uint8):
    rng = np.random.default_rng(5)
    most = np.iinfo(kind).max
    shape = (height, width, channels) if channels > 1 else (height, width)
    return rng.integers(0, most, shape, dtype=kind)


@pytest.mark.parametrize(
    ("name", "pixels"),
    [
        ("one.png", np.full((1, 1, 3), 120, np.uint8)),
        ("tall.png", noise(300, 2)),
        ("wide.png", noise(3, 400)),
        ("grey.png", noise(40, 30, channels=1)),
        ("deep.png", noise(40, 30, channels=1, kind=np.uint16)),
        ("clear.png", noise(40, 30, channels=4)),
    ],
)
@pytest.mark.parametrize("style", [False, True])
def test_pictures_of_any_shape_are_content_and_style(qtbot, studio, tmp_path, name, pixels, style):
    path = save_picture(tmp_path / name, pixels)
    take(qtbot, studio, path, style=style)
    source = studio.state.styles[0].picture if style else studio.state.content
    assert source.name == str(path)
    make(qtbot, studio)


def test_an_all_black_style_gives_numbers(qtbot, studio, tmp_path):
    take(qtbot, studio, save_picture(tmp_path / "black.png", np.zeros((50, 50, 3), np.uint8)),
         style=True)  # fmt: skip
    make(qtbot, studio)


def test_content_and_style_may_be_the_same(qtbot, studio, tmp_path):
    path = save_picture(tmp_path / "both.png", noise(48, 64))
    take(qtbot, studio, path)
    take(qtbot, studio, path, style=True)
    make(qtbot, studio)


def test_a_picture_of_nothing_but_nan_is_made_of_or_refused_in_words(qtbot, studio, tmp_path):
    path = tmp_path / "nan.tif"
    Image.fromarray(np.full((20, 20), np.nan, np.float32)).save(path)
    take(qtbot, studio, path)
    click(qtbot, studio, QPushButton, "run_start")
    qtbot.waitUntil(lambda: not studio.run.busy, timeout=60_000)
    settle(qtbot, studio)
    if studio.run.last is None:
        assert message(studio).endswith(".")
    else:
        assert np.isfinite(studio.run.history.terms()["total"]).all()
    assert child(studio, QPushButton, "run_start").isEnabled()


@pytest.mark.parametrize("content", [b"", b"not a picture at all", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_is_refused_and_the_present_one_stays(qtbot, studio, tmp_path, content):
    path = tmp_path / "rubbish.png"
    path.write_bytes(content)
    before = studio.state
    take(qtbot, studio, path)
    assert "rubbish.png" in message(studio)
    assert studio.state.content == before.content
    make(qtbot, studio)


def test_a_size_for_which_there_is_no_memory_is_told_before_start(qtbot, studio):
    prepared = studio.director.prepared
    scarce = replace(prepared.estimate, bytes_free=1, largest_size=32, sentence="It needs more.")
    studio.director._prepared(replace(prepared, estimate=scarce))
    click(qtbot, studio, QPushButton, "run_start")
    assert not studio.run.busy
    assert message(studio) == "It needs more. Press Start again to try all the same."
    button = child(studio, QPushButton, "style_fit_size")
    assert button.text() == "Take 32 px, which fits"
    click(qtbot, studio, QPushButton, "style_fit_size")
    assert studio.state.settings.size == 32
    assert not button.isVisible()


def test_pressed_again_it_is_tried_all_the_same(qtbot, studio):
    prepared = studio.director.prepared
    scarce = replace(prepared.estimate, bytes_free=1, largest_size=32)
    studio.director._prepared(replace(prepared, estimate=scarce))
    click(qtbot, studio, QPushButton, "run_start")
    assert not studio.run.busy
    make(qtbot, studio)
    assert message(studio) == ""


def test_other_pictures_during_a_run_are_for_the_next_one(qtbot, studio, tmp_path):
    start_long_run(qtbot, studio, steps=2)
    begun = studio.run.order.content
    take(qtbot, studio, save_picture(tmp_path / "other.png", noise(30, 40)))
    assert message(studio).startswith("The run goes on with the pictures")
    wait_for_steps(qtbot, studio, 2)
    assert studio.run.order.content is begun
    studio.run.stop()
    run_to_end(qtbot, studio)
    studio.edits.look(studio.state.with_settings(steps=2))
    settle(qtbot, studio)
    studio.director.go_on()
    run_to_end(qtbot, studio)
    assert studio.run.order.content is not begun
    assert studio.run.last.size == (48, 64)  # the shape of the new content


def test_closed_while_running_the_last_picture_comes_back(qtbot, open_window):
    first = open_window(panel="style_studio")
    panel = first.panel
    panel.edits.look(panel.state.with_settings(size=SIZE, steps=LONG))
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    panel.director.start()
    wait_for_steps(qtbot, panel, 5)
    first.close()
    assert not panel.run.busy
    count, last = panel.run.history.iteration, display_of(panel.run.last.image)

    second = open_window(panel="style_studio")
    second.findChild(object, "action_last_session").trigger()
    panel = second.panel
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    assert panel.state.kept[-1].iteration == count
    np.testing.assert_array_equal(panel.presenter.shown, last)
    assert len(panel.view.timeline.snapshots()) == len(panel.state.kept)
    panel.edits.look(panel.state.with_settings(steps=2))
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    panel.director.go_on()
    run_to_end(qtbot, panel)
    assert panel.run.history.iterations == [count + 1, count + 2]
    assert panel.state.kept[-1].iteration == count + 2


def test_kept_pictures_that_are_gone_are_told(qtbot, studio):
    make(qtbot, studio)
    snapshot = studio.snapshot()
    snapshot["kept"][0]["path"] = "/nowhere/gone.npy"
    count = len(snapshot["kept"])
    studio.restore(snapshot)
    settle(qtbot, studio)
    qtbot.waitUntil(lambda: len(studio.state.kept) == count - 1)
    assert message(studio) == "A kept picture is no longer there."
    np.testing.assert_array_equal(studio.presenter.shown, read_kept(studio.state.kept[-1]))


def test_a_snapshot_of_another_version_is_told_and_changes_nothing(qtbot, studio):
    make(qtbot, studio)
    before, shown = studio.state, studio.presenter.shown
    studio.restore({"styles": "many"})
    assert message(studio) == "The saved state does not fit this version."
    assert studio.state == before
    assert studio.presenter.shown is shown


def test_closing_the_panel_in_the_middle_of_everything_ends_every_thread(qtbot, folders):
    panel = open_studio(qtbot, folders, steps=LONG)
    click(qtbot, panel, QPushButton, "run_start")
    qtbot.keyClick(panel, Qt.Key.Key_Space)
    close_studio(panel)  # the fixture of all tests looks for threads and timers
    assert not panel.run.busy
