"""Takes the maps of the layer that is shown to the Layer Lab, where layers are tried on them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engines.activations import strongest
from engines.errors import NetworkError
from visualizer.autosave import Session
from visualizer.jobs import LatestWins
from visualizer.networks.handing_over import HandedMap, network_title
from visualizer.panels.cnn_viewer.compute import Sheet

if TYPE_CHECKING:
    from visualizer.panels.cnn_viewer.panel import CnnViewerPanel

MOST_CHANNELS = 64  # handed over, the strongest ones
NO_SHEET = "There are no channels to hand over yet; wait for the network's first answer."


class MapsHander:
    """Hands over what `panel` shows: copied and written with the session, in a lane of its own."""

    def __init__(self, panel: CnnViewerPanel) -> None:
        self._panel = panel
        self._lane: LatestWins = panel.lane("handing")

    def hand_over(self) -> None:
        """Let the Layer Lab work on the channels of the layer that is shown."""
        panel = self._panel
        if panel.sheet is None:
            panel.show_info(NO_SHEET)
            return
        self._lane.submit(
            partial(keep_maps, panel.sheet, panel.services.session),
            panel.services.maps.hand_over,
            panel.show_error,
        )


def keep_maps(sheet: Sheet, session: Session) -> HandedMap:
    """Return the channels of `sheet` that are shown, 64 at most, kept as a file of the session.

    Raises NetworkError where they hold what is no finite number.
    """
    limit = min(sheet.state.strongest or MOST_CHANNELS, MOST_CHANNELS)
    chosen = np.sort(strongest(sheet.statistics, limit))
    maps = np.array(sheet.maps[chosen], dtype=np.float32)  # a copy: the network's memory may go
    if not np.isfinite(maps).all():
        raise NetworkError(
            f"The channels of {sheet.layer} hold values that are NaN or infinite, on which no "
            "layer can be tried. Choose another layer."
        )
    network = network_title(sheet.run.model.card)
    count = f"{len(maps)} of {sheet.total} channels" if len(maps) < sheet.total else _all(len(maps))
    title = f"{network} · {sheet.layer} · {count}"
    path = session.keep_array(maps)
    return HandedMap(path=str(path), title=title, network=network, shape=maps.shape)


def _all(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"
