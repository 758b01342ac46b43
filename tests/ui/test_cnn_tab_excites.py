"""The CNN Viewer's "What excites it?" as a person uses it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QSpinBox, QToolButton

from cnn_tab_bench import context_of, network, run_of
from driving import child
from engines.activations import capture
from engines.feature_visualization import channel, measure
from engines.images import load_image
from visualizer.jobs import JobState
from visualizer.panels.cnn_viewer.tabs.excites import ExcitesTab

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
