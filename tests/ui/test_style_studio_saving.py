"""A result is saved with all that made it, and opened again as it was."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image, ImageSequence, PngImagePlugin
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton

from driving import child, click, message, settle
from engines.style import StyleSettings
from engines.style_files import Provenance, read_result, save_result
from style_studio_bench import (
    close_studio,
    drop,
    open_studio,
    place_of_style,
    run_to_end,
    save_picture,
    save_to,
)
from visualizer.panels.style_studio.result_files import planar
from visualizer.pictures.source import PictureSource

KEYWORD = "Kernelscope style"


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders)
    yield panel
    close_studio(panel)


@pytest.fixture
def made(qtbot, studio):
    """The Studio with a run that ended, made of what is not as usual."""
    state = studio.state.with_settings(
        style_weight=40.0, statistic="mean_std", optimiser="adam", start="noise", seed=7, steps=6,
        colours="luminance",
    )  # fmt: skip
    state = state.with_style(0, picture=PictureSource(name="glass"))
    studio.edits.apply(state.replace(content=PictureSource(name="coffee")), "all else")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    return studio


def trigger(qtbot, panel, name):
    child(panel, QAction, name).trigger()
    settle(qtbot, panel)


def wait_saved(qtbot, panel, name="Saved"):
    qtbot.waitUntil(lambda: name in message(panel), timeout=20_000)


def saved(qtbot, monkeypatch, panel, path):
    save_to(monkeypatch, path)
    trigger(qtbot, panel, "style_action_save")
    wait_saved(qtbot, panel, f"Saved {path.name}")
    return path


def opened(qtbot, panel, name):
    qtbot.waitUntil(lambda: f"Opened {name}" in message(panel), timeout=20_000)
    settle(qtbot, panel)


def test_it_comes_back_with_its_pixels_and_settings(qtbot, monkeypatch, made, tmp_path):
    pixels, order, state = made.presenter.shown, made.director.order(), made.state
    path = saved(qtbot, monkeypatch, made, tmp_path / "result.png")
    np.testing.assert_array_equal(np.asarray(Image.open(path)), pixels)

    other = state.with_settings(style_weight=1.0, statistic="gram", size=96, seed=1, steps=3)
    other = other.replace(content=PictureSource(name="rocket"))
    made.edits.apply(other, "something else")
    settle(qtbot, made)
    assert made.director.order().settings != order.settings

    drop(made, path)
    opened(qtbot, made, "result.png")
    np.testing.assert_array_equal(made.presenter.shown, pixels)
    assert made.director.order().settings == order.settings
    assert (made.state.content, made.state.styles) == (state.content, state.styles)
    assert made.state.settings == state.settings
    assert made.state.model == state.model
    assert made.pictures.content.picture.source == PictureSource(name="coffee")


def test_another_window_opens_it_and_goes_on_from_it(
    qtbot, monkeypatch, made, tmp_path, tmp_path_factory
):
    from visualizer.settings import UserFolders

    pixels, settings = made.presenter.shown, made.director.order().settings
    path = saved(qtbot, monkeypatch, made, tmp_path / "result.png")
    other = open_studio(qtbot, UserFolders.under(tmp_path_factory.mktemp("other")))
    try:
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        trigger(qtbot, other, "style_action_open_result")
        opened(qtbot, other, "result.png")
        np.testing.assert_array_equal(other.presenter.shown, pixels)
        assert other.director.order().settings == settings
        other.director.go_on()
        run_to_end(qtbot, other)
        assert other.run.history.iterations[0] == 7
        assert other.run.history.iterations[-1] == 12
    finally:
        close_studio(other)


def test_opening_can_be_undone(qtbot, monkeypatch, made, tmp_path):
    path = saved(qtbot, monkeypatch, made, tmp_path / "result.png")
    made.edits.apply(made.state.with_settings(style_weight=3.0), "another weight")
    drop(made, path)
    opened(qtbot, made, "result.png")
    assert made.state.settings.style_weight == 40.0
    made.undo_stack().undo()
    settle(qtbot, made)
    assert made.state.settings.style_weight == 3.0


def test_the_file_tells_all_that_made_it(qtbot, monkeypatch, made, tmp_path):
    path = saved(qtbot, monkeypatch, made, tmp_path / "result.png")
    found = read_result(path)
    assert found.settings.style_layers == made.director.known.suggested.style
    told = found.provenance
    assert (told.model, told.weights) == ("efficientnet_lite0", "trained")
    assert (told.content, told.styles) == ("Coffee", ("Stained glass",))
    assert (told.iterations, told.seed) == (6, 7)
    losses = made.run.last.losses
    assert told.losses["total"] == pytest.approx(float(losses.total))
    assert told.losses["style"] == pytest.approx(sum(losses.weighted_style.values()), rel=1e-5)


def test_an_earlier_picture_is_saved_as_that(qtbot, monkeypatch, made, tmp_path):
    first = made.state.kept[0]
    made.edits.look(made.state.replace(chosen=first.iteration))
    settle(qtbot, made)
    path = saved(qtbot, monkeypatch, made, tmp_path / "first.png")
    assert read_result(path).provenance.iterations == first.iteration
    np.testing.assert_array_equal(np.asarray(Image.open(path)), np.load(first.path))
    assert read_result(path).provenance.losses["total"] == pytest.approx(first.total)


def test_weights_and_masks_of_styles_come_back(qtbot, monkeypatch, studio, tmp_path):
    mask = np.zeros((32, 48), np.float16)
    mask[:, 24:] = 1
    path = studio.services.session.keep_array(mask)
    studio.add_style()
    state = studio.state.with_style(0, weight=0.25).with_style(1, mask=str(path))
    studio.edits.apply(state, "mixed")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    file = saved(qtbot, monkeypatch, studio, tmp_path / "two.png")
    studio.remove_style(1)
    settle(qtbot, studio)
    drop(studio, file)
    opened(qtbot, studio, "two.png")
    first, second = studio.state.styles
    assert (first.weight, first.mask, second.weight) == (0.25, "", 1.0)
    assert second.picture == state.styles[1].picture
    np.testing.assert_array_equal(np.load(second.mask), mask)
    np.testing.assert_array_equal(studio.pictures.styles(studio.state)[1].mask, mask)


def test_before_a_run_there_is_nothing_to_save(qtbot, monkeypatch, studio, tmp_path):
    save_to(monkeypatch, tmp_path / "none.png")
    trigger(qtbot, studio, "style_action_save")
    assert "no picture to save" in message(studio)
    trigger(qtbot, studio, "style_action_animate")
    assert "no run to animate" in message(studio)
    assert list(tmp_path.glob("*.png")) == []


def test_a_folder_that_is_gone_is_said(qtbot, monkeypatch, made, tmp_path):
    save_to(monkeypatch, tmp_path / "gone" / "result.png")
    trigger(qtbot, made, "style_action_save")
    qtbot.waitUntil(lambda: made.messages.kind() == "error", timeout=10_000)
    assert "gone" in message(made) or "result.png" in message(made)


# -- what is opened -----------------------------------------------------------------------------


def with_text(path, text):
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(KEYWORD, text)
    Image.new("RGB", (4, 3), "red").save(path, pnginfo=chunks)
    return path


def truncated(path):
    save_result(path, np.full((3, 40, 40), 0.5, np.float32), StyleSettings(), Provenance("x"))
    path.write_bytes(path.read_bytes()[:-60])
    return path


def rubbish(path):
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path, "file.png"),
        (lambda path: (path.write_text("no picture"), path)[1], "file.png"),
        (rubbish, "file.png"),
        (truncated, "file.png"),
        (lambda path: save_picture(path, np.zeros((4, 4, 3), np.uint8)), "holds no settings"),
        (lambda path: with_text(path, "{"), "damaged"),
        (lambda path: with_text(path, json.dumps({"format": 99})), "later version"),
        (
            lambda path: with_text(
                path, json.dumps({"format": 1, "settings": {"size": -3}, "provenance": {}})
            ),
            "cannot be used",
        ),
    ],
    ids=["missing", "text", "rubbish", "truncated", "plain", "json", "later", "size"],
)
def test_what_is_no_result_is_said_and_changes_nothing(
    qtbot, monkeypatch, studio, tmp_path, make, said
):
    path, before = make(tmp_path / "file.png"), studio.state
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    trigger(qtbot, studio, "style_action_open_result")
    qtbot.waitUntil(lambda: message(studio) != "", timeout=10_000)
    assert studio.messages.kind() == "error"
    assert said in message(studio)
    assert studio.state == before


def test_a_dropped_picture_without_settings_is_content(qtbot, studio, tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    drop(studio, save_picture(tmp_path / "plain.png", pixels))
    qtbot.waitUntil(lambda: studio.state.content.kind == "file", timeout=10_000)
    settle(qtbot, studio)
    assert studio.pictures.content.picture.image.width == 30


def test_a_result_dropped_on_the_style_is_a_style(qtbot, studio, tmp_path):
    path = tmp_path / "result.png"
    save_result(path, np.full((3, 20, 20), 0.5, np.float32), StyleSettings(), Provenance("x"))
    drop(studio, path, place_of_style(studio))
    qtbot.waitUntil(lambda: studio.state.styles[0].picture.kind == "file", timeout=10_000)
    settle(qtbot, studio)
    assert studio.state.gallery == ()


def test_a_copied_file_is_pasted_as_result(qtbot, studio, tmp_path):
    path = tmp_path / "result.png"
    pixels = np.random.default_rng(2).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    told = Provenance("efficientnet_lite0", "trained", "Cat", ("Dots of colour",), 5)
    save_result(path, planar(pixels), StyleSettings(style_weight=77.0), told)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(data)
    trigger(qtbot, studio, "style_action_paste_result")
    opened(qtbot, studio, "result.png")
    assert studio.state.settings.style_weight == 77.0
    assert studio.state.styles[0].picture == PictureSource(name="dots")
    np.testing.assert_array_equal(studio.presenter.shown, pixels)
    QGuiApplication.clipboard().clear()
    trigger(qtbot, studio, "style_action_paste_result")
    assert "no file of a result" in message(studio)


def test_what_is_not_here_is_said_and_stands_in(qtbot, studio, tmp_path):
    path, before = tmp_path / "far.png", studio.state
    save_picture(tmp_path / "beside.png", np.zeros((16, 16, 3), np.uint8))
    told = Provenance("my_network.pt", "own", "holiday.jpg", ("beside.png", "gone.png"), 5)
    save_result(path, np.full((3, 9, 9), 0.5, np.float32), StyleSettings(style_weight=2.0), told)
    drop(studio, path)
    opened(qtbot, studio, "far.png")
    for name in ("holiday.jpg", "gone.png", "my_network.pt"):
        assert f"“{name}”" in message(studio)
    assert studio.state.content == before.content
    assert studio.state.model == before.model
    first, second = studio.state.styles
    assert first.picture == PictureSource(kind="file", name=str(tmp_path / "beside.png"))
    assert second.picture == before.styles[0].picture
    assert studio.state.settings.style_weight == 2.0


# -- animations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".gif", ".webp", ".png"])
def test_the_kept_pictures_become_an_animation(qtbot, monkeypatch, made, tmp_path, ending):
    path = tmp_path / f"run{ending}"
    save_to(monkeypatch, path)
    trigger(qtbot, made, "style_action_animate")
    count = len(made.state.kept)
    wait_saved(qtbot, made, f"Saved run{ending}: {count} pictures.")
    with Image.open(path) as animation:
        frames = [np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(animation)]
    assert len(frames) == count
    last = np.load(made.state.kept[-1].path)
    assert frames[-1].shape == last.shape
    if ending == ".png":
        np.testing.assert_array_equal(frames[-1], last)
    else:
        assert np.abs(frames[-1].astype(int) - last).mean() < 12
