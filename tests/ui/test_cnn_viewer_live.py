"""A video through the CNN Viewer: every shown number belongs to the frame that is shown."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QToolButton

from driving import child
from engines.activations import capture
from engines.network_copies import private_copy
from video_file import write_flat_video
from visualizer.panels.cnn_viewer.answers import Answers

COLOURS = [(220, 30, 40), (30, 200, 60), (40, 60, 210)]
LIMIT = 60_000


def has_multimedia():
    try:
        importlib.import_module("PySide6.QtMultimedia")
    except ImportError:
        return False
    return True


pytestmark = pytest.mark.skipif(
    not has_multimedia(), reason="QtMultimedia, or a system library that it needs, is missing"
)


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


@pytest.fixture
def playing(qtbot, viewer, tmp_path, monkeypatch):
    path = write_flat_video(tmp_path / "flat.avi", COLOURS, (64, 64), frames_per_second=10)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(child(viewer, QToolButton, "video_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: viewer.run.picture.source.kind == "video", timeout=LIMIT)
    return viewer


def colour_seen(run):
    """Which of COLOURS the network saw, None if it was none of them."""
    color = run.seen.mean(axis=(0, 1)) * 255
    near = [np.abs(color - np.array(c)).max() <= 6 for c in COLOURS]
    return near.index(True) if any(near) else None


def test_every_frame_that_the_network_manages_is_shown(qtbot, playing):
    seen = set()

    def look():
        seen.add(colour_seen(playing.run))
        assert playing.sheet.run is playing.run
        return seen >= {0, 1, 2}

    qtbot.waitUntil(look, timeout=LIMIT)


def test_a_held_position_is_explained_frame_after_frame(qtbot, playing):
    playing.hold(30, 30)
    explained = set()

    def look():
        unit = playing.unit
        if unit.trace is not None and unit.explainer.run is playing.sheet.run:
            expected = float(playing.sheet.maps[0, 30, 30])
            assert unit.trace.result == pytest.approx(expected, abs=1e-3)
            explained.add(colour_seen(playing.run))
        return len(explained) >= 2

    qtbot.waitUntil(look, timeout=LIMIT)


def test_without_a_held_position_it_says_how_to_hold_one(qtbot, playing):
    steps = child(playing, QLabel, "unit_steps")
    qtbot.waitUntil(lambda: "Hold a position" in steps.text(), timeout=LIMIT)


def test_the_layer_changes_while_pictures_go_on(qtbot, playing):
    playing.choose_layer("blocks.1.0.conv_dw")
    qtbot.waitUntil(lambda: playing.sheet.layer == "blocks.1.0.conv_dw", timeout=LIMIT)
    first = playing.run
    qtbot.waitUntil(lambda: playing.run is not first, timeout=LIMIT)
    assert playing.sheet.layer == "blocks.1.0.conv_dw"


def test_stopping_keeps_the_last_frame(qtbot, playing):
    qtbot.mouseClick(child(playing, QToolButton, "video_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: playing.state.picture.kind == "pasted", timeout=LIMIT)
    qtbot.waitUntil(playing.is_settled, timeout=LIMIT)
    assert colour_seen(playing.run) is not None
    assert not playing.input.live.is_running


def test_a_video_rests_while_another_panel_is_shown(qtbot, playing):
    window = playing.window()
    window.open_panel("geometry")
    qtbot.waitUntil(window.panel.is_settled, timeout=LIMIT)
    qtbot.waitUntil(lambda: not playing.running.busy, timeout=LIMIT)
    resting = playing.run
    sink = playing.input.live._feed._sink
    for _ in range(4):  # the film goes on, but none of its pictures is looked at
        with qtbot.waitSignal(sink.videoFrameChanged, timeout=LIMIT):
            pass
    assert playing.run is resting
    window.open_panel("cnn_viewer")
    qtbot.waitUntil(lambda: playing.run is not resting, timeout=LIMIT)


def test_of_a_frame_only_what_is_looked_at_is_kept_and_the_rest_is_the_same_as_ever(qtbot, playing):
    qtbot.waitUntil(lambda: isinstance(playing.run.activations, Answers), timeout=LIMIT)
    run = playing.run
    complete = capture(private_copy(run.model.module), run.batch)
    assert list(run.activations) == list(complete)
    for name in ("classifier", "blocks.0.0.conv_dw", "blocks.3.1.conv_pw"):
        assert torch.allclose(run.activations[name], complete[name], atol=1e-5)
