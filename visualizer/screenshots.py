"""`--screenshot DIR`: every panel in its main states, both themes, two sizes, without a screen."""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from engines.errors import EngineError
from visualizer import theme
from visualizer.main_window import MainWindow
from visualizer.panels import PANELS
from visualizer.panels.base import Panel
from visualizer.services import Services
from visualizer.settings import UserFolders

log = logging.getLogger(__name__)

SIZES = ((1280, 720), (1920, 1080))
WAIT_MILLISECONDS = 60_000
LOOK_AGAIN_MILLISECONDS = 250
THEMES: tuple[theme.Theme, ...] = ("light", "dark")


class NotSettled(EngineError):  # noqa: N818
    """A panel did not finish its work in time to be photographed."""


def take_all(app: QApplication, folder: Path, picture: Path | None) -> int:
    """Write one PNG per panel, pose, theme and size into `folder`; return the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as private:
        window = MainWindow(Services.start(UserFolders.under(Path(private))))
        if picture is not None:
            window.open_picture(picture.absolute())
        window.show()
        try:
            for entry in PANELS:
                window.open_panel(entry.name)
                wait_until_settled(window.panel)
                for pose, take in window.panel.poses().items():
                    take()
                    wait_until_settled(window.panel)
                    name = f"{entry.name}-{pose}" if pose else entry.name
                    _photograph(app, window, folder, name)
        except NotSettled as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            window.close()
    return 0


def _photograph(app: QApplication, window: MainWindow, folder: Path, name: str) -> None:
    for kind in THEMES:
        theme.apply(app, kind)
        for width, height in SIZES:
            window.resize(width, height)
            _paint(app)
            window.grab().save(str(folder / f"{name}-{kind}-{width}x{height}.png"))


def wait_until_settled(panel: Panel) -> None:
    """Run the event loop until `panel` has shown everything it was asked for."""
    deadline = time.monotonic() + WAIT_MILLISECONDS / 1000
    while not panel.is_settled():
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotSettled(f"{panel.objectName()} was still busy after a minute.")
        # What settles may set off what follows from it: look again each time.
        loop = QEventLoop()
        panel.settled.connect(loop.quit)
        QTimer.singleShot(min(round(left * 1000), LOOK_AGAIN_MILLISECONDS), loop.quit)
        loop.exec()
        panel.settled.disconnect(loop.quit)


def _paint(app: QApplication) -> None:
    for _ in range(3):  # layouts settle, then pyqtgraph follows their size
        app.processEvents()
