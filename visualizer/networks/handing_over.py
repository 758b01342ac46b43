"""A network that was made in one panel and is to be looked at in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from engines.models import LoadedModel


class HandedNetwork(QObject):
    """The way from the panel that made a network to the CNN Viewer, which the window opens."""

    handed = Signal(object)
    """The LoadedModel that the person wants to look at."""

    def hand_over(self, model: LoadedModel) -> None:
        """Let the CNN Viewer show `model`."""
        self.handed.emit(model)
