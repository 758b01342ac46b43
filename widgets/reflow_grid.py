"""Equal things side by side, in as many columns as they have room to be read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget


class ReflowGrid(QWidget):
    """Lays `parts` row by row in at most `most` columns, fewer where one would be cut."""

    def __init__(
        self, name: str, parts: Sequence[QWidget], most: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._parts, self._most = tuple(parts), most
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(6)
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # it reflows instead
        self._arrange()

    def columns(self) -> int:
        """Return how many columns there are at present."""
        return self._columns

    def minimumSizeHint(self) -> QSize:
        """Return the room of one column, at the height of the present ones."""
        return QSize(self._least(), self._grid.totalMinimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many columns as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Follow the needs of the parts."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return done

    def _least(self) -> int:
        return max(
            (max(part.minimumSizeHint().width(), part.minimumWidth()) for part in self._parts),
            default=0,
        )

    def _arrange(self) -> None:
        gap = self._grid.spacing()
        fitting = (self.width() + gap) // max(self._least() + gap, 1)
        columns = max(1, min(fitting, self._most))
        if columns == self._columns:
            return
        self._columns = columns
        for number, part in enumerate(self._parts):
            self._grid.addWidget(part, number // columns, number % columns)
        for column in range(self._most):
            self._grid.setColumnStretch(column, int(column < columns))
        self.updateGeometry()
