"""A mask that is drawn into, and what it was before each stroke."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

MOST_STEPS = 100


@dataclass(frozen=True)
class Steps:
    """What a mask of `size` was before each step, and what was taken back."""

    size: tuple[int, int]
    done: tuple[bytes, ...] = ()
    undone: tuple[bytes, ...] = ()


class Drawing:
    """A mask of bytes, 255 where painted, and the steps that lead to it.

    Points are (x, y) in the mask's pixels, whose corners are at whole numbers.
    """

    def __init__(self) -> None:
        self._image = QImage(1, 1, QImage.Format.Format_Grayscale8)
        self._image.fill(0)
        self._base, self._path, self._pen = self._image, QPainterPath(), QPen()
        self._undone: list[bytes] = []
        self._done: list[bytes] = []

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self._image.height(), self._image.width()

    def pixels(self) -> np.ndarray:
        """Return the mask, uint8 (h, w)."""
        rows, columns = self.size
        bits = np.frombuffer(self._image.constBits(), np.uint8)
        return bits.reshape(rows, self._image.bytesPerLine())[:, :columns].copy()

    def resize(self, rows: int, columns: int) -> None:
        """Stretch the mask over another size; steps of the old one cannot be taken back."""
        if (rows, columns) != self.size:
            ways = (
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            scaled = self._image.scaled(columns, rows, *ways)
            self._image = scaled.convertToFormat(QImage.Format.Format_Grayscale8)
            self.forget()

    def put(self, pixels: np.ndarray) -> None:
        """Take `pixels`, uint8 (h, w), as the mask."""
        data = np.ascontiguousarray(pixels)
        rows, columns = data.shape
        image = QImage(data.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        self._image = image.copy()  # the array may go

    def start(self, point: QPointF, width: float, *, painted: bool) -> None:
        """Begin a step that draws (or erases) with a round brush from `point` on."""
        self.begin()
        self._base, self._path = self._image, QPainterPath(point)
        ink = QColor(255, 255, 255) if painted else QColor(0, 0, 0)
        cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        self._pen = QPen(ink, width, Qt.PenStyle.SolidLine, cap, join)
        self._draw_stroke()

    def go_on(self, point: QPointF) -> None:
        """Draw on to `point` since `start`."""
        self._path.lineTo(point)
        self._draw_stroke()

    def _draw_stroke(self) -> None:
        """Draw the whole stroke anew: drawn piece by piece, its soft edge would grow hard."""
        self._image = self._base.copy()
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bounds = self._path.boundingRect()
        if bounds.width() or bounds.height():
            painter.strokePath(self._path, self._pen)
        else:
            half = self._pen.widthF() / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._pen.color())
            painter.drawEllipse(self._path.currentPosition(), half, half)
        painter.end()

    # -- steps ------------------------------------------------------------------------------

    def begin(self) -> None:
        """Keep the mask as it is before a step."""
        self._done.append(self._packed())
        del self._done[:-MOST_STEPS]
        self._undone.clear()

    def undo(self) -> bool:
        """Take the last step back; return whether there was one."""
        return self._go(self._done, self._undone)

    def redo(self) -> bool:
        """Do the step again that was taken back; return whether there was one."""
        return self._go(self._undone, self._done)

    def can_undo(self) -> bool:
        """Return whether there is a step to take back."""
        return bool(self._done)

    def can_redo(self) -> bool:
        """Return whether there is a step to do again."""
        return bool(self._undone)

    def forget(self) -> None:
        """Let no step be taken back any more."""
        self._done.clear()
        self._undone.clear()

    def steps(self) -> Steps:
        """Return what can be taken back and done again, for `take_steps`."""
        return Steps(self.size, tuple(self._done), tuple(self._undone))

    def take_steps(self, steps: Steps | None) -> None:
        """Let `steps` be taken back and done again; none where they are of another size."""
        self.forget()
        if steps is not None and steps.size == self.size:
            self._done, self._undone = list(steps.done), list(steps.undone)

    def _go(self, here: list[bytes], there: list[bytes]) -> bool:
        if not here:
            return False
        there.append(self._packed())
        self.put(np.frombuffer(zlib.decompress(here.pop()), np.uint8).reshape(self.size))
        return True

    def _packed(self) -> bytes:
        return zlib.compress(self.pixels().tobytes(), 1)  # a mask shrinks to a hundredth
