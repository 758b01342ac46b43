"""Every experiment of the Layer Lab, opened and moved by its widgets: the result follows."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox

from driving import choose, message
from layer_lab_panel_bench import (
    assert_follows,
    close_layer_lab,
    make_relevant,
    move_through,
    open_layer_lab,
    reset,
)
from visualizer.panels.layer_lab.embedded import embedded
from visualizer.panels.layer_lab.experiments import EXPERIMENTS


@pytest.fixture(scope="module", autouse=True)
def network_loaded():
    """Import torch and load the built-in network before anything is timed out."""
    embedded()


NAMES = [one.name for one in EXPERIMENTS]


@pytest.fixture
def lab(qtbot, folders):
    panel = open_layer_lab(qtbot, folders)
    yield panel
    close_layer_lab(panel)


@pytest.mark.parametrize("name", NAMES)
def test_every_control_moved_by_its_widget_is_followed_by_the_result(qtbot, lab, name):
    choose(qtbot, lab, "layer_experiment", name)
    assert lab.experiment.name == name
    assert not message(lab)
    assert_follows(lab)
    for control in lab.experiment.controls:
        make_relevant(qtbot, lab, control.name)
        for _ in move_through(qtbot, lab, control):
            assert_follows(lab)
        reset(qtbot, lab)
        assert not message(lab)
        assert_follows(lab)


def test_the_picker_has_every_experiment_in_order_and_says_what_can_be_found_out(lab):
    box = lab.findChild(QComboBox, "layer_experiment")
    assert [box.itemData(place) for place in range(box.count())] == NAMES
    for place, one in enumerate(EXPERIMENTS):
        tooltip = box.itemData(place, 3)  # Qt.ItemDataRole.ToolTipRole
        assert one.question in tooltip
        assert one.topic in tooltip
