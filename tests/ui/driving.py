"""What the UI tests share: a person's gestures, and what the output must be by scipy."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QComboBox
from scipy import ndimage


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=20_000)


def child(panel, kind, name):
    found = panel.findChild(kind, name)
    assert found is not None, name
    return found


def choose(qtbot, panel, name, value):
    combo = child(panel, QComboBox, name)
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())
    settle(qtbot, panel)


def click(qtbot, panel, kind, name):
    qtbot.mouseClick(child(panel, kind, name), Qt.MouseButton.LeftButton)
    settle(qtbot, panel)


def click_cell(qtbot, grid, row, column):
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_center(row, column))


def type_into(qtbot, panel, row, column, text, *, key=Qt.Key.Key_Return):
    grid = panel.view.controls.grid
    click_cell(qtbot, grid, row, column)
    for letter in text:
        qtbot.keyClicks(QGuiApplication.focusObject() or grid.viewport(), letter)
    if key is not None:
        qtbot.keyClick(QGuiApplication.focusObject(), key)


def response_by_scipy(panel):
    """The present output by scipy.ndimage, channel by channel (zero border, same)."""
    state = panel.state
    values = panel.picture.values(state.color).astype(np.float64)
    function = ndimage.correlate if state.operation == "correlation" else ndimage.convolve
    mode = {"zero": "constant", "replicate": "nearest", "reflect": "mirror", "circular": "wrap"}
    return np.stack(
        [
            function(values[..., c], state.kernel_array(), mode=mode[state.border])
            for c in range(values.shape[2])
        ],
        axis=2,
    )


def hover(qtbot, view, row, column):
    # Qt sends no event to a mouse that is there already, from an earlier test for example.
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.viewport(), view.pixel_to_widget(row, column))


def send_wheel(widget, position: QPoint, delta: int):
    event = QWheelEvent(
        QPointF(position),
        QPointF(widget.mapToGlobal(position)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QGuiApplication.sendEvent(widget, event)
