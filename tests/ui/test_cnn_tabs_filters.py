"""The CNN Viewer's filters, as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox

from cnn_tab_bench import context_of, run_of
from driving import child
from visualizer.panels.cnn_viewer.tabs.filters import FiltersTab

LEFT = Qt.MouseButton.LeftButton


def settle(qtbot, bench, tab):
    qtbot.waitUntil(lambda: bench.idle() and tab.view.maps() is not None, timeout=20_000)


@pytest.fixture
def tab(qtbot, bench):
    made = bench.open(FiltersTab, context_of(run_of("chelsea"), layer="conv_stem"))
    settle(qtbot, bench, made)
    return made


def weights(layer):
    module = run_of("chelsea").model.module
    return module.get_submodule(layer).weight.detach().numpy()


def choose(qtbot, bench, tab, name, value):
    box = child(tab, QComboBox, name)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())
    settle(qtbot, bench, tab)


def test_the_first_layer_is_shown_in_colour_grey_being_zero(tab):
    maps = tab.view.maps()
    stored = weights("conv_stem")
    assert maps.colors == "rgb"
    largest = np.abs(stored).max(axis=(1, 2, 3), keepdims=True)
    expected = (0.5 + 0.5 * stored / largest).transpose(0, 2, 3, 1) * 255
    np.testing.assert_allclose(maps.display, expected, atol=0.51)


def test_order_by_norm_is_that_of_the_norms(qtbot, bench, tab):
    choose(qtbot, bench, tab, "filters_order", "norm")
    norms = np.linalg.norm(weights("conv_stem").reshape(32, -1), axis=1)
    assert np.all(np.diff(norms[tab.view.maps().order]) <= 0)


def test_order_by_likeness_begins_with_the_chosen_filter(qtbot, bench, tab):
    child(tab, QSpinBox, "filters_filter").setValue(11)
    choose(qtbot, bench, tab, "filters_order", "alike")
    flat = weights("conv_stem").reshape(32, -1)
    cosine = flat @ flat[11] / (np.linalg.norm(flat, axis=1) * np.linalg.norm(flat[11]))
    order = tab.view.maps().order
    assert order[0] == 11
    assert np.all(np.diff(cosine[order]) <= 1e-6)


def test_a_deeper_layer_is_signed_about_zero_for_each_input_channel(qtbot, bench, tab):
    choose(qtbot, bench, tab, "filters_layer", "blocks.1.0.conv_pw")
    maps, stored = tab.view.maps(), weights("blocks.1.0.conv_pw")
    assert maps.colors == "signed"
    assert maps.levels[0] == -maps.levels[1] == pytest.approx(-np.abs(stored).max())
    np.testing.assert_array_equal(maps.values, stored[:, 0])
    child(tab, QSpinBox, "filters_channel").setValue(5)
    settle(qtbot, bench, tab)
    np.testing.assert_array_equal(tab.view.maps().values, stored[:, 5])
    assert ("layer", "blocks.1.0.conv_pw") in bench.asked


def test_one_filter_is_shown_with_all_its_input_channels(qtbot, bench, tab):
    choose(qtbot, bench, tab, "filters_layer", "blocks.1.0.conv_pw")
    choose(qtbot, bench, tab, "filters_view", "filter")
    child(tab, QSpinBox, "filters_filter").setValue(7)
    settle(qtbot, bench, tab)
    np.testing.assert_array_equal(tab.view.maps().values, weights("blocks.1.0.conv_pw")[7])


def test_a_click_on_a_filter_shows_its_channel_and_the_text_its_norm(qtbot, bench, tab):
    place = tab.view.cell_to_widget(9, 1, 1)
    qtbot.mouseClick(tab.view.viewport(), LEFT, pos=place)
    settle(qtbot, bench, tab)
    assert bench.asked == [("channel", "conv_stem", 9)]
    norm = np.linalg.norm(weights("conv_stem")[9])
    assert f"norm of filter 9: {norm:.4g}" in child(tab, QLabel, "filters_text").text()


def test_the_layer_and_channel_that_are_shown_are_followed(qtbot, bench, tab):
    bench.show(context_of(run_of("chelsea"), layer="blocks.2.0.conv_dw", channel=3))
    settle(qtbot, bench, tab)
    assert child(tab, QComboBox, "filters_layer").currentData() == "blocks.2.0.conv_dw"
    assert tab.view.chosen() == 3
    bench.show(context_of(run_of("chelsea"), layer="bn1"))
    assert child(tab, QComboBox, "filters_layer").currentData() == "blocks.2.0.conv_dw"


def test_an_untrained_network_is_plainly_said_to_be_one(qtbot, bench, tab):
    warning = child(tab, QLabel, "filters_untrained")
    assert warning.isHidden()
    bench.show(context_of(run_of("chelsea", "vgg19", "none")))
    settle(qtbot, bench, tab)
    assert warning.isVisible()
    assert "random" in warning.text()


def test_what_is_shown_of_the_filters_is_undone_and_done_again(qtbot, bench, tab):
    choose(qtbot, bench, tab, "filters_order", "norm")
    choose(qtbot, bench, tab, "filters_view", "input")
    child(tab, QSpinBox, "filters_channel").setValue(2)
    settle(qtbot, bench, tab)
    stored = weights("conv_stem")
    np.testing.assert_array_equal(tab.view.maps().values, stored[:, 2])
    for _ in range(2):
        bench.undo()
        settle(qtbot, bench, tab)
    assert tab.view.maps().colors == "rgb"
    assert child(tab, QComboBox, "filters_order").currentData() == "norm"
    bench.undo()
    settle(qtbot, bench, tab)
    np.testing.assert_array_equal(tab.view.maps().order, np.arange(32))
    for _ in range(3):
        bench.redo()
    settle(qtbot, bench, tab)
    np.testing.assert_array_equal(tab.view.maps().values, stored[:, 2])
