"""Painting a mask over a picture: where something is to count, and how much."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets._mask.drawing import Drawing, Steps
from widgets._mask.layer import MaskLayer
from widgets._mask.view import MaskView
from widgets.curve_plot import COLORS
from widgets.icon_button import IconButton
from widgets.value_slider import ValueRange, ValueSlider

MOST_SIDE = 512  # of a mask: it only says roughly where
BRUSH = ValueRange(1.0, 50.0, 8.0, unit="%", logarithmic=True)
_BRUSH_STEP = 1.25
_KEY_STEPS = 32  # steps of the arrows along the longer side
_TOOLS = (
    ("paint", "mdi6.brush", "Paint with the left button"),
    ("erase", "mdi6.eraser", "Erase with the left button (E); the right one always does"),
    ("fill", "mdi6.format-color-fill", "Paint everything (F)"),
    ("clear", "mdi6.delete-outline", "Erase everything (Delete)"),
    ("invert", "mdi6.invert-colors", "Paint what is not painted, erase the rest (I)"),
    ("undo", "mdi6.undo", "Take the last stroke back (Ctrl+Z over the picture)"),
    ("redo", "mdi6.redo", "Do it again (Ctrl+Y over the picture)"),
)


class MaskPainter(QWidget):
    """A picture with tools above it; what is painted is tinted.

    Mouse: the left button paints, the right one erases, the middle one pans, the wheel zooms, with
    Ctrl it changes the brush. Keys over the picture: arrows move the brush, Space sets it down and
    lifts it, [ and ] change its size, E erases, F fills, Delete clears, I inverts, Ctrl+Z and
    Ctrl+Y take back and do again. Parts: "<name>_view", "<name>_paint", "<name>_erase",
    "<name>_brush", "<name>_fill", "<name>_clear", "<name>_invert", "<name>_undo", "<name>_redo",
    "<name>_share".
    """

    mask_changed = Signal(object, bool)
    """The mask, float32 (h, w) in 0…1, and whether the stroke goes on."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._drawing = Drawing()
        self._picture_size: tuple[int, int] | None = None
        self._tint = QColor(COLORS["accent"])
        self._drawn = False  # whether a stroke goes on
        self._by_keys = False
        self._key_place: QPointF | None = None
        self._view = MaskView(f"{name}_view")
        self._view.set_title("Mask")
        self._view.set_compact(True)
        self._layer = MaskLayer()
        self._layer.hide()
        self._view.view_box.addItem(self._layer, ignoreBounds=True)
        self._brush = ValueSlider(
            f"{name}_brush",
            "Brush",
            BRUSH,
            "Width of the brush, of the picture's longer side ([ ])",
        )
        self._share = QLabel(objectName=f"{name}_share")
        self._buttons = {part: IconButton(icon, said) for part, icon, said in _TOOLS}
        self._lay_out()
        self._connect()
        self.set_picture(None)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(2)
        group = QButtonGroup(self)
        for part, button in self._buttons.items():
            button.setObjectName(f"{self.objectName()}_{part}")
            if part in ("paint", "erase"):
                button.setCheckable(True)
                group.addButton(button)
            elif part in ("fill", "undo"):
                tools.addSpacing(8)
            tools.addWidget(button)
        self._buttons["paint"].setChecked(True)
        tools.addStretch(1)
        tools.addWidget(self._share)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(tools)
        layout.addWidget(self._brush)
        layout.addWidget(self._view, 1)
        self.setFocusProxy(self._view)

    def _connect(self) -> None:
        for part in ("fill", "clear", "invert", "undo", "redo"):
            self._buttons[part].clicked.connect(getattr(self, part))
        self._brush.changed.connect(lambda *_: self._show_brush())
        self._layer.pressed.connect(self._pressed)
        self._layer.moved.connect(self._moved)
        self._layer.released.connect(self._released)
        self._layer.brush_turned.connect(self._turn_brush)
        self._view.brush_stepped.connect(self._step)
        self._view.command_given.connect(self._obey)
        self._view.focus_left.connect(self._lift)

    # -- what is shown ----------------------------------------------------------------------

    def set_picture(self, display: np.ndarray | None) -> None:
        """Paint over `display`, uint8 (H, W, 3); the mask stays, resized to it. None: nothing.

        The mask has the size of the picture, but its longer side is at most MOST_SIDE.
        """
        self._lift()
        if display is None:
            self._picture_size = None
            self._view.clear_picture()
            self._view.set_overlay_text("There is no picture to paint on.")
        else:
            self._view.set_picture(display)
            self._view.set_overlay_text(None)
            rows, columns = self._picture_size = display.shape[:2]
            smaller = min(1.0, MOST_SIDE / max(rows, columns))
            self._drawing.resize(max(1, round(rows * smaller)), max(1, round(columns * smaller)))
            self._layer.set_bounds(QRectF(-0.5, -0.5, columns, rows))
        self._layer.setVisible(display is not None)
        self._show_brush()
        self._show()

    def set_mask(self, mask: np.ndarray | None) -> None:
        """Show `mask`, (h, w) in 0…1 of any size, without telling; None: nothing is painted.

        What was done so far cannot be taken back any more, unless the mask is the one that is
        shown already. While a stroke goes on, it stays. Raises ValueError for another array.
        """
        size = self._drawing.size
        if mask is not None and (mask.ndim != 2 or not mask.size):
            raise ValueError(f"a mask has rows and columns, not the shape {mask.shape}")
        given = np.zeros(size) if mask is None else np.nan_to_num(mask, nan=0.0)
        pixels = (np.clip(given, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
        if self._drawn or np.array_equal(pixels, self._drawing.pixels()):
            return
        self._drawing.put(pixels)
        if self._picture_size is not None:
            self._drawing.resize(*size)
        self._drawing.forget()
        self._show()

    def steps(self) -> Steps:
        """Return the steps that lead to the mask, for `swap_mask` to bring it back."""
        self._lift()
        return self._drawing.steps()

    def swap_mask(self, mask: np.ndarray | None, steps: Steps | None) -> None:
        """Show another mask with `steps` of its own, None for none, without telling."""
        self._lift()
        self.set_mask(mask)
        self._drawing.take_steps(steps)
        self._show()

    def mask(self) -> np.ndarray:
        """Return the mask, float32 (h, w): 1 where painted, 0 where not, between at the edges."""
        return self._drawing.pixels().astype(np.float32) / 255

    def set_tint(self, color: str) -> None:
        """Tint with a colour of curve_plot.COLORS, by which several masks are told apart."""
        self._tint = QColor(COLORS[color])
        self._show()

    def set_brush(self, share: float) -> None:
        """Paint with a brush as wide as `share` of the picture's longer side, without telling."""
        self._brush.set_value(100 * share)
        self._show_brush()

    def brush(self) -> float:
        """Return how wide the brush is, as a share of the picture's longer side."""
        return self._brush.value() / 100

    def set_erasing(self, on: bool) -> None:
        """Let the left button erase instead of paint."""
        self._buttons["erase" if on else "paint"].setChecked(True)

    def erasing(self) -> bool:
        """Return whether the left button erases."""
        return self._buttons["erase"].isChecked()

    def view(self) -> MaskView:
        """Return the picture that is painted on."""
        return self._view

    # -- all at once ------------------------------------------------------------------------

    def fill(self) -> None:
        """Paint everything, and tell."""
        self._replace(np.full(self._drawing.size, 255, np.uint8))

    def clear(self) -> None:
        """Erase everything, and tell."""
        self._replace(np.zeros(self._drawing.size, np.uint8))

    def invert(self) -> None:
        """Paint what was not painted, erase what was, and tell."""
        self._replace(255 - self._drawing.pixels())

    def replace(self, mask: np.ndarray) -> None:
        """Paint `mask`, (h, w) in 0…1 of the mask's size, as one step, and tell."""
        self._replace((np.clip(mask, 0.0, 1.0) * 255 + 0.5).astype(np.uint8))

    def undo(self) -> None:
        """Take back the last stroke (or fill, clear, invert), and tell."""
        self._lift()
        if self._drawing.undo():
            self._tell(goes_on=False)

    def redo(self) -> None:
        """Do again what was taken back, and tell."""
        self._lift()
        if self._drawing.redo():
            self._tell(goes_on=False)

    def _replace(self, pixels: np.ndarray) -> None:
        self._lift()
        if self._picture_size is not None and (pixels != self._drawing.pixels()).any():
            self._drawing.begin()
            self._drawing.put(pixels)
            self._tell(goes_on=False)

    # -- strokes ----------------------------------------------------------------------------

    def _in_mask(self, scene: QPointF) -> QPointF:
        """Return where a place of the scene lies in the mask."""
        assert self._picture_size is not None, "without a picture nothing is pressed"
        (rows, columns), (height, width) = self._drawing.size, self._picture_size
        return QPointF((scene.x() + 0.5) * columns / width, (scene.y() + 0.5) * rows / height)

    def _pressed(self, scene: QPointF, right: bool) -> None:
        self._lift()
        self._begin(scene, painted=not (right or self.erasing()))

    def _begin(self, scene: QPointF, *, painted: bool) -> None:
        width = max(1.0, self.brush() * max(self._drawing.size))
        self._drawing.start(self._in_mask(scene), width, painted=painted)
        self._drawn = True
        self._tell(goes_on=True)

    def _moved(self, scene: QPointF) -> None:
        if self._drawn:
            self._drawing.go_on(self._in_mask(scene))
            self._tell(goes_on=True)

    def _released(self) -> None:
        if self._drawn:
            self._drawn = False
            self._tell(goes_on=False)

    def _lift(self) -> None:
        """End a stroke that goes on, of the keys as well."""
        self._by_keys = False
        self._released()

    # -- keys -------------------------------------------------------------------------------

    def _step(self, right: int, down: int) -> None:
        """Move the brush of the keys, from the middle if it was nowhere."""
        if self._picture_size is None:
            return
        rows, columns = self._picture_size
        step = max(1.0, max(rows, columns) / _KEY_STEPS)
        # The mouse may have taken the brush elsewhere while the keys hold it down.
        place = self._key_place if self._by_keys else self._layer.place()
        if place is None:
            place = QPointF((columns - 1) / 2, (rows - 1) / 2)
        else:
            place += QPointF(right * step, down * step)
        place = QPointF(min(max(place.x(), 0), columns - 1), min(max(place.y(), 0), rows - 1))
        self._layer.set_place(place)
        self._key_place = place
        if self._by_keys:
            self._moved(place)

    def _obey(self, command: str) -> None:
        if command == "press":
            self._press_by_key()
        elif command == "smaller":
            self._turn_brush(-1)
        elif command == "larger":
            self._turn_brush(1)
        elif command == "erase":
            self.set_erasing(not self.erasing())
        else:
            getattr(self, command)()

    def _press_by_key(self) -> None:
        if self._by_keys:
            self._lift()
            return
        if self._layer.place() is None:
            self._step(0, 0)
        place = self._layer.place()
        if place is not None:
            self._lift()
            self._by_keys, self._key_place = True, place
            self._begin(place, painted=not self.erasing())

    def _turn_brush(self, notches: float) -> None:
        self.set_brush(self.brush() * _BRUSH_STEP**notches)

    # -- showing ----------------------------------------------------------------------------

    def _show_brush(self) -> None:
        self._layer.set_brush(self.brush() * max(self._picture_size or (1, 1)))

    def _show(self) -> None:
        pixels = self._drawing.pixels()
        self._layer.set_mask(pixels, self._tint)
        there = self._picture_size is not None
        self._share.setText(
            f"{pixels.mean() / 255:.0%} painted".replace("%", " %") if there else ""
        )
        for part, button in self._buttons.items():
            button.setEnabled(there)
            if part == "undo":
                button.setEnabled(there and self._drawing.can_undo())
            elif part == "redo":
                button.setEnabled(there and self._drawing.can_redo())
        self._brush.setEnabled(there)

    def _tell(self, *, goes_on: bool) -> None:
        self._show()
        self.mask_changed.emit(self.mask(), goes_on)
