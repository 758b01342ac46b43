"""The Style Studio's "Gram" as a person uses it; numbers against NumPy alone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton

from driving import child, choose, click, settle
from style_tab_bench import after_run, context_of, maps_by_capture, resized, values_of
from visualizer.panels.style_studio.tabs.gram import GramTab


@pytest.fixture
def context():
    return after_run(context_of())


@pytest.fixture
def tab(qtbot, style_bench, context):
    made = style_bench.open(GramTab, context)
    settle(qtbot, style_bench)
    return made


def gram(maps):
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    return flat @ flat.T / flat.size


def maps_of_both(context, layer, style=0):
    pixels = context.styles[style].picture.image.pixels
    longer, scale = max(context.step.size), max(context.step.size) / max(pixels.shape[1:])
    size = round(pixels.shape[1] * scale), round(pixels.shape[2] * scale)
    assert max(size) == longer
    return (
        maps_by_capture(resized(pixels, size), layer),
        maps_by_capture(context.step.image, layer),
    )


def first_layer(context):
    return context.settings.style_layers[0].layer


def close_to(found, expected):
    return np.allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_both_matrices_are_f_times_its_transpose(qtbot, style_bench, tab, context):
    style, made = map(gram, maps_of_both(context, first_layer(context)))
    assert close_to(tab.of_style._values, style)
    assert close_to(tab.of_generated._values, made)


def test_the_style_loss_is_that_of_the_step(qtbot, style_bench, tab, context):
    loss = context.step.losses.style[first_layer(context)]
    said = child(tab, QLabel, "gram_text").text()
    assert float(said.split("loss ")[1].split(":")[0]) == pytest.approx(loss, rel=6e-3)


def test_the_switch_shows_cosines(qtbot, style_bench, tab, context):
    click(qtbot, style_bench, QPushButton, "gram_scale_cosine")
    style, _ = maps_of_both(context, first_layer(context))
    flat = style.reshape(len(style), -1)
    length = np.linalg.norm(flat, axis=1)
    alive = length > 0
    cosine = (flat @ flat.T)[np.ix_(alive, alive)] / np.outer(length[alive], length[alive])
    found = tab.of_style._values
    assert np.allclose(found[np.ix_(alive, alive)], cosine, atol=2e-3)
    assert np.isnan(found[~alive]).all()
    style_bench.undo()
    settle(qtbot, style_bench)
    assert close_to(tab.of_style._values, gram(style))


def test_a_clicked_entry_shows_its_two_maps_and_their_product(qtbot, style_bench, tab, context):
    place = tab.of_generated.cell_to_widget(3, 12)
    qtbot.mouseClick(tab.of_generated.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, style_bench)
    assert style_bench.settings.entry == (3, 12)
    for column, maps in enumerate(maps_of_both(context, first_layer(context))):
        expected = (maps[3], maps[12], maps[3] * maps[12])
        for row, one in enumerate(expected):
            shown = values_of(tab.views[2 * row + column])
            assert np.allclose(shown, one, atol=2e-3 * max(np.abs(maps).max() ** (1 + row // 2), 1))
        product = values_of(tab.views[4 + column])
        matrix = (tab.of_style, tab.of_generated)[column]._values
        assert product.mean() / len(maps) == pytest.approx(matrix[3, 12], rel=1e-3, abs=1e-7)
    assert tab.of_style.chosen() == (3, 12)


def test_the_listed_pairs_are_those_that_differ_most(qtbot, style_bench, tab, context):
    apart = np.square(tab.of_style._values - tab.of_generated._values)
    shares = np.where(np.eye(len(apart), dtype=bool), 1, 2) * apart / apart.sum()
    bars = tab.most.bars()
    assert [bar.value for bar in bars] == sorted((bar.value for bar in bars), reverse=True)
    for bar in bars:
        i, j = (int(word) for word in bar.name.removeprefix("channels ").split(" and "))
        assert bar.value == pytest.approx(shares[i, j], rel=1e-3)
    i, j = np.unravel_index(np.triu(apart).argmax(), apart.shape)
    assert f"channels {i} and {j}" in [bar.name for bar in bars]
    qtbot.mouseClick(tab.most, Qt.MouseButton.LeftButton, pos=tab.most.line_center(2))
    settle(qtbot, style_bench)
    assert bars[2].name == "channels {} and {}".format(*style_bench.settings.entry)


def test_an_entry_that_another_layer_has_not_gives_way(qtbot, style_bench, tab, context):
    style_bench.tab.look(entry=(30, 31))
    settle(qtbot, style_bench)
    choose(qtbot, style_bench, "gram_layer", "blocks.0.0")
    style, _ = maps_of_both(context, "blocks.0.0")
    assert close_to(tab.of_style._values, gram(style))
    assert max(tab.of_style.chosen()) < len(style)


def test_of_several_styles_one_is_looked_at(qtbot, style_bench):
    context = after_run(context_of(styles=("waves", "brick")))
    tab = style_bench.open(GramTab, context)
    settle(qtbot, style_bench)
    which = child(tab, QComboBox, "gram_style")
    assert which.isVisible()
    assert which.itemText(1).startswith("Style 2: ")
    assert context.styles[1].picture.image.source in which.itemText(1)
    choose(qtbot, style_bench, "gram_style", "1")
    style, _ = maps_of_both(context, first_layer(context), 1)
    assert close_to(tab.of_style._values, gram(style))


def test_before_a_run_the_style_is_seen_alone(qtbot, style_bench):
    tab = style_bench.open(GramTab, context_of())
    settle(qtbot, style_bench)
    assert len(tab.of_style._values) == 32
    assert len(tab.of_generated._values) == 0
    assert values_of(tab.views[0]) is not None
    assert values_of(tab.views[1]) is None


@pytest.fixture
def half():
    """A mask over the left half of the content."""
    mask = np.zeros((64, 64), np.float32)
    mask[:, :32] = 1
    return mask


def test_a_masked_style_is_compared_where_its_mask_lets_it_go(qtbot, style_bench, half):
    context = after_run(context_of(styles=("waves", "brick"), masks=(half, 1 - half)))
    tab = style_bench.open(GramTab, context)
    settle(qtbot, style_bench)
    layer = first_layer(context)
    losses = []
    for number, mask in enumerate((half, 1 - half)):
        choose(qtbot, style_bench, "gram_style", str(number))
        style, made = maps_of_both(context, layer, number)
        rows, columns = made.shape[1:]
        at = mask.reshape(rows, 64 // rows, columns, 64 // columns).mean(axis=(1, 3))
        flat = made.reshape(len(made), -1).astype(np.float64)
        expected = (flat * at.ravel()) @ flat.T / (len(flat) * at.sum())
        assert close_to(tab.of_generated._values, expected)
        assert close_to(tab.of_style._values, gram(style))
        said = child(tab, QLabel, "gram_text").text()
        assert "mask covers counts, 50.0 % of" in said
        losses.append(np.square(expected - gram(style)).mean())
        i, j = tab.of_generated.chosen()
        product = values_of(tab.views[5])
        assert np.allclose(product, made[i] * made[j] * at, atol=2e-3 * np.abs(product).max())
        value = product.sum() / at.sum() / len(made)
        assert value == pytest.approx(expected[i, j], rel=1e-3)
    # What the run compares is made up of both.
    assert np.mean(losses) == pytest.approx(context.step.losses.style[layer], rel=2e-2)


def test_what_the_run_compares_instead_is_said(qtbot, style_bench):
    tab = style_bench.open(GramTab, after_run(context_of(styles=("waves", "brick"))))
    settle(qtbot, style_bench)
    assert "mean of the unmasked styles' matrices" in child(tab, QLabel, "gram_text").text()
    style_bench.show(after_run(context_of(statistic="histogram")))
    settle(qtbot, style_bench)
    assert "“Histogram” in place of Gram" in child(tab, QLabel, "gram_text").text()
