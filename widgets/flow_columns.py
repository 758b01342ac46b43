"""A layout in newspaper columns: one below the other where it is narrow, in columns where wide."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QWidget

STEP = 4  # pixels, by which the height of columns is tried


class FlowColumns(QLayout):
    """Items from top to bottom, then in the next column; columns are equally wide and about level.

    There are as many columns as fit, but no more than `most`; an item is as high as it wants to be.
    A label stays with its buddy.
    """

    def __init__(self, parent: QWidget | None = None, *, most: int = 3) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._most = most

    # -- what Qt asks of a layout -----------------------------------------------------------

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802  Qt's name
        """Take `item` as the last one."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802  Qt's name
        """Return an item, None where there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802  Qt's name
        """Give an item back."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802  Qt's name
        """Return that it takes no more than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return that it is lower where it is wider."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that all items need at `width`."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def minimumSize(self) -> QSize:  # noqa: N802  Qt's name
        """Return the width of one column, and the height where all columns have room."""
        return QSize(self._least_width(), self.heightForWidth(2 * self._most * self._least_width()))

    def sizeHint(self) -> QSize:
        """Return the room of one column."""
        return QSize(self._least_width(), self.heightForWidth(self._least_width()))

    def setGeometry(self, area: QRect) -> None:  # noqa: N802  Qt's name
        """Put the items in their places."""
        super().setGeometry(area)
        self._place(area, move=True)

    # -- columns ----------------------------------------------------------------------------

    def _least_width(self) -> int:
        margins = self.contentsMargins()
        return self._least() + margins.left() + margins.right()

    def _least(self) -> int:
        shown = [item.minimumSize().width() for item in self._items if not item.isEmpty()]
        return max(shown, default=0)

    def _place(self, area: QRect, *, move: bool) -> int:
        """Return the height that the items take in `area`; move them there."""
        margins: QMargins = self.contentsMargins()
        room, gap = area.marginsRemoved(margins), self.spacing()
        around = margins.top() + margins.bottom()
        shown = [item for item in self._items if not item.isEmpty()]
        if not shown:
            return around
        fitting = (room.width() + 4 * gap) // max(self._least() + 4 * gap, 1)
        count = max(1, min(fitting, self._most, len(shown)))
        width = (room.width() - 4 * gap * (count - 1)) // count
        heights = [_height(item, width) for item in shown]
        columns = _level(heights, [_leads(item) for item in shown], count, gap)
        if move:
            for item, height, (column, top) in zip(shown, heights, columns, strict=True):
                left = room.left() + column * (width + 4 * gap)
                item.setGeometry(QRect(left, room.top() + top, width, height))
        ends = (top + height for height, (_, top) in zip(heights, columns, strict=True))
        return max(ends) + around


def _height(item: QLayoutItem, width: int) -> int:
    wanted = item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
    return max(wanted, item.minimumSize().height())


def _leads(item: QLayoutItem) -> bool:
    """Return whether `item` is the label of the next one."""
    label = item.widget()
    return isinstance(label, QLabel) and label.buddy() is not None


def _level(heights: list[int], leading: list[bool], count: int, gap: int) -> list[tuple[int, int]]:
    """Return column and top of each item, the columns as low as `count` of them allow.

    leading: whether an item must not be the last of a column.
    """
    together = [
        height + (gap + after if leads else 0)
        for height, after, leads in zip(heights, [*heights[1:], 0], leading, strict=True)
    ]
    limit = max(max(together), sum(heights) // count)
    while True:
        places, column, top = [], 0, 0
        for height, needed in zip(heights, together, strict=True):
            if top and top + needed > limit:
                column, top = column + 1, 0
            places.append((column, top))
            top += height + gap
        if column < count:
            return places
        limit += STEP
