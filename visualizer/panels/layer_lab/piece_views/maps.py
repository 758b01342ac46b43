"""Maps: in tiles with a colour bar, or as cells with their numbers where they are small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Maps
from visualizer.panels.layer_lab.preparing import MOST_GRIDS, Drawing, MapsDrawing
from widgets.cell_map import CellMap, ColorBar, GridMarks, Window
from widgets.mosaic_view import MosaicView, columns_for

Windows = Sequence[tuple[int, int, int, int]]
LEAST_HEIGHT = 150
USUAL_HEAD = 20  # how much of that is the line of text above, where text is of its usual size
MOST_STACKED = 3  # maps that are worth a height at which each takes the whole width
LEAST_SIDE = 18.0  # pixels of a cell in which a whole number is read
LARGE = 10_000  # pixels: any height
CELLS_GAP = 6
MOST_SIDE = 64.0  # pixels of a cell, beyond which its number is not read any better


class MapsView(PieceView[Maps]):
    """What tiles and cells have in common: pointing, and marks."""

    cell_hovered = Signal(int, int, int)
    """Channel, row and column under the mouse."""
    hover_left = Signal()
    cell_clicked = Signal(int, int, int)
    share = 1.4

    def mark_position(self, channel: int, row: int, column: int) -> None:
        """Mark one position of one map."""
        raise NotImplementedError

    def mark_windows(self, windows: Windows, channel: int | None) -> None:
        """Outline windows on the map `channel`, on all of them for None."""
        raise NotImplementedError

    def clear_marks(self) -> None:
        """Take all marks away."""
        raise NotImplementedError

    def size_of_maps(self) -> tuple[int, int]:
        """Return rows and columns of each map."""
        assert self.piece is not None
        return self.piece.maps.shape[1], self.piece.maps.shape[2]


class TilesView(MapsView):
    """Maps side by side as one picture."""

    def __init__(self) -> None:
        self.mosaic = MosaicView("piece_maps")
        super().__init__(self.mosaic, titled=False)
        self.mosaic.cell_hovered.connect(self.cell_hovered)
        self.mosaic.hover_left.connect(self.hover_left)
        self.mosaic.view.set_compact(True, size=True)
        self.mosaic.cell_clicked.connect(self.cell_clicked)

    def take(self, piece: Maps, drawing: Drawing) -> None:
        """Show the maps; zoom stays while their count and size do."""
        assert isinstance(drawing, MapsDrawing)
        assert drawing.mosaic is not None
        self.mosaic.set_title(piece.title)
        self.mosaic.set_maps(drawing.mosaic)

    def mark_position(self, channel: int, row: int, column: int) -> None:
        """Mark one position of one map."""
        self.mosaic.set_marker(self._tile(channel), row, column)

    def mark_windows(self, windows: Windows, channel: int | None) -> None:
        """Outline windows on the map `channel`, on all of them for None."""
        tile = None if channel is None else self._tile(channel)
        self.mosaic.set_windows(*window_pixels(windows), tile)

    def clear_marks(self) -> None:
        """Take all marks away."""
        self.mosaic.clear_windows()
        self.mosaic.clear_marker()

    def content_height(self, width: int) -> int:
        """Return the height of a line of text and of maps that can be made out."""
        return LEAST_HEIGHT - USUAL_HEAD + self._head()

    def needed_width(self) -> int:
        """Return the width of such a map and of the colour bar."""
        return LEAST_HEIGHT + self._bar_width()

    def form(self) -> object:
        """Return count and size of the maps."""
        maps = self.mosaic.maps()
        return maps.display.shape if maps is not None else None

    def most_height(self, width: int) -> int:
        """Return the height at which one map takes the whole width; more of them take more."""
        maps = self.mosaic.maps()
        if maps is None:
            return self.least_height(width)
        count, high, wide = maps.display.shape[:3]
        side = (width - self._bar_width()) / wide
        return round(min(count, MOST_STACKED) * high * side) + self._head() + self.beside(width)

    def use(self, width: int, height: int) -> float:
        """Return the area of the maps as they are painted."""
        maps = self.mosaic.maps()
        across = width - self._bar_width()
        down = height - self._head() - self.beside(width)
        if maps is None or min(across, down) <= 0:
            return 0.0
        count, high, wide = maps.display.shape[:3]
        columns = columns_for(count, high, wide, across / down)
        scale = min(across / (columns * wide), down / (-(-count // columns) * high))
        return count * high * wide * scale**2

    def _bar_width(self) -> int:
        maps = self.mosaic.maps()
        plain = maps is not None and maps.colors == "rgb"
        return 0 if plain else self.mosaic.view.bar_width()

    def _head(self) -> int:
        return self.fontMetrics().height() + 6

    def _tile(self, channel: int) -> int:
        maps = self.mosaic.maps()
        return min(channel, maps.count - 1) if maps is not None else channel


class CellsView(MapsView):
    """A few small maps with their numbers in the cells, in as many columns as make them largest."""

    def __init__(self) -> None:
        holder = QWidget()
        self.grids: list[CellMap] = []
        self.bar = ColorBar()
        self._places = QGridLayout()
        self._places.setSpacing(CELLS_GAP)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(CELLS_GAP)
        row.addLayout(self._places, 1)
        row.addWidget(self.bar)
        self._columns = (0, 0)  # at present, and of how many maps
        super().__init__(holder)

    def form(self) -> object:
        """Return count and size of the maps."""
        return self.piece.maps.shape if self.piece is not None else None

    def needed_width(self) -> int:
        """Return the width at which the numbers of one map, or of two side by side, are read."""
        if self.piece is None:
            return self.least_width
        count, _, columns = self.piece.maps.shape
        each = columns * LEAST_SIDE + self._ruler()
        return max(self.least_width, round(min(count, 2) * each) + self._bar_width())

    def content_height(self, width: int) -> int:
        """Return the height at which the numbers are read at `width`."""
        if self.piece is None:
            return LEAST_HEIGHT
        rows, below = self.piece.maps.shape[1], self._rows_at(width)
        return max(LEAST_HEIGHT, round(below * (rows * LEAST_SIDE + self._ruler())))

    def most_height(self, width: int) -> int:
        """Return the height at which the cells are as large as they become."""
        if self.piece is None:
            return self.least_height(width)
        rows, below = self.piece.maps.shape[1], self._rows_at(width)
        side = self._side_in(-(-len(self.piece.maps) // below), width, LARGE)
        wanted = round(below * (rows * side + self._ruler()) + self.beside(width))
        return max(self.least_height(width), wanted)

    def _rows_at(self, width: int) -> int:
        """Return in how few rows the numbers can be read at `width`."""
        assert self.piece is not None
        count = len(self.piece.maps)
        read = [n for n in range(1, count + 1) if self._side_in(n, width, LARGE) >= LEAST_SIDE]
        return -(-count // max(read, default=1))

    def use(self, width: int, height: int) -> float:
        """Return the area of the cells as they are painted."""
        if self.piece is None:
            return 0.0
        return self.piece.maps.size * self._side(width, height - self.beside(width)) ** 2

    def _columns_at(self, width: int, height: int) -> int:
        """Return in how many columns the maps are largest."""
        assert self.piece is not None
        return max(
            range(1, len(self.piece.maps) + 1), key=lambda n: self._side_in(n, width, height)
        )

    def _side(self, width: int, height: int) -> float:
        return self._side_in(self._columns_at(width, height), width, height)

    def _side_in(self, across: int, width: int, height: int) -> float:
        """Return how large a cell is with `across` maps side by side."""
        assert self.piece is not None
        count, rows, columns = self.piece.maps.shape
        room = (width - self._bar_width()) / across - self._ruler()
        below = height / -(-count // across) - self._ruler()
        return max(0.0, min(MOST_SIDE, room / columns, below / rows))

    def _ruler(self) -> float:
        return 2.0 * self.fontMetrics().height()

    def _bar_width(self) -> int:
        return self.bar.sizeHint().width() + CELLS_GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many columns as make the maps largest."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        if self.piece is None:
            return
        inner = self.height() - self.beside(self.width())
        shown = min(len(self.piece.maps), len(self.grids))
        columns = self._columns_at(self.width(), inner)
        if (columns, shown) == self._columns:
            return
        self._columns = (columns, shown)
        for number, grid in enumerate(self.grids[:shown]):
            self._places.addWidget(grid, number // columns, number % columns)
        for place in range(MOST_GRIDS):
            self._places.setColumnStretch(place, int(place < columns))
            self._places.setRowStretch(place, int(place < -(-shown // columns)))

    def take(self, piece: Maps, drawing: Drawing) -> None:
        """Show each map in a grid of its own."""
        assert isinstance(drawing, MapsDrawing)
        while len(self.grids) < len(drawing.cells):
            self._add_grid()
        self.bar.set_scale(drawing.cells[0].colors, drawing.cells[0].levels)
        for number, grid in enumerate(self.grids):
            shown = number < len(drawing.cells)
            grid.set_cells(drawing.cells[number] if shown else None)
            grid.setVisible(shown)
            grid.setAccessibleName(f"{piece.title}, map {number}")
        self._arrange()

    def _add_grid(self) -> None:
        grid, number = CellMap(), len(self.grids)
        grid.setObjectName(f"piece_cells_{number}")
        grid.cell_hovered.connect(lambda r, c: self.cell_hovered.emit(number, r, c))
        grid.hover_left.connect(self.hover_left)
        grid.cell_clicked.connect(lambda r, c: self.cell_clicked.emit(number, r, c))
        self._places.addWidget(grid, 0, number)
        self.grids.append(grid)

    def mark_position(self, channel: int, row: int, column: int) -> None:
        """Mark one position of one map."""
        mine = min(channel, len(self.grids) - 1)
        for number, grid in enumerate(self.grids):
            grid.set_marks(GridMarks(cell=(row, column) if number == mine else None))

    def mark_windows(self, windows: Windows, channel: int | None) -> None:
        """Outline windows on the map `channel`, on all of them for None."""
        marks = GridMarks(windows=tuple(Window(*one) for one in windows))
        mine = None if channel is None else min(channel, len(self.grids) - 1)
        for number, grid in enumerate(self.grids):
            grid.set_marks(marks if mine in (None, number) else GridMarks())

    def clear_marks(self) -> None:
        """Take all marks away."""
        for grid in self.grids:
            grid.set_marks(GridMarks())


def window_pixels(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of all cells of `windows`: two (n,) int arrays, each cell once."""
    cells = {
        (r, c)
        for row, column, height, width in windows
        for r in range(row, row + height)
        for c in range(column, column + width)
    }
    both = np.array(sorted(cells), dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
