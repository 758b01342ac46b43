"""The Geometry panel's tools and exports, used as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QToolButton,
)

from driving import child, choose, click, message, settle
from geometry_driving import type_number
from widgets.layer_table import LayerTable


@pytest.fixture
def tool(qtbot, geometry):
    """A function that opens a tool by a click on its tab."""

    def open_tool(title):
        tabs = child(geometry, QTabBar, "geometry_tools_tabs")
        index = next(i for i in range(tabs.count()) if tabs.tabText(i) == title)
        place = tabs.tabRect(index).center()
        qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=place)
        settle(qtbot, geometry)

    return open_tool


# -- predict --------------------------------------------------------------------------------


def answer(qtbot, panel, text):
    line = child(panel, QLineEdit, "predict_answer")
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    settle(qtbot, panel)


def verdict(panel):
    return child(panel, QLabel, "predict_verdict").text()


@pytest.fixture
def predicting(qtbot, geometry, tool):
    tool("Predict")
    click(qtbot, geometry, QCheckBox, "predict_on")
    return geometry


def test_predict_hides_the_output_and_its_sum(predicting):
    cells = predicting.view.output_pane.map.cells()
    assert cells.hidden.all()
    assert "12" not in predicting.view.output_pane.map.cell_text(0, 1)
    assert not child(predicting, QLabel, "products_sum").isVisible()


def test_right_answers_open_cells_and_go_on(qtbot, predicting):
    answer(qtbot, predicting, "0")
    assert verdict(predicting) == "Right: 0."
    assert predicting.state.cell == (0, 1)
    answer(qtbot, predicting, "24/2")
    hidden = predicting.view.output_pane.map.cells().hidden
    assert hidden.sum() == 14
    assert not hidden[0, 0]
    assert "2 of 16" in child(predicting, QLabel, "predict_progress").text()


def test_after_two_misses_the_sum_is_shown(qtbot, predicting):
    answer(qtbot, predicting, "5")
    assert "Not 5" in verdict(predicting)
    assert not child(predicting, QLabel, "products_sum").isVisible()
    answer(qtbot, predicting, "-5")
    assert "Not −5" in verdict(predicting)
    assert child(predicting, QLabel, "products_sum").text() == "Sum of 9 products = 0"
    assert predicting.view.output_pane.map.cells().hidden[0, 0]
    answer(qtbot, predicting, "0")
    assert verdict(predicting) == "Right: 0."


def test_what_is_no_number_is_no_miss(qtbot, predicting):
    answer(qtbot, predicting, "abc")
    assert "not a number" in verdict(predicting)
    assert predicting.state.predict.misses == ()


def test_typing_on_the_output_goes_to_the_answer(qtbot, predicting):
    view = predicting.view.output_pane.map
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_center(2, 2))
    qtbot.keyClick(view, "1")
    qtbot.keyClicks(QGuiApplication.focusObject(), "2")
    qtbot.keyClick(QGuiApplication.focusObject(), Qt.Key.Key_Return)
    assert predicting.state.predict.solved == ((0, 2, 2),)


def test_other_numbers_begin_the_guessing_anew(qtbot, predicting):
    answer(qtbot, predicting, "0")
    choose(qtbot, predicting, "operation_combo", "convolution")
    assert predicting.state.predict.solved == ()
    assert predicting.view.output_pane.map.cells().hidden.all()


def test_all_sixteen_can_be_found(qtbot, predicting):
    for _ in range(4):
        for number in ("0", "12", "12", "0"):
            answer(qtbot, predicting, number)
    assert predicting.view.output_pane.map.cells().hidden is None
    assert verdict(predicting) == "All cells are yours."


# -- matrix ---------------------------------------------------------------------------------


def test_the_matrix_is_the_operation(qtbot, geometry, tool):
    tool("Matrix")
    view = geometry.toolbox.matrix.map
    values = view.cells().values
    x, y, weights = values[0, 2:], values[2:, 0], values[2:, 2:]
    np.testing.assert_allclose(weights @ x, y)
    kernel = torch.tensor(geometry.state.weights_array())
    expected = torch.nn.functional.conv2d(torch.tensor(x).view(1, 1, 6, 6), kernel).ravel()
    np.testing.assert_allclose(y, expected)
    click(qtbot, geometry, QCheckBox, "transpose")
    values = view.cells().values
    back = torch.nn.functional.conv_transpose2d(torch.tensor(y).view(1, 1, 4, 4), kernel).ravel()
    np.testing.assert_allclose(values[2:, 0], back)
    assert "transposed" in child(geometry, QLabel, "matrix_text").text()


def test_the_hovered_output_stresses_its_row_and_back(qtbot, geometry, tool):
    tool("Matrix")
    output, view = geometry.view.output_pane.map, geometry.toolbox.matrix.map
    qtbot.mouseMove(output, QPoint(1, 1))
    qtbot.mouseMove(output, output.cell_center(2, 3))
    assert view.marks().band == 11
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_center(6, 10))
    assert geometry.state.cell == (1, 2)


def test_a_pool_of_largest_values_has_no_matrix_and_says_why(qtbot, geometry, tool):
    tool("Matrix")
    choose(qtbot, geometry, "operation_combo", "max")
    assert not geometry.toolbox.matrix.map.isVisible()
    assert child(geometry, QLabel, "matrix_text").text()


# -- stack ----------------------------------------------------------------------------------


def stack_rows(panel):
    table = child(panel, LayerTable, "stack_table")
    return [table.row_texts(row) for row in range(table.rowCount())]


@pytest.fixture
def stack(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "stack")
    return geometry


def test_three_by_three_layers_see_seven(stack):
    assert [row[2] for row in stack_rows(stack)] == ["3", "5", "7"]
    window = stack.toolbox.stack.pane.map.marks().windows[0]
    assert (window.row, window.column, window.height, window.width) == (2, 2, 7, 7)
    assert "overlaps in 6 of 7" in child(stack, QLabel, "stack_text").text()


def test_layers_are_added_edited_moved_and_removed(qtbot, stack):
    click(qtbot, stack, QPushButton, "stack_add")
    assert len(stack_rows(stack)) == 4
    type_number(qtbot, stack, "stack_kernel", 2)
    type_number(qtbot, stack, "stack_stride", 2)
    assert stack_rows(stack)[1][0] == "conv 2×2, s2"
    assert [row[1] for row in stack_rows(stack)] == ["10", "5", "3", "1"]
    table = child(stack, LayerTable, "stack_table")
    view = table.viewport()
    middle = [table.visualRect(table.model().index(row, 0)).center() for row in range(4)]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle[1])
    qtbot.mouseMove(view, middle[2])
    qtbot.mouseMove(view, middle[3])
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle[3])
    settle(qtbot, stack)
    assert stack_rows(stack)[3][0] == "conv 2×2, s2"
    qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, stack)
    assert stack_rows(stack)[2][0] == "conv 2×2, s2"
    click(qtbot, stack, QToolButton, "stack_remove")
    assert [row[0] for row in stack_rows(stack)] == ["conv 3×3"] * 3
    stack.undo_stack().undo()
    settle(qtbot, stack)
    assert len(stack_rows(stack)) == 4


def test_layers_that_do_not_fit_are_a_sentence(qtbot, stack):
    type_number(qtbot, stack, "stack_size", 5)
    assert "Layer 3" in message(stack)
    type_number(qtbot, stack, "stack_size", 7)
    assert message(stack) == ""
    assert stack_rows(stack)[2][1] == "1"


def test_no_layer_at_all(qtbot, stack):
    for _ in range(3):
        click(qtbot, stack, QToolButton, "stack_remove")
    assert stack_rows(stack) == []
    assert "No layers" in child(stack, QLabel, "stack_text").text()
    click(qtbot, stack, QPushButton, "stack_add")
    assert len(stack_rows(stack)) == 1


def test_a_click_on_the_input_chooses_the_final_cell(qtbot, stack):
    view = stack.toolbox.stack.pane.map
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_center(11, 11))
    settle(qtbot, stack)
    assert stack.state.stack.cell == (5, 5)
    assert view.marks().windows[0].row == 5


# -- use count, valid and same --------------------------------------------------------------


def test_use_counts_equal_the_gradient_of_ones(qtbot, geometry, tool):
    tool("Use count")
    counts = geometry.toolbox.use_count.pane.map.cells().values
    x = torch.zeros(1, 1, 6, 6, requires_grad=True)
    torch.nn.functional.conv2d(x, torch.ones(1, 1, 3, 3)).sum().backward()
    np.testing.assert_array_equal(counts, x.grad[0, 0])
    assert "read by 1 window" in child(geometry, QLabel, "use_count_text").text()


def test_a10_side_by_side(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "a10")
    (valid_in, valid_out), (same_in, same_out) = geometry.toolbox.side_by_side.panes.values()
    assert valid_out.map.cells().shape == (1, 1)
    assert same_out.map.cells().shape == (3, 3)
    assert valid_in.map.cells().padding == (0, 0, 0, 0)
    assert same_in.map.cells().padding == (1, 1, 1, 1)
    assert valid_out.isVisible()
    assert same_out.isVisible()


# -- exports --------------------------------------------------------------------------------


@pytest.fixture
def save_as(monkeypatch, tmp_path):
    """A function that sets the name which the next file dialog returns."""

    def name(file):
        path = tmp_path / file
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
        return path

    return name


def trigger(panel, name):
    action = next(a for a in panel.menu_actions("File") if a.objectName() == f"export_{name}")
    action.trigger()


def test_the_animation_has_a_frame_for_each_position(qtbot, geometry, save_as):
    path = save_as("steps.gif")
    type_number(qtbot, geometry, "player_speed", 5)
    trigger(geometry, "gif")
    qtbot.waitUntil(lambda: message(geometry) == "Saved steps.gif.", timeout=20_000)
    with Image.open(path) as made:
        assert (made.format, made.n_frames) == ("GIF", 16)
        assert made.info["duration"] == 200
        first = np.asarray(made.convert("RGB"))
        made.seek(15)
        assert (np.asarray(made.convert("RGB")) != first).any()


def test_the_series_has_a_file_for_each_position(qtbot, geometry, save_as):
    path = save_as("step.png")
    trigger(geometry, "series")
    qtbot.waitUntil(lambda: "Saved" in message(geometry), timeout=20_000)
    files = sorted(path.parent.glob("step-*.png"))
    assert [file.name for file in (files[0], files[-1])] == ["step-001.png", "step-016.png"]
    assert len({file.read_bytes() for file in files}) == 16


def test_a_long_export_can_be_cancelled(qtbot, geometry, save_as):
    type_number(qtbot, geometry, "size_rows", 40)
    path = save_as("long.gif")
    trigger(geometry, "gif")
    cancel = child(geometry, QToolButton, "export_job_cancel")
    qtbot.waitUntil(cancel.isVisible)
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not geometry.view.export_bar.isVisible())
    geometry.close_jobs()
    assert not path.exists()


def test_a_series_of_many_positions_is_thinned_and_says_so(qtbot, geometry, save_as):
    type_number(qtbot, geometry, "size_rows", 24)
    path = save_as("many.gif")
    trigger(geometry, "gif")
    said = "Saved many.gif. It has 400 of the 484 positions."
    qtbot.waitUntil(lambda: message(geometry) == said, timeout=60_000)
    with Image.open(path) as made:
        assert made.n_frames == 400


def test_the_figure_as_svg_and_png(qtbot, geometry, save_as):
    path = save_as("figure")
    trigger(geometry, "svg")
    path = path.with_name("figure.svg")
    qtbot.waitUntil(lambda: message(geometry) == "Saved figure.svg.")
    text = path.read_text()
    assert QSvgRenderer(QByteArray(text.encode())).isValid()
    assert "<image" not in text
    assert "Output 4" in text
    png = save_as("figure.png")
    trigger(geometry, "png")
    qtbot.waitUntil(lambda: message(geometry) == "Saved figure.png.")
    with Image.open(png) as made:
        assert made.width >= 1600


def test_the_numbers_as_text(qtbot, geometry, save_as):
    trigger(geometry, "copy_latex")
    latex = QGuiApplication.clipboard().text()
    assert "0 & 12 & 12 & 0" in latex
    assert latex.count("\\begin{bmatrix}") == 3
    trigger(geometry, "copy_markdown")
    markdown = QGuiApplication.clipboard().text()
    assert "| **0** | 0 | 12 | 12 | 0 |" in markdown
    path = save_as("numbers.md")
    trigger(geometry, "markdown")
    qtbot.waitUntil(lambda: message(geometry) == "Saved numbers.md.")
    assert path.read_text() == markdown


def test_the_stack_is_in_the_numbers_where_it_is_open(qtbot, stack):
    trigger(stack, "copy_markdown")
    assert "conv 3×3" in QGuiApplication.clipboard().text()


def test_what_is_to_be_guessed_is_not_exported(qtbot, predicting):
    trigger(predicting, "copy_markdown")
    assert "| **0** | 0 | 12 |" not in QGuiApplication.clipboard().text()


def test_a_folder_that_is_gone_is_said(qtbot, geometry, save_as):
    save_as("gone/figure.png")
    trigger(geometry, "png")
    qtbot.waitUntil(lambda: "folder does not exist" in message(geometry))
