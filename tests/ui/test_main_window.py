"""The window around the panels: session, theme, palette, text size."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMenu

from engines.digits import as_model, train
from visualizer.autosave import read
from visualizer.command_palette import CommandPalette
from visualizer.keys_dialog import KeysDialog
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
    second.restore_panels(second._services.session.take_crashed())
    qtbot.waitUntil(second.panel.is_settled)
    assert second.panel.state.kernel[0][0] == 42.0
    assert second.panel.result.state.kernel[0][0] == 42.0


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


def test_every_earlier_session_can_be_reopened_from_the_menu(qtbot, open_window):
    for value in (7.0, 8.0, 9.0):
        window = open_window()
        edit(window.panel, value)
        if value == 8.0:  # this one crashes
            autosaved(qtbot, window)
            window._services.autosaving.drain()
            window._services.session._lock.unlock()
        else:
            window.close()
    last = open_window()
    last._services.session.take_crashed()
    file_menu = last._menus["File"]
    file_menu.aboutToShow.emit()
    earlier = last.findChild(QMenu, "earlier_sessions")
    texts = [action.text() for action in earlier.actions()]
    assert len(texts) == 3
    assert [text.endswith("ended unexpectedly") for text in texts] == [False, True, False]
    for action, value in zip(earlier.actions(), (9.0, 8.0, 7.0), strict=True):
        action.trigger()
        qtbot.waitUntil(last.panel.is_settled)
        assert last.panel.state.kernel[0][0] == value


def test_without_an_earlier_session_the_menu_says_so(qtbot, window):
    window._menus["File"].aboutToShow.emit()
    assert not window.findChild(QMenu, "earlier_sessions").isEnabled()
    window._last_session_action.trigger()
    assert "no earlier session" in window.panel.view.messages.text()


def test_an_earlier_session_that_was_removed_meanwhile_is_said(qtbot, open_window):
    first = open_window()
    edit(first.panel, 7.0)
    first.close()
    window = open_window()
    window._menus["File"].aboutToShow.emit()
    window._services.session.earlier()[0].path.unlink()
    window.findChild(QAction, "earlier_0").trigger()
    assert "no longer there" in window.panel.view.messages.text()


def test_a_drag_is_autosaved_while_it_goes_on(qtbot, window):
    saved = window._services.session
    number = 0

    def drag_until_it_is_on_disk():
        nonlocal number
        number += 1
        window.panel.view.controls.kernel.kernel_edited.emit(np.full((3, 3), float(number)), True)
        on_disk = read(saved.path) if saved.path.exists() else None
        return on_disk is not None and on_disk["kernel_lab"]["chain"][0]["kernel"][0][0] > 1

    qtbot.waitUntil(drag_until_it_is_on_disk, timeout=10_000)


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


def test_presenter_mode_comes_back_to_the_window_as_it_was(qtbot, window):
    size = window.size()
    normal = QApplication.font().pointSizeF()
    window.presenter_action.trigger()
    assert window.isFullScreen()
    assert QApplication.font().pointSizeF() > normal
    window.presenter_action.trigger()
    qtbot.waitUntil(lambda: window.size() == size)
    assert not window.isFullScreen()
    assert not window.isMaximized()
    assert QApplication.font().pointSizeF() == normal


def test_presenter_mode_comes_back_to_a_maximised_window(qtbot, window):
    window.showMaximized()
    window.presenter_action.trigger()
    assert window.isFullScreen()
    window.presenter_action.trigger()
    assert not window.isFullScreen()
    assert window.isMaximized()


def test_a_window_closed_in_presenter_mode_opens_as_it_was_before(qtbot, open_window):
    first = open_window()
    first.presenter_action.trigger()
    first.close()
    second = open_window()
    assert not second.isFullScreen()
    assert not second.presenter_action.isChecked()


def test_the_keys_dialog_tells_every_key_of_every_menu(qtbot, window):
    window.findChild(QAction, "action_keys").trigger()
    dialog = window.findChild(KeysDialog)
    text = dialog.findChild(QLabel, "keys_commands").text()
    listed = 0
    for menu in window._all_menus():
        for action in menu.actions():
            for keys in action.shortcuts():
                assert f"{keys.toString(keys.SequenceFormat.NativeText)}" in text, action.text()
                listed += 1
            if action.shortcuts():
                assert action.text().replace("&", "").rstrip("…") in text
    assert listed > 15
    for keys in ("Alt+1", "Alt+9", "Ctrl+1", "Ctrl+Shift+A", "Ctrl+Shift+V", "Ctrl+O", "Ctrl+S"):
        assert keys in text
    gestures = dialog.findChild(QLabel, "keys_gestures").text()
    for keys in ("wheel, +, -", "Ctrl+arrow keys", "Ctrl+C, Ctrl+V", "Shift+Return", "F2"):
        assert keys in gestures
    buttons = dialog.findChild(QDialogButtonBox)
    close = buttons.button(QDialogButtonBox.StandardButton.Close)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


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


@pytest.mark.parametrize("viewer_was_open", [False, True])
def test_a_network_made_in_a_panel_is_shown_in_the_cnn_viewer(qtbot, window, viewer_was_open):
    if viewer_was_open:
        window.open_panel("cnn_viewer")
        qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
        window.open_panel("signals")
    first = next(iter(train(epochs=1)))
    window._services.networks.hand_over(as_model(first.module, first.accuracy))
    assert window.panel.objectName() == "cnn_viewer"
    qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
    assert window.panel.models.network.model.card.weights_state == "own"
    assert window.panel.run.model.module is first.module
