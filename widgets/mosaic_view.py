"""All maps of a layer, or all filters, as one picture to point into."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets._mosaic.linking import MosaicLink, look_of, middle_of
from widgets._mosaic.overlay import Overlay, Shown
from widgets._mosaic.tiling import Maps, TiledValues, Tiling, assemble, columns_for
from widgets.image_view import ImageView

__all__ = ["Maps", "MosaicView", "columns_for"]

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class MosaicView(QWidget):
    """Shows `Maps` side by side, in as many columns as make them largest.

    Mouse: hovering tells map, row and column; a click chooses a map; the wheel zooms about the
    mouse, a drag pans, a double click fits. Keys: arrows choose the map beside the chosen one,
    Home and End the first and last, 0 fits, + and − zoom, Ctrl+arrows pan.

    Performance: the maps are put together as one uint8 picture (2,048 maps of 14 × 14 in about
    0.2 ms) and painted as one texture; `values` are only looked up where they are asked for.
    Hand over arrays that stay as they are until the next `set_maps`.
    """

    cell_hovered = Signal(int, int, int)
    """Channel, row and column under the mouse."""
    hover_left = Signal()
    cell_clicked = Signal(int, int, int)
    """Channel, row and column that were clicked; `channel_chosen` comes first."""
    channel_chosen = Signal(int)
    """The channel that the person clicked or came to with the arrow keys."""

    def __init__(self, name: str, title: str = "", parent: QWidget | None = None) -> None:
        """name: the objectName; the picture inside is "<name>_view"."""
        super().__init__(parent)
        self.setObjectName(name)
        self.view = ImageView(title=title)
        self.view.setObjectName(f"{name}_view")
        self._overlay = Overlay(self.view.view_box, self.view.visible_rect)
        self._shown: Shown | None = None
        self._label = ""
        self._arranging = False
        self._hovered: tuple[int, int, int] | None = None
        self._marked: tuple[int, int, int] | None = None
        self._windows: tuple[np.ndarray, np.ndarray, int | None] | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self.view.set_place_text(self._place_text)
        self.view.pixel_hovered.connect(self._pixel_hovered)
        self.view.hover_left.connect(lambda: self._hover(None))
        self.view.pixel_clicked.connect(self._pixel_clicked)
        canvas = self.view.focusProxy()
        canvas.installEventFilter(self)
        canvas.resized.connect(self._resized)
        self._take_look()

    # -- what is shown ----------------------------------------------------------------------

    def set_maps(self, maps: Maps | None, *, label: str = "") -> None:
        """Show `maps`, or nothing. label: a short note above, behind how many there are.

        Zoom and pan stay while count and size of the maps stay; so does the chosen channel.
        """
        if maps is None:
            self._shown = None
            self._overlay.set_shown(None)
            self.view.clear_picture()
            self._hover(None)
            return
        self._label = label
        self._arrange(maps)
        self._resized()  # the colour bar may have taken room meanwhile

    def maps(self) -> Maps | None:
        """Return what is shown."""
        return self._shown.maps if self._shown else None

    def set_chosen(self, channel: int | None) -> None:
        """Mark a channel as the chosen one, without telling."""
        self._overlay.chosen = channel
        self._overlay.update()

    def chosen(self) -> int | None:
        """Return the channel that is marked as chosen."""
        return self._overlay.chosen

    def set_marker(self, channel: int, row: int, column: int) -> None:
        """Mark one position of one map, as long as that is shown."""
        self._marked = (channel, row, column)
        self._show_marker()

    def clear_marker(self) -> None:
        """Mark no position."""
        self._marked = None
        self._show_marker()

    def set_windows(
        self, rows: np.ndarray, columns: np.ndarray, channel: int | None = None
    ) -> None:
        """Outline positions (n,) that are read: of the map `channel`, of all maps for None."""
        self._windows = (np.asarray(rows), np.asarray(columns), channel)
        self._show_marker()

    def clear_windows(self) -> None:
        """Outline nothing."""
        self._windows = None
        self._show_marker()

    def _show_marker(self) -> None:
        self.view.clear_highlights()
        if self._windows is not None and self._shown is not None:
            rows, columns, channel = self._windows
            order, tiling = self._shown.order, self._shown.tiling
            places = range(len(order)) if channel is None else np.flatnonzero(order == channel)
            corners = np.array([tiling.corner(int(place)) for place in places], dtype=np.int64)
            if len(corners):
                self.view.set_window(
                    (corners[:, :1] + rows).ravel(), (corners[:, 1:] + columns).ravel()
                )
        at = self._pixel(*self._marked) if self._marked is not None else None
        if at is not None:
            self.view.set_marker(*at)

    def set_title(self, title: str) -> None:
        """Show `title` above the maps."""
        self.view.set_title(title)

    def set_overlay_text(self, text: str | None) -> None:
        """Show `text` over the maps, or nothing."""
        self.view.set_overlay_text(text)

    def fit(self) -> None:
        """Show all maps."""
        self.view.fit()

    def zoom_to_channel(self, channel: int) -> None:
        """Show one map as large as there is room, if it is among those shown."""
        at = self._pixel(channel, 0, 0)
        if at is None or self._shown is None:
            return
        tiling = self._shown.tiling
        middle = at[0] + (tiling.height - 1) / 2, at[1] + (tiling.width - 1) / 2
        self.view.zoom_to(*middle, 1.1 * max(tiling.width, tiling.height * self._aspect()))

    def link_to(self, other: MosaicView) -> None:
        """Share zoom and pan with `other` from now on, map by map, both ways."""
        MosaicLink(self, other)

    def look_like(self, other: MosaicView) -> None:
        """Look at the same part of the same map as `other`; at all maps if it does."""
        if self._shown is None or other._shown is None:
            return
        if other.view.is_fitted():
            self.view.fit()
            return
        look = look_of(other._shown.tiling, other.view.visible_rect())
        channel = int(other._shown.order[look.place])
        where = np.flatnonzero(self._shown.order == channel)
        tiling = self._shown.tiling
        place = int(where[0]) if len(where) else min(look.place, tiling.count - 1)
        self.view.zoom_to(*middle_of(tiling, place, look), look.across * tiling.width)

    def viewport(self) -> QWidget:
        """Return the widget that takes the mouse."""
        return self.view.viewport()

    def cell_to_widget(self, channel: int, row: int, column: int) -> QPoint:
        """Return where in `viewport` a position of a map lies. Raises ValueError if hidden."""
        at = self._pixel(channel, row, column)
        if at is None:
            raise ValueError(f"channel {channel} is not shown")
        return self.view.pixel_to_widget(*at)

    def labels_shown(self) -> bool:
        """Return whether maps are large enough on the screen for their names."""
        return self._overlay.labels_shown()

    def columns(self) -> int:
        """Return in how many columns the maps stand."""
        return self._shown.tiling.columns if self._shown else 0

    # -- events -----------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follow palette and text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._take_look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Choose maps with the arrow keys, which would move by single pixels else."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shown = self._shown
        if shown is None or held != Qt.KeyboardModifier.NoModifier:
            return False
        count, columns = shown.tiling.count, shown.tiling.columns
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: count - 1}
        key = Qt.Key(event.key())
        if key not in _STEPS and key not in ends:
            return False
        where = np.flatnonzero(shown.order == self._overlay.chosen)
        if key in ends:
            place = ends[key]
        elif not len(where):
            place = 0
        else:
            down, right = _STEPS[key]
            place = int(where[0]) + down * columns + right
        if 0 <= place < count:
            self._choose(int(shown.order[place]))
        return True

    def _arrange(self, maps: Maps) -> None:
        """Put the maps side by side and show them."""
        self._arranging = True
        order = maps.shown()
        height, width = maps.display.shape[1:3]
        columns = columns_for(len(order), height, width, self._aspect())
        tiling = Tiling(len(order), height, width, columns)
        same = self._shown is not None and self._shown.tiling == tiling
        self._shown = Shown(maps, order, tiling)
        fill = 127 if maps.colors == "signed" else 0
        self._overlay.set_shown(self._shown)
        count = f"{len(order)} of {maps.count}" if len(order) < maps.count else f"{maps.count}"
        size = f"{count} {maps.nouns[1]} of {width} × {height}"
        if maps.count == 1:
            size = f"{width} × {height}"
        self.view.set_size_text(f"{size} · {self._label}" if self._label else size)
        self.view.set_picture(
            assemble(maps.display, order, tiling, fill),
            TiledValues(maps.values, order, tiling),
            colors=maps.colors,
            levels=(-1.0 if maps.levels[0] < 0 else 0.0, 1.0) if maps.relative else maps.levels,
            keep_view=same,
        )
        self._show_marker()
        self.view.set_readout_suffix("· colours: share of each map's own largest" * maps.relative)
        self.view.set_bar_note("of each map's largest" * maps.relative)
        self._arranging = False

    def _resized(self) -> None:
        """Take as many columns as make the maps largest."""
        shown = self._shown
        if shown is None or self._arranging:
            return
        tiling = shown.tiling
        if columns_for(tiling.count, tiling.height, tiling.width, self._aspect()) != tiling.columns:
            self._arrange(shown.maps)

    def _choose(self, channel: int) -> None:
        self.set_chosen(channel)
        self.channel_chosen.emit(channel)

    def _aspect(self) -> float:
        viewport = self.view.viewport()
        return max(0.05, viewport.width() / max(1, viewport.height()))

    def _pixel(self, channel: int, row: int, column: int) -> tuple[int, int] | None:
        if self._shown is None:
            return None
        where = np.flatnonzero(self._shown.order == channel)
        if not len(where):
            return None
        top, left = self._shown.tiling.corner(int(where[0]))
        return top + row, left + column

    def _cell(self, row: int, column: int) -> tuple[int, int, int] | None:
        found = self._shown.tiling.find(row, column) if self._shown else None
        if found is None or self._shown is None:
            return None
        return int(self._shown.order[found[0]]), found[1], found[2]

    def _place_text(self, row: int, column: int) -> str:
        cell = self._cell(row, column)
        if cell is None or self._shown is None:
            return "between maps"
        dead = self._shown.maps.dead
        note = " (dead)" if dead is not None and dead[cell[0]] else ""
        name = self._shown.maps.name(cell[0])
        return f"{self._shown.maps.nouns[0]} {name}{note}, row {cell[1]}, column {cell[2]}"

    def _pixel_hovered(self, row: int, column: int) -> None:
        self._hover(self._cell(row, column))

    def _hover(self, cell: tuple[int, int, int] | None) -> None:
        if cell == self._hovered:
            return
        self._hovered = cell
        if cell is None:
            self.hover_left.emit()
        else:
            self.cell_hovered.emit(*cell)

    def _pixel_clicked(self, row: int, column: int) -> None:
        cell = self._cell(row, column)
        if cell is not None:
            self._choose(cell[0])
            self.cell_clicked.emit(*cell)

    def _take_look(self) -> None:
        self._overlay.palette = self.palette()
        self._overlay.font = self.font()
        self._overlay.surround = self.view.surround()
        self._overlay.update()

    def tile_rect(self, channel: int) -> QRectF:
        """Return where in `viewport` a shown map lies. Raises ValueError if it is not shown."""
        if self._shown is None or not len(where := np.flatnonzero(self._shown.order == channel)):
            raise ValueError(f"channel {channel} is not shown")
        return self._overlay.tile_rect(int(where[0]))
