"""The CNN Viewer's "Perturb" as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QPushButton

from cnn_tab_bench import context_of, run_of
from dragging import drag
from driving import child
from engines.activations import capture
from visualizer.panels.cnn_viewer.tabs.perturb import PerturbTab


@pytest.fixture
def tab(qtbot, bench):
    made = bench.open(PerturbTab)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    return made


def choose_kind(qtbot, bench, tab, kind):
    tab.kind.setCurrentIndex(tab.kind.findData(kind))
    tab.kind.activated.emit(tab.kind.currentIndex())
    qtbot.waitUntil(bench.idle, timeout=30_000)


def set_box(qtbot, bench, tab, name, value):
    child(tab, QDoubleSpinBox, name).setValue(value)
    qtbot.waitUntil(bench.idle, timeout=30_000)


def test_the_bars_are_the_relative_changes_of_all_layers(qtbot, bench, tab):
    choose_kind(qtbot, bench, tab, "shift")
    set_box(qtbot, bench, tab, "perturb_amount_box", 20)
    run = run_of("chelsea")
    shifted = run.batch[..., (torch.arange(224) - 20).clamp(0, 223)]
    after = capture(run.model.module, shifted)
    before = capture(run.model.module, run.batch)
    expected = [
        float((after[name] - before[name]).norm() / before[name].norm())
        for name in before
        if not isinstance(run.model.module.get_submodule(name), torch.nn.Identity)
    ]
    bars = tab.plot.curves()[0].y
    assert len(bars) == len(expected)
    assert np.allclose(bars, expected, rtol=2e-2, atol=1e-3)
    best = tab.strongest.bars()[0]
    assert best.value == pytest.approx(max(expected), rel=2e-2)


def test_nothing_done_changes_nothing(qtbot, bench, tab):
    set_box(qtbot, bench, tab, "perturb_amount_box", 0)
    assert np.all(tab.plot.curves()[0].y == 0)
    assert tab.text.text().startswith("Still “tiger cat”")


def test_strong_noise_makes_the_network_see_something_else(qtbot, bench, tab):
    set_box(qtbot, bench, tab, "perturb_amount_box", 0.5)
    first = tab._shown.pixels.copy()
    assert "falls from" in tab.text.text()
    qtbot.mouseClick(child(tab, QPushButton, "perturb_again"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert not np.array_equal(first, tab._shown.pixels)


def test_the_mouse_covers_a_part_of_the_picture(qtbot, bench, tab):
    choose_kind(qtbot, bench, tab, "occlude")
    top, left, height, width = tab.box.box()
    assert np.allclose(tab._shown.pixels[top : top + height, left : left + width], 0.5)
    viewport = tab.view.viewport()
    start = tab.view.pixel_to_widget(top + height // 2, left + width // 2)
    end = tab.view.pixel_to_widget(top + height // 2 + 30, left + width // 2 + 20)
    drag(qtbot, viewport, [start + (end - start) * share for share in (0.0, 0.3, 0.6, 1.0)])
    qtbot.waitUntil(bench.idle, timeout=30_000)
    moved = tab.box.box()
    assert moved[0] == pytest.approx(top + 30, abs=3)
    assert moved[1] == pytest.approx(left + 20, abs=3)
    row, column = moved[0], moved[1]
    assert np.allclose(tab._shown.pixels[row : row + height, column : column + width], 0.5)
    set_box(qtbot, bench, tab, "perturb_box0_top", 0)
    assert np.allclose(tab._shown.pixels[0, column], 0.5)


def test_a_strong_layer_is_selected_by_a_click(qtbot, tab, bench):
    place = tab.strongest.line_center(1)
    qtbot.mouseClick(tab.strongest, Qt.MouseButton.LeftButton, pos=place)
    name = tab.strongest.bars()[1].name.split(" · ")[1]
    assert bench.asked[-1] == ("layer", name)


@pytest.mark.parametrize("kind", ["blur", "rotate", "crop"])
def test_every_kind_disturbs(qtbot, bench, tab, kind):
    choose_kind(qtbot, bench, tab, kind)
    run = run_of("chelsea")
    assert tab._shown.pixels.shape == run.seen.shape
    assert np.abs(tab._shown.pixels - run.seen).mean() > 0.005


def test_a_network_for_grey_pictures_can_be_disturbed(qtbot, bench, tab):
    bench.show(context_of(run_of("camera", "digits", "none")))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab._shown.pixels.shape == (8, 8, 3)
    assert not bench.said


def test_the_covered_part_stays_the_same_part_in_a_network_that_reads_less(qtbot, bench, tab):
    choose_kind(qtbot, bench, tab, "occlude")
    for name, value in (("0_top", 28), ("0_left", 56), ("1_height", 112), ("1_width", 84)):
        set_box(qtbot, bench, tab, f"perturb_box{name}", value)
    assert tab.box.box() == (28, 56, 112, 84)
    bench.show(context_of(run_of("chelsea", "digits", "none")))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.box.box() == (1, 2, 4, 3)
    bench.show(context_of(run_of("chelsea")))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.box.box() == (28, 56, 112, 84)
    bench.undo()
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.box.box() == (28, 56, 112, 75)
    assert child(tab, QDoubleSpinBox, "perturb_box1_width").value() == 75
