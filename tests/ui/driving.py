"""What the UI tests share: a person's gestures, and what the output must be by scipy."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QSlider
from scipy import ndimage


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=20_000)


def child(panel, kind, name):
    found = panel.findChild(kind, name)
    assert found is not None, name
    return found


def choose(qtbot, panel, name, value):
    """Open a combo box and click the entry that stands for `value`."""
    combo = child(panel, QComboBox, name)
    row = combo.findData(value)
    assert row >= 0, value
    combo.showPopup()
    entries = combo.view()
    index = combo.model().index(row, combo.modelColumn())
    entries.scrollTo(index)
    place = entries.visualRect(index).center()
    qtbot.mouseClick(entries.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not entries.isVisible()
    panel.activateWindow()  # as a window system does when a popup closes
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
    """The present output by scipy.ndimage, channel by channel (one kernel, padding "same")."""
    state = panel.state
    kernel = state.kernel_array()
    middle = [side % 2 - 1 for side in kernel.shape]  # of an even side the cell before the middle
    values = panel.picture.values(state.color).astype(np.float64)
    function = ndimage.correlate if state.operation == "correlation" else ndimage.convolve
    mode = {"zero": "constant", "replicate": "nearest", "reflect": "mirror", "circular": "wrap"}
    return np.stack(
        [
            function(values[..., c], kernel, mode=mode[state.border], origin=middle)
            for c in range(values.shape[2])
        ],
        axis=2,
    )


def hover(qtbot, view, row, column):
    # Qt sends no event to a mouse that is there already, from an earlier test for example.
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.viewport(), view.pixel_to_widget(row, column))


def send_wheel(
    widget, position: QPoint, delta: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
):
    event = QWheelEvent(
        QPointF(position),
        QPointF(widget.mapToGlobal(position)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QGuiApplication.sendEvent(widget, event)


def turn_wheel(widget, delta: int):
    """Turn the wheel over `widget` as the window system tells it, which Qt may pass on upwards."""
    window = widget.window()
    place = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, delta))


def color_at(view, row, column):
    """The colour (red, green, blue) in 0…255 that `view` paints near the corner of a pixel."""
    image = view.viewport().grab().toImage()  # numbers may stand in the middle of it
    place = view.scene_to_widget(row - 0.4, column - 0.4) * image.devicePixelRatio()
    return np.array(image.pixelColor(place).getRgb()[:3])


def message(panel):
    """The sentence that the panel shows, "" if it shows none."""
    return panel.view.messages.text() if panel.view.messages.isVisible() else ""


def drag_slider(qtbot, panel, name, *shares, release=True):
    """Take the handle of the slider `name` to each of `shares` (0…1) of its way, and let go."""
    slider = child(panel, QSlider, name)
    handle = slider.handle_rect()
    place, room = handle.center(), slider.width() - handle.width()
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
    for share in shares:
        place = QPoint(handle.width() // 2 + round(share * room), place.y())
        qtbot.mouseMove(slider, place)
    if release:
        qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
        settle(qtbot, panel)


def press_keys(qtbot, panel, name, *keys, kind=QSlider):
    """Press keys on the control `name`."""
    control = child(panel, kind, name)
    for key in keys:
        qtbot.keyClick(control, key)
    settle(qtbot, panel)
