"""ConfusionMatrix: counts and shares in the cells, hovering tells them, click and keys choose."""

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from sklearn.metrics import confusion_matrix

from widgets.confusion_matrix import ConfusionMatrix

CLASSES = ("brick", "grass", "stars")
COUNTS = np.array([[9, 1, 0], [2, 6, 2], [0, 0, 0]])


@pytest.fixture
def matrix(qtbot):
    made = ConfusionMatrix("confusion")
    qtbot.addWidget(made)
    made.resize(520, 420)
    with qtbot.waitExposed(made):
        made.show()
    made.set_matrix(COUNTS, CLASSES)
    return made


def test_cells_have_count_and_share_of_the_true_class(matrix):
    assert matrix.texts() == ["9\n90 %", "1\n10 %", "0", "2\n20 %", "6\n60 %", "2\n20 %"] + 3 * [
        "0"
    ]


def test_shares_are_those_of_scikit_learn(matrix):
    truth = np.repeat([0, 0, 1, 1, 1, 2], [9, 1, 2, 6, 2, 4])
    said = np.repeat([0, 1, 0, 1, 2, 2], [9, 1, 2, 6, 2, 4])
    matrix.set_matrix(confusion_matrix(truth, said), CLASSES)
    expected = confusion_matrix(truth, said, normalize="true")
    np.testing.assert_allclose(matrix.shares(), expected)


def test_a_class_without_pictures_has_no_shares(matrix):
    assert np.isnan(matrix.shares()[2]).all()


def test_hovering_says_the_cell_in_words(matrix, qtbot):
    qtbot.mouseMove(matrix.viewport(), matrix.cell_to_widget(1, 2))
    qtbot.waitUntil(lambda: "grass" in matrix.readout())
    assert matrix.readout() == "2 of “grass” said to be “stars” (20.0% of its pictures)"


def test_without_hover_the_diagonal_is_summed_up(matrix):
    assert matrix.readout() == "15 of 20 right, on the diagonal"


def test_a_click_chooses_the_cell(matrix, qtbot):
    with qtbot.waitSignal(matrix.cell_chosen) as told:
        qtbot.mouseClick(
            matrix.viewport(), Qt.MouseButton.LeftButton, pos=matrix.cell_to_widget(1, 0)
        )
    assert told.args == [1, 0]


def test_arrows_move_and_return_chooses(matrix, qtbot):
    matrix.setFocus()
    area = matrix.focusProxy()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(area, key)
    assert matrix.readout().startswith("6 of “grass”")
    with qtbot.waitSignal(matrix.cell_chosen) as told:
        qtbot.keyClick(area, Qt.Key.Key_Return)
    assert told.args == [1, 1]
    qtbot.keyClick(area, Qt.Key.Key_Escape)
    assert "diagonal" in matrix.readout()


def test_cells_too_small_for_numbers_stay_empty(matrix):
    many = 60
    matrix.set_matrix(np.eye(many, dtype=int), [f"class {n}" for n in range(many)])
    assert set(matrix.texts()) == {""}


def test_names_that_do_not_fit_are_refused(matrix):
    with pytest.raises(ValueError, match="do not fit"):
        matrix.set_matrix(COUNTS, CLASSES[:2])


def test_other_numbers_leave_nothing_of_the_former_ones(matrix):
    matrix.set_matrix(COUNTS + 3, CLASSES)
    scene = matrix.findChild(pg.PlotWidget, "confusion_area").scene()
    written = [item.toPlainText() for item in scene.items() if isinstance(item, pg.TextItem)]
    assert sorted(written) == sorted(matrix.texts())


def test_names_below_never_run_into_each_other(matrix, qtbot):
    matrix.set_matrix(COUNTS, ("a long name of a class", "another long name", "a third one"))
    axis = matrix.findChild(pg.PlotWidget, "confusion_area").getPlotItem().getAxis("bottom")

    def apart():
        cell = matrix.cell_to_widget(0, 1).x() - matrix.cell_to_widget(0, 0).x()
        wide = matrix.fontMetrics().horizontalAdvance
        return all(wide(name) <= cell for _, name in axis._tickLevels[0])

    for width in (520, 260, 420):
        matrix.resize(width, 300)
        qtbot.waitUntil(apart)


def test_a_hint_stands_where_there_are_no_numbers_yet(matrix):
    area = matrix.findChild(pg.PlotWidget, "confusion_area")
    matrix.clear("Press “Classify”")
    assert not area.isVisible()
    assert matrix.findChild(QLabel, "confusion_hint").isVisible()
    matrix.set_matrix(COUNTS, CLASSES)
    assert area.isVisible()
    assert all(matrix.texts())
