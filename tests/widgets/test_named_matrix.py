import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from widgets.colors import NOT_A_NUMBER
from widgets.named_matrix import NamedMatrix, matrix_texts
from widgets.number_text import parse_matrix

VALUES = np.array([[0.299, 0.587, 0.114], [-0.5, 0.25, 0.0]])


@pytest.fixture
def matrix(qtbot):
    made = NamedMatrix("matrix")
    qtbot.addWidget(made)
    made.resize(420, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_numbers_have_equally_many_decimals(matrix):
    matrix.set_matrix(VALUES)
    assert matrix.shown_texts() == [["0.299", "0.587", "0.114"], ["−0.500", "0.250", "0"]]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.0, -2.0, 30.0], ["1", "−2", "30"]),
        ([123.456, 0.5], ["123", "0.5"]),
        ([12.345, 0.001], ["12.3", "0.001"]),
        ([0.5, np.nan], ["0.500", ""]),
        ([np.inf, 1.0], ["∞", "1"]),
    ],
)
def test_texts_of_a_row(values, texts):
    assert matrix_texts(np.array([values])) == [texts]


@given(some.arrays(np.float64, (2, 3), elements=st.floats(-1e4, 1e4)))
def test_texts_are_right_to_three_digits_of_the_largest(values):
    limit = np.abs(values).max()
    read = np.array([[float(t.replace("−", "-")) for t in row] for row in matrix_texts(values)])
    np.testing.assert_allclose(read, values, atol=0.006 * limit, rtol=0.5)
    assert np.all(np.sign(read) == np.sign(values))


def test_colours_follow_sign_and_size(matrix):
    matrix.set_matrix(np.array([[1.0, 0.1, 0.0, -1.0]]))
    image = matrix.grab().toImage()

    def color(column):
        rect = matrix.cell_rect(0, column)
        return image.pixelColor(round(rect.left()) + 4, round(rect.top()) + 4)

    strong, weak, none, below = (color(n) for n in range(4))
    assert strong.red() > strong.blue()
    assert below.blue() > below.red()
    assert strong.lightness() < weak.lightness() <= none.lightness()


def test_names_and_number_of_a_cell_are_told(matrix):
    matrix.set_matrix(VALUES, ("light", "opponent"), ("R", "G", "B"))
    assert matrix.cell_text(1, 0) == "opponent, R: −0.5"
    middle = matrix.cell_rect(1, 2).center()
    assert matrix.cell_at(middle) == (1, 2)


def test_numbers_are_copied_with_their_names(qtbot, matrix):
    matrix.set_matrix(VALUES, ("light", "opponent"), ("R", "G", "B"))
    qtbot.keyClick(matrix, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, *rows = QGuiApplication.clipboard().text().split("\n")
    assert head == "\tR\tG\tB"
    assert [row.split("\t")[0] for row in rows] == ["light", "opponent"]
    numbers = "\n".join("\t".join(row.split("\t")[1:]) for row in rows)
    np.testing.assert_allclose(parse_matrix(numbers), VALUES)


def test_many_columns_are_colours_alone(matrix):
    matrix.set_matrix(np.linspace(-1, 1, 60).reshape(1, 60))
    assert matrix.shown_texts() is None
    assert matrix.least_width() < 60 * 20


def test_names_that_miss_are_refused(matrix):
    with pytest.raises(ValueError, match="2 names for 3"):
        matrix.set_matrix(VALUES, (), ("R", "G"))


def test_what_is_no_number_is_grey_and_does_not_hide_the_others(matrix):
    matrix.set_matrix(np.array([[np.nan, -1.0, np.inf, 1.0]]))
    image = matrix.grab().toImage()
    places = [matrix.cell_rect(0, n).topLeft().toPoint() + QPoint(5, 5) for n in range(4)]
    missing, below, endless, above = (image.pixelColor(place) for place in places)
    assert missing == NOT_A_NUMBER
    assert below.blue() > below.red()
    assert endless == above
    assert above.red() > above.blue()
