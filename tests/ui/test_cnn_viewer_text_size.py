"""The CNN Viewer at the text sizes of a small window and of the last row of a lecture hall."""

from __future__ import annotations

import numpy as np
import pytest
from pyqtgraph import PlotWidget
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QScrollArea, QTreeWidget, QWidget

from driving import child, settle
from widgets.curve_plot import Curve, CurvePlot
from widgets.mosaic_view import MosaicView

LARGEST = 19.0


@pytest.fixture
def window(open_window):
    return open_window(panel="cnn_viewer")


def text_to(qtbot, window, points):
    """Choose "Larger text" or "Smaller text" until the window's text has that size."""
    larger = points > QApplication.font().pointSizeF()
    action = window.findChild(QAction, "action_larger" if larger else "action_smaller")
    for _ in range(8):
        if QApplication.font().pointSizeF() != points:
            action.trigger()
    qtbot.waitUntil(lambda: window.panel.font().pointSizeF() == points)
    settle(qtbot, window.panel)


def test_what_the_network_reads_is_never_cut(qtbot, window):
    label = child(window.panel, QLabel, "input_size_label")
    column = child(window.panel, QScrollArea, "cnn_controls_column")
    for points in (LARGEST, 9.0):
        text_to(qtbot, window, points)
        qtbot.waitUntil(lambda: label.width() >= label.sizeHint().width())
        right = label.mapTo(column, QPoint(label.sizeHint().width(), 0)).x()
        assert right <= column.viewport().width()


def test_the_names_of_layers_are_never_cut(qtbot, window):
    panel = window.panel
    panel.choose_layer("blocks.4.0.conv_dw")
    settle(qtbot, panel)
    text_to(qtbot, window, LARGEST)
    tree = child(panel, QTreeWidget, "layer_tree")

    def wide_enough():
        item = panel.view.controls.layers.item("blocks.4.0.conv_dw")
        indentation = 4 * tree.indentation()
        needed = indentation + tree.fontMetrics().horizontalAdvance("conv_dw …")
        return tree.columnWidth(0) >= needed and tree.visualItemRect(item).isValid()

    qtbot.waitUntil(wide_enough)
    # The output shapes stand there whole, or not at all; the line above the channels says them.
    room = tree.viewport().width() - tree.columnWidth(0)
    assert tree.isColumnHidden(1) or tree.columnWidth(1) <= room
    assert tree.viewport().height() >= 6 * tree.fontMetrics().lineSpacing()


def test_text_that_became_small_again_leaves_nothing_large(qtbot, folders, open_window):
    window = open_window(panel="cnn_viewer")
    text_to(qtbot, window, LARGEST)
    window.close()  # the size is remembered: the next window is built with it
    window = open_window(panel="cnn_viewer")
    combo = child(window.panel, QComboBox, "channel_sort")
    high = combo.height()
    text_to(qtbot, window, 9.0)
    qtbot.waitUntil(lambda: combo.height() < 0.75 * high)
    assert child(window.panel, QLabel, "model_badge").font().pointSizeF() == 9.0
    assert not [w.objectName() for w in window.findChildren(QWidget) if w.font().pointSizeF() > 15]


def test_the_layer_is_named_above_its_channels(qtbot, window):
    window.panel.choose_layer("blocks.1.0.conv_dw")
    settle(qtbot, window.panel)
    mosaic = child(window.panel, MosaicView, "mosaic")
    assert child(mosaic, QLabel, "image_view_title").text() == "blocks.1.0.conv_dw"


def test_products_can_be_read_from_afar(qtbot, window):
    panel = window.panel
    panel.hold(44, 56)
    settle(qtbot, panel)
    cells = panel.view.unit.products.cells()
    small = cells.height()
    text_to(qtbot, window, LARGEST)
    lines = 3 * 2  # rows of cells, lines of text in each
    qtbot.waitUntil(lambda: cells.height() > small)
    assert cells.height() / lines >= 18  # pixels a line: as text of at least twelve points


def test_the_plot_of_what_excites_is_never_cut(qtbot, window):
    window.panel.tabs.open("excites")
    settle(qtbot, window.panel)
    plot = child(window.panel, CurvePlot, "excites_curve")
    area = child(plot, PlotWidget, "curve_plot_area")
    rising = np.arange(21.0)
    plot.set_curves([Curve(f"{number}", rising, rising + number) for number in range(3)])
    for points in (9.0, LARGEST):
        text_to(qtbot, window, points)

        def whole():
            item = area.getPlotItem()
            label = item.getAxis("left").label
            bare = -label.document().documentMargin()
            name = label.mapRectToScene(label.boundingRect()).adjusted(-bare, -bare, bare, bare)
            seen = area.sceneRect()
            graph = item.getViewBox().sceneBoundingRect()
            return (
                area.viewport().height() >= seen.height()
                and seen.top() <= name.top()
                and name.bottom() <= seen.bottom()
                and graph.height() >= 3 * area.fontMetrics().lineSpacing()
            )

        qtbot.waitUntil(whole)
        outer = child(window.panel, QScrollArea, "excites_beside").viewport()
        top = plot.mapTo(outer, QPoint(0, 0)).y()
        assert 0 <= top <= top + plot.height() <= outer.height()
