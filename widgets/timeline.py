"""A strip of snapshots in the order in which they were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.thumbnail_grid import ThumbnailGrid


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One snapshot: the number that it goes by, its iteration and a small picture.

    pixels: uint8 (h, w, 3), of any shape: it is fitted into its place. about: for the tooltip.
    """

    key: int
    iteration: int
    pixels: np.ndarray
    about: str = ""


class Timeline(ThumbnailGrid):
    """Small pictures side by side with their iterations, of which one is chosen.

    A click or ←/→, Home and End choose, Return or a double click goes back to it, Delete takes it
    away, Escape gives it up. While none or the newest is chosen, the strip follows the newest.
    """

    snapshot_chosen = Signal(int)
    """The key of the snapshot that the person chose."""
    choice_left = Signal()
    """The person chose none any more."""
    snapshot_activated = Signal(int)
    """The person wants to go on from this snapshot (Return, double click)."""
    delete_wanted = Signal(int)
    """The person wants this snapshot away; its owner takes it away by `set_snapshots`."""

    def __init__(self, name: str, parent: QWidget | None = None, *, side: int = 56) -> None:
        super().__init__(name, "Snapshots of the run", side=side, captions=True, parent=parent)

    def set_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Show `snapshots`, oldest first; the chosen one stays chosen if it is among them."""
        raise NotImplementedError

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Show one more at the end; cheap, while nothing that is shown changes."""
        raise NotImplementedError

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return what is shown, oldest first."""
        raise NotImplementedError

    def set_chosen(self, key: int | None) -> None:
        """Choose the snapshot `key`, or none, without telling."""
        raise NotImplementedError

    def chosen(self) -> int | None:
        """Return the key of the chosen snapshot."""
        raise NotImplementedError

    def set_hint(self, text: str) -> None:
        """Say `text` while there are no snapshots."""
        raise NotImplementedError
