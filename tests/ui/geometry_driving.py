"""A person's gestures in the Geometry panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox

from driving import child, settle


def type_number(qtbot, panel, name, number):
    """Select what a number box holds, type `number`, and press Return."""
    box = child(panel, QSpinBox, name)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(number))
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, panel)


def shown_output(panel):
    """The output's numbers as they stand in its cells."""
    view = panel.view.output_pane.map
    rows, columns = view.cells().shape
    return [[view.shown_text(r, c) for c in range(columns)] for r in range(rows)]
