"""The Style Studio's networks: what is untrained says so, and random filters need no training."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton

from driving import child, click, message, settle
from engines.style import RANDOM_FILTERS, RANDOM_TITLE, random_filters
from style_studio_bench import close_studio, drop, open_studio, run_to_end, save_to


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders, steps=4)
    yield panel
    close_studio(panel)


def badge(panel):
    return child(panel, QLabel, "model_badge").text()


def layers(panel):
    return [row.key for row in panel.view.controls.layers["style_layers"].rows.rows()]


def test_random_filters_make_a_picture_say_so_and_come_back_with_the_result(
    qtbot, monkeypatch, studio, tmp_path
):
    click(qtbot, studio, QPushButton, "style_random_filters")
    assert badge(studio) == "⚠ untrained: random weights"
    assert child(studio, QPushButton, "model_choose").text() == "Random filters (no training)"
    assert layers(studio) == [f"scale_{scale}" for scale in (1, 2, 4, 8)]
    used = next(studio.models.network.model.module.parameters()).detach().numpy()
    same = next(random_filters().module.parameters()).detach().numpy()
    np.testing.assert_array_equal(used, same)
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    total = studio.run.history.terms()["total"]
    assert total[-1] < total[0]
    assert message(studio) == ""
    path = tmp_path / "random.png"
    save_to(monkeypatch, path)
    child(studio, QAction, "style_action_save").trigger()
    qtbot.waitUntil(lambda: "Saved random.png" in message(studio), timeout=20_000)

    studio.undo_stack().undo()
    settle(qtbot, studio)
    assert studio.models.network.model.card.name == "efficientnet_lite0"
    assert "trained: the weights" in badge(studio)
    drop(studio, path)
    qtbot.waitUntil(lambda: "Opened random.png" in message(studio), timeout=20_000)
    settle(qtbot, studio)
    assert message(studio) == "Opened random.png with its settings."
    assert studio.state.model.name == RANDOM_FILTERS
    assert [run.making.network_name for run in studio.state.gallery] == [RANDOM_TITLE] * 2
    assert studio.models.network.model.card.name == RANDOM_FILTERS


def test_a_network_without_its_weights_says_that_it_is_untrained_and_runs(qtbot, studio):
    studio.chooser.choose("squeezenet1_1", "none")
    settle(qtbot, studio)
    assert badge(studio) == "⚠ untrained: random weights"
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    assert studio.state.gallery[-1].making.weights == "untrained"
