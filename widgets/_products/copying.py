"""Numbers that the person can take away: a menu entry with the usual key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


def offer_copy(widget: QWidget, text: str, copy: Callable[[], None]) -> None:
    """Give `widget` a menu with the entry `text`, which does `copy`, as Ctrl+C does inside it."""
    action = QAction(text, widget)
    action.setShortcut(QKeySequence.StandardKey.Copy)
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(copy)
    widget.addAction(action)
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
