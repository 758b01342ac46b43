"""F1: what keys and mouse do. Commands are read off the menus; gestures belong to the widgets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

# Words in braces are keys, shown as this system writes them.
GESTURES = {
    "Kernel grid": [
        ("a number, 1/9", "type it into the cell"),
        ("{Return}, {Shift+Return}", "done, one cell down or up"),
        ("{Tab}, {Shift+Tab}", "done, one cell on or back"),
        ("{Esc}", "take back what is being typed"),
        ("{F2}, double click", "edit what the cell holds"),
        ("{Del}", "put 0 into the cell"),
        ("arrow keys", "go from cell to cell"),
        ("wheel, up-down drag", "change the cell by 0.1"),
        ("with {Shift}, with {Ctrl}", "change it by 1, by 0.01"),
        ("{Ctrl+C}, {Ctrl+V}", "copy all; paste one or all"),
    ],
    "Pictures": [
        ("mouse over a pixel", "show the products behind it"),
        ("click, {Return}", "hold that pixel"),
        ("{Esc}", "let go of it"),
        ("arrow keys", "go from pixel to pixel"),
        ("wheel, {+}, {-}", "zoom in and out"),
        ("drag, {Ctrl}+arrow keys", "move the picture"),
        ("double click, {0}, {Home}", "fit the picture"),
    ],
    "CNN Viewer": [
        ("mouse over the map", "show what a position sees and how its number came to be"),
        ("click, {Return}; {Esc}", "hold that position; let go of it"),
        ("arrow keys on the channels", "go from channel to channel"),
        ("{Ctrl+PgUp}, {Ctrl+PgDown}", "go from layer to layer"),
    ],
    "Geometry": [
        ("mouse over a cell", "show its inputs, or its outputs"),
        ("click, {Return}", "hold that cell"),
        ("{Esc}", "let go of it"),
        ("arrow keys", "go from cell to cell"),
        ("a number, {F2}, double click", "type into the input's cell"),
        ("{Ctrl+C}, {Ctrl+V}", "copy all cells; paste one or all of the input"),
        ("drag a layer, {Alt}+{Up}, {Alt}+{Down}", "move it in the stack"),
        ("{Del}", "remove it"),
    ],
    "Layer Lab": [
        ("drag the square, arrow keys", "move the crop on the picture"),
        ("drag a corner, {+}, {-}", "make it larger or smaller"),
        ("with {Shift}", "by 10 pixels"),
    ],
}


class KeysDialog(QDialog):
    """Every command of the menus that has a key, and the gestures in grids and pictures."""

    def __init__(self, menus: Iterable[QMenu], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keys_dialog")
        self.setWindowTitle("Keyboard and mouse")
        columns = QHBoxLayout()
        columns.setSpacing(24)
        commands = {_plain(menu.title()): _commands(menu) for menu in menus}
        for name, sections in (("keys_commands", commands), ("keys_gestures", GESTURES)):
            label = QLabel(_html(sections))
            label.setObjectName(name)
            label.setTextInteractionFlags(label.textInteractionFlags().TextBrowserInteraction)
            column = QVBoxLayout()
            column.addWidget(label)
            column.addStretch()
            columns.addLayout(column)
        content = QWidget()
        content.setLayout(columns)
        scroll = QScrollArea()
        scroll.setObjectName("keys_scroll")
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(scroll)
        layout.addWidget(buttons)
        wanted = content.sizeHint().grownBy(layout.contentsMargins())
        room = self.screen().availableSize()
        self.resize(
            min(wanted.width() + scroll.verticalScrollBar().sizeHint().width(), room.width() - 80),
            min(wanted.height() + buttons.sizeHint().height() + 32, room.height() - 80),
        )


def _commands(menu: QMenu) -> list[tuple[str, str]]:
    """Return (keys, what they do) for each entry of `menu`, and of menus in it, that has keys."""
    rows = []
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            rows += _commands(inner)
        elif action.shortcuts():
            keys = ", ".join(f"{{{keys.toString()}}}" for keys in action.shortcuts())
            rows.append((keys, _plain(action.text()).rstrip("…")))
    return rows


def _plain(text: str) -> str:
    return text.replace("&", "")


def _html(sections: dict[str, list[tuple[str, str]]]) -> str:
    parts = []
    for title, rows in sections.items():
        if not rows:
            continue
        cells = "".join(
            f"<tr><td style='padding-right: 16px'><b>{_keys(keys)}</b></td>"
            f"<td>{_keys(text)}</td></tr>"
            for keys, text in rows
        )
        parts.append(f"<h3>{escape(title)}</h3><table cellpadding='2'>{cells}</table>")
    return "".join(parts)


def _keys(text: str) -> str:
    """Return `text` with the keys in braces in this system's writing, as HTML."""

    def native(found: re.Match[str]) -> str:
        return QKeySequence(found[1]).toString(QKeySequence.SequenceFormat.NativeText) or found[1]

    return escape(re.sub(r"\{(.+?)\}", native, text))
