"""What joins the input's widgets to the state: crops, numbers, maps that are handed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from visualizer.networks.handing_over import HandedMap
from visualizer.panels.layer_lab.input_maps import thumbnail
from visualizer.panels.layer_lab.number_samples import (
    RANDOM,
    cells_of,
    resized,
    sample_matrix,
)
from visualizer.panels.layer_lab.state import Crop

if TYPE_CHECKING:
    from visualizer.panels.layer_lab.panel import LayerLabPanel

TOPIC = "numbers"
NOT_OPEN = "{network} is not open in the CNN Viewer now; these are its maps as they were then."
GONE = (
    "The file of these maps is gone. Hand them over once more from the CNN Viewer, or take "
    "another input."
)


class InputControl(QObject):
    """Lets the person choose what the open experiment of `panel` works on."""

    def __init__(self, panel: LayerLabPanel) -> None:
        super().__init__(panel)
        self._panel, self._edits = panel, panel.edits
        self._section = panel.view.inputs
        self._pictures, self._services = panel.pictures, panel.services
        self._handed_over = panel.services.maps
        self._connect()

    def _connect(self) -> None:
        section, numbers = self._section, self._section.numbers
        section.kind_chosen.connect(self.choose_kind)
        section.crop.changed.connect(self._crop_changed)
        section.maps.crop_wanted.connect(lambda: self.choose_kind("crop"))
        numbers.edited.connect(self._numbers_edited)
        numbers.resized.connect(self._resized)
        numbers.sample_chosen.connect(self._sample_chosen)
        numbers.seed_changed.connect(self._seed_changed)
        numbers.refused.connect(self._refused)
        numbers.accepted.connect(lambda: self._panel.messages.clear(TOPIC))
        self._pictures.arrived.connect(self.show_picture)
        self._pictures.frame_arrived.connect(self.show_picture)
        self._handed_over.network_changed.connect(self._show_maps)

    # -- showing ----------------------------------------------------------------------------

    def show(self, kind: str, possible: Sequence[str]) -> None:
        """Show the input of the present state; possible: the kinds that the experiment takes."""
        self._section.show_state(self._edits.state, kind, possible)
        if kind == "map":
            self._show_maps()
        if kind != "numbers":
            self._panel.messages.clear(TOPIC)

    def show_picture(self) -> None:
        """Show the present picture, for a crop to be chosen on it."""
        picture = self._pictures.picture
        if picture is not None:
            self._section.show_picture(picture, thumbnail(picture), self._edits.state.crop)

    def _show_maps(self) -> None:
        handed = self._edits.state.handed
        if handed is None:
            return
        gone = not Path(handed.path).exists()
        note = GONE if gone else self._network_note(handed)
        self._section.maps.show_maps(_title(handed), note, gone=gone)

    def _network_note(self, handed: HandedMap) -> str:
        if not handed.network or handed.network == self._handed_over.network:
            return ""
        return NOT_OPEN.format(network=handed.network)

    # -- what a person does -----------------------------------------------------------------

    def choose_kind(self, kind: str) -> None:
        """Let the experiment work on an input of this kind."""
        self._edits.apply(self._edits.state.replace(kind=kind), f"input {kind}")

    def take_maps(self, maps: HandedMap, takes: Collection[str], otherwise: str) -> None:
        """Work on `maps`: in the open experiment if it `takes` them, else in `otherwise`."""
        state = self._edits.state.replace(kind="map", handed=maps)
        if "map" not in takes:
            state = state.replace(experiment=otherwise)
        self._edits.apply(state, f"maps of {maps.title}")

    def _crop_changed(self, crop: Crop, goes_on: bool) -> None:
        self._edits.apply(
            self._edits.state.replace(crop=crop), "crop", merge_key="crop", goes_on=goes_on,
            held=goes_on, origin="crop",
        )  # fmt: skip

    def _numbers_edited(self, values: np.ndarray, goes_on: bool) -> None:
        self._edits.apply(
            self._edits.state.replace(numbers=cells_of(values)), "numbers", merge_key="numbers",
            goes_on=goes_on, held=self._section.numbers.grid.is_held(), origin="numbers",
        )  # fmt: skip

    def _resized(self, rows: int, columns: int) -> None:
        numbers = resized(self._edits.state.numbers, rows, columns)
        self._edits.apply(self._edits.state.replace(numbers=numbers), f"{rows} × {columns} numbers")

    def _sample_chosen(self, name: str) -> None:
        state = self._edits.state
        size = len(state.numbers), len(state.numbers[0])
        numbers = sample_matrix(name, *size, state.seed)
        self._edits.apply(state.replace(numbers=numbers), f"sample {name}")

    def _seed_changed(self, seed: int) -> None:
        state = self._edits.state
        size = len(state.numbers), len(state.numbers[0])
        numbers = sample_matrix(RANDOM, *size, seed)
        self._edits.apply(state.replace(seed=seed, numbers=numbers), f"random numbers {seed}")

    def _refused(self, sentence: str) -> None:
        self._panel.messages.show_message(sentence, kind="error", topic=TOPIC)


def _title(handed: HandedMap) -> str:
    """Return the title with the size of the maps, where it is known."""
    if len(handed.shape) != 3:
        return handed.title
    _channels, height, width = handed.shape
    return f"{handed.title}, each {height} × {width}"
