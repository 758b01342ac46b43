"""Files that are dropped on a widget."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from visualizer import mime


class TakesFiles:
    """Mix into a QWidget, before it, that calls `setAcceptDrops(True)`."""

    def takes_file(self, _path: Path) -> bool:
        """Return whether this file, or folder, may be dropped here."""
        return True

    def file_dropped(self, path: Path, place: QPoint) -> None:
        """Open the file that was dropped at `place`."""
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what carries a file that is taken."""
        path = mime.picture_file(event.mimeData())
        if path is not None and self.takes_file(path):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped file."""
        path = mime.picture_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.file_dropped(path, event.position().toPoint())
