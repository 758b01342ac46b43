"""What a person sets in the CNN Viewer's tabs can be undone, and is there again tomorrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTableView,
)

from driving import child, choose
from widgets.bar_list import BarList

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def open_tab(qtbot, panel, name):
    if panel.state.tab != name:
        panel.open_tab(name)
    settle(qtbot, panel)


@dataclass(frozen=True)
class Setting:
    """One control of a tab, and what a person sets it to."""

    tab: str
    kind: type
    name: str
    value: Any

    def set(self, qtbot, panel):
        control = child(panel, self.kind, self.name)
        if self.kind is QComboBox:
            choose(qtbot, panel, self.name, self.value)
        elif self.kind is QCheckBox:
            control.click()
        elif self.kind is QPushButton:
            qtbot.mouseClick(control, LEFT)
        else:
            control.setFocus()
            control.selectAll()
            qtbot.keyClicks(control, str(self.value))
            qtbot.keyClick(control, Qt.Key.Key_Return)
        settle(qtbot, panel)

    def shown(self, panel):
        control = child(panel, self.kind, self.name)
        if self.kind is QComboBox:
            return control.currentData()
        return control.isChecked() if self.kind is QCheckBox else control.value()


SETTINGS = (
    Setting("perturb", QComboBox, "perturb_kind", "rotate"),
    Setting("perturb", QDoubleSpinBox, "perturb_amount_box", 30),
    Setting("input_size", QSpinBox, "input_width", 320),
    Setting("input_size", QSpinBox, "input_height", 160),
    Setting("excites", QComboBox, "excites_target", "neuron"),
    Setting("excites", QSpinBox, "excites_row", 5),
    Setting("excites", QSpinBox, "excites_steps", 44),
    Setting("excites", QSpinBox, "excites_size", 96),
    Setting("excites", QSpinBox, "excites_seed", 9),
    Setting("excites", QSpinBox, "excites_count", 2),
    Setting("excites", QCheckBox, "excites_fourier", False),
    Setting("excites", QCheckBox, "excites_l2", True),
    Setting("excites", QDoubleSpinBox, "excites_jitter_amount", 12),
    Setting("why", QCheckBox, "why_signed", True),
    Setting("why", QComboBox, "why_method", "occlusion"),
    Setting("why", QDoubleSpinBox, "why_window_box", 64),
    Setting("compare", QComboBox, "compare_picture", "rocket"),
    Setting("compare", QComboBox, "compare_kind", "untrained"),
    Setting("head", QDoubleSpinBox, "head_factor_box", 1.5),
    Setting("head", QDoubleSpinBox, "head_opacity_box", 0.25),
    Setting("table", QComboBox, "table_dtype", "float16"),
    Setting("table", QComboBox, "table_unit", "MiB"),
    Setting("table", QComboBox, "table_blanks", "macs"),
    Setting("table", QSpinBox, "table_height", 320),
    Setting("digits", QSpinBox, "digits_epochs", 7),
    Setting("digits", QSpinBox, "digits_seed", 5),
)
TABS = tuple(dict.fromkeys(setting.tab for setting in SETTINGS))


@pytest.mark.parametrize("tab", TABS)
def test_each_setting_is_a_step_that_undo_takes_back_and_redo_repeats(qtbot, viewer, tab):
    open_tab(qtbot, viewer, tab)
    stack = viewer.undo_stack()
    for setting in (entry for entry in SETTINGS if entry.tab == tab):
        before = setting.shown(viewer)
        assert before != setting.value, setting
        steps = stack.index()
        setting.set(qtbot, viewer)
        assert setting.shown(viewer) == setting.value, setting
        assert stack.index() == steps + 1, setting
        stack.undo()
        settle(qtbot, viewer)
        assert setting.shown(viewer) == before, setting
        stack.redo()
        settle(qtbot, viewer)
        assert setting.shown(viewer) == setting.value, setting
        assert viewer.state.tab == tab


def bars(panel, name):
    return [(bar.name, bar.text) for bar in child(panel, BarList, name).bars()]


def freeze_a_channel(qtbot, panel):
    open_tab(qtbot, panel, "ablate")
    for action, channel in (("scale", 2), ("freeze", 4), ("ablate", 6)):
        panel.choose_channel(panel.layer, channel)
        qtbot.mouseClick(child(panel, QPushButton, f"ablate_action_{action}"), LEFT)
        qtbot.mouseClick(child(panel, QPushButton, "ablate_add"), LEFT)
        settle(qtbot, panel)
    changes = child(panel, QListWidget, "ablate_list")
    changes.setCurrentRow(0)
    qtbot.keyClick(changes, Qt.Key.Key_Space)
    settle(qtbot, panel)


def shown_changes(panel):
    changes = child(panel, QListWidget, "ablate_list")
    return [(changes.item(n).text(), changes.item(n).checkState()) for n in range(changes.count())]


def test_ablations_are_undone_one_by_one_and_their_predictions_with_them(qtbot, viewer):
    open_tab(qtbot, viewer, "ablate")
    seen = [(shown_changes(viewer), bars(viewer, "ablate_after"))]
    for channel in (2, 4):
        viewer.choose_channel(viewer.layer, channel)
        qtbot.mouseClick(child(viewer, QPushButton, "ablate_add"), LEFT)
        settle(qtbot, viewer)
        seen.append((shown_changes(viewer), bars(viewer, "ablate_after")))
    assert [len(changes) for changes, _ in seen] == [0, 1, 2]
    for expected in reversed(seen[:-1]):
        for _ in range(2):  # the added change, and the choice of its channel before that
            viewer.undo_stack().undo()
        settle(qtbot, viewer)
        assert (shown_changes(viewer), bars(viewer, "ablate_after")) == expected


def test_everything_set_is_there_again_when_the_session_is_reopened(qtbot, open_window):
    first = open_window(panel="cnn_viewer")
    for setting in SETTINGS:
        open_tab(qtbot, first.panel, setting.tab)
        setting.set(qtbot, first.panel)
    open_tab(qtbot, first.panel, "table")
    words = child(first.panel, QLineEdit, "table_filter")
    qtbot.keyClicks(words, "conv")
    head = child(first.panel, QTableView, "table_layers_view").horizontalHeader()
    for _ in range(2):  # the second click turns the order round
        qtbot.mouseClick(head.viewport(), LEFT, pos=QPoint(head.sectionSize(0) // 2, 8))
    order = first.panel.tabs.made["table"].view.shown_rows()
    assert order != sorted(order)
    freeze_a_channel(qtbot, first.panel)
    changes, after = shown_changes(first.panel), bars(first.panel, "ablate_after")
    first.close()
    second = open_window()
    second.findChild(type(second._last_session_action), "action_last_session").trigger()
    second.open_panel("cnn_viewer")
    panel = second.panel
    settle(qtbot, panel)
    assert panel.state.tab == "ablate"
    assert shown_changes(panel) == changes
    assert bars(panel, "ablate_after") == after
    for setting in SETTINGS:
        open_tab(qtbot, panel, setting.tab)
        assert setting.shown(panel) == setting.value, setting
    open_tab(qtbot, panel, "table")
    assert child(panel, QLineEdit, "table_filter").text() == "conv"
    assert panel.tabs.made["table"].view.shown_rows() == order
