"""Fixtures for all tests: private folders, one application window, and no leaks."""

from __future__ import annotations

import os
import threading

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from hypothesis import settings
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")


@pytest.fixture(autouse=True)
def no_button_held(request):
    """Let go of the mouse: to QTest a double click holds its button, in the next tests as well."""
    yield
    if "qtbot" in request.fixturenames and QApplication.instance() is not None:
        QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)


@pytest.fixture(autouse=True)
def text_size_put_back():
    """Put the application's font back, which a test of large text leaves to all that follow."""
    before = QApplication.font() if QApplication.instance() is not None else None
    yield
    if before is not None and QApplication.font() != before:
        QApplication.setFont(before)


@pytest.fixture(autouse=True)
def nothing_left_running(request):
    """Fail a test that leaves a thread of ours, or (for UI tests) a window or timer, behind."""
    threads = set(threading.enumerate())
    yield
    left = [
        thread.name
        for thread in threading.enumerate()
        if thread not in threads and thread.name.startswith("kernelscope")
    ]
    assert not left, f"threads left running: {left}"
    app = QApplication.instance()
    if app is None or "qtbot" not in request.fixturenames:
        return
    visible = [widget.objectName() for widget in app.topLevelWidgets() if widget.isVisible()]
    assert not visible, f"windows left open: {visible}"
    timers = [
        timer.objectName() or repr(timer.parent())
        for widget in app.topLevelWidgets()
        for timer in widget.findChildren(QTimer)
        if timer.isActive() and timer.interval() > 0
    ]
    assert not timers, f"timers left running: {timers}"
