"""The activations of a batch as cuboids, with the cells that belong together in one colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

_DEPTH = (0.5, -0.36)  # where one channel lies behind another, in cells
_SHADES = {"front": 100, "top": 92, "side": 116}  # how bright a face is, for QColor.darker
_MOST_SCALE = 34.0  # pixels of a cell
_GOLDEN = 0.61803398875
_APART = 1.2  # cells between two cuboids


@dataclass(frozen=True)
class _Face:
    polygon: QPolygonF
    group: int
    side: str


@dataclass(frozen=True)
class _Place:
    """Where the cuboids lie: the first one's lower left corner in front, and their steps.

    scale: pixels of a cell; height: rows of a cuboid; step: pixels from one to the next.
    """

    left: float
    bottom: float
    scale: float
    height: int
    step: float

    def corner(self, example: int, channel: float, row: float, column: float) -> QPointF:
        """Return where a corner of a cell lies."""
        return QPointF(
            self.left + example * self.step + (column + channel * _DEPTH[0]) * self.scale,
            self.bottom + (row - self.height + channel * _DEPTH[1]) * self.scale,
        )


class BlockView(QWidget):
    """Draws a block (N, C, H, W): one cuboid an example, its channels one behind the other.

    Cells with the same group number have the same colour; the mouse on a cell stresses its group.
    """

    group_hovered = Signal(int)
    """The group under the mouse, −1 for none."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._groups = np.zeros((0, 0, 0, 0), dtype=np.int64)
        self._hues: dict[int, QColor] = {}
        self._hovered = -1
        self._faces: list[_Face] | None = None

    def set_groups(self, groups: np.ndarray) -> None:
        """Show int `groups` (N, C, H, W). Raises ValueError for another number of dimensions."""
        groups = np.asarray(groups)
        if groups.ndim != 4:
            raise ValueError(f"a block has 4 dimensions, not {groups.ndim}")
        if np.array_equal(groups, self._groups):
            return
        self._groups = groups.astype(np.int64)
        kinds = list(dict.fromkeys(self._groups.ravel().tolist()))
        self._hues = {kind: group_color(n, len(kinds)) for n, kind in enumerate(kinds)}
        if self._hovered not in self._hues:
            self._hovered = -1
        self._faces = None
        self.setAccessibleDescription(self.summary())
        self.update()

    def groups(self) -> np.ndarray:
        """Return what is shown."""
        return self._groups

    def summary(self) -> str:
        """Return how many groups there are."""
        count = len(self._hues)
        return f"{count:,} group{'' if count == 1 else 's'} of cells"

    def best_height(self, width: int) -> int:
        """Return the height at which the cuboids take all of `width`."""
        line = QFontMetricsF(self.font()).height()
        scale = min((width - 2 * line) / self._all_wide(), _MOST_SCALE)
        return round(scale * self._extent()[1] + 2.3 * line)

    def face_center(self, example: int, row: int, column: int) -> QPointF:
        """Return the middle of a cell of the first channel, for a mouse."""
        return self._place().corner(example, 0, row + 0.5, column + 0.5)

    def sizeHint(self) -> QSize:
        """Ask for cuboids in which cells can be told apart."""
        return QSize(360, 200)

    def minimumSizeHint(self) -> QSize:
        """Return the least size."""
        return QSize(160, 110)

    # -- where things lie -------------------------------------------------------------------

    def _extent(self) -> tuple[float, float]:
        """Return width and height of one cuboid in cells."""
        _, channels, height, width = self._groups.shape
        return width + channels * _DEPTH[0], height - channels * _DEPTH[1]

    def _all_wide(self) -> float:
        """Return the width of all cuboids in cells."""
        return len(self._groups) * (self._extent()[0] + _APART) - _APART

    def _place(self) -> _Place:
        wide, high = self._extent()
        all_wide = self._all_wide()
        line = QFontMetricsF(self.font()).height()
        across = (self.width() - 2 * line) / all_wide
        down = (self.height() - 2.3 * line) / max(high, 1)
        scale = max(1.0, min(across, down, _MOST_SCALE))
        return _Place(
            left=max(1.2 * line, (self.width() - all_wide * scale) / 2),
            bottom=line * 1.1 + (self.height() - 2.3 * line + high * scale) / 2,
            scale=scale,
            height=self._groups.shape[2],
            step=(wide + _APART) * scale,
        )

    def _make_faces(self) -> list[_Face]:
        faces = []
        place = self._place()

        def quad(example: int, *corners: tuple[float, float, float]) -> QPolygonF:
            return QPolygonF([place.corner(example, *corner) for corner in corners])

        examples, channels, height, width = self._groups.shape
        for n in range(examples):
            block = self._groups[n]
            for c in range(channels):
                for x in range(width):
                    top = quad(n, (c, 0, x), (c, 0, x + 1), (c + 1, 0, x + 1), (c + 1, 0, x))
                    faces.append(_Face(top, int(block[c, 0, x]), "top"))
                for y in range(height):
                    near, far = (c, y, width), (c + 1, y, width)
                    side = quad(n, near, (c, y + 1, width), (c + 1, y + 1, width), far)
                    faces.append(_Face(side, int(block[c, y, width - 1]), "side"))
            for y in range(height):
                for x in range(width):
                    front = quad(n, (0, y, x), (0, y, x + 1), (0, y + 1, x + 1), (0, y + 1, x))
                    faces.append(_Face(front, int(block[0, y, x]), "front"))
        return faces

    # -- drawing and mouse ------------------------------------------------------------------

    def resizeEvent(self, event: QEvent) -> None:
        """Lay the cuboids out anew."""
        super().resizeEvent(event)
        self._faces = None

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._faces = None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cuboids, the names of the axes and what is stressed."""
        if not self._groups.size:
            return
        if self._faces is None:
            self._faces = self._make_faces()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.palette().color(QPalette.ColorRole.Window)
        line = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        line.setAlpha(150)
        painter.setPen(QPen(line, 0.8))
        for face in self._faces:
            color = self._hues[face.group].darker(_SHADES[face.side])
            if self._hovered not in (-1, face.group):
                color = _mixed(color, base, 0.78)
            painter.setBrush(color)
            painter.drawPolygon(face.polygon)
        self._paint_names(painter)
        painter.end()

    def _paint_names(self, painter: QPainter) -> None:
        examples, channels, height, width = self._groups.shape
        place = self._place()
        line = QFontMetricsF(self.font()).height()
        centre = Qt.AlignmentFlag.AlignCenter
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        for n in range(examples):
            below = place.corner(n, 0, height, width / 2)
            name = f"n = {n}" if place.scale * width > 3 * line else str(n)
            painter.drawText(QRectF(below.x() - 60, below.y() + 2, 120, line), centre, name)
        left = place.corner(0, 0, height / 2, 0)
        painter.drawText(
            QRectF(left.x() - 1.4 * line, left.y() - line / 2, line, line), centre, "H"
        )
        top = place.corner(0, channels, 0, width / 2)
        painter.drawText(QRectF(top.x() - line, top.y() - line - 1, 2 * line, line), centre, "W")
        slope = place.corner(examples - 1, channels / 2, height, width)
        painter.drawText(QRectF(slope.x() + 3, slope.y(), 2 * line, line), centre, "C")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stress the group under the mouse."""
        self._hover(self._group_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Stress nothing."""
        self._hover(-1)
        super().leaveEvent(event)

    def _group_at(self, position: QPointF) -> int:
        for face in reversed(self._faces or []):
            if face.polygon.containsPoint(position, Qt.FillRule.OddEvenFill):
                return face.group
        return -1

    def _hover(self, group: int) -> None:
        if group != self._hovered:
            self._hovered = group
            self.group_hovered.emit(group)
            self.update()


def group_color(number: int, count: int) -> QColor:
    """Return the colour of a group, as far from those before it as hues allow."""
    hue = number / count if count <= 6 else number * _GOLDEN
    light = 0.62 if count <= 12 else (0.55, 0.70, 0.62)[number % 3]
    return QColor.fromHslF((0.58 + hue) % 1.0, 0.62, light)


def _mixed(color: QColor, other: QColor, share: float) -> QColor:
    parts = zip(color.getRgbF()[:3], other.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(a * (1 - share) + b * share for a, b in parts))
