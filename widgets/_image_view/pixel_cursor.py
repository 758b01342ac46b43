"""Which pixel is hovered, be it by the mouse or by the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal

from widgets._image_view.navigation import Navigator
from widgets._image_view.picture import Picture


class PixelCursor(QObject):
    """Says once when another pixel is hovered, and once when none is any more."""

    moved = Signal(int, int)
    left = Signal()

    def __init__(self, navigator: Navigator) -> None:
        super().__init__(navigator)
        self._navigator = navigator
        self._picture: Picture | None = None
        self._pixel: tuple[int, int] | None = None
        self._mouse: QPointF | None = None
        navigator.changed.connect(self.refresh)

    @property
    def pixel(self) -> tuple[int, int] | None:
        """(row, column) of the hovered pixel."""
        return self._pixel

    @property
    def by_keys(self) -> bool:
        """Whether the arrow keys, not the mouse, put the cursor where it is."""
        return self._pixel is not None and self._mouse is None

    def set_picture(self, picture: Picture | None) -> None:
        """Hover pixels of `picture` from now on; the cursor stays where it is, if it can."""
        self._picture = picture
        if self._pixel is not None and (picture is None or not picture.contains(*self._pixel)):
            self._go(None)
        self.refresh()

    def suspend(self) -> None:
        """Follow no move of the view until the next `set_picture`: it belongs to that picture."""
        self._picture = None

    def mouse_at(self, widget: QPointF) -> None:
        """Hover the pixel under the mouse."""
        self._mouse = QPointF(widget)
        self.refresh()

    def mouse_gone(self) -> None:
        """Hover nothing, unless the keys hold the cursor."""
        if self._mouse is not None:
            self._mouse = None
            self._go(None)

    def leave(self) -> bool:
        """Give up a cursor that the keys hold; return whether there was one."""
        if not self.by_keys:
            return False
        self._go(None)
        return True

    def step(self, rows: int, columns: int) -> None:
        """Move by whole pixels, from the middle of what is visible if nothing was hovered."""
        picture = self._picture
        if picture is None:
            return
        if self._pixel is None:
            seen = self._navigator.visible_rect().intersected(picture.bounds())
            row, column = picture.index_at(seen.center())
        else:
            row, column = self._pixel[0] + rows, self._pixel[1] + columns
        height, width = picture.shape
        self._mouse = None
        self._go((min(max(row, 0), height - 1), min(max(column, 0), width - 1)))
        self._keep_in_sight(picture)

    def refresh(self) -> None:
        """Look again what lies under a mouse that did not move."""
        if self._mouse is None or self._picture is None:
            return
        pixel = self._picture.index_at(self._navigator.to_scene(self._mouse))
        self._go(pixel if self._picture.contains(*pixel) else None)

    def _keep_in_sight(self, picture: Picture) -> None:
        cell = self._navigator.rect_to_widget(picture.cells_rect(*self._pixel, 1, 1))
        size = self._navigator.size()
        over_x = max(0.0, cell.right() - size.width()) + min(0.0, cell.left())
        over_y = max(0.0, cell.bottom() - size.height()) + min(0.0, cell.top())
        if over_x or over_y:
            self._navigator.pan(QPointF(-over_x, -over_y))

    def _go(self, pixel: tuple[int, int] | None) -> None:
        if pixel == self._pixel:
            return
        self._pixel = pixel
        if pixel is None:
            self.left.emit()
        else:
            self.moved.emit(*pixel)
