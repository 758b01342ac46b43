"""Starting the application: after a crash, with a picture that is missing, without its folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QToolButton

from driving import child, message, settle
from visualizer import theme
from visualizer.app import RESTORED, make_application, open_window
from visualizer.autosave import Session
from visualizer.pictures.picture_input import NOT_STARTED
from visualizer.pictures.source import PictureSource
from visualizer.services import Services
from visualizer.state import KernelLabState

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(qtbot, folders):
    """Return a function that starts as `main.py` does; all windows are closed afterwards."""
    windows = []

    def start_one(**arguments):
        app = make_application()
        services = Services.start(folders)
        theme.apply(app, theme.remembered(services.settings))
        window = open_window(services, **arguments)
        windows.append(window)
        return window

    yield start_one
    for window in windows:
        window.close()
        window.deleteLater()


def crashed_session(folders, state=None):
    """Leave what a crash leaves: a session file whose lock nobody holds."""
    session = Session(folders.state)
    session.write({"kernel_lab": (state or KernelLabState().with_kernel([[42.0]])).model_dump()})
    session._lock.unlock()


def said(qtbot, window):
    qtbot.waitUntil(lambda: message(window.panel) != "", timeout=60_000)
    settle(qtbot, window.panel)
    return message(window.panel)


def test_an_ordinary_start_says_nothing(qtbot, start):
    window = start()
    qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
    assert message(window.panel) == ""


def test_a_crash_brings_the_work_back_and_says_so_when_the_picture_stands(qtbot, start, folders):
    crashed_session(folders)
    window = start()
    assert said(qtbot, window) == RESTORED
    assert window.panel.view.messages.kind() == "info"
    assert window.panel.result.state.kernel == ((42.0,),)


def test_what_the_panel_says_of_the_restored_state_stays_readable(qtbot, start, folders):
    live = KernelLabState().replace(picture=PictureSource(kind="camera", name=""))
    crashed_session(folders, live)
    window = start()
    qtbot.waitUntil(lambda: RESTORED in message(window.panel), timeout=60_000)
    assert message(window.panel) == f"{NOT_STARTED} {RESTORED}"


def test_a_restored_picture_that_is_gone_is_not_hidden_by_the_news(
    qtbot, start, folders, small_picture
):
    gone = KernelLabState().replace(
        picture=PictureSource(kind="file", name=str(small_picture.with_name("gone.png")))
    )
    crashed_session(folders, gone)
    window = start()
    assert "gone.png" in said(qtbot, window)
    assert window.panel.view.messages.kind() == "error"
    close = child(window.panel, QToolButton, "message_close")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert message(window.panel) == RESTORED


def test_a_missing_picture_is_said_when_the_sample_stands(qtbot, start, tmp_path):
    window = start(image=tmp_path / "nonexist.png")
    text = said(qtbot, window)
    assert "nonexist.png does not exist" in text
    assert str(tmp_path) in text
    assert window.panel.view.messages.kind() == "error"
    assert window.panel.picture.source.kind == "sample"


def test_a_folder_given_as_picture_is_said(qtbot, start, tmp_path):
    window = start(image=tmp_path)
    assert "is a folder" in said(qtbot, window)


def test_a_picture_on_the_command_line_is_opened(qtbot, start, small_picture):
    window = start(image=small_picture)
    qtbot.waitUntil(
        lambda: window.panel.picture is not None and window.panel.picture.image.width == 24,
        timeout=60_000,
    )
    settle(qtbot, window.panel)
    assert window.panel.result.picture.image.width == 24
    assert message(window.panel) == ""


def test_a_missing_picture_after_a_crash_says_both(qtbot, start, folders, tmp_path):
    crashed_session(folders)
    window = start(image=tmp_path / "nonexist.png")
    text = said(qtbot, window)
    assert text.startswith("nonexist.png does not exist")
    assert text.endswith(RESTORED)
    assert window.panel.state.kernel == ((42.0,),)


def test_a_second_crash_before_anything_was_edited_loses_nothing(qtbot, start, folders):
    crashed_session(folders)
    first = start()
    assert said(qtbot, first) == RESTORED
    first._services.session._lock.unlock()  # it is killed: no close, the lock dies with it
    second = start()
    assert said(qtbot, second) == RESTORED
    assert second.panel.state.kernel == ((42.0,),)


def test_a_window_without_its_folders_works_and_says_so(qtbot, start, folders):
    folders.state.parent.write_text("a plain file where the folders should be")
    window = start()
    text = said(qtbot, window)
    assert text.startswith("Your work is not saved as you go and settings are not remembered.")
    details = child(window.panel, QPlainTextEdit, "message_details")
    qtbot.mouseClick(
        child(window.panel, QPushButton, "message_details_button"), Qt.MouseButton.LeftButton
    )
    assert details.isVisible()
    assert str(folders.state) in details.toPlainText()
    assert "file where a folder should be" in details.toPlainText()


def test_a_refusing_disk_is_not_said_again_with_every_edit(qtbot, start, folders):
    folders.state.parent.mkdir(parents=True)
    folders.state.write_text("x")
    window = start()
    said(qtbot, window)
    qtbot.mouseClick(child(window.panel, QToolButton, "message_close"), Qt.MouseButton.LeftButton)
    for value in (1.0, 2.0, 3.0):
        window.panel.view.controls.grid.kernel_edited.emit(np.array([[value]]), False)
        window._autosaver.flush()
        qtbot.waitUntil(lambda: not window._services.autosaving.busy)
        settle(qtbot, window.panel)
    assert message(window.panel) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"[view]\ntheme=pink\ntext_points=large\n",
        b"[view]\ntheme=@Size(1 2)\ntext_points=-4\n[window]\ngeometry=no\npanel=@Size(1 2)\n",
        b"[view]\ntext_points=nan\n[window]\ngeometry=@ByteArray(\\0\\x1\\xd9)\npanel=gone\n",
    ],
)
def test_wrong_settings_are_those_of_a_first_start(qtbot, start, folders, content):
    folders.config.mkdir(parents=True)
    (folders.config / "settings.ini").write_bytes(content)
    window = start()
    qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
    assert window.font().pointSizeF() == 9.0
    assert window.findChild(type(window.presenter_action), "theme_system").isChecked()
    assert window.panel.objectName() == "kernel_lab"


def test_a_damaged_settings_file_is_said_and_written_anew(qtbot, start, folders):
    folders.config.mkdir(parents=True)
    (folders.config / "settings.ini").write_bytes(b"\0\xff garbage\n")
    window = start()
    assert said(qtbot, window).startswith("Some settings are lost.")
    window.close()
    again = start()
    qtbot.waitUntil(again.panel.is_settled, timeout=60_000)
    assert message(again.panel) == ""


DIES_AFTER_AN_EDIT = """
import os
from pathlib import Path
import numpy as np
from PySide6.QtCore import QTimer
from visualizer.app import make_application, open_window
from visualizer.services import Services
from visualizer.settings import UserFolders
import sys
app = make_application()
window = open_window(Services.start(UserFolders.under(Path(sys.argv[1]))))
def edit_and_die():
    session = window._services.session
    window.panel.view.controls.grid.kernel_edited.emit(np.array([[42.0]]), False)
    # A kill within a tenth of the autosave's pause, once the lane has had the processor.
    window._services.autosaving.drain()
    os._exit(9)
QTimer.singleShot(100, edit_and_die)
app.exec()
"""


def test_an_edit_just_before_a_kill_comes_back(qtbot, start, folders):
    done = subprocess.run(
        [sys.executable, "-c", DIES_AFTER_AN_EDIT, str(folders.state.parent)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 9, done.stderr
    window = start()
    assert said(qtbot, window) == RESTORED
    assert window.panel.state.kernel == ((42.0,),)


def test_a_screenshot_of_a_picture_that_is_missing_is_refused(tmp_path):
    done = subprocess.run(
        [sys.executable, "main.py", "--screenshot", str(tmp_path / "out"), "nonexist.png"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "nonexist.png does not exist" in done.stderr
    assert not (tmp_path / "out").exists()
