"""The CNN Viewer's layer table and card, as a person uses them."""

from __future__ import annotations

import csv
import types
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
)
from torch import nn

from cnn_tab_bench import context_of, run_of
from driving import child
from visualizer.panels.cnn_viewer.tabs.card import CardTab
from visualizer.panels.cnn_viewer.tabs.table import TableTab

LEFT = Qt.MouseButton.LeftButton

# Simonyan and Zisserman (2014), configuration E: name → filters, weights, biases, output numbers.
VGG19 = {
    "conv1_1": (64, 1_728, 64, 3_211_264),
    "conv5_4": (512, 2_359_296, 512, 100_352),
    "pool5": (None, 0, 0, 25_088),
    "fc6": (4096, 102_760_448, 4096, 4096),
    "fc7": (4096, 16_777_216, 4096, 4096),
    "fc8": (1000, 4_096_000, 1000, 1000),
}


def settle(qtbot, bench, tab):
    qtbot.waitUntil(lambda: bench.idle() and bool(tab.rows()), timeout=30_000)


@pytest.fixture
def vgg(qtbot, bench):
    made = bench.open(TableTab, context_of(run_of("chelsea", "vgg19", "none")))
    settle(qtbot, bench, made)
    return made


@pytest.fixture
def card(qtbot, bench):
    made = bench.open(CardTab, context_of(run_of("chelsea", "vgg19", "none")))
    qtbot.waitUntil(lambda: bench.idle() and bool(made.table.table().rows), timeout=30_000)
    return made


def heading(tab, text):
    return [column.heading for column in tab.view.table().columns].index(text)


def shown(tab, title, text):
    rows = [line[0] for line in tab.view.table().rows]
    return tab.view.shown_text(rows.index(title), heading(tab, text))


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def type_into(qtbot, table, row, column, text):
    place = table.cell_center(row, column)
    qtbot.mouseClick(table.view.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(table.view.viewport(), LEFT, pos=place)
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    editor = QApplication.focusWidget()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not editor)


@pytest.mark.parametrize("title", VGG19)
def test_the_rows_of_vgg19_are_the_published_ones(vgg, title):
    filters, weights, biases, output = VGG19[title]
    assert shown(vgg, title, "Filters") == ("–" if filters is None else f"{filters:,}")
    assert shown(vgg, title, "Weights") == f"{weights:,}"
    assert shown(vgg, title, "Biases") == f"{biases:,}"
    assert shown(vgg, title, "Output size") == f"{output:,}"


def test_the_size_on_disk_is_in_mb_and_mib_for_each_dtype(vgg):
    summary = child(vgg, QLabel, "table_summary")
    assert "143,667,240 parameters × 4 bytes = 574.7 MB = 548.0 MiB" in summary.text()
    choose(child(vgg, QComboBox, "table_dtype"), "float16")
    assert "287.3 MB = 274.0 MiB as float16" in summary.text()
    choose(child(vgg, QComboBox, "table_unit"), "MiB")
    assert shown(vgg, "fc6", "Weights MiB") == f"{(102_760_448 + 4096) * 2 / 2**20:,.3f}"
    assert shown(vgg, "fc6", "Share") == f"{102_764_544 / 143_667_240:.1%}"


def test_a_filter_leaves_rows_and_their_sums(qtbot, vgg):
    qtbot.keyClicks(child(vgg, QLineEdit, "table_filter"), "Linear")
    assert vgg.view.sums_text(0) == "Σ 3 of 45 rows"
    expected = 102_760_448 + 16_777_216 + 4_096_000
    assert vgg.view.sums_text(heading(vgg, "Weights")) == f"{expected:,}"


def test_another_input_size_changes_shapes_and_the_old_one_comes_back(qtbot, bench, vgg):
    height = child(vgg, QSpinBox, "table_height")
    height.selectAll()
    qtbot.keyClicks(height, "448")
    qtbot.keyClick(height, Qt.Key.Key_Return)
    settle(qtbot, bench, vgg)
    assert shown(vgg, "conv1_1", "Output") == "64×448×224"
    assert shown(vgg, "pool5", "Output") == "512×14×7"
    assert shown(vgg, "fc6", "Weights") == "102,760,448"
    qtbot.mouseClick(child(vgg, QPushButton, "table_own_size"), LEFT)
    settle(qtbot, bench, vgg)
    assert shown(vgg, "conv1_1", "Output") == "64×224×224"


def test_a_size_that_the_network_cannot_take_is_said_and_the_table_stays(qtbot, bench, vgg):
    for name in ("table_height", "table_width"):
        child(vgg, QSpinBox, name).setValue(16)
    qtbot.waitUntil(lambda: bench.idle() and "layer table" in bench.said, timeout=20_000)
    assert shown(vgg, "conv1_1", "Output").startswith("64×")
    qtbot.mouseClick(child(vgg, QPushButton, "table_own_size"), LEFT)
    qtbot.waitUntil(lambda: bench.idle() and not bench.said, timeout=20_000)


def test_blanks_are_filled_in_judged_and_kept_when_the_unit_changes(qtbot, vgg):
    choose(child(vgg, QComboBox, "table_blanks"), "Blank: weights and biases")
    assert shown(vgg, "conv1_1", "Weights") == ""
    assert vgg.summary.text() == ""
    place = heading(vgg, "Weights")
    type_into(qtbot, vgg.view, 0, place, "3*3*3*64")
    assert shown(vgg, "conv1_1", "Weights").endswith("✗")
    type_into(qtbot, vgg.view, 0, place, "1728")
    assert shown(vgg, "conv1_1", "Weights") == "1728 ✓"
    score = child(vgg, QLabel, "table_score")
    assert score.text() == "1 right, 0 wrong, 37 open"
    choose(child(vgg, QComboBox, "table_unit"), "MiB")
    assert shown(vgg, "conv1_1", "Weights") == "1728 ✓"
    qtbot.mouseClick(child(vgg, QPushButton, "table_answers"), LEFT)
    assert shown(vgg, "fc8", "Biases") == "1,000"
    choose(child(vgg, QComboBox, "table_blanks"), "Blank: nothing")
    assert "143,667,240" in vgg.summary.text()


def test_a_row_shows_the_layers_channels_and_the_layer_that_is_shown_its_row(qtbot, bench, vgg):
    qtbot.mouseClick(vgg.view.view.viewport(), LEFT, pos=vgg.view.cell_center(4, 0))
    assert bench.asked == [("layer", "features.4")]
    run = run_of("chelsea", "vgg19", "none")
    bench.show(context_of(run, layer="features.28"))
    assert vgg.view.chosen() == "features.28"


def test_the_table_is_written_and_copied(qtbot, bench, vgg, tmp_path):
    lane = vgg.host.lane("saving")
    object.__setattr__(vgg.host, "services", types.SimpleNamespace(saving=lane))
    path = tmp_path / "layers.csv"
    vgg.write("csv", path)
    qtbot.waitUntil(lambda: bench.infos == ["Saved layers.csv."])
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 46
    assert {line["layer"]: line["weights"] for line in lines}["fc7"] == "16777216"
    next(a for a in vgg.export.menu().actions() if a.objectName() == "table_copy").trigger()
    assert "| fc7 | classifier.3 | Linear |" in QGuiApplication.clipboard().text()


def facts(card):
    return dict(card.table.table().rows)


def test_the_card_of_vgg19_is_worked_out_from_the_network(card):
    assert facts(card) == {
        "Layers with weights": "19",
        "Convolutions": "16",
        "Fully connected layers": "3",
        "Input (rows × columns × channels)": "224 × 224 × 3",
        "Mean subtracted (each channel)": "0.485 0.456 0.406",
        "Kernels, padding, stride": "3×3, padding 1, stride 1",
        "Max pools": "5",
        "Window and stride of the max pools": "2×2, stride 2",
        "Activation": "ReLU",
        "Units of the fully connected layers": "4,096 4,096 1,000",
        "Dropout layers": "2",
        "Softmax or logits": "logits",
        "Weights and biases": "143,667,240",
        "Size as float32 (MB)": "574.7",
    }


def test_the_card_says_how_the_percentages_are_made(qtbot, bench, card):
    said = child(card, QLabel, "card_percentages")
    assert "there is no softmax in it" in said.text()
    child(card, QCheckBox, "card_quiz").click()
    assert not said.isVisible()  # it would give the answer away
    child(card, QCheckBox, "card_quiz").click()
    assert said.isVisible()
    context = context_of(run_of("chelsea"))
    model = context.model
    shares = nn.Sequential(model.module, nn.Softmax(dim=1)).eval()
    with_softmax = replace(model, module=shares)
    bench.show(replace(context, model=with_softmax, run=None))
    qtbot.waitUntil(lambda: facts(card).get("Softmax or logits") == "softmax", timeout=20_000)
    assert "ends in a softmax" in said.text()


def test_the_card_is_filled_in_from_memory(qtbot, card):
    child(card, QCheckBox, "card_quiz").click()
    assert card.table.shown_text(0, 1) == ""
    type_into(qtbot, card.table, 0, 1, "19")
    type_into(qtbot, card.table, 1, 1, "15")
    type_into(qtbot, card.table, 9, 1, "4096, 4096, 1000")
    type_into(qtbot, card.table, 8, 1, "relu")
    assert child(card, QLabel, "card_score").text() == "3 right, 1 wrong, 10 open"
    qtbot.mouseClick(child(card, QPushButton, "card_answers"), LEFT)
    assert card.table.shown_text(1, 1) == "16"
    assert card.table.shown_text(0, 1) == "19 ✓"


def test_large_text_leaves_the_answers_of_the_card_in_view(qtbot, bench, card):
    bench.window.resize(740, 300)
    font = bench.window.font()
    font.setPointSizeF(19.0)
    card.setFont(font)
    view = card.table.view
    qtbot.waitUntil(lambda: view.columnWidth(0) <= view.viewport().width() // 2)
    assert view.columnViewportPosition(1) + view.columnWidth(1) <= view.viewport().width()
    assert view.columnWidth(1) >= view.viewport().width() // 2
    # What is too long for its column is broken over lines, not cut.
    lines = [view.rowHeight(row) / view.fontMetrics().lineSpacing() for row in range(4)]
    assert lines[3] > 1.9 > 1.6 > lines[1]
