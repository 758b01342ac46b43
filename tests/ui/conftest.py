"""The one fixture that opens the application, and a small picture for it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnn_tab_bench import Bench
from driving import settle
from style_tab_bench import StyleBench
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


@pytest.fixture
def small_picture(tmp_path):
    """A 24 × 16 colour picture of noise: every pixel can be told from every other."""
    rng = np.random.default_rng(7)
    path = tmp_path / "noise.png"
    Image.fromarray(rng.integers(0, 256, (16, 24, 3), dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def small(qtbot, panel, small_picture):
    panel.open_picture(small_picture)
    qtbot.waitUntil(lambda: panel.picture.image.width == 24)
    settle(qtbot, panel)
    return panel


@pytest.fixture
def geometry(qtbot, window):
    """The Geometry panel, at the worked example."""
    window.open_panel("geometry")
    settle(qtbot, window.panel)
    return window.panel


@pytest.fixture
def bench(qtbot):
    """A window for one tab of the CNN Viewer; closed afterwards."""
    made = Bench()
    yield made
    made.close()


@pytest.fixture
def style_bench(qtbot):
    """A window for one tab of the Style Studio; closed afterwards."""
    made = StyleBench()
    yield made
    made.close()
