"""Compare and Large picture in the Feature Lab, on two classes of noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLabel, QPushButton, QSpinBox

from driving import child, click, message, settle
from feature_lab_bench import close_lab, make_folder, open_lab
from visualizer.panels.feature_lab.tabs.compare_compute import chosen_layers
from widgets.bar_list import BarList
from widgets.button_list import ButtonList
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


def add_layer(qtbot, lab, text):
    box = child(lab, QComboBox, "compare_layer")
    box.lineEdit().setFocus()
    qtbot.keyClicks(box.lineEdit(), text)
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: box.currentText() == "", timeout=5_000)
    settle(qtbot, lab)


def test_layers_are_chosen_by_name_and_compared_in_the_networks_order(qtbot, lab):
    lab.tabs.open("compare")
    set_boxes(qtbot, lab, compare_folds=2)
    add_layer(qtbot, lab, "classifier")
    add_layer(qtbot, lab, "conv_stem")
    chosen = child(lab, ButtonList, "compare_chosen")
    assert chosen.texts() == ["✕  conv_stem", "✕  classifier"]
    assert not child(lab, QSpinBox, "compare_layers").isVisible()
    assert "the 2 chosen layers" in child(lab, QLabel, "compare_about").text()
    run(qtbot, lab, "compare")
    bars = child(lab, BarList, "compare_list").bars()
    assert [bar.name.split()[1] for bar in bars] == ["conv_stem", "classifier"]
    click(qtbot, lab, QPushButton, "compare_chosen_1")
    assert chosen.texts() == ["✕  conv_stem"]
    assert child(lab, BarList, "compare_list").bars() == ()
    lab.undo_stack().undo()
    assert chosen.texts() == ["✕  conv_stem", "✕  classifier"]


def test_a_part_of_a_layers_name_finds_it(qtbot, lab):
    lab.tabs.open("compare")
    settle(qtbot, lab)
    box = child(lab, QComboBox, "compare_layer")
    box.lineEdit().setFocus()
    qtbot.keyClicks(box.lineEdit(), "CONV_HE")
    popup = box.completer().popup()
    qtbot.waitUntil(popup.isVisible, timeout=5_000)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    settle(qtbot, lab)
    assert child(lab, ButtonList, "compare_chosen").texts() == ["✕  conv_head"]
    qtbot.waitUntil(lambda: box.currentText() == "", timeout=5_000)


def test_a_layer_that_is_not_there_is_refused_with_a_sentence(qtbot, lab):
    lab.tabs.open("compare")
    settle(qtbot, lab)
    add_layer(qtbot, lab, "nowhere")
    assert "no layer “nowhere”" in message(lab)
    assert lab.state.tabs.compare.named == ()
    add_layer(qtbot, lab, "conv_stem")
    assert message(lab) == ""


@given(st.lists(st.integers(0, 8), unique=True))
def test_chosen_layers_keep_the_networks_order_and_later_calls_come_later(places):
    layers = ("stem", "relu", "head")
    every = ("stem", "stem#2", "relu", "relu#2", "relu#11", "head", "gone", "gone#2", "")
    found = chosen_layers([every[place] for place in places], layers)
    assert list(found) == [name for place, name in enumerate(every[:6]) if place in places]


def test_random_weights_of_an_untrained_network_are_called_so(qtbot, lab):
    part = lab.state.parts[0].replace(weights="none")
    lab.edits.apply(lab.state.replace(parts=(part,)), "random weights")
    settle(qtbot, lab)
    lab.tabs.open("compare")
    click(qtbot, lab, QPushButton, "compare_what_learning")
    click(qtbot, lab, QCheckBox, "compare_scratch")
    set_boxes(qtbot, lab, compare_most=1, compare_seeds=1)
    run(qtbot, lab, "compare")
    curves = child(lab, CurvePlot, "compare_plot").curves()
    assert [curve.name for curve in curves] == ["features (random weights)", "raw pixels"]


def test_a_file_with_weights_of_its_own_has_no_random_control(qtbot, lab, tmp_path):
    file = tmp_path / "mine.pt"
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(),
        torch.nn.Linear(4, 2),
    )  # fmt: skip
    torch.jit.script(net).save(str(file))
    part = lab.state.parts[0].replace(model=str(file), layer="", pooling="flatten")
    lab.edits.apply(lab.state.replace(parts=(part,)), "own network")
    settle(qtbot, lab)
    lab.tabs.open("compare")
    click(qtbot, lab, QPushButton, "compare_what_learning")
    click(qtbot, lab, QCheckBox, "compare_scratch")
    set_boxes(qtbot, lab, compare_most=1, compare_seeds=1)
    run(qtbot, lab, "compare")
    curves = child(lab, CurvePlot, "compare_plot").curves()
    assert [curve.name for curve in curves] == ["features", "raw pixels"]
    assert "mine.pt is a file with weights of its own" in child(lab, QLabel, "compare_about").text()
    lab.tabs.open("classify")
    click(qtbot, lab, QCheckBox, "classify_control")
    run(qtbot, lab, "classify")
    qtbot.waitUntil(lambda: "mine.pt is a file" in message(lab), timeout=5_000)


def test_curves_of_few_pictures_have_four_sources(qtbot, lab):
    lab.tabs.open("compare")
    click(qtbot, lab, QPushButton, "compare_what_learning")
    set_boxes(qtbot, lab, compare_most=2, compare_seeds=2)
    run(qtbot, lab, "compare")
    curves = child(lab, CurvePlot, "compare_plot").curves()
    assert [curve.name for curve in curves] == [
        "features", "random weights", "raw pixels", "small network from scratch",
    ]  # fmt: skip
    assert len({(curve.color, curve.dash) for curve in curves}) == 4
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
