"""The window around the panels: session, theme, palette, text size."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from visualizer.app import RESTORED
from visualizer.command_palette import CommandPalette
from visualizer.panels import PANELS


def edit(panel, value):
    kernel = panel.state.kernel_array()
    kernel[0, 0] = value
    panel.view.controls.kernel.kernel_edited.emit(kernel, False)


def autosaved(qtbot, window):
    session = window._services.session
    qtbot.waitUntil(session.path.exists, timeout=5_000)


def test_the_work_is_autosaved_and_restored_after_a_crash(qtbot, open_window):
    first = open_window()
    edit(first.panel, 42.0)
    autosaved(qtbot, first)
    # A crash: the lock is gone with its process, the session file stays.
    first._services.session._lock.unlock()
    second = open_window()
    states = second._services.session.take_crashed()
    second.restore_panels(states)
    second.panel.show_info(RESTORED)
    qtbot.waitUntil(second.panel.is_settled)
    assert second.panel.state.kernel[0][0] == 42.0
    assert second.panel.result.state.kernel[0][0] == 42.0
    assert second.panel.view.messages.text() == RESTORED


def test_a_clean_end_can_be_reopened(qtbot, open_window):
    first = open_window()
    edit(first.panel, 7.0)
    first.close()
    second = open_window()
    assert second._services.session.take_crashed() is None
    assert second.panel.state.kernel[0][0] != 7.0
    second.findChild(type(second._last_session_action), "action_last_session").trigger()
    qtbot.waitUntil(second.panel.is_settled)
    assert second.panel.state.kernel[0][0] == 7.0
    second.undo_group.undo()
    assert second.panel.state.kernel[0][0] != 7.0


def test_a_saved_state_that_does_not_fit_is_said(qtbot, window):
    before = window.panel.state
    window.restore_panels({"kernel_lab": {"kernel": [[1, 2], [3]]}})
    assert window.panel.view.messages.kind() == "error"
    assert window.panel.state == before


def test_themes_change_the_colours_and_are_remembered(qtbot, window):
    window.findChild(type(window.presenter_action), "theme_dark").trigger()
    dark = QApplication.palette().window().color().lightness()
    window.findChild(type(window.presenter_action), "theme_light").trigger()
    light = QApplication.palette().window().color().lightness()
    assert dark < 80 < 200 < light
    assert window._services.settings.value("view/theme") == "light"


def test_larger_text_grows_and_comes_back(qtbot, window):
    normal = QApplication.font().pointSizeF()
    window._larger()
    assert QApplication.font().pointSizeF() > normal
    window._smaller()
    assert QApplication.font().pointSizeF() == normal


def test_the_palette_finds_and_runs_an_action(qtbot, window):
    window.find_anything()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.search, "dark")
    assert palette.list.count() == 1
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert window._services.settings.value("view/theme") == "dark"
    window.set_theme("light")


def test_closing_while_working_joins_everything(qtbot, open_window):
    window = open_window()
    for number in range(10):
        window.panel.view.controls.kernel.kernel_edited.emit(np.full((31, 31), float(number)), True)
    window.close()
    assert not window.panel.filtering.busy


def test_two_windows_keep_their_own_sessions(qtbot, open_window):
    first, second = open_window(), open_window()
    edit(first.panel, 1.25)
    edit(second.panel, 2.5)
    autosaved(qtbot, first)
    autosaved(qtbot, second)
    assert first._services.session.path != second._services.session.path
    assert second._services.session.take_crashed() is None


def test_no_shortcut_means_two_things(window):
    owners: dict[str, list[str]] = {}
    for menu in window._all_menus():
        for action in menu.actions():
            for keys in action.shortcuts():
                owners.setdefault(keys.toString(), []).append(action.objectName())
    assert owners["Ctrl++"] == ["action_larger"]
    assert {keys: names for keys, names in owners.items() if len(names) > 1} == {}


def test_every_pose_for_a_picture_is_taken_and_settles(qtbot, window):
    for entry in PANELS:
        window.open_panel(entry.name)
        panel = window.panel
        qtbot.waitUntil(panel.is_settled, timeout=60_000)
        poses = panel.poses()
        assert next(iter(poses)) == "", "the panel as a person finds it comes first"
        for take in poses.values():
            take()
            qtbot.waitUntil(panel.is_settled, timeout=30_000)
        assert window.grab().width() == window.width()
