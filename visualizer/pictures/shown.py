"""Which picture the Kernel Lab shows, for the panels that take their numbers from it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from visualizer.pictures.source import PictureSource


class ShownPicture(QObject):
    """Where the last still picture came from; before there is one, what the Kernel Lab begins with.

    A camera or video is no picture to come back to, so it changes nothing.
    """

    changed = Signal(object)
    """The new PictureSource."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = PictureSource()

    @property
    def source(self) -> PictureSource:
        """Where the picture comes from."""
        return self._source

    def show(self, source: PictureSource) -> None:
        """Take note that the picture of `source` is shown."""
        if source.is_live or source == self._source:
            return
        self._source = source
        self.changed.emit(source)
