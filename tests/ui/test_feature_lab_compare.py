"""Compare and Large picture in the Feature Lab, on two classes of noise."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QSpinBox

from driving import child, click, message, settle
from feature_lab_bench import close_lab, make_folder, open_lab
from widgets.bar_list import BarList
from widgets.curve_plot import CurvePlot

SIDE = 40
EDGE = 10  # less than a tile: the last row of tiles ends here, over the one before


@pytest.fixture
def lab(qtbot, folders, tmp_path):
    panel = open_lab(qtbot, folders)
    panel.open_folder(make_folder(tmp_path / "pictures", count=10, side=SIDE))
    qtbot.waitUntil(lambda: not panel.data.job.busy, timeout=30_000)
    settle(qtbot, panel)
    yield panel
    close_lab(panel)


@pytest.fixture
def large(tmp_path):
    """Four tiles by three: dark noise, bright noise, and paper at the right."""
    rng = np.random.default_rng(8)
    pixels = np.full((2 * SIDE + EDGE, 4 * SIDE, 3), 255, np.uint8)
    pixels[:, :SIDE] = rng.integers(0, 100, (2 * SIDE + EDGE, SIDE, 3))
    pixels[:, SIDE : 2 * SIDE] = rng.integers(150, 250, (2 * SIDE + EDGE, SIDE, 3))
    path = tmp_path / "large.png"
    Image.fromarray(pixels).save(path)
    return path


def run(qtbot, lab, name):
    click(qtbot, lab, QPushButton, f"{name}_run")
    qtbot.waitUntil(lambda: not lab.tabs.made[name].job.busy, timeout=120_000)


def set_boxes(qtbot, lab, **values):
    for name, value in values.items():
        child(lab, QSpinBox, name).setValue(value)
    settle(qtbot, lab)


def test_layers_are_scored_from_first_to_last(qtbot, lab):
    lab.tabs.open("compare")
    set_boxes(qtbot, lab, compare_layers=3, compare_folds=2)
    run(qtbot, lab, "compare")
    (curve,) = child(lab, CurvePlot, "compare_plot").curves()
    bars = child(lab, BarList, "compare_list").bars()
    assert len(bars) == 3
    assert "conv_stem" in bars[0].name
    assert "classifier" in bars[2].name
    np.testing.assert_allclose(curve.y, [bar.value for bar in bars])
    assert curve.y[0] > 0.9  # the mean brightness is enough
    set_boxes(qtbot, lab, compare_layers=4)
    assert child(lab, BarList, "compare_list").bars() == ()


def test_curves_of_few_pictures_have_three_sources(qtbot, lab):
    lab.tabs.open("compare")
    click(qtbot, lab, QPushButton, "compare_what_learning")
    set_boxes(qtbot, lab, compare_most=2, compare_seeds=2)
    run(qtbot, lab, "compare")
    curves = child(lab, CurvePlot, "compare_plot").curves()
    assert [curve.name for curve in curves] == [
        "features", "raw pixels", "small network from scratch",
    ]  # fmt: skip
    for curve in curves:
        np.testing.assert_allclose(curve.x, [0, 1])  # log2 of 1 and 2 pictures
        assert curve.spread.shape == (2,)


def test_a_large_picture_is_told_tile_by_tile(qtbot, lab, large, monkeypatch):
    lab.tabs.open("large")
    set_boxes(qtbot, lab, large_side=SIDE, large_stride=SIDE)
    assert not child(lab, QPushButton, "large_run").isEnabled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(large), ""))
    click(qtbot, lab, QPushButton, "large_open")
    run(qtbot, lab, "large")
    told = lab.tabs.made["large"].shown
    assert told.classes == ("bright", "dark")
    bright, dark = told.map_of(0), told.map_of(1)
    assert (dark[:, 0] > 0.5).all()
    assert (bright[:, 1] > 0.5).all()
    assert np.isnan(bright[:, 2:]).all()
    painted = told.painted(1)
    assert painted.shape == told.overview.shape[:2]
    assert (painted[:, : SIDE // 2] > 0.5).all()
    assert np.isnan(painted[:, 3 * SIDE :]).all()
    assert told.tile_at(2 * SIDE + EDGE - 1, SIDE + 1) == (2, 1)
    assert "6 told, 6 background" in child(lab, QLabel, "large_about").text()
    votes = child(lab, BarList, "large_votes")
    assert sum(bar.value for bar in votes.bars()) == pytest.approx(1)
    qtbot.mouseClick(votes, Qt.MouseButton.LeftButton, pos=votes.line_center(1))
    settle(qtbot, lab)
    assert lab.state.tabs.large.category == 1


def test_tiles_larger_than_the_picture_are_refused(qtbot, lab, large):
    lab.tabs.open("large")
    set_boxes(qtbot, lab, large_side=500)
    lab.tabs.made["large"].open_large(large)
    settle(qtbot, lab)
    run(qtbot, lab, "large")
    qtbot.waitUntil(lambda: "do not fit" in message(lab), timeout=5_000)
