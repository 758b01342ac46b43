"""The CNN Viewer's "Head as convolution" as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QDoubleSpinBox

from cnn_tab_bench import context_of, run_of
from driving import child, hover
from visualizer.panels.cnn_viewer.tabs.head import HeadTab


@pytest.fixture
def tab(qtbot, bench):
    made = bench.open(HeadTab)
    qtbot.waitUntil(bench.idle, timeout=60_000)
    return made


def set_factor(qtbot, bench, tab, factor):
    child(tab, QDoubleSpinBox, "head_factor_box").setValue(factor)
    qtbot.waitUntil(bench.idle, timeout=60_000)


def test_both_forms_give_the_same_scores_at_the_networks_own_size(tab):
    run = run_of("chelsea")
    with torch.no_grad():
        scores = run.model.module(run.batch)[0]
    best = int(scores.argmax())
    assert f"“{run.model.categories[best]}” {float(scores[best]):.5g}" in tab.equal.text()
    assert tab._shown.difference < 1e-4 * float(scores.abs().max())
    assert "1,280" in tab.steps.text()


def test_at_the_own_size_the_map_is_one_window_with_the_networks_probability(qtbot, bench, tab):
    set_factor(qtbot, bench, tab, 1)
    shares = tab._shown.shares
    assert shares.shape == (1, 1)
    assert shares[0, 0] == pytest.approx(run_of("chelsea").predictions[0].probability, abs=1e-4)


def test_a_larger_picture_has_as_many_windows_as_fit(qtbot, bench, tab):
    assert tab._shown.picture.shape == (448, 448, 3)
    assert tab._shown.shares.shape == (8, 8)  # (14 − 7) / 1 + 1 of the last map
    assert tab._shown.network.stride == (32, 32)
    model = run_of("chelsea").model
    image = torch.from_numpy(run_of("chelsea").picture.values("colour")).permute(2, 0, 1)
    larger = model.preprocess.with_size(448, 448)(image)
    with torch.no_grad():
        maps = model.module.forward_features(larger)
        means = maps.unfold(2, 7, 1).unfold(3, 7, 1).mean((-1, -2))
        scores = model.module.classifier(means.permute(0, 2, 3, 1))[0]
    category = run_of("chelsea").predictions[0].index
    expected = scores.softmax(-1)[..., category].numpy()
    assert np.allclose(tab._shown.shares, expected, atol=1e-4)


def test_pointing_at_a_score_outlines_its_window_and_names_what_is_seen_there(qtbot, tab):
    hover(qtbot, tab.map.view, 3, 5)
    assert "This window" in tab.place.text()
    assert f"{tab._shown.shares[3, 5]:.1%}" in tab.place.text()
    assert tab.map.field() == (3 * 32, 5 * 32, 3 * 32 + 224, 5 * 32 + 224)


def test_another_class_has_another_map(qtbot, bench, tab):
    before = tab._shown.shares.copy()
    tab.classes.setCurrentIndex(967)
    tab.classes.activated.emit(967)
    qtbot.waitUntil(bench.idle, timeout=60_000)
    assert tab._shown.category == 967
    assert not np.allclose(before, tab._shown.shares)


def test_a_head_that_cannot_slide_gets_the_reason(qtbot, bench, tab):
    bench.show(context_of(run_of("chelsea", "squeezenet1_1", "none")))
    qtbot.waitUntil(bench.idle, timeout=60_000)
    assert "linear" in bench.said["head as convolution"]
    assert tab.equal.text() == ""
