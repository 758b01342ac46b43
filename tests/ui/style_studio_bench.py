"""The Style Studio opened on small pictures that are made quickly."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QPushButton

from driving import click, settle
from visualizer.panels.style_studio import StyleStudioPanel
from visualizer.services import Services

SIZE, STEPS = 64, 12
LONG = 100_000  # steps of a run that a test ends itself


def open_studio(qtbot, folders, *, steps=STEPS):
    """Return the panel alone, settled on a small size."""
    panel = StyleStudioPanel(Services.start(folders))
    panel.edits.look(panel.state.with_settings(size=SIZE, steps=steps))
    panel.messages._clock = lambda: 0.0  # what passes can be read, however slow the computer is
    panel.resize(1200, 680)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.is_settled, timeout=120_000)
    return panel


def close_studio(panel):
    panel.close_jobs()
    panel.services.close()
    panel.close()
    panel.deleteLater()


def run_to_end(qtbot, panel):
    qtbot.waitUntil(lambda: not panel.run.busy, timeout=60_000)
    settle(qtbot, panel)
    qtbot.waitUntil(lambda: is_kept(panel), timeout=10_000)


def is_kept(panel):
    """Whether the newest picture of the run has been written."""
    kept = panel.state.kept
    return bool(kept) and kept[-1].iteration == panel.run.history.iteration


def wait_for_steps(qtbot, panel, count):
    """Wait until the run has made `count` more steps."""
    wanted = len(panel.run.history) + count
    qtbot.waitUntil(lambda: len(panel.run.history) >= wanted, timeout=60_000)


def start_long_run(qtbot, panel, steps=3):
    """Start a run that goes on until it is ended, and wait for its first steps."""
    panel.edits.look(panel.state.with_settings(steps=LONG))
    settle(qtbot, panel)
    click(qtbot, panel, QPushButton, "run_start")
    wait_for_steps(qtbot, panel, steps)


def pause(qtbot, panel):
    """Pause, and wait until the step under way has been told."""
    panel.run.pause()
    qtbot.waitUntil(lambda: panel.run.job.at_rest, timeout=20_000)


def drop(panel, path, place=None):
    """Drop the file `path` at `place` of the panel, by default in its middle."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    where = QPointF(place if place is not None else QPoint(panel.width() // 2, 200))
    panel.dropEvent(
        QDropEvent(
            where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def place_of_style(panel, number=0):
    """Where in the panel the style `number` is seen, for a file to be dropped on it."""
    view = panel.view.styles[number]
    return view.mapTo(panel, view.rect().center())


def save_to(monkeypatch, path, used=""):
    """Let the dialog that asks where to save answer `path`."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), used))


def save_picture(path, pixels):
    Image.fromarray(np.asarray(pixels)).save(path)
    return path
