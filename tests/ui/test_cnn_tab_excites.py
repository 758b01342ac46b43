"""The CNN Viewer's "What excites it?" as a person uses it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QPushButton,
    QSpinBox,
    QToolButton,
)

from cnn_tab_bench import context_of, network, run_of
from driving import child
from engines.activations import capture
from engines.feature_visualization import channel, measure
from engines.images import load_image
from visualizer.jobs import JobState
from visualizer.panels.cnn_viewer.tabs.excites import ExcitesTab
from visualizer.panels.cnn_viewer.tabs.excites_compute import objective_of

LAYER, CHANNEL = "blocks.1.1", 3


@pytest.fixture
def tab(bench):
    made = bench.open(ExcitesTab, context_of(run_of("chelsea"), LAYER, CHANNEL))
    set_number(made, "excites_steps", 12)
    set_number(made, "excites_size", 64)
    return made


def set_number(tab, name, value):
    child(tab, QSpinBox, name).setValue(value)


def press(qtbot, tab, name, kind=QPushButton):
    qtbot.mouseClick(child(tab, kind, name), Qt.MouseButton.LeftButton)


def test_the_picture_excites_the_channel_more_than_the_noise_it_began_with(qtbot, bench, tab):
    press(qtbot, tab, "excites_start")
    qtbot.waitUntil(bench.idle, timeout=60_000)
    curve = tab.curve.curves()[0]
    assert list(curve.x) == list(range(13))
    assert curve.y[-1] > 2 * curve.y[0]
    shown = tab.pictures.maps().display
    assert shown.shape == (1, 64, 64, 3)
    image = torch.from_numpy(shown[0]).permute(2, 0, 1)[None] / 255
    model = network().model
    goal = channel(LAYER, CHANNEL)
    made = measure(model.module, image, goal, normalise=model.preprocess.normalise)
    grey = torch.full_like(image, 0.5)
    flat = measure(model.module, grey, goal, normalise=model.preprocess.normalise)
    assert made[0] > flat[0]
    assert tab.drawn_text.text() == f"{LAYER} channel {CHANNEL}"


def test_steps_wait_and_go_on_and_a_cancelled_run_stays_shown(qtbot, bench, tab):
    set_number(tab, "excites_steps", 500)
    for done in (0, 1):
        press(qtbot, tab, "excites_step")
        qtbot.waitUntil(
            lambda done=done: bool(tab.curve.curves()) and tab.curve.curves()[0].x[-1] == done,
            timeout=30_000,
        )
    assert bench.jobs[0].state is JobState.PAUSED
    pause = child(tab, QToolButton, "excites_job_pause")
    assert pause.isChecked()
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.curve.curves()[0].x[-1] >= 3, timeout=30_000)
    press(qtbot, tab, "excites_job_cancel", QToolButton)
    assert bench.jobs[0].state is JobState.IDLE
    assert tab.bar.isHidden()
    assert tab.pictures.maps() is not None


def test_every_switch_reaches_the_engine(qtbot, tab):
    for row in tab.form.rows:
        on = row.box.isChecked()
        before = tab.wish().regularisers
        row.box.click()
        after = tab.wish().regularisers
        field = row.switch.field
        assert bool(getattr(before, field)) is on
        assert bool(getattr(after, field)) is not on
        row.box.click()


def test_the_same_seed_draws_the_same_and_another_one_another_picture(qtbot, bench, tab):
    set_number(tab, "excites_steps", 3)
    drawn = []
    for seed in (1, 1, 2):
        set_number(tab, "excites_seed", seed)
        press(qtbot, tab, "excites_start")
        qtbot.waitUntil(bench.idle, timeout=30_000)
        drawn.append(tab.pictures.maps().display.copy())
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_several_pictures_of_a_class_have_a_curve_each(qtbot, bench, tab):
    form = tab.form
    form.target.setCurrentIndex(form.target.findData("class"))
    form.target.activated.emit(form.target.currentIndex())
    form.classes.setCurrentIndex(281)
    form.classes.activated.emit(281)
    set_number(tab, "excites_count", 2)
    set_number(tab, "excites_steps", 2)
    child(tab, QCheckBox, "excites_diversity").click()
    press(qtbot, tab, "excites_start")
    qtbot.waitUntil(bench.idle, timeout=60_000)
    assert len(tab.curve.curves()) == 2
    assert tab.pictures.maps().count == 2
    assert "tabby" in tab.drawn_text.text()


MAPS = "blocks.1.1.conv_dw"  # 56 × 56 at the network's own size, 16 × 16 at 64 pixels


def choose_target(tab, name):
    box = child(tab, QComboBox, "excites_target")
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def test_a_neuron_is_where_it_is_typed_else_held_else_in_the_middle(qtbot, bench, tab):
    context = context_of(run_of("chelsea"), MAPS, CHANNEL)
    bench.show(context)
    choose_target(tab, "neuron")
    row, column = (child(tab, QSpinBox, f"excites_{name}") for name in ("row", "column"))
    assert (row.value(), column.value()) == (28, 28)
    assert tab.form.place_why.text() == "Now: the middle"
    held = context.state.replace(position=(3, 50), held=True)
    bench.show(dataclasses.replace(context, state=held))
    assert (row.value(), column.value()) == (3, 50)
    assert tab.form.place_why.text() == "Now: as held"
    row.setValue(40)
    assert (row.value(), column.value()) == (40, 50)
    assert tab.form.place_why.text() == "Now: as typed"
    bench.undo()
    assert row.value() == 3
    bench.redo()
    press(qtbot, tab, "excites_follow")
    assert (row.value(), column.value()) == (3, 50)


def test_the_drawn_picture_excites_the_neuron_at_its_place_and_not_the_middle(qtbot, bench, tab):
    bench.show(context_of(run_of("chelsea"), MAPS, CHANNEL))
    choose_target(tab, "neuron")
    set_number(tab, "excites_row", 9)
    set_number(tab, "excites_column", 47)
    set_number(tab, "excites_steps", 60)
    press(qtbot, tab, "excites_start")
    qtbot.waitUntil(bench.idle, timeout=60_000)
    assert tab.drawn_text.text().endswith("at 2, 13")  # the same place of 16 × 16
    image = torch.from_numpy(tab.pictures.maps().display[0].copy()).permute(2, 0, 1) / 255
    model = network().model
    answer = capture(model.module, model.preprocess.normalise(image)[None], [MAPS])[MAPS]
    assert answer.shape[2:] == (16, 16)
    assert answer[0, CHANNEL, 2, 13] > answer[0, CHANNEL, 8, 8] + 3


def test_a_neuron_is_shaken_less_until_the_person_says_how_much(qtbot, bench, tab):
    bench.show(context_of(run_of("chelsea"), MAPS, CHANNEL))
    boxes = [
        child(tab, QDoubleSpinBox, f"excites_{name}_amount")
        for name in ("jitter", "scale", "rotate")
    ]

    def shown():
        used = tab.wish().regularisers
        amounts = [box.value() for box in boxes]
        assert amounts == pytest.approx([used.jitter, used.scale, used.rotate])
        return amounts

    assert shown() == [8, 0.1, 5]
    choose_target(tab, "neuron")
    assert shown() == [1, 0.01, 1]
    child(tab, QCheckBox, "excites_fourier").click()  # leaves the amounts as they were
    choose_target(tab, "class")
    assert shown() == [8, 0.1, 5]
    boxes[0].setValue(20)
    choose_target(tab, "neuron")
    assert shown() == [20, 0.01, 1]
    bench.undo()
    bench.undo()
    choose_target(tab, "neuron")
    assert shown() == [1, 0.01, 1]


def test_a_neuron_among_tokens_is_found_behind_the_class_token(qtbot, bench):
    run = run_of("chelsea", "vit_b_16", "none")
    layer = "encoder.layers.encoder_layer_0.ln_2"
    tab = bench.open(ExcitesTab, context_of(run, layer, 5))
    choose_target(tab, "neuron")
    set_number(tab, "excites_size", 224)
    set_number(tab, "excites_row", 2)
    set_number(tab, "excites_column", 3)
    wish = tab.wish()
    assert objective_of(wish, run).name.endswith(f"at {1 + 2 * 14 + 3}, None")


def test_a_channel_that_does_not_exist_gets_a_sentence(qtbot, bench, tab):
    bench.show(context_of(run_of("chelsea"), LAYER, 9999))
    press(qtbot, tab, "excites_start")
    qtbot.waitUntil(lambda: bool(bench.said), timeout=30_000)
    assert "there is no 9999" in next(iter(bench.said.values()))
    assert tab.bar.isHidden()


def test_the_strongest_place_of_a_folder_is_found_and_its_picture_can_be_opened(
    qtbot, bench, tab, tmp_path
):
    rng = np.random.default_rng(3)
    for name in ("a", "b"):
        pixels = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    tab.search_folder(tmp_path)
    qtbot.waitUntil(bench.idle, timeout=60_000)
    model = network().model
    expected = {}
    for name in ("a", "b"):
        batch = model.preprocess(load_image(tmp_path / f"{name}.png").pixels)
        expected[name] = float(capture(model.module, batch, [LAYER])[LAYER][0, CHANNEL].max())
    best = max(expected, key=expected.get)
    assert tab.patches.maps().names[0] == f"{best}: {expected[best]:.3g}"
    assert "broken.png" in tab.patch_text.text()
    place = tab.patches.cell_to_widget(0, 3, 3)
    qtbot.mouseClick(tab.patches.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert f"{best}.png" in tab.patch_text.text()
    press(qtbot, tab, "excites_open_patch")
    assert bench.asked[-1] == ("picture", tmp_path / f"{best}.png")


def test_a_folder_without_pictures_gets_a_sentence(qtbot, bench, tab, tmp_path):
    tab.search_folder(tmp_path)
    qtbot.waitUntil(lambda: bool(bench.said), timeout=10_000)
    assert "no pictures" in next(iter(bench.said.values()))
