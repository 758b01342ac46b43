"""The Style Studio's "Layers" as a person uses it: real transfers of a few steps."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox

from driving import child, click, settle
from engines.style import StyleTransfer
from style_tab_bench import context_of
from visualizer.panels.style_studio.tabs.layers import OLD, LayersTab
from visualizer.panels.style_studio.tabs.layers_compute import order_of

STEPS = 6


@pytest.fixture
def tab(qtbot, style_bench):
    made = style_bench.open(LayersTab, context_of())
    child(made, QSpinBox, "layers_size").setValue(32)
    child(made, QSpinBox, "layers_steps").setValue(STEPS)
    return made


def make(qtbot, style_bench, tab):
    qtbot.mouseClick(child(tab, QPushButton, "layers_make"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(style_bench.is_settled, timeout=60_000)


def last_of(settings, context):
    """The last step of one transfer, by the engine alone."""
    transfer = StyleTransfer(
        context.transfer.content, context.transfer.styles, context.network, settings
    )
    return list(transfer.run())[-1]


def test_each_layer_alone_brings_the_content_back(qtbot, style_bench, tab):
    make(qtbot, style_bench, tab)
    order = tab._orders[style_bench.settings.kind]
    assert order.names == tuple(
        layer.layer for layer in style_bench.context.settings.style_layers
    )  # which the content's is among
    shown = tab.pictures.maps()
    assert shown.count == len(order.names)
    for index in (0, len(order.names) - 1):
        settings = order.settings[index]
        assert [one.layer for one in settings.content_layers] == [order.names[index]]
        assert settings.style_weight == 0
        assert settings.start == "noise"
        step = last_of(settings, style_bench.context)
        expected = np.rint(np.asarray(step.image).transpose(1, 2, 0) * 255)
        assert np.abs(shown.values[index].astype(float) - expected).max() <= 1


def test_an_early_layer_brings_more_of_the_pixels_back_than_a_late_one(qtbot, style_bench, tab):
    child(tab, QSpinBox, "layers_steps").setValue(40)
    make(qtbot, style_bench, tab)
    pixels = tab.pictures.maps().values.astype(float)
    size = pixels.shape[1:3]
    from torch.nn.functional import interpolate

    content = interpolate(
        style_bench.context.content.image.pixels[None], size, mode="bicubic", antialias=True
    )[0].permute(1, 2, 0)
    away = np.abs(pixels / 255 - content.numpy()).mean(axis=(1, 2, 3))
    assert away[1] < 0.5 * away[-1]


def test_textures_take_one_layer_more_each(qtbot, style_bench, tab):
    click(qtbot, style_bench, QPushButton, "layers_kind_texture")
    make(qtbot, style_bench, tab)
    order = tab._orders[style_bench.settings.kind]
    for count, settings in enumerate(order.settings, start=1):
        assert len(settings.style_layers) == count
        assert settings.content_weight == 0
    assert tab.pictures.maps().name(1) == "1…2"


def test_each_kind_keeps_its_pictures(qtbot, style_bench, tab):
    make(qtbot, style_bench, tab)
    content = tab.pictures.maps().values.copy()
    click(qtbot, style_bench, QPushButton, "layers_kind_texture")
    assert tab.pictures.maps() is None
    make(qtbot, style_bench, tab)
    assert child(tab, QLabel, "layers_text").text().startswith("Texture of")
    click(qtbot, style_bench, QPushButton, "layers_kind_content")
    np.testing.assert_array_equal(tab.pictures.maps().values, content)
    assert child(tab, QLabel, "layers_text").text().startswith("Content of")


def test_pictures_of_an_earlier_content_are_said_to_be_so(qtbot, style_bench, tab):
    make(qtbot, style_bench, tab)
    assert OLD not in child(tab, QLabel, "layers_text").text()
    style_bench.show(context_of(content="brick"))
    assert OLD in child(tab, QLabel, "layers_text").text()
    make(qtbot, style_bench, tab)
    assert OLD not in child(tab, QLabel, "layers_text").text()


def test_a_click_tells_how_far_a_picture_came(qtbot, style_bench, tab):
    make(qtbot, style_bench, tab)
    place = tab.pictures.cell_to_widget(2, 3, 3)
    qtbot.mouseClick(tab.pictures.viewport(), Qt.MouseButton.LeftButton, pos=place)
    order = tab._orders[style_bench.settings.kind]
    loss = last_of(order.settings[2], style_bench.context).losses.total
    said = child(tab, QLabel, "layers_text").text()
    assert said.startswith(f"Content of {order.names[2]}: loss ")
    assert said.endswith(f"after {STEPS} of {STEPS} steps.")
    assert float(said.split("loss ")[1].split(" ")[0]) == pytest.approx(loss, rel=2e-2)


def test_cancelled_it_keeps_what_it_has_and_can_begin_anew(qtbot, style_bench, tab):
    child(tab, QSpinBox, "layers_steps").setValue(1000)
    button = child(tab, QPushButton, "layers_make")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.pictures.maps() is not None, timeout=30_000)
    assert not button.isEnabled()
    tab.bar.cancel_pressed.emit()
    settle(qtbot, style_bench)
    assert tab.pictures.maps() is not None
    assert button.isEnabled()
    assert "not made yet" in _said(qtbot, style_bench, tab, 4)


def _said(qtbot, style_bench, tab, index):
    place = tab.pictures.cell_to_widget(index, 3, 3)
    qtbot.mouseClick(tab.pictures.viewport(), Qt.MouseButton.LeftButton, pos=place)
    return child(tab, QLabel, "layers_text").text()


def test_it_waits_while_a_picture_is_made(qtbot, style_bench, tab):
    child(tab, QSpinBox, "layers_steps").setValue(1000)
    qtbot.mouseClick(child(tab, QPushButton, "layers_make"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.pictures.maps() is not None, timeout=30_000)
    style_bench.run.started.emit()
    assert tab._job.state.value == "paused"
    assert "wait" in style_bench.infos[-1]
    tab._job.cancel()


def test_the_settings_of_the_run_are_kept(qtbot, style_bench, tab):
    context = context_of(statistic="mean_std", seed=7, optimiser="adam")
    style_bench.show(context)
    settings = order_of(context).settings[0]
    assert (settings.statistic, settings.seed, settings.optimiser) == ("mean_std", 7, "adam")
