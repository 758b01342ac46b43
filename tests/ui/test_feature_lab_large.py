"""The tab "Large picture": told tile by tile, looked at, stopped, and what it cannot read."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from driving import child, choose, click, drag_slider, message, settle
from engines._tiles.picture import LargePicture
from engines.classifiers import fit
from engines.features import FeaturePart, extract, extract_dataset, load_networks
from feature_lab_bench import Gate, close_lab, make_folder, open_lab
from widgets.bar_list import BarList
from widgets.overlay_map import OverlayMap

SIDE = 40
ROWS, COLUMNS = 4, 10


@pytest.fixture
def lab(qtbot, folders, tmp_path):
    panel = open_lab(qtbot, folders)
    panel.open_folder(make_folder(tmp_path / "pictures"))
    qtbot.waitUntil(lambda: not panel.data.job.busy, timeout=30_000)
    settle(qtbot, panel)
    panel.tabs.open("large")
    tab = panel.tabs.made["large"]
    tab.boxes["side"].setValue(SIDE)
    tab.boxes["stride"].setValue(SIDE)
    settle(qtbot, panel)
    yield panel
    close_lab(panel)


@pytest.fixture
def large(tmp_path):
    """Noise, bright at the left and dark at the right, in four rows and ten columns of tiles."""
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 100, (ROWS * SIDE, COLUMNS * SIDE, 3), dtype=np.uint8)
    pixels[:, : COLUMNS * SIDE // 2] += 150
    path = tmp_path / "large.png"
    Image.fromarray(pixels).save(path)
    return path


def tab_of(lab):
    return lab.tabs.made["large"]


def text(lab, name):
    return child(lab, QLabel, name).text()


def tell(qtbot, lab, path):
    tab_of(lab).open_large(path)
    settle(qtbot, lab)
    click(qtbot, lab, QPushButton, "large_run")
    qtbot.waitUntil(lambda: not tab_of(lab).job.busy, timeout=120_000)
    settle(qtbot, lab)


def shares_by_engine(lab, pixels):
    """The classes of all tiles by the engine alone, from all pictures of the train part."""
    part = FeaturePart("efficientnet_lite0", "best", "global_pool.flatten", "flatten")
    networks = load_networks([part])
    *_, last = extract_dataset(networks, lab.dataset, [part])
    train = np.flatnonzero(np.isin(last.features.indices, lab.context().split.train))
    labels = lab.dataset.labels[last.features.indices]
    fitted = fit(last.features.values, labels, train, "logistic", classes=lab.dataset.classes)
    tiles = [
        np.ascontiguousarray(
            pixels[y : y + SIDE, x : x + SIDE].transpose(2, 0, 1).astype(np.float32) / 255
        )
        for y in range(0, ROWS * SIDE, SIDE)
        for x in range(0, COLUMNS * SIDE, SIDE)
    ]
    (model,) = networks.values()
    values = extract(model, [torch.from_numpy(tile) for tile in tiles], part.layer, part.pooling)
    return fitted.probabilities(values.numpy())


def test_the_tiles_are_those_of_the_engine_and_the_votes_their_mean(qtbot, lab, large):
    tell(qtbot, lab, large)
    expected = shares_by_engine(lab, np.asarray(Image.open(large)))
    told = tab_of(lab).shown
    np.testing.assert_allclose(told.probabilities, expected, atol=1e-4)
    assert "400 × 160 pixels, 10 × 4 tiles; 40 told, 0 background" in text(lab, "large_about")
    votes = child(lab, BarList, "large_votes")
    np.testing.assert_allclose([bar.value for bar in votes.bars()], expected.mean(0), atol=1e-4)
    choose(qtbot, lab, "large_pooling", "majority")
    won = np.bincount(expected.argmax(1), minlength=2) / len(expected)
    np.testing.assert_allclose([bar.value for bar in votes.bars()], won)
    bright = told.painted(0)
    assert np.nanmean(bright[:, :200]) > 0.5 > np.nanmean(bright[:, 200:])


def test_to_look_at_another_class_or_through_the_map_is_no_edit(qtbot, lab, large):
    tell(qtbot, lab, large)
    count = lab.undo_stack().count()
    votes, shown = child(lab, BarList, "large_votes"), child(lab, OverlayMap, "large_map")
    votes.setFocus()
    qtbot.keyClick(votes, Qt.Key.Key_Down)
    settle(qtbot, lab)
    assert "“dark”" in shown.view.accessibleName()
    drag_slider(qtbot, lab, "large_opacity_slider", 0.9)
    assert shown.picture_opacity() < 0.2
    assert lab.undo_stack().count() == count
    lab.undo_stack().undo()  # takes back the picture, not what is looked at
    settle(qtbot, lab)
    assert tab_of(lab).settings.path == ""
    assert tab_of(lab).settings.category == 1


def test_what_was_told_before_stopping_stays(qtbot, lab, large, monkeypatch):
    gate, region = Gate(), LargePicture.region

    def slow(self, top, left, height, width):
        if top == 2 * SIDE and left == 0:
            gate()
        return region(self, top, left, height, width)

    monkeypatch.setattr(LargePicture, "region", slow)
    tab_of(lab).open_large(large)
    settle(qtbot, lab)
    click(qtbot, lab, QPushButton, "large_run")
    qtbot.waitUntil(gate.reached.is_set, timeout=120_000)
    qtbot.waitUntil(lambda: tab_of(lab).shown is not None, timeout=30_000)
    qtbot.mouseClick(child(lab, QToolButton, "large_job_cancel"), Qt.MouseButton.LeftButton)
    gate.opened.set()
    settle(qtbot, lab)
    assert len(tab_of(lab).shown.places) == 16
    assert "16 told" in text(lab, "large_about")
    assert child(lab, QPushButton, "large_run").isEnabled()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rubbish.tif", b"II*\x00" + b"\x07" * 300, "damaged"),
        ("empty.tif", b"", "empty"),
        ("text.png", b"no picture at all", "text.png"),
        ("slide.mrxs", b"slide", "openslide"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_window_alone(
    qtbot, lab, tmp_path, capfd, name, content, said
):
    path = tmp_path / name
    path.write_bytes(content)
    capfd.readouterr()
    tell(qtbot, lab, path)
    assert said in message(lab)
    assert tab_of(lab).shown is None
    assert capfd.readouterr().err == ""


def test_a_picture_that_is_gone_or_smaller_than_a_tile_is_said(qtbot, lab, large, tmp_path):
    tell(qtbot, lab, tmp_path / "gone.png")
    assert "does not exist" in message(lab)
    tab_of(lab).boxes["side"].setValue(500)
    tell(qtbot, lab, large)
    assert "do not fit" in message(lab)


def test_background_is_shown_as_it_is_and_not_as_the_least_probability(qtbot, lab, tmp_path):
    rng = np.random.default_rng(5)
    pixels = np.full((2 * SIDE, 4 * SIDE, 3), 250, np.uint8)
    pixels[:, : 2 * SIDE] = rng.integers(0, 100, (2 * SIDE, 2 * SIDE, 3))
    path = tmp_path / "slide.png"
    Image.fromarray(pixels).save(path)
    tell(qtbot, lab, path)
    assert "4 told, 4 background" in text(lab, "large_about")
    shown = child(lab, OverlayMap, "large_map")
    tab_of(lab).look(opacity=1.0)
    settle(qtbot, lab)

    def color(row, column):
        image = shown.view.viewport().grab().toImage()
        place = shown.view.scene_to_widget(row, column) * image.devicePixelRatio()
        return image.pixelColor(place).getRgb()[:3]

    assert min(color(SIDE, 3 * SIDE + 5)) > 240
    assert min(color(SIDE, SIDE + 5)) < 200  # viridis, without a white


def test_the_picture_stays_whole_when_chosen_pictures_take_room(qtbot, lab, large):
    tell(qtbot, lab, large)
    view = child(lab, OverlayMap, "large_map").view
    wide = view.viewport().width()
    lab.select((0,))
    qtbot.waitUntil(lambda: view.viewport().width() < wide)
    corners = [view.pixel_to_widget(row, column) for row in (0, 159) for column in (0, 399)]
    assert all(view.viewport().rect().contains(corner) for corner in corners)
