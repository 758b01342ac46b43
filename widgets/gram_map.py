"""A Gram matrix as a heat map: which channels of a layer go together."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.square_map import Cell, SquareMap


class GramMap(SquareMap):
    """Shows a (C, C) matrix in signed colours; hovering reads two channels and their number.

    Mouse: a click chooses an entry, the wheel zooms, a drag moves, a double click shows all. Keys:
    arrows move the hovered entry, Return chooses it, Escape gives it up; + and − zoom, 0 and Home
    show everything.
    """

    entry_hovered = Signal(int, int)
    """Row and column: the two channels."""
    hover_left = Signal()
    entry_chosen = Signal(int, int)
    view_changed = Signal()

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """name: the objectName, drawing "<name>_area"; title: whose matrix, above it at rest."""
        super().__init__(name, title, parent)

    def set_matrix(
        self, values: np.ndarray, *, cosine: bool = False, limit: float | None = None
    ) -> None:
        """Show `values`, (C, C) of any float dtype; NaN (a channel of zeros) is grey.

        cosine: the numbers are cosines, and −1…1 spans the colours; else ±limit does, by default
        the largest size of a number. Zoom and choice stay while C stays. Raises ValueError for an
        array that is no square.
        """
        raise NotImplementedError

    def set_title(self, title: str) -> None:
        """Show `title` above the map while nothing is hovered."""
        raise NotImplementedError

    def set_hovered(self, cell: Cell | None) -> None:
        """Cross out (row, column) as hovered in a neighbour, without telling."""
        raise NotImplementedError

    def set_chosen(self, cell: Cell | None) -> None:
        """Frame (row, column) and its mirror image (column, row), without telling."""
        raise NotImplementedError

    def link_to(self, other: GramMap) -> None:
        """Share zoom and hovered entry with `other`, both ways."""
        raise NotImplementedError


def shared_limit(*matrices: np.ndarray, share: float = 0.995) -> float:
    """Return a limit for the colours of all `matrices`: |number| that `share` of them keep below.

    The few largest numbers, which would leave all others pale, go beyond it; at least the smallest
    positive float, so that zeros are neutral.
    """
    raise NotImplementedError
