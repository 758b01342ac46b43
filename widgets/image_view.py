"""A picture with its numbers: zoom, linked views, hovered pixels, highlights, colour bar."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets._image_view.canvas import Canvas
from widgets._image_view.color_bar import ColorBar
from widgets._image_view.header import Header
from widgets._image_view.highlights import Highlights
from widgets._image_view.message import Message
from widgets._image_view.navigation import ZOOM_PER_NOTCH, Camera, Navigator
from widgets._image_view.number_format import NumberFormat, number_format
from widgets._image_view.picture import Picture, PictureItem
from widgets._image_view.pixel_cursor import PixelCursor
from widgets._image_view.pixel_values import PixelValues
from widgets.colors import Colors

_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
_PAN_STEP = 60.0
# Numbers of more pixels than this are not searched for fractions at every new picture.


class ImageView(QWidget):
    """Shows one picture and the numbers behind it.

    Scene coordinates are (x, y) = (column, row) of the *input* picture, pixel (0, 0) being
    centred at (0, 0): with `pixel_size` and `origin` an output lies where it was computed, so
    that linked views of input and output keep showing the same place.

    Mouse: the wheel zooms about the mouse, a drag with the left or middle button pans, a double
    click fits. Keys: 0 or Home fits, + and − zoom, Ctrl+arrows pan, arrows move the hovered
    pixel, Return clicks it, Escape gives it up.

    Performance: arrays are not copied but read at the next paint and for the readout: hand over
    arrays that stay as they are until the next `set_picture`. A uint8 picture of 1080p costs
    about 2 ms to set and paint.
    """

    pixel_hovered = Signal(int, int)
    """Row and column of the pixel that the mouse or the arrow keys came to."""
    hover_left = Signal()
    pixel_clicked = Signal(int, int)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, title: str = "") -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._format = NumberFormat(1.0)
        self._canvas = Canvas(self)
        self._canvas.setObjectName("image_view_canvas")
        self._navigator = Navigator(self._canvas)
        self._cursor = PixelCursor(self._navigator)
        self._item = PictureItem()
        self._canvas.box.addItem(self._item, ignoreBounds=True)
        self._values = PixelValues(self._canvas.box, self._navigator)
        self._highlights = Highlights(self._canvas.box, self._navigator)
        self._message = Message(self._canvas)
        self._header = Header(self)
        self._bar = ColorBar(self)
        self._bar.hide()
        self._bar_wanted = True
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._header, 0, 0, 1, 2)
        layout.addWidget(self._canvas, 1, 0)
        layout.addWidget(self._bar, 1, 1)
        layout.setRowStretch(1, 1)
        layout.setColumnStretch(0, 1)
        self.setFocusProxy(self._canvas)
        self.setObjectName("image_view")
        self.set_title(title)
        self._connect()
        self._take_palette()

    def _connect(self) -> None:
        box, canvas = self._canvas.box, self._canvas
        box.wheel_turned.connect(self._on_wheel)
        box.drag_started.connect(self._on_drag_started)
        box.drag_moved.connect(self._on_drag_moved)
        box.drag_finished.connect(self._on_drag_finished)
        box.clicked.connect(self._on_clicked)
        canvas.double_clicked.connect(self._navigator.fit)
        canvas.resized.connect(self._message.place)
        canvas.mouse_moved.connect(self._cursor.mouse_at)
        canvas.mouse_left.connect(self._cursor.mouse_gone)
        canvas.focus_lost.connect(self._cursor.leave)
        canvas.key_pressed.connect(self._on_key)
        self._drag_start: Camera = self._navigator.camera
        self._cursor.moved.connect(self._on_pixel)
        self._cursor.left.connect(self._on_no_pixel)
        self._navigator.changed.connect(self._on_view_changed)

    # What is shown

    def set_picture(
        self,
        display: np.ndarray,
        values: np.ndarray | None = None,
        *,
        colors: Colors = "rgb",
        levels: tuple[float, float] = (0.0, 1.0),
        pixel_size: tuple[float, float] = (1.0, 1.0),
        origin: tuple[float, float] = (0.0, 0.0),
        label: str = "",
        keep_view: bool = True,
    ) -> None:
        """Show `display` and read out `values`.

        display: uint8, (H, W, 3) for "rgb", else (H, W) whose 0…255 stand for `levels` linearly.
        values: (H, W) or (H, W, C), the true numbers, not clipped; by default those of `display`.
        pixel_size: (rows, columns) of the scene per pixel; origin: scene (row, column) of the
        centre of pixel (0, 0). label: a short note behind the size. The view stays where the
        person put it; it is fitted at first, when keep_view is False, when nothing of the new
        picture would be seen, and when the geometry changes while the view is at "fit".
        Raises ValueError for arrays that do not fit these shapes.
        """
        values = display if values is None else values
        size = (float(pixel_size[0]), float(pixel_size[1]))
        start = (float(origin[0]), float(origin[1]))
        scale = (float(levels[0]), float(levels[1]))
        picture = Picture(display, values, colors, scale, size, start, label)
        before, self._picture = self._picture, picture
        self._format = number_format(picture.values, picture.levels)
        self._item.set_picture(picture)
        self._values.set_picture(picture, self._format)
        self._highlights.set_picture(picture)
        self._header.set_picture(picture)
        self._bar.setVisible(self._bar_wanted and colors != "rgb")
        if colors != "rgb":
            self._bar.set_scale(colors, scale)
        self._cursor.suspend()
        self._place(picture, before, keep_view)
        self._cursor.set_picture(picture)
        self._show_readout()

    def clear_picture(self) -> None:
        """Show nothing."""
        self._picture = None
        self._item.set_picture(None)
        self._values.set_picture(None, self._format)
        self._highlights.set_picture(None)
        self._highlights.clear()
        self._header.set_picture(None)
        self._bar.hide()
        self._navigator.set_bounds(QRectF(), 1.0)
        self._cursor.set_picture(None)

    def reserve_bar(self, reserved: bool) -> None:
        """Keep room for a colour bar even while there is none, so that linked pictures align."""
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(reserved)
        self._bar.setSizePolicy(policy)

    def set_bar_shown(self, shown: bool) -> None:
        """Show the colour bar, or not where a neighbour's has the same scale."""
        self._bar_wanted = shown
        self._bar.setVisible(shown and self._picture is not None and self._picture.colors != "rgb")

    def set_bar_note(self, note: str) -> None:
        """Write along the colour bar what its numbers are counted in, or nothing."""
        self._bar.set_note(note)

    def bar_width(self) -> int:
        """Return how much wider the view is for the colour bar."""
        return self._bar.sizeHint().width() + self.layout().spacing()

    def set_title(self, title: str) -> None:
        """Show `title` above the picture."""
        self._header.set_title(title)
        self.setAccessibleName(title or "Picture")
        self._canvas.setAccessibleName(title or "Picture")

    def set_compact(self, compact: bool, *, size: bool = False) -> None:
        """Spend one line above the picture instead of two, for small views; size: with its size."""
        self._header.set_compact(compact, size=size)

    def set_size_text(self, text: str | None) -> None:
        """Show `text` in place of the picture's size in pixels; None: the size again."""
        self._header.set_size_text(text)

    def size_text(self) -> str:
        """Return what stands behind the title."""
        return self._header.size_text()

    def surround(self) -> QColor:
        """Return the colour around the picture."""
        return QColor(self._surround)

    def set_overlay_text(self, text: str | None) -> None:
        """Show `text` in the middle of the picture area, or nothing."""
        self._message.show_text(text)

    def set_readout_suffix(self, suffix: str) -> None:
        """Show `suffix` behind the readout of any pixel."""
        self._header.set_suffix(suffix)

    def set_place_text(self, text: Callable[[int, int], str] | None) -> None:
        """Name pixels by `text`(row, column) in the readout; None: by row and column."""
        self._header.set_place_text(text)
        self._show_readout()

    def set_values_visible(self, visible: bool) -> None:
        """Write the numbers into pixels that are large enough, or do not."""
        self._values.set_shown(visible)

    def visible_value_texts(self) -> dict[tuple[int, int], tuple[str, ...]]:
        """Return the numbers written at present: (row, column) → one text per channel."""
        return dict(self._values.visible_texts())

    # Highlights; all take rows and columns of this picture's pixels

    def set_window(
        self, rows: np.ndarray, columns: np.ndarray, inside: np.ndarray | None = None
    ) -> None:
        """Outline the pixels that are read: one outline where they touch, else squares.

        rows, columns, inside: arrays that broadcast together (rows[:, None], columns[None, :] for
        a full window). Where `inside` is False, by default beside the picture, cells are dashed.
        """
        self._highlights.set_window(rows, columns, inside)

    def set_reached(
        self, rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, limit: float
    ) -> None:
        """Fill pixels with the signed colours of `weights`, of which ±limit are the strongest.

        rows, columns, weights: arrays that broadcast together.
        """
        self._highlights.set_reached(rows, columns, weights, limit)

    def set_marker(self, row: int, column: int) -> None:
        """Mark one pixel."""
        self._highlights.set_marker(row, column)

    def clear_highlights(self) -> None:
        """Take window, reached pixels and marker away."""
        self._highlights.clear()

    # Where the view looks

    def link_to(self, other: ImageView) -> None:
        """Share zoom and pan with `other`, both ways, from where `other` looks now."""
        self._navigator.link_to(other._navigator)

    def unlink(self) -> None:
        """Zoom and pan alone again."""
        self._navigator.unlink()

    def fit(self) -> None:
        """Show the whole picture, and those of linked views."""
        self._navigator.fit()

    def is_fitted(self) -> bool:
        """Return whether nobody has zoomed or panned since the whole picture was shown."""
        return self._navigator.fitted

    def zoom_to(self, row: float, column: float, pixels_across: float) -> None:
        """Centre pixel (row, column) with `pixels_across` pixels over the view's width."""
        if self._picture is None:
            return
        center = self._picture.center_of(row, column)
        across = max(pixels_across, 1e-6) * self._picture.pixel_size[1]
        scale = self._navigator.size().width() / across
        self._navigator.look(Camera(center.x(), center.y(), scale))

    def visible_rect(self) -> QRectF:
        """Return the scene rectangle that is visible; x is the column, y the row."""
        return self._navigator.visible_rect()

    def scene_to_widget(self, row: float, column: float) -> QPoint:
        """Return the viewport position of a scene position, given as (row, column)."""
        return _floored(self._navigator.to_widget(QPointF(column, row)))

    def pixel_to_widget(self, row: float, column: float) -> QPoint:
        """Return the viewport position of the centre of this picture's pixel (row, column)."""
        if self._picture is None:
            return self.scene_to_widget(row, column)
        return _floored(self._navigator.to_widget(self._picture.center_of(row, column)))

    def viewport(self) -> QWidget:
        """Return the widget that takes mouse and key events; positions are in its pixels."""
        return self._canvas.viewport()

    @property
    def view_box(self) -> pg.ViewBox:
        """The pyqtgraph ViewBox, for ROIs and other items in scene coordinates."""
        return self._canvas.box

    def hovered_pixel(self) -> tuple[int, int] | None:
        """Return (row, column) of the hovered pixel, or None."""
        return self._cursor.pixel

    # Events

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        if event.type() == QEvent.Type.PaletteChange:
            self._take_palette()
        super().changeEvent(event)

    def _take_palette(self) -> None:
        window = self.palette().color(QPalette.ColorRole.Window)
        # A neutral surround a little off the window, on which neither white nor black vanishes.
        dark = window.lightnessF() < 0.5
        grey = round(255 * min(1.0, max(0.0, window.lightnessF() + (-0.06 if dark else -0.09))))
        self._surround = QColor(grey, grey, grey)
        self._canvas.setBackground(self._surround)
        shade = 110 if dark else 140
        self._values.set_frame_color(QColor(shade, shade, shade))

    def _place(self, picture: Picture, before: Picture | None, keep_view: bool) -> None:
        """Fit the view where `set_picture` promises it."""
        if before is not None and keep_view and before.geometry == picture.geometry:
            return
        self._navigator.set_bounds(picture.bounds(), max(picture.pixel_size))
        lost = not self._navigator.visible_rect().intersects(picture.bounds())
        if before is None and not self._navigator.linked:
            lost = True
        if not keep_view or self._navigator.fitted or lost:
            self._navigator.fit()

    def _on_wheel(self, notches: float, position: QPointF) -> None:
        self._navigator.zoom(ZOOM_PER_NOTCH**notches, position)

    def _on_drag_started(self) -> None:
        self._drag_start = self._navigator.camera
        self._canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def _on_drag_moved(self, shift: QPointF) -> None:
        self._navigator.pan(shift, self._drag_start)

    def _on_drag_finished(self) -> None:
        self._canvas.viewport().unsetCursor()

    def _on_clicked(self, position: QPointF) -> None:
        self._cursor.mouse_at(position)
        if self._cursor.pixel is not None:
            self.pixel_clicked.emit(*self._cursor.pixel)

    def _on_key(self, event: QKeyEvent) -> None:
        key, held = event.key(), event.modifiers()
        control = bool(held & Qt.KeyboardModifier.ControlModifier)
        if key in _ARROWS:
            down, right = _ARROWS[Qt.Key(key)]
            if control:
                self._navigator.pan(QPointF(-right * _PAN_STEP, -down * _PAN_STEP))
            else:
                self._cursor.step(down, right)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home) and not control:
            self._navigator.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and not control:
            self._navigator.zoom(ZOOM_PER_NOTCH, self._anchor())
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore) and not control:
            self._navigator.zoom(1 / ZOOM_PER_NOTCH, self._anchor())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor.pixel is not None:
            self.pixel_clicked.emit(*self._cursor.pixel)
        elif key != Qt.Key.Key_Escape or not self._cursor.leave():
            return
        event.accept()

    def _anchor(self) -> QPointF:
        """What the zoom keys zoom about: the hovered pixel, else the middle."""
        if self._picture is not None and self._cursor.pixel is not None:
            return self._navigator.to_widget(self._picture.center_of(*self._cursor.pixel))
        size = self._navigator.size()
        return QPointF(size.width() / 2, size.height() / 2)

    def _on_pixel(self, row: int, column: int) -> None:
        self._show_readout()
        self.pixel_hovered.emit(row, column)

    def _on_no_pixel(self) -> None:
        self._show_readout()
        self.hover_left.emit()

    def _on_view_changed(self) -> None:
        self._canvas.viewport().update()
        self.view_changed.emit()

    def _show_readout(self) -> None:
        picture, pixel = self._picture, self._cursor.pixel
        self._header.set_readout(picture, pixel, self._format)
        single = picture is not None and pixel is not None and picture.values.ndim == 2
        self._bar.set_value(float(picture.values[pixel]) if single else None)


def _floored(point: QPointF) -> QPoint:
    """Return the widget pixel that holds `point`."""
    return QPoint(int(point.x() // 1), int(point.y() // 1))
