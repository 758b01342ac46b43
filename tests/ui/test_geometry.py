"""The Geometry panel, used as a person uses it: what is shown is checked."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSlider, QSpinBox, QToolButton
from scipy import signal

from driving import child, choose, click, click_cell, drag_slider, message, settle
from geometry_driving import shown_output, type_number


def hover_cell(qtbot, view, row, column):
    qtbot.mouseMove(view, QPoint(1, 1))
    qtbot.mouseMove(view, view.cell_center(row, column))


def products(panel):
    return panel.view.products.formula_text()


# -- A11, read off the grid -----------------------------------------------------------------


def test_the_worked_example_read_off_the_grid(qtbot, geometry):
    assert shown_output(geometry) == [["0", "12", "12", "0"]] * 4
    choose(qtbot, geometry, "operation_combo", "convolution")
    assert shown_output(geometry) == [["0", "−12", "−12", "0"]] * 4
    assert "4 × 4" in child(geometry, QLabel, "output_title").text()


@pytest.mark.parametrize("operation", ["correlation", "convolution"])
@pytest.mark.parametrize("padding", ["valid", "same", "full"])
def test_paddings_give_what_scipy_gives(qtbot, geometry, operation, padding):
    choose(qtbot, geometry, "operation_combo", operation)
    choose(qtbot, geometry, "padding_combo", padding)
    x = np.repeat([[3.0, 3, 3, 1, 1, 1]], 6, axis=0)
    w = np.repeat([[2.0, 0, -2]], 3, axis=0)
    function = signal.correlate2d if operation == "correlation" else signal.convolve2d
    expected = function(x, w, padding)
    assert shown_output(geometry) == [
        [f"{value:.0f}".replace("-", "−") for value in row] for row in expected + 0.0
    ]


def test_stepping_through_all_16_positions_shows_products_and_sums(qtbot, geometry):
    click(qtbot, geometry, QToolButton, "player_first")
    seen = []
    for _ in range(16):
        seen.append(child(geometry, QLabel, "products_sum").text())
        click(qtbot, geometry, QToolButton, "player_forward")
    assert seen == [f"Sum of 9 products = {n}" for n in (0, 12, 12, 0)] * 4


# -- pointing -------------------------------------------------------------------------------


def test_hovering_an_output_marks_its_window_and_explains_the_sum(qtbot, geometry):
    hover_cell(qtbot, geometry.view.output_pane.map, 2, 1)
    window = geometry.view.input_pane.map.marks().windows[0]
    assert (window.row, window.column, window.height, window.width) == (2, 1, 3, 3)
    assert products(geometry).startswith("Output row 2, column 1: y = 3·2 + 3·0 + 1·(−2)")
    assert products(geometry).endswith("= 12")


def test_hovering_an_input_shows_the_outputs_and_their_weights(qtbot, geometry):
    hover_cell(qtbot, geometry.view.input_pane.map, 0, 1)
    marks = geometry.view.output_pane.map.marks()
    assert marks.taps.tolist() == [[0, 0], [0, 1]]
    assert marks.tap_texts == ("×0", "×2")
    assert "used by 2 outputs" in products(geometry)


def test_a_click_holds_and_escape_lets_go(qtbot, geometry):
    view = geometry.view.output_pane.map
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_center(3, 3))
    hover_cell(qtbot, view, 0, 0)
    assert "row 3, column 3" in products(geometry)
    assert child(geometry, QLabel, "products_pin").isVisible()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    hover_cell(qtbot, view, 0, 1)
    assert "row 0, column 1" in products(geometry)
    assert not child(geometry, QLabel, "products_pin").isVisible()


def test_arrow_keys_walk_over_the_output(qtbot, geometry):
    view = geometry.view.output_pane.map
    view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(view, key)
    assert geometry.state.cell == (1, 2)
    assert child(geometry, QLabel, "player_text").text() == " 7 of 16"


def test_the_slider_scrubs_through_the_positions(qtbot, geometry):
    child(geometry, QSlider, "player_slider").setValue(9)
    assert geometry.state.cell == (2, 1)
    assert "row 2, column 1" in products(geometry)


def test_playing_fills_the_output_and_stops_at_the_end(qtbot, geometry):
    child(geometry, QSpinBox, "player_speed").setValue(30)
    click(qtbot, geometry, QToolButton, "player_first")
    view = geometry.view.output_pane.map
    covered = []
    geometry.view.player.moved.connect(lambda *_: covered.append(view.marks().covered_from))
    click(qtbot, geometry, QToolButton, "player_play")
    qtbot.waitUntil(lambda: not geometry.view.player.playing)
    assert geometry.state.cell == (3, 3)
    assert covered[:3] == [2, 3, 4]
    assert view.marks().covered_from is None
    assert not geometry.undo_stack().canUndo()  # looking is no edit


# -- sizes ----------------------------------------------------------------------------------


def test_the_formula_has_the_persons_numbers(qtbot, geometry):
    type_number(qtbot, geometry, "size_rows", 9)
    type_number(qtbot, geometry, "stride_columns", 2)
    formula = geometry.view.row_formula
    assert formula.text() == "⌊(9 + 0 − 1 · (3 − 1) − 1) / 2⌋ + 1 = 4"
    assert not formula.is_blank()
    assert child(geometry, QLabel, "size_label").text() == "Output size 4 × 4"


def test_cells_lost_are_hatched_and_a_way_out_is_said(qtbot, geometry):
    type_number(qtbot, geometry, "size_rows", 8)
    type_number(qtbot, geometry, "stride_rows", 2)
    hatched = geometry.view.input_pane.map.cells().hatched
    assert hatched[7].all()
    assert hatched[:, 7].all()
    assert not hatched[:7, :7].any()
    advice = child(geometry, QLabel, "advice_label").text()
    assert "stride" in advice
    assert "padding" in advice


def test_axes_can_be_set_alone(qtbot, geometry):
    click(qtbot, geometry, QToolButton, "kernel_link")
    type_number(qtbot, geometry, "kernel_columns", 5)
    assert (geometry.state.rows.kernel, geometry.state.columns.kernel) == (3, 5)
    assert "4 × 2" in child(geometry, QLabel, "output_title").text()
    assert geometry.view.column_formula.isVisible()


@pytest.mark.parametrize(
    ("name", "number", "word"),
    [("kernel_rows", 7, "kernel"), ("stride_rows", 0, "stride"), ("dilation_rows", 0, "dilation")],
)
def test_what_cannot_be_is_a_sentence_and_the_last_drawing_stays(
    qtbot, geometry, name, number, word
):
    type_number(qtbot, geometry, name, number)
    assert word in message(geometry).lower()
    assert shown_output(geometry) == [["0", "12", "12", "0"]] * 4
    type_number(qtbot, geometry, name, 2)
    assert message(geometry) == ""


def test_negative_padding_is_refused_in_words(qtbot, geometry):
    choose(qtbot, geometry, "padding_combo", "number")
    type_number(qtbot, geometry, "padding_top", -1)
    assert "negative" in message(geometry)
    type_number(qtbot, geometry, "padding_top", 1)
    assert message(geometry) == ""
    assert "6 × 6" in child(geometry, QLabel, "output_title").text()


def test_each_side_by_number(qtbot, geometry):
    choose(qtbot, geometry, "padding_combo", "number")
    click(qtbot, geometry, QToolButton, "padding_link")
    type_number(qtbot, geometry, "padding_left", 2)
    assert geometry.view.input_pane.map.cells().padding == (0, 0, 2, 0)
    assert "4 × 6" in child(geometry, QLabel, "output_title").text()


def test_pooling_and_transposed_convolution(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "pool")
    cells = geometry.view.input_pane.map.cells().values
    largest = cells.reshape(3, 2, 3, 2).max(axis=(1, 3))
    np.testing.assert_array_equal(geometry.view.output_pane.map.cells().values, largest)
    assert not geometry.view.controls.grid.isVisible()
    choose(qtbot, geometry, "scene_combo", "transposed")
    assert "10 × 10" in child(geometry, QLabel, "output_title").text()
    type_number(qtbot, geometry, "output_padding_rows", 2)
    assert "output padding" in message(geometry).lower()


def test_64_by_64_is_drawn(qtbot, geometry):
    type_number(qtbot, geometry, "size_rows", 64)
    assert geometry.view.input_pane.map.cells().shape == (64, 64)
    assert "62 × 62" in child(geometry, QLabel, "output_title").text()


# -- values ---------------------------------------------------------------------------------


def test_typing_into_the_input_changes_the_output(qtbot, geometry):
    view = geometry.view.input_pane.map
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_center(0, 0))
    view.setFocus()
    qtbot.keyClick(view, "9")
    editor = child(view, QLineEdit, "map_cell_editor")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settle(qtbot, geometry)
    assert shown_output(geometry)[0] == ["12", "12", "12", "0"]
    geometry.undo_stack().undo()
    settle(qtbot, geometry)
    assert shown_output(geometry)[0] == ["0", "12", "12", "0"]


def test_typing_a_weight_changes_the_output(qtbot, geometry):
    grid = geometry.view.controls.grid
    click_cell(qtbot, grid, 0, 0)
    qtbot.keyClicks(grid, "4")
    qtbot.keyClick(QGuiApplication.focusObject(), Qt.Key.Key_Return)
    settle(qtbot, geometry)
    assert geometry.state.weights[0][0][0][0] == 4.0
    assert shown_output(geometry)[0] == ["6", "18", "18", "2"]


@pytest.mark.parametrize("name", ["ones", "counting", "checkerboard", "impulse", "random"])
def test_patterns_fill_the_input(qtbot, geometry, name):
    before = geometry.view.input_pane.map.cells().values.copy()
    choose(qtbot, geometry, "values_combo", name)
    after = geometry.view.input_pane.map.cells().values
    assert (after != before).any()
    w = np.repeat([[2.0, 0, -2]], 3, axis=0)
    np.testing.assert_allclose(
        geometry.view.output_pane.map.cells().values, signal.correlate2d(after, w, "valid")
    )


def test_a_crop_of_a_picture(qtbot, geometry):
    choose(qtbot, geometry, "values_combo", "picture")
    type_number(qtbot, geometry, "size_rows", 16)
    values = geometry.view.input_pane.map.cells().values
    assert values.shape == (16, 16)
    assert 0 <= values.min() < values.max() <= 1
    drag_slider(qtbot, geometry, "crop_across_slider", 0.6, 0.9)
    assert geometry.state.crop[1] == pytest.approx(0.9, abs=0.03)
    moved = geometry.view.input_pane.map.cells().values
    assert (moved != values).any()
    geometry.undo_stack().undo()
    settle(qtbot, geometry)
    np.testing.assert_array_equal(geometry.view.input_pane.map.cells().values, values)


def test_a_picture_file_that_is_none_is_said(qtbot, geometry, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"nothing")
    geometry.open_picture(path)
    settle(qtbot, geometry)
    assert "broken.png" in message(geometry)
    assert shown_output(geometry) == [["0", "12", "12", "0"]] * 4


def test_channels_are_stacked_and_summed(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "channels")
    pane = geometry.view.input_pane
    assert len(pane.map.cells().behind) == 2
    said = child(geometry, QLabel, "sums_label").text()
    assert all(f"channel {n}" in said for n in (1, 2, 3))
    total = geometry.result.outputs[0, 0, 0]
    assert said.endswith(f"{total:.0f}.".replace("-", "−"))
    type_number(qtbot, geometry, "channel_spin", 2)
    assert "channel 2 of 3" in child(geometry, QLabel, "input_title").text()


# -- state ----------------------------------------------------------------------------------


def test_everything_comes_back_from_a_snapshot(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "dilated")
    kept = geometry.snapshot()
    choose(qtbot, geometry, "scene_combo", "pool")
    geometry.restore(kept)
    settle(qtbot, geometry)
    assert geometry.snapshot() == kept
    assert "9 × 9" in child(geometry, QLabel, "output_title").text()


def test_every_scene_opens_without_a_complaint(qtbot, geometry):
    combo = child(geometry, QComboBox, "scene_combo")
    names = [combo.itemData(index) for index in range(combo.count()) if combo.itemData(index)]
    assert len(names) >= 10
    for name in names:
        choose(qtbot, geometry, "scene_combo", name)
        assert message(geometry) == "", name
    for _ in names:
        geometry.undo_stack().undo()
    settle(qtbot, geometry)
    assert shown_output(geometry) == [["0", "12", "12", "0"]] * 4


def test_a_person_can_play_after_leaving_and_coming_back(qtbot, window, geometry):
    click(qtbot, geometry, QToolButton, "player_play")
    window.open_panel("kernel_lab")
    assert not geometry.view.player.playing
    qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
