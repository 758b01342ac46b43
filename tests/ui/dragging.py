"""A drag with its steps in between, which pyqtgraph would skip when they come too quickly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyqtgraph as pg
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget


@contextmanager
def every_move_counts() -> Iterator[None]:
    """Let pyqtgraph take each move of the mouse, not one in ten milliseconds."""
    before = pg.getConfigOption("mouseRateLimit")
    pg.setConfigOption("mouseRateLimit", 0)
    try:
        yield
    finally:
        pg.setConfigOption("mouseRateLimit", before)


def drag(qtbot, viewport: QWidget, points: Sequence[QPoint]) -> None:
    """Press at the first of `points`, move over the others, let go at the last."""
    with every_move_counts():
        qtbot.mouseMove(viewport, QPoint(1, 1))
        qtbot.mouseMove(viewport, points[0])
        qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            qtbot.mouseMove(viewport, point)
        qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=points[-1])
