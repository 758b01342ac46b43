"""A picture with its numbers and its place in the scene, and the item that paints it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, qRgb
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.colors import Colors, color_table


@dataclass(frozen=True, eq=False)
class Picture:
    """What an ImageView shows.

    display: uint8, (H, W, 3) or (H, W); values: (H, W) or (H, W, C), the numbers behind it;
    pixel (i, j) is centred at scene (origin[0] + i·pixel_size[0], origin[1] + j·pixel_size[1]).
    Raises ValueError where these do not fit together.
    """

    display: np.ndarray
    values: np.ndarray
    colors: Colors
    levels: tuple[float, float]
    pixel_size: tuple[float, float]
    origin: tuple[float, float]
    label: str

    def __post_init__(self) -> None:
        color_table(self.colors)
        if self.display.dtype != np.uint8:
            raise ValueError(f"display must be uint8, not {self.display.dtype}")
        expected = 3 if self.colors == "rgb" else 2
        if self.display.ndim != expected or 0 in self.display.shape:
            raise ValueError(f"display of shape {self.display.shape} is no {self.colors!r} picture")
        if expected == 3 and self.display.shape[2] != 3:
            raise ValueError(f"display needs 3 channels, not {self.display.shape[2]}")
        if self.values.ndim not in (2, 3) or self.values.shape[:2] != self.display.shape[:2]:
            raise ValueError(
                f"values of shape {self.values.shape} do not belong to a display of shape "
                f"{self.display.shape}"
            )
        if not (min(self.pixel_size) > 0 and all(map(math.isfinite, self.pixel_size))):
            raise ValueError(f"pixel_size must be positive, not {self.pixel_size}")

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.display.shape[0], self.display.shape[1]

    @property
    def geometry(self) -> tuple[tuple[int, int], tuple[float, float], tuple[float, float]]:
        """Size, pixel size and origin: two pictures with the same one lie over each other."""
        return self.shape, self.pixel_size, self.origin

    def bounds(self) -> QRectF:
        """The scene rectangle that the picture covers; x is the column, y the row."""
        return self.cells_rect(0, 0, *self.shape)

    def cells_rect(self, row: float, column: float, rows: float, columns: float) -> QRectF:
        """The scene rectangle of `rows` × `columns` pixels from pixel (row, column) on."""
        step_y, step_x = self.pixel_size
        return QRectF(
            self.origin[1] + (column - 0.5) * step_x,
            self.origin[0] + (row - 0.5) * step_y,
            columns * step_x,
            rows * step_y,
        )

    def center_of(self, row: float, column: float) -> QPointF:
        """The scene position of the centre of pixel (row, column)."""
        return QPointF(
            self.origin[1] + column * self.pixel_size[1], self.origin[0] + row * self.pixel_size[0]
        )

    def index_at(self, scene: QPointF) -> tuple[int, int]:
        """(row, column) of the pixel at a scene position, be it inside the picture or not."""
        return (
            math.floor((scene.y() - self.origin[0]) / self.pixel_size[0] + 0.5),
            math.floor((scene.x() - self.origin[1]) / self.pixel_size[1] + 0.5),
        )

    def contains(self, row: int, column: int) -> bool:
        """Whether (row, column) is a pixel of this picture."""
        return 0 <= row < self.shape[0] and 0 <= column < self.shape[1]

    def numbers_at(self, row: int, column: int) -> np.ndarray:
        """The numbers behind pixel (row, column), one per channel: (C,)."""
        return np.atleast_1d(self.values[row, column])

    def rgb(self, rows: slice, columns: slice) -> np.ndarray:
        """The painted colours of a part of the picture, (h, w, 3) uint8."""
        part = self.display[rows, columns]
        return part if self.colors == "rgb" else color_table(self.colors)[part]


class PictureItem(pg.GraphicsObject):
    """Paints a Picture: crisp squares when enlarged, area averages when reduced.

    The bytes are turned into RGB32 once per picture, because Qt's raster engine scales that
    format several times faster than RGB888 or Indexed8 (as pyqtgraph's ImageItem paints), and a
    repaint for a new highlight costs next to nothing then.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._picture: Picture | None = None
        self._images: dict[int, QImage] = {}
        self._tables = {
            name: [qRgb(*color) for color in color_table(name).tolist()]
            for name in ("magnitude", "signed")
        }

    def set_picture(self, picture: Picture | None) -> None:
        """Paint `picture` from now on; nothing for None."""
        if (picture and picture.geometry) != (self._picture and self._picture.geometry):
            self.prepareGeometryChange()
        self._picture = picture
        self._images = {}
        self.update()

    def boundingRect(self) -> QRectF:
        """The scene rectangle of the picture."""
        return QRectF() if self._picture is None else self._picture.bounds()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the visible part."""
        picture = self._picture
        if picture is None:
            return
        transform = painter.deviceTransform()
        step = min(transform.m11() * picture.pixel_size[1], transform.m22() * picture.pixel_size[0])
        # Down to a quarter, interpolation reads enough of the pixels and costs a third.
        level = math.floor(math.log2(1.0 / step)) if 0 < step < 0.25 else 0
        image = self._image(picture, level)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, step < 1)
        if step < 1:
            painter.drawImage(picture.bounds(), image)
            return
        # Handing over only the visible pixels keeps their edges exact at any magnification.
        visible = option.exposedRect.intersected(picture.bounds())
        top, left = picture.index_at(visible.topLeft())
        bottom, right = picture.index_at(visible.bottomRight())
        rows, columns = picture.shape
        top, left = max(0, top - 1), max(0, left - 1)
        height, width = min(rows, bottom + 2) - top, min(columns, right + 2) - left
        painter.drawImage(
            picture.cells_rect(top, left, height, width), image, QRectF(left, top, width, height)
        )

    def _image(self, picture: Picture, level: int) -> QImage:
        """The picture as RGB32, reduced 2**level times by area averages."""
        if level in self._images:
            return self._images[level]
        if picture.colors != "rgb":
            # Numbers are averaged, not colours, and only what is left is coloured.
            image = self._convert(_halved(picture.display, level), picture.colors)
        elif level == 0:
            image = self._convert(picture.display, picture.colors)
        else:
            full = self._image(picture, 0)
            image = full.scaled(
                max(1, full.width() >> level),
                max(1, full.height() >> level),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        self._images[level] = image
        return image

    def _convert(self, display: np.ndarray, colors: Colors) -> QImage:
        pixels = np.ascontiguousarray(display)
        rows, columns = pixels.shape[:2]
        formats = {"rgb": QImage.Format.Format_RGB888, "grey": QImage.Format.Format_Grayscale8}
        source = formats.get(colors, QImage.Format.Format_Indexed8)
        image = QImage(pixels.data, columns, rows, pixels.strides[0], source)
        if source == QImage.Format.Format_Indexed8:
            image.setColorTable(self._tables[colors])
        return image.convertToFormat(QImage.Format.Format_RGB32)


def _halved(display: np.ndarray, times: int) -> np.ndarray:
    """Return (H, W) uint8 with every side halved `times` times, each pixel the mean of four."""
    for _ in range(times):
        odd = [side % 2 for side in display.shape]
        if any(odd):
            display = np.pad(display, ((0, odd[0]), (0, odd[1])), mode="edge")
        total = display[0::2].astype(np.uint16)
        total += display[1::2]
        display = ((total[:, 0::2] + total[:, 1::2] + 2) >> 2).astype(np.uint8)
    return display
