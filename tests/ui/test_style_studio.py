"""The Style Studio as a person uses it: a picture made, watched, paused, steered and stopped."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QToolButton, QWidget

from driving import child, choose, click, drag_slider, message, press_keys, settle
from engines.style import seen_content
from style_studio_bench import (
    STEPS,
    close_studio,
    is_kept,
    open_studio,
    pause,
    run_to_end,
    start_long_run,
    wait_for_steps,
)
from visualizer.panels.style_studio.directing import ALREADY
from visualizer.panels.style_studio.keeping import display_of, read_kept


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders)
    yield panel
    close_studio(panel)


@pytest.fixture
def long_run(qtbot, studio):
    """The Studio with a run that goes on for long."""
    start_long_run(qtbot, studio)
    return studio


def child_data(panel, name, place):
    return child(panel, QComboBox, name).itemData(place)


def press(qtbot, panel, name):
    qtbot.mouseClick(child(panel, QToolButton, name), Qt.MouseButton.LeftButton)


def run_text(panel):
    return panel.view.run.text.text()


def test_it_opens_ready_to_start_with_the_layers_that_suit_the_network(studio):
    rows = studio.view.controls.layers["style_layers"].rows.rows()
    suggested = studio.director.known.suggested
    assert [row.key for row in rows] == [one.layer for one in suggested.style]
    assert child(studio, QPushButton, "run_start").isEnabled()
    assert not child(studio, QToolButton, "run_pause").isEnabled()
    assert not child(studio, QToolButton, "run_go_on").isEnabled()
    assert message(studio) == ""


def test_memory_and_time_are_told_before_start(studio):
    text = child(studio, QLabel, "style_estimate").text()
    estimate = studio.director.prepared.estimate
    assert text == estimate.sentence
    assert "64 × 43" in text
    assert estimate.bytes_needed < estimate.bytes_free


def test_a_picture_is_made_to_the_end(qtbot, studio):
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    assert len(studio.run.history) == STEPS
    total = studio.run.history.terms()["total"]
    assert total[-1] < 0.8 * total[0]
    assert run_text(studio).startswith(f"Done: {STEPS} evaluations · 64 × 43")
    last = display_of(studio.run.last.image)
    np.testing.assert_array_equal(studio.presenter.shown, last)
    np.testing.assert_array_equal(read_kept(studio.state.kept[-1]), last)
    keys = [snapshot.key for snapshot in studio.view.timeline.snapshots()]
    assert keys == [one.iteration for one in studio.state.kept]
    assert (keys[0], keys[-1]) == (1, STEPS)
    assert child(studio, QPushButton, "run_start").isEnabled()
    assert not child(studio, QToolButton, "run_stop").isEnabled()


def test_the_same_seed_gives_the_same_picture(qtbot, studio):
    studio.edits.look(studio.state.with_settings(start="noise", seed=3, steps=4))
    pictures = []
    for _ in range(2):
        settle(qtbot, studio)
        click(qtbot, studio, QPushButton, "run_start")
        run_to_end(qtbot, studio)
        pictures.append(studio.presenter.shown)
    np.testing.assert_array_equal(*pictures)


def test_pause_waits_and_a_step_is_one_step(qtbot, long_run):
    press(qtbot, long_run, "run_pause")
    assert long_run.run.paused
    pause(qtbot, long_run)
    count = len(long_run.run.history)
    press(qtbot, long_run, "run_step")
    qtbot.waitUntil(lambda: long_run.run.job.at_rest, timeout=20_000)
    assert len(long_run.run.history) == count + 1
    assert child(long_run, QToolButton, "run_pause").isChecked()
    press(qtbot, long_run, "run_pause")
    wait_for_steps(qtbot, long_run, 2)
    assert not long_run.run.paused


def test_space_pauses_and_goes_on(qtbot, long_run):
    # Start has given the focus to the pause button, which Space presses.
    assert child(long_run, QToolButton, "run_pause").hasFocus()
    qtbot.keyClick(long_run.focusWidget(), Qt.Key.Key_Space)
    assert long_run.run.paused
    long_run.view.generated.setFocus()
    qtbot.keyClick(long_run.focusWidget(), Qt.Key.Key_Space)
    assert not long_run.run.paused


def style_factor(step):
    """How much the style's raw losses count in the total."""
    layer = next(iter(step.losses.style))
    return step.losses.weighted_style[layer] / step.losses.style[layer]


def test_a_weight_changed_while_it_runs_counts_from_the_next_step(qtbot, long_run):
    pause(qtbot, long_run)
    before = style_factor(long_run.run.last)
    drag_slider(qtbot, long_run, "style_weight_slider", 0.9)
    weight = long_run.state.settings.style_weight
    assert weight > 100
    press(qtbot, long_run, "run_step")
    wait_for_steps(qtbot, long_run, 1)
    assert style_factor(long_run.run.last) / before == pytest.approx(weight / 10, rel=1e-3)
    press(qtbot, long_run, "run_pause")
    wait_for_steps(qtbot, long_run, 3)
    total = long_run.run.history.terms()["total"]
    assert np.isfinite(total).all()
    long_run.undo_stack().undo()
    assert long_run.state.settings.style_weight == 10
    wait_for_steps(qtbot, long_run, 2)  # the one under way may still count as before
    pause(qtbot, long_run)
    assert style_factor(long_run.run.last) == pytest.approx(before, rel=1e-3)


def test_a_layer_taken_out_while_it_runs_is_compared_no_more(qtbot, long_run):
    layer = long_run.director.known.suggested.style[0].layer
    box = child(long_run, QCheckBox, f"style_layers_rows_{layer}_check")
    long_run.view.column.ensureWidgetVisible(box)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    qtbot.waitUntil(lambda: layer not in long_run.run.last.losses.style, timeout=20_000)
    assert len(long_run.run.last.losses.style) == 4


def test_another_statistic_and_optimiser_are_taken_while_it_runs(qtbot, long_run):
    choose(qtbot, long_run, "style_statistic", "mean_std")
    choose(qtbot, long_run, "style_optimiser", "adam")
    wait_for_steps(qtbot, long_run, 3)
    assert long_run.run.transfer.settings.statistic == "mean_std"
    assert long_run.run.transfer.settings.optimiser == "adam"
    assert message(long_run) == ""


def test_stop_keeps_the_last_picture_and_it_goes_on_from_there(qtbot, long_run):
    press(qtbot, long_run, "run_stop")
    run_to_end(qtbot, long_run)
    assert run_text(long_run).startswith("Stopped: ")
    count, total = len(long_run.run.history), long_run.run.last.losses.total
    np.testing.assert_array_equal(long_run.presenter.shown, read_kept(long_run.state.kept[-1]))
    long_run.edits.look(long_run.state.with_settings(steps=3))
    settle(qtbot, long_run)
    press(qtbot, long_run, "run_go_on")
    run_to_end(qtbot, long_run)
    history = long_run.run.history
    assert history.iterations == list(range(1, count + 4))
    assert history.terms()["total"][count] < 1.05 * total
    assert [one.iteration for one in long_run.state.kept][-1] == count + 3


def test_starting_twice_leaves_the_run_alone(qtbot, long_run):
    transfer, count = long_run.run.transfer, len(long_run.run.history)
    assert not child(long_run, QPushButton, "run_start").isEnabled()
    long_run.findChild(object, "style_action_start").trigger()
    assert message(long_run) == ALREADY
    wait_for_steps(qtbot, long_run, 1)
    assert long_run.run.transfer is transfer
    assert len(long_run.run.history) > count


def test_an_earlier_picture_is_looked_at_and_gone_back_to(qtbot, long_run):
    qtbot.waitUntil(lambda: len(long_run.state.kept) >= 2, timeout=20_000)
    pause(qtbot, long_run)
    first = long_run.state.kept[0]
    timeline = long_run.view.timeline
    timeline.setFocus()
    qtbot.keyClick(timeline, Qt.Key.Key_Home)
    settle(qtbot, long_run)
    assert long_run.state.chosen == first.iteration
    np.testing.assert_array_equal(long_run.presenter.shown, read_kept(first))
    assert child(long_run, QLabel, "looking_text").text().startswith("Evaluation 1, loss ")
    before = long_run.run.history.terms()["total"]
    click(qtbot, long_run, QPushButton, "looking_take")
    assert long_run.state.chosen == -1
    press(qtbot, long_run, "run_step")
    wait_for_steps(qtbot, long_run, 1)
    after = long_run.run.history.terms()["total"][-1]
    assert abs(after - before[0]) < abs(after - before[-1])  # it is the first picture again


def test_escape_leaves_the_earlier_picture(qtbot, studio):
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    studio.edits.look(studio.state.replace(chosen=1))
    settle(qtbot, studio)
    studio.view.generated.setFocus()
    qtbot.keyClick(studio.focusWidget(), Qt.Key.Key_Escape)
    assert studio.state.chosen == -1
    np.testing.assert_array_equal(studio.presenter.shown, display_of(studio.run.last.image))


def test_the_open_tab_looks_at_the_earlier_picture_too(qtbot, studio):
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    said = child(studio, QLabel, "activations_text").text
    of_newest = said()
    earlier = studio.state.kept[len(studio.state.kept) // 2]
    studio.edits.look(studio.state.replace(chosen=earlier.iteration))
    settle(qtbot, studio)
    layer = studio.director.known.suggested.content[0].layer
    shown = torch.from_numpy(read_kept(earlier)).permute(2, 0, 1).float() / 255
    transfer = studio.context().transfer
    content = seen_content(transfer, tuple(shown.shape[1:]))
    made, meant = (transfer.features(picture, layer).numpy() for picture in (shown, content))
    loss = np.square(made - meant).mean()
    assert float(said().split("loss ")[1].split(":")[0]) == pytest.approx(loss, rel=6e-3)
    studio.view.generated.setFocus()
    qtbot.keyClick(studio.focusWidget(), Qt.Key.Key_Escape)
    settle(qtbot, studio)
    assert said() == of_newest


def test_settings_are_steps_that_can_be_undone_and_what_was_made_stays(qtbot, studio):
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    kept = studio.state.kept
    choose(qtbot, studio, "style_colours", "luminance")
    press_keys(qtbot, studio, "content_weight_slider", Qt.Key.Key_Right)
    assert studio.state.settings.content_weight > 1
    stack = studio.undo_stack()
    stack.undo()
    assert studio.state.settings.content_weight == 1
    stack.undo()
    assert studio.state.settings.colours == "style"
    assert child(studio, QComboBox, "style_colours").currentData() == "style"
    assert studio.state.kept == kept


def test_a_weight_at_its_lower_end_is_off(qtbot, studio):
    press_keys(qtbot, studio, "tv_weight_slider", Qt.Key.Key_Home)
    assert studio.state.settings.tv_weight == 0
    assert studio.view.controls.weights.sliders["tv_weight"].box.text() == "off"


def test_layers_can_be_added_and_the_usual_ones_taken_again(qtbot, studio):
    box = child(studio, QComboBox, "content_layers_add")
    layer = box.itemData(3)
    choose(qtbot, studio, "content_layers_add", layer)
    chosen = studio.state.settings.content_layers
    assert [one.layer for one in chosen][-1] == layer
    assert box.findData(layer) < 0
    press(qtbot, studio, "content_layers_reset")
    assert studio.state.settings.content_layers == ()
    assert studio.undo_stack().undoText() == "content layers as usual"


def test_tab_goes_from_layer_to_layer_as_they_are_seen(qtbot, studio):
    choose(qtbot, studio, "content_layers_add", child_data(studio, "content_layers_add", 2))
    settle(qtbot, studio)
    column = studio.view.column
    column.ensureWidgetVisible(child(studio, QWidget, "content_layers_reset"))
    child(studio, QWidget, "content_layers_reset").setFocus()
    seen = [studio.focusWidget().objectName()]
    while seen[-1] != "style_layers_add":
        assert len(seen) < 40, seen
        qtbot.keyClick(studio.focusWidget(), Qt.Key.Key_Tab)
        seen.append(studio.focusWidget().objectName())
    expected = []
    for kind in ("content_layers", "style_layers"):
        expected.append(f"{kind}_reset")
        for row in studio.view.controls.layers[kind].rows.rows():
            expected += [f"{kind}_rows_{row.key}_{part}" for part in ("check", "slider", "box")]
        expected.append(f"{kind}_add")
    assert seen == expected


def test_styles_are_mixed_with_weights(qtbot, studio):
    click(qtbot, studio, QPushButton, "style_add")
    assert len(studio.state.styles) == 2
    assert studio.view.styles[1].isVisible()
    drag_slider(qtbot, studio, "style_2_share_slider", 0.9)
    order = studio.director.order()
    assert order.styles[1].weight > 10
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    assert len(studio.run.order.styles) == 2
    press(qtbot, studio, "style_2_remove")
    settle(qtbot, studio)
    assert len(studio.state.styles) == 1
    assert not studio.view.styles[1].isVisible()


def test_another_network_brings_its_own_layers(qtbot, studio):
    studio.chooser.choose("resnet18", "none")
    qtbot.waitUntil(lambda: studio.state.model.name == "resnet18", timeout=60_000)
    settle(qtbot, studio)
    rows = studio.view.controls.layers["style_layers"].rows.rows()
    assert {row.key for row in rows} <= set(studio.director.known.all)
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    total = studio.run.history.terms()["total"]
    assert total[-1] < total[0]
    assert is_kept(studio)
