"""The CNN Viewer's "Compare" as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox

from cnn_tab_bench import context_of, run_of
from dragging import drag
from driving import child, send_wheel
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


def middle(view):
    """Which channel, row and column lie in the middle of a mosaic, and how many maps fit across."""
    port = view.viewport()
    qpoint = port.rect().center()
    found = [
        channel for channel in range(view.maps().count) if view.tile_rect(channel).contains(qpoint)
    ]
    tile = view.tile_rect(found[0])
    across = (qpoint.x() - tile.left()) / tile.width()
    down = (qpoint.y() - tile.top()) / tile.height()
    return found[0], across, down, port.width() / tile.width()


def assert_looks_alike(one, two):
    first, second = middle(one), middle(two)
    assert first[0] == second[0]
    assert second[1:3] == pytest.approx(first[1:3], abs=0.03)
    assert second[3] == pytest.approx(first[3], rel=0.03)


def zoom_into(view, channel):
    place = view.cell_to_widget(channel, 5, 5)
    for _ in range(8):
        send_wheel(view.viewport(), place, 120)
    assert not view.view.is_fitted()


def test_zoom_and_pan_of_either_are_those_of_both(qtbot, bench, tab):
    bench.window.resize(1000, 400)
    zoom_into(tab.here, 9)
    assert middle(tab.here)[3] < 4
    assert_looks_alike(tab.here, tab.there)
    start = tab.there.viewport().rect().center()
    drag(qtbot, tab.there.viewport(), [start, start + QPoint(-30, -10), start + QPoint(-40, -20)])
    assert_looks_alike(tab.there, tab.here)
    qtbot.mouseDClick(tab.here.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert tab.here.view.is_fitted()
    assert tab.there.view.is_fitted()


def test_maps_of_different_sizes_are_looked_at_alike(qtbot, bench, tab):
    bench.window.resize(1000, 400)
    choose_kind(qtbot, bench, tab, "network")
    bench.show(context_of(run_of("chelsea", "vgg11", "none"), "features.3", 5))
    qtbot.waitUntil(bench.idle, timeout=60_000)
    sizes = [view.maps().display.shape[1:] for view in (tab.here, tab.there)]
    assert sizes[0] != sizes[1]
    zoom_into(tab.here, 4)
    assert_looks_alike(tab.here, tab.there)


def test_a_layer_chosen_at_the_right_is_chosen_at_the_left(qtbot, bench, tab):
    layers = child(tab, QComboBox, "compare_layer")
    assert layers.currentData() == LAYER
    layers.setCurrentIndex(layers.findData("conv_stem"))
    layers.activated.emit(layers.currentIndex())
    assert bench.history.present.layer == "conv_stem"
    bench.undo()
    assert bench.history.present.layer == LAYER


def test_a_layer_chosen_at_the_right_keeps_the_held_place(qtbot, bench, tab):
    small, large = (run_of("chelsea").activations[name].shape[2:] for name in (LAYER, "conv_stem"))
    factor = large[0] // small[0]
    assert factor > 1
    bench.history.look(bench.history.present.replace(position=(3, 5), held=True))
    layers = child(tab, QComboBox, "compare_layer")
    layers.setCurrentIndex(layers.findData("conv_stem"))
    layers.activated.emit(layers.currentIndex())
    assert bench.history.present.held
    # The middle of a unit of the small map lies where four of the large one meet: the last of them.
    assert bench.history.present.position == (3 * factor + factor // 2, 5 * factor + factor // 2)
    bench.undo()
    assert bench.history.present.layer == LAYER


def test_a_layer_of_another_network_is_shown_beside_its_counterpart(qtbot, bench, tab):
    choose_kind(qtbot, bench, tab, "network")
    run = run_of("chelsea", "vgg11", "none")
    bench.show(context_of(run, "features.3", 5))
    qtbot.waitUntil(bench.idle, timeout=60_000)
    layers = child(tab, QComboBox, "compare_layer")
    wanted = layers.itemData(layers.count() // 2)
    layers.setCurrentIndex(layers.findData(wanted))
    layers.activated.emit(layers.currentIndex())
    here = bench.history.present.layer
    assert here in run.activations
    assert here != "features.3"
    bench.show(context_of(run, here, 5))
    qtbot.waitUntil(bench.idle, timeout=60_000)
    assert tab._pair.here.layer == here
    assert tab._pair.layer == wanted == layers.currentData()


def test_a_place_clicked_at_the_right_is_held_in_both(qtbot, bench, tab):
    bench.window.resize(1000, 400)
    zoom_into(tab.there, 9)
    place = tab.there.cell_to_widget(9, 12, 20)
    qtbot.mouseClick(tab.there.viewport(), Qt.MouseButton.LeftButton, pos=place)
    kind, row, column = bench.asked[-1]
    assert (kind, row, column) == ("position", 12, 20)
    bench.history.look(bench.history.present.replace(channel=9, position=(row, column), held=True))
    marked = [view._marked for view in (tab.here, tab.there)]
    assert marked == [(9, 12, 20)] * 2
    bench.history.look(bench.history.present.replace(held=False))
    assert [view._marked for view in (tab.here, tab.there)] == [None, None]
