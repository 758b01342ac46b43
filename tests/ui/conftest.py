"""The one fixture that opens the application."""

from __future__ import annotations

import pytest

from visualizer import theme
from visualizer.app import make_application
from visualizer.main_window import MainWindow
from visualizer.services import Services
from visualizer.settings import UserFolders


@pytest.fixture
def folders(tmp_path):
    return UserFolders.under(tmp_path / "user")


@pytest.fixture
def open_window(qtbot, folders):
    """Return a function that opens a window on private folders; all are closed afterwards."""
    windows = []

    def open_one(**arguments):
        theme.apply(make_application(), "light")
        window = MainWindow(Services.start(folders), **arguments)
        window.resize(1280, 720)
        window.show()
        windows.append(window)
        qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
        return window

    yield open_one
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window):
    return open_window()


@pytest.fixture
def panel(window):
    return window.panel
