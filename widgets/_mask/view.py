"""The picture that is painted on: its keys are those of the brush first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from widgets.image_view import ImageView

ARROWS = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}
COMMANDS = {
    Qt.Key.Key_Space: "press",
    Qt.Key.Key_BracketLeft: "smaller",
    Qt.Key.Key_BracketRight: "larger",
    Qt.Key.Key_E: "erase",
    Qt.Key.Key_F: "fill",
    Qt.Key.Key_I: "invert",
    Qt.Key.Key_Delete: "clear",
}


def command_of(event: QKeyEvent) -> str | None:
    """Return which command of the brush a key is, or None."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return "undo"
    if event.matches(QKeySequence.StandardKey.Redo) or (
        event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    ):
        return "redo"
    if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        return None
    return COMMANDS.get(Qt.Key(event.key()))


class MaskView(ImageView):
    """An ImageView whose arrows and command keys go to the brush, before any shortcut."""

    brush_stepped = Signal(int, int)
    """Steps to the right and down."""
    command_given = Signal(str)
    focus_left = Signal()
    """The keys go elsewhere."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._canvas.installEventFilter(self)
        self._canvas.focus_lost.connect(self.focus_left)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim the keys that would else be shortcuts of the window, such as Ctrl+Z."""
        if event.type() == QEvent.Type.ShortcutOverride and command_of(event) is not None:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> None:
        command, key = command_of(event), Qt.Key(event.key())
        if command is not None:
            self.command_given.emit(command)
        elif key in ARROWS and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.brush_stepped.emit(*ARROWS[key])
        else:
            super()._on_key(event)
            return
        event.accept()
