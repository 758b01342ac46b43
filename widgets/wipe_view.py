"""Two pictures over each other, the first left of a handle that the person drags."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QWidget

from widgets._image_view.number_format import number_format
from widgets._image_view.picture import Picture
from widgets._wipe.handle import Handle
from widgets._wipe.left_part import LeftPart
from widgets._wipe.side_name import SideName
from widgets.image_view import ImageView

MIDDLE = 0.5
STEP, WIDE_STEP = 0.02, 0.1
_ALIKE = 0.05  # of the sides' ratio: sizes of one picture, rounded to whole pixels
_WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class WipeView(ImageView):
    """Shows what was before left of a handle, and what came of it right of the handle.

    The picture after is the view's picture: its size stands above, its pixels are hovered. The one
    before is stretched over it, and keeps the zoom while the sizes of those after grow. Without
    one of the two there is no handle. The view links to one that shows the picture before.

    Mouse: as ImageView, and a drag of the handle moves it, a double click on it brings it to the
    middle. Keys: ← and → move the handle, Shift further; Alt with arrows moves the hovered pixel.
    """

    handle_moved = Signal(float, bool)
    """Where the person brought the handle (0 left, 1 right), and whether the drag goes on."""

    def __init__(self, name: str, parent: QWidget | None = None, *, title: str = "") -> None:
        """name: the objectName; the names of the two sides are "<name>_before" and "_after"."""
        super().__init__(parent, title=title)
        self.setObjectName(name)
        self._before: Picture | None = None
        self._has_after = False
        self._frame: tuple[int, int] | None = None
        self._share = MIDDLE
        self._part = LeftPart()
        self._canvas.box.addItem(self._part, ignoreBounds=True)
        self._grip = Handle(self._canvas.box)
        self._grip.hide()
        self._names = tuple(
            SideName(f"{name}_{side}", self._canvas) for side in ("before", "after")
        )
        self._canvas.setToolTip(
            "Drag the handle, or ← and → (Shift: further), to compare; double click on it: middle\n"
            "Wheel: zoom; drag: move; double click: show everything"
        )
        self._grip.dragged.connect(self._dragged)
        self._grip.double_clicked.connect(lambda: self._go(MIDDLE, goes_on=False))
        self.view_changed.connect(self._arrange)
        self._canvas.resized.connect(self._arrange)
        self._color_handle()

    # -- what is shown ----------------------------------------------------------------------

    def set_before(
        self, display: np.ndarray | None, name: str = "before", *, values: np.ndarray | None = None
    ) -> None:
        """Show `display`, uint8 (H, W, 3), left of the handle under its `name`; None: nothing.

        values: (H, W, 3), the numbers that are read out, by default those of `display`. Raises
        ValueError for other arrays.
        """
        self._before = None if display is None else _picture(display, display.shape[:2], values)
        self._names[0].setText(name)
        if self._before is not None:
            self._frame = self._before.shape
        self._part.set_picture(self._before)
        if self._has_after and self._picture is not None:
            after = self._picture
            self.set_after(
                after.display, after.values, name=self._names[1].text(), label=after.label
            )
        else:
            self._show_before_alone()

    def set_after(
        self,
        display: np.ndarray | None,
        values: np.ndarray | None = None,
        *,
        name: str = "after",
        label: str = "",
    ) -> None:
        """Show `display`, uint8 (H, W, 3), right of the handle; None: only what was before.

        values: (H, W, 3), the numbers that are read out, by default those of `display`. label: a
        short note behind the size. Zoom and pan stay, whatever the size. Raises ValueError for
        other arrays.
        """
        self._has_after = display is not None
        self._names[1].setText(name)
        if display is None:
            self._show_before_alone()
            return
        shown = _picture(display, self._frame_for(display), values, label)
        self.set_picture(
            display,
            values,
            pixel_size=shown.pixel_size,
            origin=shown.origin,
            label=label,
        )
        self._arrange()

    def set_handle(self, share: float) -> None:
        """Put the handle at `share` of the visible width of the picture, 0…1, without telling."""
        self._share = min(max(float(share), 0.0), 1.0)
        self._arrange()

    def handle(self) -> float:
        """Return where the handle is, 0…1 from left to right of what is visible of the picture."""
        return self._share

    def _show_before_alone(self) -> None:
        before = self._before
        if before is None:
            self.clear_picture()
        else:
            self.set_picture(before.display, origin=before.origin, pixel_size=before.pixel_size)
        self._arrange()

    def _frame_for(self, display: np.ndarray) -> tuple[int, int]:
        """Return rows and columns of the scene that `display` is to cover."""
        height, width = display.shape[:2]
        frame = self._frame
        if self._before is None:
            # The sizes of one run cover the same place; another picture starts anew.
            alike = frame is not None and abs(height * frame[1] / (width * frame[0]) - 1) < _ALIKE
            if not alike:
                frame = (height, width)
        self._frame = frame or (height, width)
        return self._frame

    # -- the handle -------------------------------------------------------------------------

    def knob_position(self) -> tuple[float, float]:
        """Return x and y of the handle's knob in the viewport."""
        knob = self._grip.knob()
        return knob.x(), knob.y()

    def _seen(self) -> QRectF:
        """Return what is visible of the picture, in widget pixels."""
        if self._picture is None:
            return QRectF()
        whole = self._navigator.rect_to_widget(self._picture.bounds())
        size = self._navigator.size()
        return whole.intersected(QRectF(0, 0, size.width(), size.height()))

    def _arrange(self) -> None:
        """Put the handle, the edge of the left part and the names where they belong."""
        both = self._before is not None and self._has_after
        seen = self._seen()
        edge = seen.left() + self._share * seen.width()
        self._part.setVisible(both)
        self._grip.setVisible(both and not seen.isEmpty())
        if both:
            self._part.set_edge(self._navigator.to_scene(QPointF(edge, seen.top())).x())
            self._grip.place(edge, seen.top(), seen.bottom())
        left, right = QRectF(seen), QRectF(seen)
        if both:
            left.setRight(edge)
            right.setLeft(edge)
        self._names[0].place(left if self._before is not None else QRectF(), right=False)
        self._names[1].place(right if self._has_after else QRectF(), right=True)

    def _dragged(self, x: float, goes_on: bool) -> None:
        seen = self._seen()
        if not seen.isEmpty():
            self._go((x - seen.left()) / seen.width(), goes_on=goes_on)

    def _go(self, share: float, *, goes_on: bool) -> None:
        before = self._share
        self.set_handle(share)
        self._show_readout()  # another picture may be under the mouse now
        if self._share != before or not goes_on:
            self.handle_moved.emit(self._share, goes_on)

    # -- events -----------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_grip"):
            self._color_handle()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_names"):
            self._arrange()

    def _color_handle(self) -> None:
        self._grip.set_accent(self.palette().color(QPalette.ColorRole.Highlight))

    def _on_key(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers()
        others = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if key in _WAYS and not held & others and self._grip.isVisible():
            wide = held & Qt.KeyboardModifier.ShiftModifier
            self._go(self._share + _WAYS[key] * (WIDE_STEP if wide else STEP), goes_on=False)
            event.accept()
            return
        super()._on_key(event)

    def _show_readout(self) -> None:
        """Read out the picture that is seen under the mouse, and the other one behind it."""
        picture, before, pixel = self._picture, self._before, self.hovered_pixel()
        self._header.set_suffix("")
        super()._show_readout()
        if picture is None or before is None or pixel is None or not self._has_after:
            return
        scene = picture.center_of(*pixel)
        row, column = before.index_at(scene)
        there = (min(max(row, 0), before.shape[0] - 1), min(max(column, 0), before.shape[1] - 1))
        names = [name.text() for name in self._names]
        if self._navigator.to_widget(scene).x() < self._grip.knob().x():
            self._header.set_suffix(f"{names[0]}; {names[1]}: {_numbers(picture, pixel)}")
            self._header.set_readout(before, there, number_format(before.values, before.levels))
        else:
            self._header.set_suffix(f"{names[1]}; {names[0]}: {_numbers(before, there)}")


def _numbers(picture: Picture, pixel: tuple[int, int]) -> str:
    """Return the numbers of a pixel as they are written."""
    numbers = number_format(picture.values, picture.levels)
    return " ".join(numbers.readout(float(x)).strip() for x in picture.numbers_at(*pixel))


def _picture(
    display: np.ndarray,
    frame: tuple[int, int],
    values: np.ndarray | None = None,
    label: str = "",
) -> Picture:
    """Return `display` stretched over `frame` (rows, columns) pixels of the scene."""
    if display.ndim != 3 or 0 in display.shape:
        raise ValueError(f"display of shape {display.shape} is no colour picture")
    down, right = frame[0] / display.shape[0], frame[1] / display.shape[1]
    origin = ((down - 1) / 2, (right - 1) / 2)  # so that its corner is the frame's, at (−½, −½)
    numbers = display if values is None else values
    return Picture(display, numbers, "rgb", (0.0, 1.0), (down, right), origin, label)
