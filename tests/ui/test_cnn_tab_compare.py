"""The CNN Viewer's "Compare" as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnn_tab_bench import context_of, run_of
from visualizer.panels.cnn_viewer.tabs.compare import CompareTab

LAYER = "blocks.1.1.bn2.act"


@pytest.fixture
def tab(qtbot, bench):
    made = bench.open(CompareTab, context_of(run_of("chelsea"), LAYER, 3))
    qtbot.waitUntil(bench.idle, timeout=60_000)
    return made


def choose_kind(qtbot, bench, tab, kind):
    tab.kind.setCurrentIndex(tab.kind.findData(kind))
    tab.kind.activated.emit(tab.kind.currentIndex())
    qtbot.waitUntil(bench.idle, timeout=60_000)


def maps_of(run):
    return run.activations[LAYER][0].numpy()


def test_another_picture_goes_through_the_same_network(tab):
    cat, coffee = maps_of(run_of("chelsea")), maps_of(run_of("coffee"))
    assert np.allclose(tab.here.maps().values, cat)
    assert np.allclose(tab.there.maps().values, coffee, atol=1e-5)
    one, two = cat[3].ravel().astype(float), coffee[3].ravel().astype(float)
    cosine = one @ two / np.linalg.norm(one) / np.linalg.norm(two)
    assert f"{cosine:.3f}" in tab.text.text()
    assert run_of("coffee").predictions[0].name in tab.best.text()


def test_a_channel_chosen_in_one_is_asked_for_and_marked_in_both(qtbot, bench, tab):
    place = tab.there.cell_to_widget(7, 2, 2)
    qtbot.mouseClick(tab.there.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.asked[-2] == ("channel", LAYER, 7)
    assert bench.asked[-1][0] == "position"
    bench.show(context_of(run_of("chelsea"), LAYER, 7))
    assert (tab.here.chosen(), tab.there.chosen()) == (7, 7)
    assert tab.text.text().startswith("Channel 7:")


def test_before_training_says_so_and_answers_otherwise(qtbot, bench, tab):
    choose_kind(qtbot, bench, tab, "untrained")
    assert "untrained" in tab.badge.text()
    assert not np.allclose(tab.there.maps().values, tab.here.maps().values)
    assert "no classes" not in tab.best.text()


def test_another_network_shows_a_layer_as_far_along(qtbot, bench, tab):
    choose_kind(qtbot, bench, tab, "network")
    assert tab.networks.findData("efficientnet_lite0") >= 0
    assert not bench.said
    bench.show(context_of(run_of("chelsea", "vgg11", "none"), "features.3", 5))
    qtbot.waitUntil(bench.idle, timeout=60_000)
    assert tab._pair.similarity is None
    assert "differ in shape" in tab.text.text()
    assert "EfficientNet-Lite0" in tab.badge.text()


def test_a_file_that_is_no_picture_gets_a_sentence(qtbot, bench, tab, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    tab.compare_file(str(broken))
    qtbot.waitUntil(lambda: bool(bench.said), timeout=10_000)
    assert "broken.png" in bench.said["comparison"]
    assert tab.there.maps() is None
