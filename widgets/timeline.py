"""A strip of snapshots in the order in which they were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QWidget

from widgets.thumbnail_grid import PAD, Thumbnail, ThumbnailGrid

_FIRST_KEYS = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right)


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
    away, Escape gives it up; the wheel moves the strip. While its end is in view, the strip follows
    the newest.
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
        """side: of a picture in pixels."""
        self._snapshots: dict[int, Snapshot] = {}
        self._hint = ""
        super().__init__(name, "Snapshots of the run", side=side, captions=True, parent=parent)
        self.setToolTip(
            "Click: look at a snapshot; double click or Return: go on from it; Delete: take it away"
        )
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selection_changed.connect(self._tell_choice)
        self.thumbnails_wanted.connect(self._give)
        self.doubleClicked.connect(lambda index: self._activate(index))
        self._fit()

    # -- what is shown ----------------------------------------------------------------------

    def set_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Show `snapshots`, oldest first; the chosen one stays chosen if it is among them.

        Raises ValueError for two snapshots with one key.
        """
        found = {snapshot.key: snapshot for snapshot in snapshots}
        if len(found) != len(snapshots):
            raise ValueError("two snapshots have one key")
        following, place = self._at_end(), self.horizontalScrollBar().value()
        self._snapshots = found
        self.clear_thumbnails()
        self.set_entries([_entry(snapshot) for snapshot in snapshots])
        self._give(found)
        if self.chosen() is None:
            self._scroll(None if following else place)
        else:
            self.set_chosen(self.chosen())  # from there the arrows go on

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Show one more at the end; all others stay where they are.

        Raises ValueError where its key is there already.
        """
        if snapshot.key in self._snapshots:
            raise ValueError(f"there is a snapshot {snapshot.key} already")
        following, place = self._at_end(), self.horizontalScrollBar().value()
        self._snapshots[snapshot.key] = snapshot
        self.add_entry(_entry(snapshot))
        self._give((snapshot.key,))
        self._scroll(None if following else place)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return what is shown, oldest first."""
        return tuple(self._snapshots.values())

    def set_chosen(self, key: int | None) -> None:
        """Choose the snapshot `key`, or none, without telling."""
        self.set_selected(() if key is None else (key,))
        row = self._row(key)
        if row is not None:
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self.model().index(row, 0), flag)

    def chosen(self) -> int | None:
        """Return the key of the chosen snapshot."""
        return next(iter(self.selected()), None)

    def set_hint(self, text: str) -> None:
        """Say `text` while there are no snapshots."""
        self._hint = text
        self.viewport().update()

    def _give(self, keys: Sequence[int]) -> None:
        for key in keys:
            self.set_thumbnail(key, self._snapshots[key].pixels)

    def _row(self, key: int | None) -> int | None:
        return next((row for row, entry in enumerate(self.entries()) if entry.index == key), None)

    # -- where the strip is -----------------------------------------------------------------

    def _at_end(self) -> bool:
        bar = self.horizontalScrollBar()
        return bar.value() >= bar.maximum()

    def _scroll(self, place: int | None) -> None:
        """Bring the strip to `place`, or to its end."""
        self.doItemsLayout()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.maximum() if place is None else place)

    def _fit(self) -> None:
        """Be as high as one row of pictures and its scroll bar, whether it is there or not."""
        self.setGridSize(self.cell_size())
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.setFixedHeight(self.cell_size().height() + bar + 2 * PAD)

    def minimumSizeHint(self) -> QSize:
        """Room for two pictures side by side."""
        return QSize(2 * self.cell_size().width() + 24, self.minimumHeight())

    # -- events -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to, take away or give up the chosen snapshot; else as any list."""
        key, chosen = Qt.Key(event.key()), self.chosen()
        if chosen is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.snapshot_activated.emit(chosen)
        elif chosen is not None and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit(chosen)
        elif chosen is not None and key == Qt.Key.Key_Escape:
            self.clearSelection()
        elif chosen is None and key in _FIRST_KEYS and self._snapshots:
            # Qt takes the first one for current with the focus, from where Home would lead nowhere.
            row = 0 if key == Qt.Key.Key_Home else len(self._snapshots) - 1
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self.model().index(row, 0), flag)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move the strip sideways with either wheel."""
        turned = event.angleDelta()
        way = turned.x() or turned.y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - round(way / 120 * self.cell_size().width()))
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the strip, or the hint where there is none."""
        super().paintEvent(event)
        if self._hint and not self.entries():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(8, 0, -8, 0), int(flags), self._hint)
            painter.end()

    def _activate(self, index: QModelIndex) -> None:
        self.snapshot_activated.emit(self.entries()[index.row()].index)

    def _tell_choice(self, chosen: tuple[int, ...]) -> None:
        if chosen:
            self.snapshot_chosen.emit(chosen[0])
        else:
            self.choice_left.emit()


def _entry(snapshot: Snapshot) -> Thumbnail:
    return Thumbnail(
        snapshot.key, f"Iteration {snapshot.iteration}", snapshot.about, str(snapshot.iteration)
    )
