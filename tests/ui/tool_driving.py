"""What the tests of the Kernel Lab's tools share: opening one, and reading what it shows."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLabel

from driving import settle
from widgets.curve_plot import CurvePlot
from widgets.image_view import ImageView


def press_tab(qtbot, panel, name):
    """Click the tab of a tool."""
    drawer = panel.view.drawer
    place = drawer.tabs.tabRect(drawer.tab_index(name)).center()
    qtbot.mouseClick(drawer.tabs, Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, panel)


def open_tool(qtbot, panel, name):
    """Open a tool by its tab and return it once it shows its numbers."""
    press_tab(qtbot, panel, name)
    tool = panel.toolbox.tools[name]
    assert tool.isVisible()
    return tool


def curves(tool, name):
    """Return the curves that a plot shows, by name."""
    plot = tool.findChild(CurvePlot, name)
    return {curve.name: curve for curve in plot.curves()}


def shown(tool, name):
    """Return the numbers of the picture that a view shows."""
    return tool.findChild(ImageView, name)._picture.values


def text(tool, name):
    """Return what a label says, with ordinary spaces and without joiners."""
    said = tool.findChild(QLabel, name).text()
    return said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


def type_number(qtbot, parent, name, number):
    """Type into a number box and press Enter."""
    box = parent.findChild(QDoubleSpinBox, name)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(number))
    qtbot.keyClick(box, Qt.Key.Key_Return)


def open_array(qtbot, panel, folder, array, name="array"):
    """Open a picture file with these 8-bit pixels (H, W) or (H, W, 3)."""
    path = folder / f"{name}.png"
    Image.fromarray(array).save(path)
    panel.open_picture(path)
    qtbot.waitUntil(lambda: panel.picture.source.name == str(path))
    settle(qtbot, panel)


def way(view, start, end, steps=5) -> list[QPoint]:
    """Return widget positions from (row, column) `start` to `end` of a view's picture."""
    shares = np.linspace(0.0, 1.0, steps + 1)
    between = [np.add(start, np.subtract(end, start) * share) for share in shares]
    return [view.pixel_to_widget(float(row), float(column)) for row, column in between]
