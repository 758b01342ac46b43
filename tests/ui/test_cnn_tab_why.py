"""The CNN Viewer's "Why this class?" as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QPushButton, QToolButton

from cnn_tab_bench import context_of, network, run_of
from driving import child, hover
from visualizer.panels.cnn_viewer.tabs.why import WhyTab


@pytest.fixture
def tab(qtbot, bench):
    made = bench.open(WhyTab)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    return made


def choose_method(qtbot, bench, tab, name):
    tab.method.setCurrentIndex(tab.method.findData(name))
    tab.method.activated.emit(tab.method.currentIndex())
    qtbot.waitUntil(bench.idle, timeout=30_000)


def press(qtbot, tab, name, kind=QPushButton):
    qtbot.mouseClick(child(tab, kind, name), Qt.MouseButton.LeftButton)


def score(run, target, change):
    batch = run.batch.clone()
    change(batch)
    with torch.no_grad():
        return float(run.model.module(batch)[0, target])


def test_the_likeliest_class_is_explained_at_once_and_its_name_and_score_stand_there(tab):
    run = run_of("chelsea")
    assert tab.classes.chosen_class() == run.predictions[0].index
    assert run.predictions[0].name in tab.text.text()
    assert f"{score(run, run.predictions[0].index, lambda _: None):.4g}" in tab.text.text()
    heat = tab._shown.heat.values
    assert heat.shape == (224, 224)
    assert heat.min() >= 0


def test_the_class_activation_map_averages_to_the_score_without_its_bias(qtbot, bench, tab):
    choose_method(qtbot, bench, tab, "cam")
    run = run_of("chelsea")
    heat = tab._shown.heat
    bias = float(run.model.module.classifier.bias[heat.target])
    assert heat.native.mean() + bias == pytest.approx(heat.score, abs=1e-3)


def test_another_class_gives_another_map_and_stays_when_the_picture_changes(qtbot, bench, tab):
    before = tab._shown.heat.values.copy()
    tab.classes.setCurrentIndex(967)
    tab.classes.activated.emit(967)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert "espresso" in tab.text.text()
    assert not np.array_equal(before, tab._shown.heat.values)
    bench.show(context_of(run_of("coffee")))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.classes.chosen_class() == 967
    press(qtbot, tab, "why_likeliest")
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.classes.chosen_class() == run_of("coffee").predictions[0].index


def test_what_speaks_against_is_blue_only_when_asked_for(qtbot, bench, tab):
    assert tab._shown.levels[0] == 0
    tab.classes.setCurrentIndex(967)  # espresso: much of the cat speaks against it
    tab.classes.activated.emit(967)
    child(tab, QCheckBox, "why_signed").click()
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab._shown.levels[0] == -tab._shown.levels[1]
    assert tab._shown.heat.values.min() < 0


def test_occlusion_waits_for_its_button_and_tells_by_how_much_the_score_falls(qtbot, bench, tab):
    choose_method(qtbot, bench, tab, "occlusion")
    assert tab._shown is None
    child(tab, QDoubleSpinBox, "why_window_box").setValue(128)
    child(tab, QDoubleSpinBox, "why_stride_box").setValue(64)
    press(qtbot, tab, "why_compute")
    qtbot.waitUntil(bench.idle, timeout=60_000)
    heat = tab._shown.heat

    def hide(batch):
        batch[:, :, :128, :128] = 0

    run = run_of("chelsea")
    fall = heat.score - score(run, heat.target, hide)
    assert heat.values[0, 0] == pytest.approx(fall, abs=1e-3)  # only one square reaches the corner


def test_integrated_gradients_can_be_cancelled(qtbot, bench, tab):
    choose_method(qtbot, bench, tab, "integrated")
    child(tab, QDoubleSpinBox, "why_steps_box").setValue(128)
    press(qtbot, tab, "why_compute")
    qtbot.waitUntil(lambda: "/" in tab.bar.text(), timeout=30_000)
    press(qtbot, tab, "why_job_cancel", QToolButton)
    assert tab.bar.isHidden()
    assert tab._shown is None
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert not bench.said


def test_the_opacity_mixes_the_map_with_the_picture(qtbot, tab):
    child(tab, QDoubleSpinBox, "why_opacity_box").setValue(0.25)
    assert tab.map.picture_opacity() == pytest.approx(0.75)
    hover(qtbot, tab.map.view, 30, 40)
    assert tab.map.view.hovered_pixel() == (30, 40)


def test_an_untrained_network_without_maps_says_so(qtbot, bench, tab):
    assert network().model.card.weights_state == "trained"
    bench.show(context_of(run_of("chelsea", "vgg11", "none")))
    choose_method(qtbot, bench, tab, "cam")
    assert "average" in next(iter(bench.said.values()))
