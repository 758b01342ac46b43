"""Where the Style Studio's pictures come from: cameras that stop at Start, styles taken out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QPushButton, QToolButton

from driving import child, click, message, settle
from fake_camera import plug_in, send_picture, unplug
from style_studio_bench import (
    close_studio,
    drop,
    open_studio,
    place_of_style,
    run_to_end,
    save_picture,
    start_long_run,
)
from visualizer.pictures.source import PictureSource

pytest.importorskip("PySide6.QtMultimedia", reason="QtMultimedia cannot be imported here")

RED, GREEN, BLUE = (200, 40, 40), (40, 200, 40), (40, 40, 200)


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders, steps=4)
    yield panel
    close_studio(panel)


def start_camera(qtbot, panel, source, prefix, colour):
    """Press the camera button of the row `prefix`; let the camera see `colour`; return it."""
    button = child(panel, QToolButton, f"{prefix}camera_button")
    button.click()
    send_picture(source.live, colour)
    qtbot.waitUntil(lambda: source.picture is not None and source.picture.source.is_live)
    settle(qtbot, panel)
    assert button.isChecked()
    return source.live._feed._camera


def colour_of(picture):
    """The mean colour of a picture, 0…255."""
    return np.asarray(picture.image.array).reshape(-1, 3).mean(0) * 255


@pytest.mark.parametrize("which", ["content", "style"])
def test_a_camera_stops_at_start_and_its_last_picture_is_what_is_made_of(
    qtbot, monkeypatch, studio, which
):
    source = studio.pictures.content if which == "content" else studio.pictures.style_input(0)
    plug_in(monkeypatch, source.live)
    camera = start_camera(qtbot, studio, source, f"{which}_", RED)
    shown = source.picture
    send_picture(source.live, GREEN)
    qtbot.waitUntil(lambda: source.picture is not shown)
    last = source.picture
    settle(qtbot, studio)

    click(qtbot, studio, QPushButton, "run_start")
    assert not camera.on
    assert not child(studio, QToolButton, f"{which}_camera_button").isChecked()
    run_to_end(qtbot, studio)

    order = studio.run.order
    used = order.content if which == "content" else order.styles[0].picture
    assert used is last
    np.testing.assert_allclose(colour_of(used), GREEN, atol=8)
    state = studio.state
    chosen = state.content if which == "content" else state.styles[0].picture
    assert chosen.kind == "pasted"
    np.testing.assert_allclose(colour_of(source.picture), GREEN, atol=8)
    assert len(studio.run.history) == 4
    assert message(studio) == ""  # nothing about other pictures than the run began with
    making = studio.state.gallery[-1].making
    made_of = making.content if which == "content" else making.styles[0].picture
    assert made_of == chosen  # a still picture: the run can be made again


def test_a_camera_unplugged_leaves_its_last_picture_and_a_sentence(qtbot, monkeypatch, studio):
    source = studio.pictures.content
    plug_in(monkeypatch, source.live)
    start_camera(qtbot, studio, source, "content_", BLUE)
    unplug(source.live)
    qtbot.waitUntil(lambda: studio.state.content.kind == "pasted")
    settle(qtbot, studio)
    assert "Desk camera was unplugged" in message(studio)
    np.testing.assert_allclose(colour_of(source.picture), BLUE, atol=8)


def test_a_camera_started_during_a_run_is_for_the_next_one(qtbot, monkeypatch, studio):
    start_long_run(qtbot, studio, steps=2)
    begun, source = studio.run.order.content, studio.pictures.content
    plug_in(monkeypatch, source.live)
    start_camera(qtbot, studio, source, "content_", RED)
    assert message(studio).startswith("The run goes on with the pictures")
    assert studio.run.order.content is begun
    studio.run.stop()


# -- styles that are taken out ------------------------------------------------------------------


def test_a_camera_goes_off_with_the_style_that_it_is_of(qtbot, monkeypatch, studio):
    click(qtbot, studio, QPushButton, "style_add")
    source = studio.pictures.style_input(1)
    plug_in(monkeypatch, source.live)
    camera = start_camera(qtbot, studio, source, "style_2_", RED)
    first = studio.state.styles[0]
    click(qtbot, studio, QToolButton, "style_2_remove")
    assert studio.state.styles == (first,)
    assert not camera.on
    assert not source.live.is_running
    # Undo asks for it again.
    studio.undo_stack().undo()
    assert studio.state.styles[1].picture.kind == "camera"
    send_picture(source.live, GREEN)
    qtbot.waitUntil(lambda: source.picture is not None)
    settle(qtbot, studio)
    assert source.live.is_running


def test_a_picture_that_comes_after_its_style_was_taken_out_is_not_another_style_s(
    qtbot, studio, tmp_path
):
    click(qtbot, studio, QPushButton, "style_add")
    first = studio.state.styles[0]
    path = save_picture(tmp_path / "late.png", np.full((900, 1200, 3), 99, np.uint8))
    drop(studio, path, place_of_style(studio, 1))
    assert studio.pictures.style_input(1).loader.lane.busy
    child(studio, QToolButton, "style_2_remove").click()
    qtbot.waitUntil(lambda: not studio.pictures.style_input(1).loader.lane.busy, timeout=20_000)
    settle(qtbot, studio)
    assert studio.state.styles == (first,)
    assert studio.pictures.styles(studio.state)[0].picture.source == first.picture


# -- paste --------------------------------------------------------------------------------------


def test_pixels_are_pasted_as_content_and_as_style(qtbot, studio):
    for number, (name, colour) in enumerate(
        (("style_action_paste", RED), ("style_action_paste_style", BLUE))
    ):
        image = QImage(20, 30, QImage.Format.Format_RGB32)
        image.fill(QColor(*colour))
        QGuiApplication.clipboard().setImage(image)
        child(studio, QAction, name).trigger()
        source = studio.pictures.content if number == 0 else studio.pictures.style_input(0)
        qtbot.waitUntil(lambda s=source: s.picture.source.kind == "pasted", timeout=10_000)
        settle(qtbot, studio)
        np.testing.assert_allclose(colour_of(source.picture), colour, atol=1)
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    making = studio.state.gallery[-1].making
    assert making.content == studio.state.content != PictureSource(name="chelsea")
