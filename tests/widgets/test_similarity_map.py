"""The heat map of how alike pictures are: colours, classes, hover, choice."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from widgets.colors import NOT_A_NUMBER, signed_color
from widgets.similarity_map import SimilarityMap

NAMES = ["brick 0", "brick 1", "grass 0", "grass 1", "grass 2"]
BLOCKS = [("brick", 2), ("grass", 3)]


def matrix():
    vectors = np.array([[1, 0], [1, 0.4], [-0.3, 1], [0, 1], [-1, 0.2]])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors @ vectors.T).astype(np.float32)


@pytest.fixture
def view(qtbot):
    widget = SimilarityMap("alike")
    qtbot.addWidget(widget)
    widget.resize(520, 420)
    widget.set_idle_text("Pictures by class")
    widget.set_matrix(matrix(), NAMES, BLOCKS)
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    widget.grab()
    return widget


def color_of(view, row, column):
    QApplication.processEvents()
    place = view.cell_to_widget(row, column) + QPoint(12, 12)  # beside the lines through it
    return np.array(view.viewport().grab().toImage().pixelColor(place).getRgb()[:3])


def hover(qtbot, view, row, column):
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.viewport(), view.cell_to_widget(row, column))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 4), (2, 3), (3, 0)])
def test_cells_have_the_signed_colour_of_their_number(view, row, column):
    wanted = np.array(signed_color(float(matrix()[row, column]), 1.0).getRgb()[:3])
    assert np.abs(color_of(view, row, column) - wanted).max() <= 3


def test_cell_without_a_number_is_grey_and_says_so(view, qtbot):
    values = matrix()
    values[1, 3] = np.nan
    view.set_matrix(values, NAMES, BLOCKS)
    assert color_of(view, 1, 3).tolist() == list(NOT_A_NUMBER.getRgb()[:3])
    hover(qtbot, view, 1, 3)
    assert view.readout() == "brick 1 × grass 1: no direction"


def test_hovering_says_which_two_and_how_alike(view, qtbot):
    assert view.readout() == "Pictures by class"
    with qtbot.waitSignal(view.pair_hovered) as told:
        hover(qtbot, view, 0, 4)
    assert told.args == [0, 4]
    assert view.readout() == "brick 0 × grass 2: " + f"{matrix()[0, 4]:.3f}".replace("-", "−")
    with qtbot.waitSignal(view.hover_left):
        qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    assert view.readout() == "Pictures by class"


def test_click_and_return_choose_the_pair(view, qtbot):
    place = view.cell_to_widget(3, 1)
    with qtbot.waitSignal(view.pair_chosen) as told:
        qtbot.mouseMove(view.viewport(), place)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [3, 1]
    area = view.findChild(pg.PlotWidget, "alike_area")
    qtbot.keyClick(area, Qt.Key.Key_Down)
    with qtbot.waitSignal(view.pair_chosen) as told:
        qtbot.keyClick(area, Qt.Key.Key_Return)
    assert told.args == [4, 1]
    qtbot.keyClick(area, Qt.Key.Key_Escape)
    assert view.readout() == "Pictures by class"


def test_axes_name_the_classes_at_their_middle(view):
    for side in ("bottom", "left"):
        axis = view.findChild(pg.PlotWidget, "alike_area").getPlotItem().getAxis(side)
        places = {text: at for at, text in axis._tickLevels[0]}
        assert places == {"brick": 1.0, "grass": 3.5}


def test_matrix_and_names_that_do_not_fit_are_refused(view):
    with pytest.raises(ValueError, match="do not fit"):
        view.set_matrix(matrix(), NAMES[:3], BLOCKS)
