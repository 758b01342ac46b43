"""A map laid over the picture that it answers to, with what one of its positions sees."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsRectItem, QVBoxLayout, QWidget

from widgets.colors import OUTLINE_UNDER, WINDOW_OUTLINE, Colors
from widgets.image_view import ImageView

_PICTURE_LAYER, _FIELD_LAYER = 5, 15  # between the map and its numbers; between those and marks
_WIDTHS = ((OUTLINE_UNDER, 4), (WINDOW_OUTLINE, 2))


class OverlayMap(QWidget):
    """Shows one map where its units lie on the picture, the picture shining through.

    Mouse and keys as in `ImageView`, whose pixels are the positions of the map.
    """

    position_hovered = Signal(int, int)
    hover_left = Signal()
    position_clicked = Signal(int, int)

    def __init__(self, name: str, title: str = "", parent: QWidget | None = None) -> None:
        """name: the objectName; the picture inside is "<name>_view"."""
        super().__init__(parent)
        self.setObjectName(name)
        self.view = ImageView(title=title)
        self.view.setObjectName(f"{name}_view")
        self.view.set_compact(True)
        self._picture = pg.ImageItem(axisOrder="row-major")
        self._picture.setZValue(_PICTURE_LAYER)
        self._picture.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.view.view_box.addItem(self._picture, ignoreBounds=True)
        self._bare = pg.ImageItem(axisOrder="row-major")
        self._bare.setZValue(_PICTURE_LAYER)
        self._bare.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._bare.hide()
        self.view.view_box.addItem(self._bare, ignoreBounds=True)
        self._frames = []
        for color, width in _WIDTHS:
            frame = QGraphicsRectItem()
            pen = QPen(color, width)
            pen.setCosmetic(True)
            frame.setPen(pen)
            frame.setZValue(_FIELD_LAYER)
            frame.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            frame.hide()
            self.view.view_box.addItem(frame, ignoreBounds=True)
            self._frames.append(frame)
        self._size = (0, 0)
        self._field: tuple[int, int, int, int] | None = None
        self.setFocusProxy(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.view.pixel_hovered.connect(self.position_hovered)
        self.view.hover_left.connect(self.hover_left)
        self.view.pixel_clicked.connect(self.position_clicked)

    def set_map(
        self,
        display: np.ndarray,
        values: np.ndarray,
        *,
        colors: Colors,
        levels: tuple[float, float],
        step: tuple[float, float],
        origin: tuple[float, float],
    ) -> None:
        """Show `values` (H, W), as `display` uint8 (H, W) whose 0…255 stand for `levels`.

        step: pixels of the picture from one position to the next, (rows, columns); origin: the
        picture's (row, column) at the centre of position (0, 0), its first pixel's being 0.
        """
        self.view.set_picture(
            display, values, colors=colors, levels=levels, pixel_size=step, origin=origin
        )

    def set_picture(self, pixels: np.ndarray) -> None:
        """Lay the picture `pixels` (H, W, 3), uint8, over the map."""
        self._size = pixels.shape[:2]
        self._picture.setImage(pixels, autoLevels=False, levels=None)
        self._picture.setRect(QRectF(-0.5, -0.5, pixels.shape[1], pixels.shape[0]))

    def set_gaps(self, pixels: np.ndarray, gaps: np.ndarray) -> None:
        """Show the picture `pixels` alone where `gaps` (H, W) is true: the map tells nothing there.

        Whatever the opacity: a gap is not to be taken for the least value.
        """
        alpha = np.where(gaps, np.uint8(255), np.uint8(0))
        self._bare.setImage(np.dstack([pixels, alpha]), autoLevels=False, levels=None)
        self._bare.setRect(QRectF(-0.5, -0.5, pixels.shape[1], pixels.shape[0]))
        self._bare.show()

    def clear(self) -> None:
        """Show neither map nor picture."""
        self.view.clear_picture()
        self._picture.clear()
        self._bare.clear()
        self._bare.hide()

    def set_opacity(self, share: float) -> None:
        """Show the map at 1, the picture at 0, a mixture between."""
        self._picture.setOpacity(1.0 - share)

    def picture_opacity(self) -> float:
        """Return how much of the picture is seen, 0…1."""
        return float(self._picture.opacity())

    def set_field(self, field: tuple[int, int, int, int] | None) -> None:
        """Outline (top, left, bottom, right) of the picture's pixels, the last two behind; or none.

        What lies beside the picture is cut off.
        """
        self._field = field
        for frame in self._frames:
            frame.setVisible(field is not None)
            if field is not None:
                frame.setRect(self._rect(field))

    def field(self) -> tuple[int, int, int, int] | None:
        """Return what is outlined."""
        return self._field

    def _rect(self, field: tuple[int, int, int, int]) -> QRectF:
        top, left = max(field[0], 0), max(field[1], 0)
        bottom = min(field[2], self._size[0]) if self._size[0] else field[2]
        right = min(field[3], self._size[1]) if self._size[1] else field[3]
        return QRectF(left - 0.5, top - 0.5, right - left, bottom - top)
