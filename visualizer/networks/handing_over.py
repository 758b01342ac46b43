"""What is made in one panel and is to be looked at in another: a network, or its maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from visualizer.frozen import Frozen

if TYPE_CHECKING:
    from engines.models import LoadedModel, ModelCard

WARNINGS = {"untrained": ", untrained", "partial": ", partly untrained"}


class HandedMap(Frozen):
    """Activation maps that came from another panel: the .npy file in the session, and their name.

    path: of a float32 array (C, H, W); network: the name of the network that they were made by, as
    `network_title` writes it; shape: (C, H, W), empty where it is not known.
    """

    path: str
    title: str
    network: str = ""
    shape: tuple[int, ...] = ()


def network_title(card: ModelCard) -> str:
    """Return what a network is called beside its maps: its title, and a warning where it is due."""
    return f"{card.title}{WARNINGS.get(card.weights_state, '')}"


class HandedNetwork(QObject):
    """The way from the panel that made a network to the CNN Viewer, which the window opens."""

    handed = Signal(object)
    """The LoadedModel that the person wants to look at."""

    def hand_over(self, model: LoadedModel) -> None:
        """Let the CNN Viewer show `model`."""
        self.handed.emit(model)


class HandedMaps(QObject):
    """The way from the CNN Viewer to the Layer Lab, which the window opens.

    network: the name of the network that the CNN Viewer shows at present, "" for none.
    """

    handed = Signal(object)
    """The HandedMap that the person wants to work on."""
    network_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.network = ""

    def hand_over(self, maps: HandedMap) -> None:
        """Let the Layer Lab work on `maps`."""
        self.handed.emit(maps)

    def show_network(self, title: str) -> None:
        """Take note which network the CNN Viewer shows."""
        if title != self.network:
            self.network = title
            self.network_changed.emit()
