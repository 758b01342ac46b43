"""The Style Studio's "Activations" as a person uses it; numbers against torch alone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel

from driving import child, choose, settle
from style_tab_bench import (
    after_run,
    context_of,
    maps_by_capture,
    resized,
    showing,
    values_of,
)
from visualizer.panels.style_studio.tabs.activations import ActivationsTab


def test_the_three_maps_are_those_of_torch_and_their_difference(qtbot, style_bench):
    context = after_run(context_of())
    tab = style_bench.open(ActivationsTab, context)
    settle(qtbot, style_bench)
    layer = context.settings.content_layers[0].layer
    step = context.step
    made = maps_by_capture(step.image, layer)
    content = maps_by_capture(resized(context.content.image.pixels, step.size), layer)
    channel = tab.all.chosen()
    assert channel == np.square(content).mean(axis=(1, 2)).argmax()
    bound = 1e-3 * np.abs(content).max()
    for view, expected in (
        (tab.content, content), (tab.generated, made), (tab.difference, made - content),
    ):  # fmt: skip
        assert np.allclose(values_of(view), expected[channel], atol=bound)
    assert np.allclose(tab.all.maps().values, made - content, atol=bound)


def test_the_loss_is_that_of_the_step_and_the_bars_are_its_parts(qtbot, style_bench):
    context = after_run(context_of())
    tab = style_bench.open(ActivationsTab, context)
    settle(qtbot, style_bench)
    layer = context.settings.content_layers[0].layer
    loss = context.step.losses.content[layer]
    said = child(tab, QLabel, "activations_text").text()
    assert float(said.split("loss ")[1].split(":")[0]) == pytest.approx(loss, rel=6e-3)
    apart = np.square(tab.all.maps().values).mean(axis=(1, 2))
    best = tab.most.bars()[0]
    assert int(best.name) == apart.argmax()
    assert best.value == pytest.approx(apart.max() / apart.sum(), rel=1e-4)


def test_a_click_on_a_channel_shows_its_maps(qtbot, style_bench):
    tab = style_bench.open(ActivationsTab, after_run(context_of()))
    settle(qtbot, style_bench)
    place = tab.all.cell_to_widget(5, 1, 1)
    qtbot.mouseClick(tab.all.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert style_bench.settings.channel == 5
    assert np.array_equal(values_of(tab.difference), tab.all.maps().values[5])
    qtbot.mouseClick(tab.most, Qt.MouseButton.LeftButton, pos=tab.most.line_center(0))
    assert style_bench.settings.channel == int(tab.most.bars()[0].name)


def test_another_layer_is_looked_into_and_undone(qtbot, style_bench):
    context = after_run(context_of())
    tab = style_bench.open(ActivationsTab, context)
    settle(qtbot, style_bench)
    choose(qtbot, style_bench, "activations_layer", "blocks.3.2")
    expected = maps_by_capture(context.step.image, "blocks.3.2")
    assert tab.all.maps().values.shape == expected.shape
    style_bench.undo()
    settle(qtbot, style_bench)
    layer = context.settings.content_layers[0].layer
    assert child(tab, QComboBox, "activations_layer").currentData() == layer
    assert tab.all.maps().values.shape == maps_by_capture(context.step.image, layer).shape


def test_before_a_run_the_content_is_seen_alone(qtbot, style_bench):
    context = context_of()
    tab = style_bench.open(ActivationsTab, context)
    settle(qtbot, style_bench)
    assert values_of(tab.content) is not None
    assert values_of(tab.generated) is None
    assert not tab.most.bars()
    assert tab.all.maps().values.min() < 0  # the layer's own maps, not a difference of none


def test_a_run_is_followed_to_its_newest_step(qtbot, style_bench):
    context = context_of()
    tab = style_bench.open(ActivationsTab, context)
    steps = list(context.transfer.run())
    for step in steps:
        style_bench.show(showing(context, step, running=True))
    settle(qtbot, style_bench)
    made = maps_by_capture(steps[-1].image, context.settings.content_layers[0].layer)
    content = tab._found.content
    assert np.allclose(tab.all.maps().values, made - content, atol=1e-3 * np.abs(content).max())


def test_a_tab_that_is_left_holds_no_network(qtbot, style_bench):
    tab = style_bench.open(ActivationsTab, after_run(context_of()))
    settle(qtbot, style_bench)
    tab.set_active(False)
    assert tab._context is None
    assert tab._asked is None
    assert not tab._pace.waits
