"""The drawing surface: a pyqtgraph view whose mouse and keys come out as signals."""

from __future__ import annotations

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QWidget

_PAN_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)


class PictureBox(pg.ViewBox):
    """A ViewBox that reports wheel, drag and click instead of acting on them.

    Being pyqtgraph's own place for mouse events, it lets ROIs lying above it take theirs first.
    """

    wheel_turned = Signal(float, QPointF)
    """Notches (positive: away from the person) and the position in widget pixels."""
    drag_started = Signal()
    drag_moved = Signal(QPointF)
    """The whole way since the drag started, in widget pixels."""
    drag_finished = Signal()
    clicked = Signal(QPointF)

    def __init__(self) -> None:
        super().__init__(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()

    def wheelEvent(self, ev: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        """Report the turn of a vertical wheel."""
        ev.accept()
        if ev.orientation() == Qt.Orientation.Vertical and ev.delta():
            self.wheel_turned.emit(ev.delta() / 120.0, ev.pos())

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:
        """Report a drag with the left or the middle button."""
        if ev.button() not in _PAN_BUTTONS:
            ev.ignore()
            return
        ev.accept()
        if ev.isStart():
            self.drag_started.emit()
        self.drag_moved.emit(QPointF(ev.pos() - ev.buttonDownPos()))
        if ev.isFinish():
            self.drag_finished.emit()

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        """Report a click with the left button; the second one of a double click is none."""
        if ev.button() != Qt.MouseButton.LeftButton:
            return
        ev.accept()
        if not ev.double():
            self.clicked.emit(QPointF(ev.pos()))


class Canvas(pg.GraphicsView):
    """A GraphicsView filled by one PictureBox, in whose pixels its widget coordinates are."""

    mouse_moved = Signal(QPointF)
    mouse_left = Signal()
    double_clicked = Signal()
    key_pressed = Signal(QKeyEvent)
    """A slot that uses the key accepts the event."""
    focus_lost = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        # The overlays span the whole view, so finding out which part changed saves nothing.
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.viewport().setMouseTracking(True)
        self.viewport().setObjectName("image_view_viewport")
        self.box = PictureBox()
        self.setCentralItem(self.box)

    def viewportEvent(self, event: QEvent) -> bool:
        """Report where the mouse is before the scene, which skips moves in quick succession."""
        if event.type() == QEvent.Type.MouseMove:
            self.mouse_moved.emit(event.position())
        elif event.type() == QEvent.Type.Leave:
            self.mouse_left.emit()
        return super().viewportEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Report a double click with the left button that no item of the scene took."""
        super().mouseDoubleClickEvent(event)
        free = self.scene().mouseGrabberItem() is None
        if free and event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Report the key; one that nobody uses goes on to the scene, then to the parent."""
        ev.ignore()
        self.key_pressed.emit(ev)
        if not ev.isAccepted():
            super().keyPressEvent(ev)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Report that the keys go elsewhere, but not for a popup or another window."""
        super().focusOutEvent(event)
        passing = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event.reason() not in passing:
            self.focus_lost.emit()

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        """Report the new size once the box has taken it."""
        super().resizeEvent(ev)
        self.resized.emit()
