"""The CNN Viewer's "Ablate" as a person uses it."""

from __future__ import annotations

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea

from cnn_tab_bench import context_of, network, run_of
from driving import child
from visualizer.panels.cnn_viewer.compute import run_network
from visualizer.panels.cnn_viewer.tabs.ablate import AblateTab

LAYER = "blocks.1.1.bn2.act"


@pytest.fixture
def tab(qtbot, bench):
    made = bench.open(AblateTab, context_of(run_of("chelsea"), LAYER, 3))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    return made


def press(qtbot, bench, tab, name):
    qtbot.mouseClick(child(tab, QPushButton, name), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(bench.idle, timeout=30_000)


def best_by_hand(sample, change):
    """The likeliest class and its share, the layer's answer being changed by `change`."""
    run = run_of(sample)

    def hook(_module, _inputs, answer):
        changed = answer.clone()
        change(changed)
        return changed

    handle = run.model.module.get_submodule(LAYER).register_forward_hook(hook)
    try:
        with torch.no_grad():
            shares = run.model.module(run.batch)[0].softmax(0)
    finally:
        handle.remove()
    share, index = shares.max(0)
    return run.model.categories[int(index)], float(share)


def assert_shows(tab, name, share):
    first = tab.after.bars()[0]
    assert first.name == name
    assert first.value == pytest.approx(share, abs=1e-4)
    assert first.text == f"{share:.1%}"


def test_without_changes_both_lists_are_the_networks_own_prediction(tab):
    best = run_of("chelsea").predictions
    assert [bar.name for bar in tab.before.bars()] == [entry.name for entry in best]
    assert [bar.value for bar in tab.after.bars()] == [bar.value for bar in tab.before.bars()]
    assert not child(tab, QPushButton, "ablate_reset").isEnabled()


def test_zeroed_channels_move_the_prediction_as_by_hand(qtbot, bench, tab):
    for channel in (3, 7, 12):
        bench.show(context_of(run_of("chelsea"), LAYER, channel))
        press(qtbot, bench, tab, "ablate_add")
    assert tab.list.count() == 3

    def zero(answer):
        answer[:, [3, 7, 12]] = 0

    assert_shows(tab, *best_by_hand("chelsea", zero))
    assert tab.after.bars()[0].value != tab.before.bars()[0].value


def test_a_scaled_channel_follows_the_slider(qtbot, bench, tab):
    press(qtbot, bench, tab, "ablate_action_scale")
    press(qtbot, bench, tab, "ablate_add")
    tab.amount.box.setValue(-2)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.list.item(0).text() == f"{LAYER} [3] × -2"

    def scale(answer):
        answer[:, 3] *= -2

    assert_shows(tab, *best_by_hand("chelsea", scale))


def test_a_frozen_channel_keeps_its_answer_when_the_picture_changes(qtbot, bench, tab):
    press(qtbot, bench, tab, "ablate_action_freeze")
    press(qtbot, bench, tab, "ablate_add")
    assert tab.after.bars()[0].value == pytest.approx(tab.before.bars()[0].value, abs=1e-5)
    held = run_of("chelsea").activations[LAYER][:, 3].clone()
    bench.show(context_of(run_of("coffee"), LAYER, 3))
    qtbot.waitUntil(bench.idle, timeout=30_000)

    def freeze(answer):
        answer[:, 3] = held

    assert_shows(tab, *best_by_hand("coffee", freeze))


def test_a_tick_taken_away_a_removal_and_a_reset_bring_the_prediction_back(qtbot, bench, tab):
    press(qtbot, bench, tab, "ablate_add")
    moved = tab.after.bars()[0].value
    assert moved != tab.before.bars()[0].value
    tab.list.setCurrentRow(0)
    qtbot.keyClick(tab.list, Qt.Key.Key_Space)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.after.bars()[0].value == tab.before.bars()[0].value
    qtbot.keyClick(tab.list, Qt.Key.Key_Space)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.after.bars()[0].value == moved
    tab.list.setFocus()
    qtbot.keyClick(tab.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.list.count() == 0
    press(qtbot, bench, tab, "ablate_add")
    press(qtbot, bench, tab, "ablate_reset")
    assert tab.after.bars()[0].value == tab.before.bars()[0].value


def test_the_network_itself_is_never_changed(qtbot, bench, tab):
    press(qtbot, bench, tab, "ablate_add")
    run = run_of("chelsea")
    with torch.no_grad():
        shares = run.model.module(run.batch)[0].softmax(0)
    assert float(shares.max()) == pytest.approx(run.predictions[0].probability, abs=1e-6)


def test_a_channel_that_does_not_exist_gets_a_sentence(qtbot, bench, tab):
    bench.show(context_of(run_of("chelsea"), LAYER, 4000))
    press(qtbot, bench, tab, "ablate_add")
    assert "not 4000" in bench.said["ablation"]
    assert tab.list.count() == 0


def test_changes_wait_for_their_network_and_are_in_force_again_when_it_is_back(qtbot, bench, tab):
    press(qtbot, bench, tab, "ablate_add")
    moved = tab.after.bars()[0].value
    other = run_of("chelsea", "squeezenet1_1", "none")
    bench.show(context_of(other, "features.0", 1))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.list.item(0).text() == f"{LAYER} [3] = 0 – left out"
    assert tab.after.bars()[0].value == pytest.approx(other.predictions[0].probability)
    assert (
        f"1 change waits for another network or input: in this one there is no layer {LAYER}"
        in (tab.note.text())
    )
    press(qtbot, bench, tab, "ablate_add")
    assert not bench.said
    assert "1 change waits" in tab.note.text()
    bench.show(context_of(run_of("chelsea"), LAYER, 3))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.list.item(0).text() == f"{LAYER} [3] = 0"
    assert tab.list.item(1).text() == "features.0 [1] = 0 – left out"
    assert tab.after.bars()[0].value == pytest.approx(moved)


def test_a_held_map_of_another_size_waits_as_well(qtbot, bench, tab):
    press(qtbot, bench, tab, "ablate_action_freeze")
    press(qtbot, bench, tab, "ablate_add")
    run = run_of("chelsea")
    smaller = run_network(network(), run.picture, run.state.replace(input_size=(112, 96)))
    bench.show(context_of(smaller, LAYER, 3))
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert "has 28 × 24 positions, and 56 × 56 are held" in tab.note.text()
    assert tab.after.bars()[0].value == pytest.approx(smaller.predictions[0].probability)
    assert not bench.said


def test_undo_and_redo_follow_the_slider_and_the_tick(qtbot, bench, tab):
    press(qtbot, bench, tab, "ablate_action_scale")
    press(qtbot, bench, tab, "ablate_add")
    shown = [tab.after.bars()[0].value]
    tab.amount.box.setValue(-2)
    qtbot.waitUntil(bench.idle, timeout=30_000)
    shown.append(tab.after.bars()[0].value)
    bench.undo()
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.after.bars()[0].value == shown[0]
    assert tab.amount.value() == 0.5
    bench.redo()
    qtbot.waitUntil(bench.idle, timeout=30_000)
    assert tab.after.bars()[0].value == shown[1]
    assert tab.amount.value() == -2
    assert tab.list.currentRow() == 0


def test_large_text_keeps_both_lists_line_by_line_beside_each_other(qtbot, bench, tab):
    bench.window.resize(740, 300)
    font = bench.window.font()
    font.setPointSizeF(19.0)
    tab.setFont(font)
    column = child(tab, QScrollArea, "ablate_answer")
    qtbot.waitUntil(lambda: tab.after.height() >= tab.after.sizeHint().height() > 150)
    assert tab.before.height() == tab.after.height()
    assert tab.before.y() == tab.after.y()
    assert not tab.after.geometry().intersects(tab.note.geometry())
    heading = child(tab, QLabel, "ablate_after_heading")
    assert heading.heightForWidth(heading.width()) <= heading.height()
    assert heading.fontMetrics().horizontalAdvance(heading.text()) <= heading.width()
    assert column.widget().width() <= column.viewport().width()
    column.ensureWidgetVisible(tab.note)
    assert tab.note.visibleRegion().boundingRect().width() == tab.note.width()
