"""The CNN Viewer's "Digits" as a person uses it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QToolButton

from driving import child
from engines.digits import load_split
from visualizer.panels.cnn_viewer.tabs.digits import DigitsTab


@pytest.fixture
def tab(bench):
    made = bench.open(DigitsTab)
    made.epochs.setValue(3)
    return made


def press(qtbot, tab, name, kind=QPushButton):
    qtbot.mouseClick(child(tab, kind, name), Qt.MouseButton.LeftButton)


def train(qtbot, bench, tab):
    press(qtbot, tab, "digits_train")
    qtbot.waitUntil(bench.idle, timeout=60_000)


def draw_seven(qtbot, bench, tab):
    corners = [QPoint(42, 28), QPoint(98, 28), QPoint(63, 119)]
    qtbot.mousePress(tab.pad, Qt.MouseButton.LeftButton, pos=corners[0])
    for start, end in itertools.pairwise(corners):
        for share in np.linspace(0, 1, 6):
            qtbot.mouseMove(tab.pad, start + (end - start) * float(share))
            qtbot.waitUntil(bench.idle, timeout=10_000)
    qtbot.mouseRelease(tab.pad, Qt.MouseButton.LeftButton, pos=corners[-1])


def test_the_loss_falls_live_and_the_accuracy_shown_is_that_of_the_network(qtbot, bench, tab):
    assert not tab.pad.isEnabled()
    lengths = []
    bench.jobs[0].stepped.connect(lambda _: lengths.append(len(tab.loss.curves()[0].y)))
    train(qtbot, bench, tab)
    assert len(lengths) > 5
    assert lengths == sorted(lengths)
    losses = tab.loss.curves()[0].y
    assert losses[-10:].mean() < 0.3 * losses[0]
    split = load_split()
    with torch.no_grad():
        scores = tab._latest.module(torch.from_numpy(split.test_images))
    right = float((scores.argmax(1).numpy() == split.test_labels).mean())
    assert f"{right:.1%}" in tab.text.text()
    assert right > 0.8


def test_the_controls_keep_their_width_while_it_learns(qtbot, bench, tab):
    column = child(tab, QScrollArea, "digits_column")
    tab.epochs.setValue(12)
    widths, texts = {column.width()}, []

    def note(_):
        QApplication.processEvents()  # lets the layout follow
        widths.add(column.width())
        texts.append(tab.bar.text())

    bench.jobs[0].stepped.connect(note)
    train(qtbot, bench, tab)
    assert any("/276" in text for text in texts)
    assert len(widths) == 1


def test_filters_and_maps_form_while_it_learns(qtbot, bench, tab):
    seen = []
    bench.jobs[0].stepped.connect(lambda _: seen.append(tab.filters.maps().values.copy()))
    train(qtbot, bench, tab)
    assert seen[0].shape == (16, 3, 3)
    assert not np.array_equal(seen[0], seen[-1])
    weights = tab._latest.module.conv1.weight.detach().numpy()[:, 0]
    assert np.array_equal(seen[-1], weights)
    assert [tab.maps[name].maps().count for name in ("conv1", "conv2", "conv3")] == [16, 16, 24]


def test_every_layer_answers_to_a_drawn_seven_at_every_stroke(qtbot, bench, tab):
    tab.epochs.setValue(10)
    train(qtbot, bench, tab)
    before = tab.maps["conv1"].maps().values.copy()
    answers = []
    show = tab._show_answer
    tab._show_answer = lambda answer: (answers.append(answer), show(answer))
    draw_seven(qtbot, bench, tab)
    qtbot.waitUntil(bench.idle, timeout=10_000)
    assert len(answers) > 8
    assert tab.guess.text().startswith("Your digit: 7")
    assert not np.array_equal(before, tab.maps["conv1"].maps().values)
    shares = tab.answer.curves()[0].y
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    press(qtbot, tab, "digits_clear")
    assert tab.guess.text().startswith("A held-out")
    assert np.array_equal(before, tab.maps["conv1"].maps().values)


def test_a_cancelled_training_leaves_a_network_that_can_be_opened_in_the_viewer(qtbot, bench, tab):
    tab.epochs.setValue(100)
    press(qtbot, tab, "digits_train")
    qtbot.waitUntil(lambda: tab._latest is not None and tab._latest.iteration > 5, timeout=30_000)
    press(qtbot, tab, "digits_job_cancel", QToolButton)
    assert tab.bar.isHidden()
    press(qtbot, tab, "digits_open")
    kind, model = bench.asked[-1]
    assert kind == "model"
    assert model.card.weights_state == "own"
    assert model.module(torch.zeros(1, 1, 8, 8)).shape == (1, 10)


def test_the_same_seed_learns_the_same_network(qtbot, bench, tab):
    weights = []
    for _ in range(2):
        tab.epochs.setValue(1)
        train(qtbot, bench, tab)
        weights.append(tab._latest.module.conv1.weight.detach().clone())
    assert torch.equal(*weights)
