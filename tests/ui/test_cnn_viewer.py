"""The CNN Viewer on the embedded network, used as a person uses it: from picture to one number."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QToolButton

from driving import child, choose, drag_slider, message
from engines.models import load
from widgets.bar_list import BarList
from widgets.mosaic_view import MosaicView


@pytest.fixture(scope="module")
def lite0():
    return load("efficientnet_lite0")


@pytest.fixture
def viewer(open_window):
    window = open_window(panel="cnn_viewer")
    assert window.panel.objectName() == "cnn_viewer"
    return window.panel


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def pick_layer(qtbot, panel, name):
    """Search the layer, then click it in the tree."""
    search = child(panel, QLineEdit, "layer_search")
    search.clear()
    qtbot.keyClicks(search, name)
    tree = panel.view.controls.layers.tree
    item = panel.view.controls.layers.item(name)
    tree.scrollToItem(item)
    place = tree.visualItemRect(item).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, panel)
    assert panel.sheet.layer == name


def click_map(qtbot, panel, channel, row, column):
    mosaic = child(panel, MosaicView, "mosaic")
    place = mosaic.cell_to_widget(channel, row, column)
    qtbot.mouseMove(mosaic.viewport(), QPoint(1, 1))
    qtbot.mouseClick(mosaic.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, panel)


def shown_number(panel):
    text = child(panel, QLabel, "unit_number").text()
    assert text.startswith("= ")
    return float(text[2:].replace("−", "-"))


def steps(panel):
    said = child(panel, QLabel, "unit_steps").text()
    return said.replace("<b>", "").replace("</b>", "").split("<br>")


def batch_of(panel, model):
    pixels = torch.from_numpy(panel.picture.values("colour")).permute(2, 0, 1)
    return model.preprocess(pixels)


# -- the whole path -------------------------------------------------------------------------


def test_starts_with_a_cat_that_the_trained_network_recognises(viewer):
    bars = child(viewer, BarList, "predictions").bars()
    assert len(bars) == 5
    assert "cat" in bars[0].name or "tabby" in bars[0].name
    assert child(viewer, QLabel, "model_badge").text().startswith("trained")
    assert viewer.sheet.layer == "bn1.act"


def test_predictions_equal_the_networks_own_softmax(viewer, lite0):
    with torch.no_grad():
        shares = lite0.module(batch_of(viewer, lite0))[0].softmax(dim=0)
    best = shares.topk(5)
    bars = child(viewer, BarList, "predictions").bars()
    assert [bar.name for bar in bars] == [lite0.categories[n] for n in best.indices]
    np.testing.assert_allclose([bar.value for bar in bars], best.values, rtol=1e-4)


@pytest.mark.parametrize("place", [(5, 50, 61), (14, 0, 0), (23, 111, 111)])
def test_from_the_picture_to_one_number_by_clicks(qtbot, viewer, lite0, place):
    """The number of a first-layer unit, summed here by hand from the pixels."""
    channel, row, column = place
    pick_layer(qtbot, viewer, "bn1.act")
    mosaic = child(viewer, MosaicView, "mosaic")
    mosaic.zoom_to_channel(channel)
    click_map(qtbot, viewer, channel, row, column)
    net = lite0.module
    x = np.pad(batch_of(viewer, lite0)[0].numpy(), ((0, 0), (0, 1), (0, 1))).astype(np.float64)
    window = x[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
    total = float((window * net.conv_stem.weight[channel].detach().numpy()).sum())
    bn = net.bn1
    gamma, beta = float(bn.weight[channel]), float(bn.bias[channel])
    mean, variance = float(bn.running_mean[channel]), float(bn.running_var[channel])
    normal = (total - mean) / np.sqrt(variance + bn.eps) * gamma + beta
    expected = min(max(normal, 0.0), 6.0)
    assert shown_number(viewer) == pytest.approx(expected, abs=2e-4)
    lines = steps(viewer)
    assert lines[0].startswith("Sum of 27 products (3 × 9) = ")
    assert float(lines[0].split("= ")[1].replace("−", "-")) == pytest.approx(total, abs=1e-4)
    assert f"= {normal:.4g}"[:6] in lines[1].replace("−", "-").replace("= -", "= -")
    assert lines[-1].startswith("▸ ReLU6")
    title = child(viewer, QLabel, "unit_title").text()
    assert title == f"bn1.act · channel {channel} · row {row}, column {column}"


def test_the_outlined_field_is_what_the_number_follows_from(qtbot, viewer, lite0):
    """Changing pixels outside the outline leaves the number; inside, it changes it."""
    pick_layer(qtbot, viewer, "blocks.1.0.conv_pwl")
    rows, columns = viewer.sheet.maps.shape[1:]
    row, column = rows // 2, columns // 2
    viewer.hold(row, column)
    settle(qtbot, viewer)
    top, left, bottom, right = viewer.view.unit.map.field()
    batch = batch_of(viewer, lite0).requires_grad_()
    seen = {}
    layer = lite0.module.get_submodule("blocks.1.0.conv_pwl")
    hook = layer.register_forward_hook(lambda _m, _i, out: seen.update(out=out))
    lite0.module(batch)
    hook.remove()
    seen["out"][0, :, row, column].sum().backward()
    used = batch.grad[0].abs().sum(dim=0).numpy() > 0
    outside = used.copy()
    outside[max(top, 0) : bottom, max(left, 0) : right] = False
    assert used.any()
    assert not outside.any()


def test_a_deep_pointwise_number_equals_its_products(qtbot, viewer, lite0):
    pick_layer(qtbot, viewer, "blocks.4.0.conv_pw")
    viewer.choose_channel("blocks.4.0.conv_pw", 7)
    viewer.hold(6, 9)
    settle(qtbot, viewer)
    seen = {}
    layer = lite0.module.get_submodule("blocks.4.0.conv_pw")
    hook = layer.register_forward_hook(lambda _m, i, _o: seen.update(x=i[0].clone()))
    with torch.no_grad():
        lite0.module(batch_of(viewer, lite0))
    hook.remove()
    products = (seen["x"][0, :, 6, 9] * layer.weight[7, :, 0, 0]).detach().numpy()
    assert shown_number(viewer) == pytest.approx(float(products.sum()), abs=1e-3)
    click_part(qtbot, viewer, "inputs")
    bars = child(viewer, BarList, "unit_inputs").bars()
    best = np.argsort(-np.abs(products))[: len(bars)]
    assert [bar.name for bar in bars] == [f"channel {n}" for n in best]
    np.testing.assert_allclose([bar.value for bar in bars], products[best], atol=1e-4)


def click_part(qtbot, panel, part):
    qtbot.mouseClick(child(panel, QPushButton, f"unit_part_{part}"), Qt.MouseButton.LeftButton)


# -- pointing -------------------------------------------------------------------------------


def test_hovering_explains_and_a_click_holds_until_escape(qtbot, viewer):
    view = viewer.view.unit.map.view
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    place = view.pixel_to_widget(40, 50)
    qtbot.mouseMove(view.viewport(), place)
    row, column = view.hovered_pixel()  # where pixels are smaller than two dots, the next one too
    assert abs(row - 40) + abs(column - 50) <= 1
    assert f"row {row}, column {column}" in child(viewer, QLabel, "unit_title").text()
    shown = float(viewer.sheet.maps[0, row, column])
    assert shown_number(viewer) == pytest.approx(shown, abs=1e-3)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, viewer)
    assert viewer.state.held
    qtbot.mouseMove(view.viewport(), view.pixel_to_widget(70, 20))
    assert f"row {row}, column {column}" in child(viewer, QLabel, "unit_title").text()
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.state.held


def test_the_map_does_not_move_under_the_mouse(qtbot, viewer):
    view = viewer.view.unit.map.view
    before = [view.pixel_to_widget(n, n) for n in (5, 60, 110)]
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    for row, column in ((40, 50), (7, 103)):
        qtbot.mouseMove(view.viewport(), view.pixel_to_widget(row, column))
        qtbot.waitUntil(lambda: bool(viewer.view.unit.number.text()))
        QGuiApplication.processEvents()  # layouts settle
        assert [view.pixel_to_widget(n, n) for n in (5, 60, 110)] == before
    assert viewer.view.unit.parts.isVisible()


def test_a_held_place_stays_at_its_place_of_the_picture_in_another_layer(qtbot, viewer):
    viewer.hold(56, 28)
    pick_layer(qtbot, viewer, "blocks.2.0.conv_pw")
    rows, columns = viewer.sheet.maps.shape[1:]
    row, column = viewer.state.position
    assert (row / rows, column / columns) == pytest.approx((0.5, 0.25), abs=1 / rows)


# -- the channels ---------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["mean", "max", "variance", "sparsity"])
def test_channels_are_sorted_as_numpy_sorts_them(qtbot, viewer, sort):
    choose(qtbot, viewer, "channel_sort", sort)
    settle(qtbot, viewer)
    maps = viewer.sheet.maps.astype(np.float64)
    values = {
        "mean": maps.mean(axis=(1, 2)),
        "max": maps.max(axis=(1, 2)),
        "variance": maps.var(axis=(1, 2)),
        "sparsity": (maps == 0).mean(axis=(1, 2)),
    }[sort]
    order = child(viewer, MosaicView, "mosaic").maps().shown()
    assert sorted(order.tolist()) == list(range(len(maps)))
    assert (np.diff(values[order]) <= 1e-6).all()


def test_dead_channels_are_marked_and_the_strongest_are_kept(qtbot, viewer):
    mosaic = child(viewer, MosaicView, "mosaic")
    dead = (viewer.sheet.maps == 0).all(axis=(1, 2))
    np.testing.assert_array_equal(mosaic.maps().dead, dead)
    box = child(viewer, QSpinBox, "channel_strongest")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "6")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, viewer)
    peaks = viewer.sheet.maps.max(axis=(1, 2))
    shown = mosaic.maps().shown()
    assert len(shown) == 6
    assert peaks[shown].min() >= np.sort(peaks)[-6]


def test_one_scale_for_all_shows_weak_channels_weak(qtbot, viewer):
    mosaic = child(viewer, MosaicView, "mosaic")
    choose(qtbot, viewer, "channel_scale", "shared")
    settle(qtbot, viewer)
    maps, shown = viewer.sheet.maps, mosaic.maps()
    expected = maps / maps.max() * 255
    np.testing.assert_allclose(shown.display, expected, atol=1.0)
    choose(qtbot, viewer, "channel_scale", "channel")
    settle(qtbot, viewer)
    alive = maps.max(axis=(1, 2)) > 0
    assert (mosaic.maps().display.max(axis=(1, 2))[alive] == 255).all()


def test_single_numbers_are_shown_on_one_scale(qtbot, viewer):
    pick_layer(qtbot, viewer, "classifier")
    shown, values = child(viewer, MosaicView, "mosaic").maps(), viewer.sheet.maps
    assert not shown.relative
    expected = 127.5 + values / np.abs(values).max() * 127.5
    np.testing.assert_allclose(shown.display, expected, atol=1.0)


def test_the_histogram_counts_all_values(qtbot, viewer):
    from widgets.curve_plot import CurvePlot

    qtbot.mouseClick(
        child(viewer, QToolButton, "channel_histogram_button"), Qt.MouseButton.LeftButton
    )
    (curve,) = child(viewer, CurvePlot, "channel_histogram").curves()
    assert curve.y.sum() == viewer.sheet.maps.size


def test_arrow_keys_go_from_channel_to_channel(qtbot, viewer):
    mosaic = child(viewer, MosaicView, "mosaic")
    qtbot.keyClick(mosaic.viewport(), Qt.Key.Key_Right)
    settle(qtbot, viewer)
    assert viewer.state.channel == 1
    assert "channel 1" in child(viewer, QLabel, "unit_title").text()


# -- layers, undo, picture ------------------------------------------------------------------


def test_search_and_keys_go_through_the_layers(qtbot, viewer):
    search = child(viewer, QLineEdit, "layer_search")
    qtbot.keyClicks(search, "conv_dw")
    names = viewer.view.controls.layers.names()
    assert names
    assert all("conv_dw" in name for name in names)
    qtbot.keyClick(search, Qt.Key.Key_Return)
    settle(qtbot, viewer)
    assert viewer.sheet.layer == names[0]
    viewer.step_layer(1)
    settle(qtbot, viewer)
    assert viewer.sheet.layer == names[1]


def test_undo_goes_back_through_layer_and_channel(qtbot, viewer):
    pick_layer(qtbot, viewer, "blocks.0.0.conv_dw")
    viewer.history.end_merge()
    viewer.choose_channel("blocks.0.0.conv_dw", 9)
    settle(qtbot, viewer)
    viewer.undo_stack().undo()
    settle(qtbot, viewer)
    assert viewer.state.channel == 0
    viewer.undo_stack().undo()
    settle(qtbot, viewer)
    assert viewer.sheet.layer == "bn1.act"


def test_another_picture_gives_another_answer(qtbot, viewer):
    choose(qtbot, viewer, "sample_combo", "sample:coffee")
    qtbot.waitUntil(lambda: viewer.run.picture.source.name == "coffee", timeout=60_000)
    settle(qtbot, viewer)
    assert child(viewer, BarList, "predictions").bars()[0].name == "espresso"


def test_the_picture_shines_through_the_map_as_the_slider_says(qtbot, viewer):
    drag_slider(qtbot, viewer, "opacity_slider", 0.5, 1.0)
    assert viewer.state.opacity == 1.0
    assert viewer.view.unit.map.picture_opacity() == 0.0


@pytest.mark.parametrize(
    ("layer", "line"),
    [("bn1.drop", "▸ BatchNorm: "), ("blocks.1.1.se", "▸ ReLU6("), ("blocks.1.1.drop_path", "▸ ")],
)
def test_a_layer_that_passes_its_input_on_is_explained_by_the_one_before(
    qtbot, viewer, layer, line
):
    pick_layer(qtbot, viewer, layer)
    viewer.hold(3, 4)
    settle(qtbot, viewer)
    (bold,) = [step for step in steps(viewer) if step.startswith("▸")]
    assert bold.startswith(line)
    number = float(bold.split("= ")[-1].replace("−", "-"))
    shown = float(viewer.sheet.maps[viewer.state.channel, 3, 4])
    assert number == pytest.approx(shown, rel=1e-3, abs=1e-4)


def test_a_layer_without_weights_says_so_and_still_shows_its_number(qtbot, viewer):
    pick_layer(qtbot, viewer, "global_pool.pool")
    viewer.hold(0, 0)
    settle(qtbot, viewer)
    assert "no convolution or linear layer" in child(viewer, QLabel, "unit_steps").text()
    assert shown_number(viewer) == pytest.approx(
        float(viewer.sheet.maps[0, 0, 0]), rel=1e-4, abs=1e-6
    )


def test_another_input_size_is_typed_and_read(qtbot, viewer):
    box = child(viewer, QSpinBox, "input_side")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "160")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, viewer)
    assert viewer.run.batch.shape[2:] == (160, 160)
    assert "160 × 160" in child(viewer, QLabel, "input_size_label").text()


def test_state_survives_a_session(qtbot, viewer):
    pick_layer(qtbot, viewer, "blocks.3.0.conv_dw")
    saved = viewer.snapshot()
    viewer.undo_stack().undo()
    settle(qtbot, viewer)
    viewer.restore(saved)
    settle(qtbot, viewer)
    assert viewer.sheet.layer == "blocks.3.0.conv_dw"


def test_the_numbers_can_be_copied(qtbot, viewer):
    viewer.hold(10, 10)
    settle(qtbot, viewer)
    products = viewer.view.unit.products
    qtbot.keyClick(products, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    products.copy()
    assert "Input channel" in QGuiApplication.clipboard().text()


def test_combo_boxes_explain_themselves(viewer):
    for name in ("channel_sort", "channel_scale"):
        box = child(viewer, QComboBox, name)
        tips = [box.itemData(n, Qt.ItemDataRole.ToolTipRole) for n in range(box.count())]
        assert all(tips)


def test_every_tab_opens_over_the_channels_and_closes(qtbot, viewer):
    tabs = viewer.view.drawer.tabs
    for name in viewer.tabs.names():
        place = tabs.tabRect(viewer.view.drawer.tab_index(name)).center()
        qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=place)
        settle(qtbot, viewer)
        assert viewer.state.tab == name
        assert viewer.tabs.made[name].isVisible()
        assert not message(viewer)
    viewer.open_tab(viewer.state.tab)
    settle(qtbot, viewer)
    assert not viewer.view.drawer.open_name()
