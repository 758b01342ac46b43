"""What is kept where the disk refuses, and what is opened where a file is not what it says."""

from __future__ import annotations

import errno
import os
import zlib
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from driving import child, click, message, settle
from engines.style import StyleSettings
from engines.style_files import Provenance, mask_from_text, read_result, save_result
from style_studio_bench import (
    close_studio,
    drop,
    is_kept,
    open_studio,
    place_of_style,
    run_to_end,
    save_picture,
    save_to,
)
from visualizer.panels.style_studio.keeping import display_of, read_kept
from visualizer.panels.style_studio.result_files import planar
from visualizer.pictures.source import PictureSource

FEW = 4


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders, steps=FEW)
    yield panel
    close_studio(panel)


@contextmanager
def full_disk():
    """Let the disk be full as long as this is entered."""

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full)
        yield


def start(qtbot, panel):
    """Make a picture to its end, whether it can be kept or not."""
    click(qtbot, panel, QPushButton, "run_start")
    qtbot.waitUntil(lambda: not panel.run.busy, timeout=60_000)
    qtbot.waitUntil(lambda: not panel.services.saving.busy, timeout=20_000)
    settle(qtbot, panel)


def save_by_menu(monkeypatch, panel, path, action="style_action_save"):
    save_to(monkeypatch, path)
    child(panel, QAction, action).trigger()


# -- the disk -----------------------------------------------------------------------------------


def test_on_a_full_disk_the_run_comes_to_its_end_and_can_be_saved_elsewhere(
    qtbot, monkeypatch, studio, tmp_path
):
    with full_disk():
        start(qtbot, studio)
        assert len(studio.run.history) == FEW
        assert studio.state.kept == ()
        assert studio.messages.kind() == "error"
        assert message(studio).startswith(f"The picture of evaluation {FEW} was not kept.")
        assert "the disk is full" in message(studio)
        assert ".npy" not in message(studio)
    last = display_of(studio.run.last.image)
    np.testing.assert_array_equal(studio.presenter.shown, last)
    save_by_menu(monkeypatch, studio, tmp_path / "saved.png")
    qtbot.waitUntil(lambda: "Saved saved.png" in studio.messages.text(), timeout=20_000)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "saved.png")), last)
    assert read_result(tmp_path / "saved.png").provenance.iterations == FEW


def test_once_there_is_room_again_pictures_are_kept_and_nothing_is_said_any_more(qtbot, studio):
    with full_disk():
        start(qtbot, studio)
    assert studio.messages.kind() == "error"
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    assert is_kept(studio)
    assert message(studio) == ""
    np.testing.assert_array_equal(read_kept(studio.state.kept[-1]), studio.presenter.shown)


@pytest.mark.parametrize(
    ("action", "name"), [("style_action_save", "result.png"), ("style_action_animate", "run.gif")]
)
@pytest.mark.parametrize("refused", ["full", "folder"])
def test_a_file_that_cannot_be_written_is_said_and_what_was_there_stays(
    qtbot, monkeypatch, studio, tmp_path, action, name, refused
):
    start(qtbot, studio)
    shown, state = studio.presenter.shown, studio.state
    path = tmp_path / name
    path.write_bytes(b"what was there")
    if refused == "folder":
        (tmp_path / "file").write_text("no folder")
        save_by_menu(monkeypatch, studio, tmp_path / "file" / name, action)
        qtbot.waitUntil(lambda: studio.messages.kind() == "error", timeout=20_000)
        assert "its folder is a file" in message(studio)
    else:
        with full_disk():
            save_by_menu(monkeypatch, studio, path, action)
            qtbot.waitUntil(lambda: studio.messages.kind() == "error", timeout=20_000)
        assert "the disk is full" in message(studio)
    assert name in message(studio)
    assert path.read_bytes() == b"what was there"
    assert not list(tmp_path.glob(".*.part"))
    assert studio.state == state
    assert studio.presenter.shown is shown
    save_by_menu(monkeypatch, studio, path, action)
    qtbot.waitUntil(lambda: f"Saved {name}" in message(studio), timeout=20_000)


def test_masks_that_cannot_be_kept_are_said_and_the_styles_stay_as_they_were(qtbot, studio):
    before = studio.state
    click(qtbot, studio, QPushButton, "style_masks")
    dialog = studio.masks.dialog
    dialog.painter.invert()
    with full_disk():
        dialog.accept()
        qtbot.waitUntil(lambda: studio.messages.kind() == "error", timeout=20_000)
    assert message(studio).startswith("What was painted was not kept")
    assert "the disk is full" in message(studio)
    assert studio.state == before


def test_a_result_whose_mask_is_gone_is_saved_with_the_mask_that_was_used(
    qtbot, monkeypatch, studio, tmp_path
):
    mask = np.zeros((32, 48), np.float16)
    mask[:, 24:] = 1
    path = studio.services.session.keep_array(mask)
    studio.edits.apply(studio.state.with_style(0, mask=str(path)), "mask")
    settle(qtbot, studio)
    start(qtbot, studio)
    path.unlink()
    save_by_menu(monkeypatch, studio, tmp_path / "masked.png")
    qtbot.waitUntil(lambda: "Saved masked.png" in message(studio), timeout=20_000)
    (text,) = read_result(tmp_path / "masked.png").provenance.style_masks
    np.testing.assert_array_equal(mask_from_text(text), mask)


def test_a_run_of_the_gallery_whose_mask_was_lost_is_not_saved_as_if_it_had_none(
    qtbot, monkeypatch, studio, tmp_path
):
    start(qtbot, studio)
    run = studio.state.gallery[-1]
    gone = run.making.styles[0].replace(mask=str(tmp_path / "gone.npy"))
    lost = run.replace(making=run.making.replace(styles=(gone,)))
    save_to(monkeypatch, tmp_path / "lost.png")
    studio.results.ask_save_run(lost)
    qtbot.waitUntil(lambda: "mask of a style is no longer there" in message(studio), timeout=20_000)
    assert not (tmp_path / "lost.png").exists()


# -- files that are not what they say -----------------------------------------------------------


def result_file(path):
    pixels = np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    told = Provenance("efficientnet_lite0", "trained", "Cat", ("Dots of colour",), 5)
    save_result(path, planar(pixels), StyleSettings(style_weight=77.0), told)
    return path


def chunks(data):
    """Yield (start, end, kind) of every chunk of a PNG."""
    place = 8
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield place, place + 12 + length, data[place + 4 : place + 8]
        place += 12 + length


def damaged(path, how):
    """Damage the chunk that holds the settings of the result in `path`."""
    data = result_file(path).read_bytes()
    start, end = next(
        (a, b)
        for a, b, kind in chunks(data)
        if kind == b"iTXt" and b"Kernelscope style" in data[a:b]
    )
    body = bytearray(data[start + 8 : end - 4])
    if how == "checksum":
        changed = data[: start + 40] + b"?" + data[start + 41 :]
        path.write_bytes(changed)
        return path
    if how == "cut":
        body = body[: len(body) // 2]
    elif how == "bytes":
        body[-30:] = bytes(range(220, 250))
    elif how == "list":
        body = body[: body.index(b"{")] + b"[1, 2]"
    made = bytes(body)
    new = len(made).to_bytes(4, "big") + b"iTXt" + made
    new += zlib.crc32(b"iTXt" + made).to_bytes(4, "big")
    path.write_bytes(data[:start] + new + data[end:])
    return path


@pytest.mark.parametrize("how", ["cut", "bytes", "list", "checksum"])
def test_a_dropped_result_whose_settings_are_damaged_is_said_and_changes_nothing(
    qtbot, studio, tmp_path, how
):
    before = studio.state
    drop(studio, damaged(tmp_path / "hurt.png", how))
    qtbot.waitUntil(lambda: message(studio) != "", timeout=20_000)
    settle(qtbot, studio)
    assert studio.messages.kind() == "error"
    assert "hurt.png" in message(studio)
    if how != "checksum":  # for which no decoder opens the picture
        assert "are damaged" in message(studio)
    assert studio.state == before


@pytest.mark.parametrize("how", ["cut", "bytes", "list"])
def test_its_picture_can_still_be_a_style_as_it_is_said(qtbot, studio, tmp_path, how):
    path = damaged(tmp_path / "hurt.png", how)
    drop(studio, path, place_of_style(studio))
    qtbot.waitUntil(lambda: studio.state.styles[0].picture.kind == "file", timeout=20_000)
    settle(qtbot, studio)
    assert studio.pictures.style_input(0).picture.image.width == 30
    start(qtbot, studio)
    assert np.isfinite(studio.run.history.terms()["total"]).all()


def test_a_picture_with_too_many_pixels_is_offered_smaller_and_made_of(
    qtbot, monkeypatch, studio, tmp_path
):
    monkeypatch.setattr("engines.images.DEFAULT_MAX_PIXELS", 5_000)
    path = save_picture(tmp_path / "huge.png", np.full((90, 120, 3), 90, np.uint8))
    for topic in ("content", "style"):
        before = studio.state
        drop(studio, path, place_of_style(studio) if topic == "style" else None)
        qtbot.waitUntil(lambda: "huge.png has 120 × 90" in message(studio), timeout=20_000)
        settle(qtbot, studio)
        assert studio.state == before
        child(studio, QPushButton, "message_action").click()
        source = PictureSource(kind="file", name=str(path), scaled_down=True)

        def shown(topic=topic, source=source):
            state = studio.state
            return source == (state.content if topic == "content" else state.styles[0].picture)

        qtbot.waitUntil(shown, timeout=20_000)
        settle(qtbot, studio)
        assert "Scaled down from 120 × 90 to 60 × 45." in message(studio)
    start(qtbot, studio)
    assert np.isfinite(studio.run.history.terms()["total"]).all()
