"""Thousands of small pictures to choose from; each is asked for when it comes into view."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

PAD = 4
FRAME = 3
MOST_KEPT = 4000  # pictures in memory: 64 MB of 64 × 64 pixels
MOST_AT_ONCE = 48  # asked for together, so that the first ones are seen soon

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Thumbnail:
    """One picture: the number that it goes by, its name, and more for the tooltip.

    caption: written below it where the grid shows captions.
    """

    index: int
    name: str
    about: str = ""
    caption: str = ""


class _Model(QAbstractListModel):
    """The pictures in order."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Thumbnail, ...] = ()
        self.rows: dict[int, int] = {}

    def set_entries(self, entries: Sequence[Thumbnail]) -> None:
        self.beginResetModel()
        self.entries = tuple(entries)
        self.rows = {entry.index: row for row, entry in enumerate(self.entries)}
        self.endResetModel()

    def append(self, entry: Thumbnail) -> None:
        row = len(self.entries)
        self.beginInsertRows(QModelIndex(), row, row)
        self.entries = (*self.entries, entry)
        self.rows[entry.index] = row
        self.endInsertRows()

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802  Qt's name
        """Return how many pictures there are."""
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the name and what is said of it."""
        entry = self.entries[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{entry.name}\n{entry.about}" if entry.about else entry.name
        return None


class _Delegate(QStyledItemDelegate):
    """Paints a picture, its frame and its caption."""

    def __init__(self, grid: ThumbnailGrid) -> None:
        super().__init__(grid)
        self._grid = grid

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one entry; the chosen ones in a frame of the accent colour."""
        grid, entry = self._grid, self._grid.entries()[index.row()]
        side = grid.side
        left = option.rect.left() + (option.rect.width() - side) // 2
        place = QRect(left, option.rect.top() + PAD, side, side)
        palette = option.palette
        pixmap = grid.pixmap(entry.index)
        if pixmap is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(_fitted(pixmap.size(), place), pixmap)
        else:
            painter.fillRect(place, palette.color(QPalette.ColorRole.AlternateBase))
            if grid.is_missing(entry.index):
                painter.setPen(palette.color(QPalette.ColorRole.Text))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "✕")
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), FRAME))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
        if option.state & QStyle.StateFlag.State_HasFocus:
            pen = QPen(palette.color(QPalette.ColorRole.Text), 1, Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawRect(place.adjusted(-3, -3, 2, 2))
        if grid.captions:
            painter.setPen(palette.color(QPalette.ColorRole.Text))
            below = QRect(option.rect.left(), place.bottom() + 2, option.rect.width(), 99)
            text = option.fontMetrics.elidedText(
                entry.caption, Qt.TextElideMode.ElideMiddle, below.width()
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return the size of every entry."""
        return self._grid.cell_size()


class ThumbnailGrid(QListView):
    """Pictures in rows; click, Ctrl, Shift, a dragged frame or the keyboard choose some.

    What comes into view is asked for by `thumbnails_wanted`; answer with `set_thumbnail`. Those
    not answered are asked for again when they are painted again.
    """

    selection_changed = Signal(tuple)
    """The numbers of the chosen pictures, in their order, when the person changed them."""
    thumbnails_wanted = Signal(tuple)
    """Numbers of pictures that are in view but not here yet."""

    def __init__(
        self,
        name: str,
        tooltip: str,
        *,
        side: int = 64,
        captions: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """side: of a picture in pixels."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tooltip)
        self.setToolTip(tooltip)
        self.side, self.captions = side, captions
        self._model = _Model()
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()
        self._missing: set[int] = set()
        self._wanted: list[int] = []
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)
        self._quiet = False
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fit()

    # -- what is shown ----------------------------------------------------------------------

    def set_entries(self, entries: Sequence[Thumbnail]) -> None:
        """Show `entries`; chosen ones that stay remain chosen, without telling."""
        if tuple(entries) == self._model.entries:
            return
        chosen = self.selected()
        self._quiet = True
        self._model.set_entries(entries)
        self._quiet = False
        self.set_selected(chosen)

    def add_entry(self, entry: Thumbnail) -> None:
        """Show one more behind the others, all of which stay where they are."""
        self._model.append(entry)

    def entries(self) -> tuple[Thumbnail, ...]:
        """Return what is shown, in order."""
        return self._model.entries

    def set_thumbnail(self, index: int, pixels: np.ndarray | None) -> None:
        """Show `pixels`, uint8 (h, w, 3), for the picture `index`; None: it cannot be had."""
        if pixels is None:
            self._missing.add(index)
        else:
            data = np.ascontiguousarray(pixels)
            height, width = data.shape[:2]
            image = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            self._pixmaps[index] = QPixmap.fromImage(image)
            self._pixmaps.move_to_end(index)
            while len(self._pixmaps) > MOST_KEPT:
                self._pixmaps.popitem(last=False)
        self.viewport().update()

    def clear_thumbnails(self) -> None:
        """Forget all pictures: the numbers stand for others now."""
        self._pixmaps.clear()
        self._missing.clear()
        self.viewport().update()

    def thumbnail_count(self) -> int:
        """Return how many pictures are here."""
        return len(self._pixmaps)

    def pixmap(self, index: int) -> QPixmap | None:
        """Return the picture `index`, or None and ask for it."""
        found = self._pixmaps.get(index)
        if found is None and index not in self._missing and index not in self._wanted:
            self._wanted.append(index)
            if not self._asking.isActive():
                self._asking.start()
        return found

    def is_missing(self, index: int) -> bool:
        """Return whether the picture `index` cannot be had."""
        return index in self._missing

    def _ask(self) -> None:
        wanted, self._wanted = tuple(self._wanted[:MOST_AT_ONCE]), []
        if wanted:
            self.thumbnails_wanted.emit(wanted)

    # -- choosing ---------------------------------------------------------------------------

    def selected(self) -> tuple[int, ...]:
        """Return the numbers of the chosen pictures, in their order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return tuple(self._model.entries[row].index for row in rows)

    def set_selected(self, indices: Iterable[int]) -> None:
        """Choose these of the pictures that are shown, without telling."""
        rows = sorted(self._model.rows[i] for i in set(indices) if i in self._model.rows)
        if [self._model.entries[row].index for row in rows] == list(self.selected()):
            return
        wanted = QItemSelection()
        for first, last in _ranges(rows):
            wanted.select(self._model.index(first), self._model.index(last))
        self._quiet = True
        self.selectionModel().select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._quiet = False
        if rows:
            self.scrollTo(self._model.index(rows[0]))

    def selectionChanged(  # noqa: N802  Qt's name
        self, selected: QItemSelection, deselected: QItemSelection
    ) -> None:
        """Tell what the person chose."""
        super().selectionChanged(selected, deselected)
        if not self._quiet:
            self.selection_changed.emit(self.selected())

    # -- sizes ------------------------------------------------------------------------------

    def cell_size(self) -> QSize:
        """Return the room of one picture with its caption."""
        side = self.side + 2 * PAD
        if not self.captions:
            return QSize(side, side)
        text = self.fontMetrics()
        return QSize(
            max(side, text.horizontalAdvance("−0.000") + 2 * PAD), side + text.height() + 2
        )

    def _fit(self) -> None:
        self.setGridSize(self.cell_size())
        self.setMinimumHeight(self.cell_size().height() + 2 * PAD)

    def minimumSizeHint(self) -> QSize:
        """Room for two pictures side by side."""
        cell = self.cell_size()
        return QSize(2 * cell.width() + 24, cell.height() + 2 * PAD)

    def changeEvent(self, event: QEvent) -> None:
        """Make room for larger text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()


def _fitted(size: QSize, place: QRect) -> QRect:
    """Return the largest rectangle of the shape of `size` in the middle of `place`."""
    fitted = size.scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    found = QRect(place.topLeft(), fitted.expandedTo(QSize(1, 1)))
    found.moveCenter(place.center())
    return found


def _ranges(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return sorted numbers as (first, last) of each run without gaps."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
