"""The Style Studio's "Shuffle" as a person uses it; numbers against NumPy alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QDoubleSpinBox, QPushButton

from driving import child, choose, click, drag_slider, settle
from style_tab_bench import after_run, context_of, maps_by_capture, values_of
from visualizer.panels.style_studio.tabs.shuffle import SHARES, ShuffleTab


@pytest.fixture
def tab(qtbot, style_bench):
    made = style_bench.open(ShuffleTab, context_of())
    settle(qtbot, style_bench)
    return made


def test_the_shuffled_map_has_the_same_numbers_elsewhere(qtbot, style_bench, tab):
    before, after = values_of(tab.before), values_of(tab.after)
    assert np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None))
    assert np.mean(before != after) > 0.8


def test_the_content_loss_explodes_as_it_must_and_the_style_loss_stays(qtbot, style_bench, tab):
    content, style = tab.plot.curves()
    assert content.y[0] == 0
    # Over all permutations the squared difference is twice the variance; one draw is near it.
    layer = style_bench.context.settings.content_layers[0].layer
    longer = style_bench.context.settings.size
    image = style_bench.context.content.image.pixels
    height = round(image.shape[1] * longer / max(image.shape[1:]))
    width = round(image.shape[2] * longer / max(image.shape[1:]))
    small = torch.nn.functional.interpolate(
        image[None], (height, width), mode="bicubic", antialias=True
    )[0].clamp(0, 1)
    maps = maps_by_capture(small, layer)
    flat = maps.reshape(len(maps), -1)
    assert content.y[-1] == pytest.approx(
        2 * flat.var(axis=1).mean() / np.square(flat).mean(), rel=0.15
    )
    assert np.all(np.diff(content.y) > 0)
    assert np.all(style.y < 1e-12)


def test_a_smaller_share_leaves_the_rest_where_it_was(qtbot, style_bench, tab):
    child(tab, QDoubleSpinBox, "shuffle_share_box").setValue(25)
    settle(qtbot, style_bench)
    assert style_bench.settings.share == 0.25
    before, after = values_of(tab.before), values_of(tab.after)
    assert 0.05 < np.mean(before != after) <= 0.25
    drag_slider(qtbot, style_bench, "shuffle_share_slider", 0.5, 0.0)
    assert np.array_equal(values_of(tab.before), values_of(tab.after))
    style_bench.undo()  # the whole drag is one step
    settle(qtbot, style_bench)
    assert style_bench.settings.share == 0.25


def test_what_is_said_goes_with_the_share(qtbot, style_bench, tab):
    assert "nothing is where it was" in tab.text.text()
    box = child(tab, QDoubleSpinBox, "shuffle_share_box")
    box.setValue(25)
    settle(qtbot, style_bench)
    assert "25.0 % has moved" in tab.text.text()
    box.setValue(0)
    settle(qtbot, style_bench)
    assert tab.text.text().startswith("Nothing is moved")


def test_another_draw_moves_them_elsewhere(qtbot, style_bench, tab):
    first = values_of(tab.after).copy()
    click(qtbot, style_bench, QPushButton, "shuffle_again")
    assert not np.array_equal(first, values_of(tab.after))
    assert np.array_equal(np.sort(first, axis=None), np.sort(values_of(tab.after), axis=None))


def test_what_is_made_can_be_shuffled_once_there_is_some(qtbot, style_bench, tab):
    click(qtbot, style_bench, QPushButton, "shuffle_of_generated")
    assert values_of(tab.before) is None
    assert "press Start" in tab.text.text()
    style_bench.show(after_run(context_of()))
    settle(qtbot, style_bench)
    made = maps_by_capture(
        style_bench.context.step.image, style_bench.context.settings.content_layers[0].layer
    )
    strongest = np.square(made).mean(axis=(1, 2)).argmax()
    assert np.allclose(values_of(tab.before), made[strongest], atol=1e-3 * np.abs(made).max())


def test_another_layer_is_shuffled(qtbot, style_bench, tab):
    choose(qtbot, style_bench, "shuffle_layer", "blocks.0.0")
    assert values_of(tab.before).shape == (32, 32)
    assert len(tab.plot.curves()[0].x) == len(SHARES)
