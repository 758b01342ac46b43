"""The CNN Viewer's "Input size" as a person uses it."""

from __future__ import annotations

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSpinBox

from cnn_tab_bench import context_of, run_of
from driving import child
from visualizer.panels.cnn_viewer.tabs.input_size import InputSizeTab


def open_tab(qtbot, bench, name="efficientnet_lite0", weights="best"):
    tab = bench.open(InputSizeTab, context_of(run_of("chelsea", name, weights)))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    return tab


def type_size(qtbot, bench, tab, width, height):
    for name, number in (("input_width", width), ("input_height", height)):
        box = child(tab, QSpinBox, name)
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, str(number))
        qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(bench.idle, timeout=30_000)


def row_of(tab, layer):
    rows = {tab.table.item(row, 0).text(): row for row in range(tab.table.rowCount())}
    return [tab.table.item(rows[layer], column).text() for column in range(4)]


def test_shapes_at_another_size_are_those_of_the_running_network(qtbot, bench):
    tab = open_tab(qtbot, bench)
    type_size(qtbot, bench, tab, 300, 160)
    module = run_of("chelsea").model.module
    shapes = {}
    handle = module.conv_head.register_forward_hook(
        lambda _module, _inputs, output: shapes.update(head=tuple(output.shape[1:]))
    )
    with torch.no_grad():
        module(torch.zeros(1, 3, 160, 300))
    handle.remove()
    channels, rows, columns = shapes["head"]
    assert row_of(tab, "conv_head")[3] == f"{channels:,} × {rows} × {columns}"
    assert row_of(tab, "conv_head")[2] == "1,280 × 7 × 7"
    assert tab.verdict.text() == "Every layer fits."
    assert "into 1,280" in tab.why.text()
    assert f"{channels * rows * columns:,} would break classifier." in tab.why.text()


def test_the_layer_that_breaks_is_marked_and_named_with_the_reason(qtbot, bench):
    tab = open_tab(qtbot, bench, "digits", "none")
    type_size(qtbot, bench, tab, 16, 16)
    assert tab.verdict.text() == "linear breaks."
    assert "384" in tab.why.text()
    assert "1,536" in tab.why.text()
    assert row_of(tab, "conv3")[3] == "24 × 8 × 8"
    assert row_of(tab, "linear")[3] == "✗ breaks here"


@pytest.mark.parametrize(("kind", "state"), [("adaptive_pooling", None), ("new_head", "untrained")])
def test_a_way_out_opens_a_network_that_reads_this_size(qtbot, bench, kind, state):
    tab = open_tab(qtbot, bench, "digits", "none")
    type_size(qtbot, bench, tab, 16, 12)
    button = child(tab, QPushButton, f"input_way_{kind}")
    button.click()
    qtbot.waitUntil(bench.idle, timeout=30_000)
    asked, model = bench.asked[-1]
    assert asked == "model"
    assert model.module(torch.zeros(1, 1, 12, 16)).shape == (1, 10)
    assert model.card.input_size == (1, 12, 16)
    assert state is None or model.card.weights_state == state


def test_resizing_takes_a_size_that_fits(qtbot, bench):
    tab = open_tab(qtbot, bench, "digits", "none")
    type_size(qtbot, bench, tab, 40, 40)
    child(tab, QPushButton, "input_way_resize").click()
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.verdict.text() == "Every layer fits."
    type_size(qtbot, bench, tab, 40, 40)
    qtbot.mouseClick(child(tab, QPushButton, "input_own"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.typed_size() == (8, 8)


def test_a_row_selects_its_layer(qtbot, bench):
    tab = open_tab(qtbot, bench)
    tab.table.setCurrentCell(2, 0)
    tab.table.itemActivated.emit(tab.table.item(2, 0))
    assert bench.asked[-1] == ("layer", tab.table.item(2, 0).text())
