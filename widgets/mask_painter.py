"""Painting a mask over a picture: where something is to count, and how much."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class MaskPainter(QWidget):
    """A picture with tools above it; what is painted is tinted.

    Mouse: the left button paints, the right one erases, the middle one pans, the wheel zooms, with
    Ctrl it changes the brush. Keys over the picture: arrows move the brush, Space sets it down and
    lifts it, [ and ] change its size, E erases, F fills, Delete clears, I inverts, Ctrl+Z and
    Ctrl+Y take back and do again. Parts: "<name>_view", "<name>_paint", "<name>_erase",
    "<name>_brush", "<name>_fill", "<name>_clear", "<name>_invert", "<name>_undo", "<name>_redo".
    """

    mask_changed = Signal(object, bool)
    """The mask, float32 (h, w) in 0…1, and whether the stroke goes on."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)

    def set_picture(self, display: np.ndarray | None) -> None:
        """Paint over `display`, uint8 (H, W, 3); the mask stays, resized to it. None: nothing.

        The mask has the size of the picture, but its longer side is at most MOST_SIDE.
        """
        raise NotImplementedError

    def set_mask(self, mask: np.ndarray | None) -> None:
        """Show `mask`, (h, w) in 0…1 of any size, without telling; None: nothing is painted.

        What was done so far cannot be taken back any more.
        """
        raise NotImplementedError

    def mask(self) -> np.ndarray:
        """Return the mask, float32 (h, w): 1 where painted, 0 where not, between at the edges."""
        raise NotImplementedError

    def set_tint(self, color: str) -> None:
        """Tint with a colour of curve_plot.COLORS, by which several masks are told apart."""
        raise NotImplementedError

    def set_brush(self, share: float) -> None:
        """Paint with a brush as wide as `share` of the picture's longer side, without telling."""
        raise NotImplementedError

    def set_erasing(self, on: bool) -> None:
        """Let the left button erase instead of paint."""
        raise NotImplementedError

    def fill(self) -> None:
        """Paint everything, and tell."""
        raise NotImplementedError

    def clear(self) -> None:
        """Erase everything, and tell."""
        raise NotImplementedError

    def invert(self) -> None:
        """Paint what was not painted, erase what was, and tell."""
        raise NotImplementedError

    def undo(self) -> None:
        """Take back the last stroke (or fill, clear, invert), and tell."""
        raise NotImplementedError

    def redo(self) -> None:
        """Do again what was taken back, and tell."""
        raise NotImplementedError
