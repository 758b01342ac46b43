"""Two pictures over each other, the first left of a handle that the person drags."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.image_view import ImageView

MIDDLE = 0.5


class WipeView(ImageView):
    """Shows what was before left of a handle, and what came of it right of the handle.

    The picture after is the view's picture: its size stands above, its pixels are hovered. The one
    before is stretched over it, and keeps the zoom while the sizes of those after grow. Without
    one of the two there is no handle.

    Mouse: as ImageView, and a drag of the handle moves it, a double click on it brings it to the
    middle. Keys: ← and → move the handle, Shift further; Alt with arrows moves the hovered pixel.
    """

    handle_moved = Signal(float, bool)
    """Where the person brought the handle (0 left, 1 right), and whether the drag goes on."""

    def __init__(self, name: str, parent: QWidget | None = None, *, title: str = "") -> None:
        """name: the objectName."""
        super().__init__(parent, title=title)
        self.setObjectName(name)

    def set_before(self, display: np.ndarray | None, name: str = "before") -> None:
        """Show `display`, uint8 (H, W, 3), left of the handle under its `name`; None: nothing."""
        raise NotImplementedError

    def set_after(
        self,
        display: np.ndarray | None,
        values: np.ndarray | None = None,
        *,
        name: str = "after",
        label: str = "",
    ) -> None:
        """Show `display`, uint8 (H, W, 3), right of the handle; None: only what was before.

        values: (H, W, 3), the numbers that are read out, by default those of `display`. label: a
        short note behind the size. Zoom and pan stay, whatever the size.
        """
        raise NotImplementedError

    def set_handle(self, share: float) -> None:
        """Put the handle at `share` of the visible width of the picture, 0…1, without telling."""
        raise NotImplementedError

    def handle(self) -> float:
        """Return where the handle is, 0…1 from left to right of what is visible of the picture."""
        raise NotImplementedError
