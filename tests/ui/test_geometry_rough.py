"""The Geometry panel in rough hands: pasting, advice taken, exports that collide or cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QToolButton,
)
from scipy import signal

from driving import child, choose, click, message, settle
from geometry_driving import shown_output, type_number
from visualizer import theme
from visualizer.app import make_application
from visualizer.panels.geometry.state import Axis, GeometryState

A11 = [["0", "12", "12", "0"]] * 4


def paste(qtbot, panel, text):
    QGuiApplication.clipboard().setText(text)
    view = panel.view.input_pane.map
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, panel)


def show(qtbot, panel, state):
    panel.edits.apply(state, "test")
    settle(qtbot, panel)


# -- pasting --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        repr,
        lambda a: repr(a.tolist()),
        lambda a: "\n".join("\t".join(map(str, line)) for line in a.tolist()),
        lambda a: "\n".join(",".join(map(str, line)) for line in a.tolist()),
    ],
    ids=["numpy", "list", "spreadsheet", "csv"],
)
def test_a_pasted_matrix_becomes_the_input_in_one_step(qtbot, geometry, write):
    made = np.random.default_rng(2).integers(-9, 9, (5, 7)).astype(float)
    paste(qtbot, geometry, write(made))
    np.testing.assert_array_equal(geometry.view.input_pane.map.cells().values, made)
    kernel = np.tile([2.0, 0, -2], (3, 1))
    np.testing.assert_allclose(
        geometry.view.output_pane.map.cells().values, signal.correlate2d(made, kernel, "valid")
    )
    assert child(geometry, QSpinBox, "size_rows").value() == 5
    assert child(geometry, QSpinBox, "size_columns").value() == 7
    assert geometry.undo_stack().count() == 1
    geometry.undo_stack().undo()
    settle(qtbot, geometry)
    assert shown_output(geometry) == A11


def test_the_paste_button_takes_a_matrix_of_64(qtbot, geometry):
    made = np.arange(64.0 * 64).reshape(64, 64)
    QGuiApplication.clipboard().setText("\n".join("\t".join(map(str, row)) for row in made))
    click(qtbot, geometry, QToolButton, "paste_input")
    np.testing.assert_array_equal(geometry.view.input_pane.map.cells().values, made)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 3\n4 5", "Row 2 has 2 numbers and row 1 has 3; all rows of an input"),
        ("1 " * 65, "1 × 65 numbers are too many; an input has at most 64 × 64."),
        ("1 2\n3 x", "Row 2: “x” is not a number"),
        ("", "holds no numbers"),
        ("1e12 0\n0 0", "too large"),
        ("2e9", "too large"),
    ],
)
def test_what_cannot_be_pasted_is_a_sentence(qtbot, geometry, text, said):
    paste(qtbot, geometry, text)
    assert said in message(geometry)
    assert shown_output(geometry) == A11
    assert not geometry.undo_stack().canUndo()


def test_a_single_number_goes_into_the_current_cell(qtbot, geometry):
    view = geometry.view.input_pane.map
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_center(2, 3))
    paste(qtbot, geometry, "½")
    assert view.cells().values[2, 3] == 0.5


def test_one_channel_is_pasted_and_the_others_stay(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "channels")
    before = geometry.result.inputs
    type_number(qtbot, geometry, "channel_spin", 2)
    paste(qtbot, geometry, "\n".join(["7 7 7 7 7 7"] * 6))
    after = geometry.result.inputs
    assert (after[1] == 7).all()
    np.testing.assert_array_equal(after[[0, 2]], before[[0, 2]])


def test_copied_cells_can_be_pasted_again(qtbot, geometry):
    choose(qtbot, geometry, "padding_combo", "same")
    view = geometry.view.output_pane.map
    wanted = view.cells().values.copy()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    paste(qtbot, geometry, QGuiApplication.clipboard().text())
    np.testing.assert_array_equal(geometry.result.inputs[0], wanted)


def test_a_copy_does_not_tell_what_is_to_be_guessed(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "predict")
    view = geometry.view.output_pane.map
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert set(QGuiApplication.clipboard().text().split()) == {"?"}


# -- advice that can be taken ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape"),
    [("Use 1 more padding", (4, 4)), ("Use stride 1", (6, 6)), ("Use input size 7", (3, 3))],
)
def test_advice_is_taken_by_a_button_and_undone_in_one_step(qtbot, geometry, text, shape):
    choose(qtbot, geometry, "scene_combo", "lost")
    offers = geometry.view.offers
    number = offers.texts().index(text)
    steps = geometry.undo_stack().count()
    click(qtbot, geometry, QPushButton, f"offer_{number}")
    assert geometry.result.layout.shape == shape
    assert geometry.result.layout.rows.lost == geometry.result.layout.columns.lost == 0
    assert geometry.undo_stack().count() == steps + 1
    geometry.undo_stack().undo()
    settle(qtbot, geometry)
    assert geometry.result.layout.shape == (3, 3)
    assert geometry.result.layout.rows.lost == 1


def test_advice_for_one_axis_leaves_the_other(qtbot, geometry):
    axis = Axis(size=9, kernel=3, stride=2, dilation=2)
    show(qtbot, geometry, GeometryState(rows=axis.replace(size=10), columns=axis))
    texts = geometry.view.offers.texts()
    assert texts
    assert all(text.startswith("Rows: ") for text in texts)
    for number, text in enumerate(texts):
        click(qtbot, geometry, QPushButton, f"offer_{number}")
        assert geometry.result.layout.rows.lost == 0, text
        assert geometry.result.layout.columns.axis.size == 9
        assert geometry.result.layout.columns.positions == 3
        geometry.undo_stack().undo()
        settle(qtbot, geometry)


def test_every_offer_loses_nothing_whatever_the_setting(qtbot, geometry):
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(25):
        size, kernel, stride = (int(rng.integers(a, b)) for a, b in ((4, 40), (1, 5), (2, 6)))
        padding = str(rng.choice(["valid", "same", "full", "number"]))
        axis = Axis(size=size, kernel=kernel, stride=stride, before=1, after=int(rng.integers(4)))
        state = GeometryState(rows=axis, columns=axis, padding=padding)
        show(qtbot, geometry, state)
        for number in range(len(geometry.view.offers.texts())):
            click(qtbot, geometry, QPushButton, f"offer_{number}")
            assert message(geometry) == ""
            assert geometry.result.layout.rows.lost == geometry.result.layout.columns.lost == 0
            geometry.undo_stack().undo()
            settle(qtbot, geometry)
            seen += 1
    assert seen > 20


def test_same_padding_is_offered_where_the_output_shrinks(qtbot, geometry):
    assert geometry.view.offers.texts() == ["Use “same” padding"]
    click(qtbot, geometry, QPushButton, "offer_0")
    assert "6 × 6" in child(geometry, QLabel, "output_title").text()
    assert not geometry.view.offers.isVisible()


def test_an_offer_leaves_what_is_looked_at_and_the_stack(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "stack")
    type_number(qtbot, geometry, "stack_size", 20)
    click(qtbot, geometry, QToolButton, "player_last")
    click(qtbot, geometry, QPushButton, "offer_0")
    assert geometry.state.cell == (3, 3)
    assert geometry.state.tool == "stack"
    assert geometry.state.stack.size == 20


# -- what the engine knows is on the screen -------------------------------------------------


@pytest.mark.parametrize(("kernel", "before", "after"), [(3, 1, 1), (4, 1, 2), (5, 2, 2)])
def test_positions_lost_to_the_border_are_hatched(qtbot, geometry, kernel, before, after):
    type_number(qtbot, geometry, "size_rows", 9)
    type_number(qtbot, geometry, "kernel_rows", kernel)
    view = geometry.view.input_pane.map
    hatched = view.cells().uncentred
    inner = np.zeros((9, 9), dtype=bool)
    inner[before : 9 - after, before : 9 - after] = True
    np.testing.assert_array_equal(hatched, ~inner)
    assert inner.sum() == geometry.result.outputs[0].size
    assert "no window is centred here" in view.cell_text(0, 0)
    assert "no window is centred" not in view.cell_text(4, 4)
    assert "no window is centred" in child(geometry, QLabel, "advice_label").text()
    plain = view.grab().toImage()
    choose(qtbot, geometry, "padding_combo", "same")
    assert view.cells().uncentred is None
    assert view.grab().toImage() != plain


@pytest.mark.parametrize(("n", "k"), [(3, 3), (6, 3), (7, 4), (28, 5)])
def test_k_by_k_input_valid_is_n_minus_k_plus_one(qtbot, geometry, n, k):
    type_number(qtbot, geometry, "size_rows", n)
    type_number(qtbot, geometry, "kernel_rows", k)
    side = n - k + 1
    assert f"{side} × {side}" in child(geometry, QLabel, "output_title").text()
    assert geometry.view.row_formula.text().endswith(f"= {side}")
    choose(qtbot, geometry, "padding_combo", "same")
    assert f"{n} × {n}" in child(geometry, QLabel, "output_title").text()


def test_the_stack_says_from_which_layer_on_the_whole_input_is_seen(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "stack")
    said = child(geometry, QLabel, "stack_text")
    assert "as large as the input" not in said.text()
    type_number(qtbot, geometry, "stack_size", 7)
    assert "From layer 3 on" in said.text()
    assert "beyond the input is padding" not in said.text()


def padding_alone(**changes):
    axis = Axis(size=1, kernel=2, before=1, after=1, dilation=2)
    return GeometryState(rows=axis, columns=axis, operation="max", padding="number", **changes)


def test_a_largest_value_over_padding_alone_is_minus_infinity(qtbot, geometry):
    show(qtbot, geometry, padding_alone())
    assert shown_output(geometry) == [["−∞"]]
    assert "−∞" in geometry.view.products.formula_text()
    assert "padding alone" in geometry.view.products.formula_text()


def test_minus_infinity_need_not_be_guessed(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "predict")
    predict = geometry.state.predict
    show(qtbot, geometry, padding_alone(predict=predict, tool="predict"))
    assert geometry.view.output_pane.map.cells().hidden is None
    geometry.toolbox.predict.begin("3")
    click(qtbot, geometry, QPushButton, "predict_check")
    assert "padding alone" in child(geometry, QLabel, "predict_verdict").text()


def test_side_by_side_does_not_tell_what_is_to_be_guessed(qtbot, geometry):
    choose(qtbot, geometry, "scene_combo", "predict")
    geometry.open_tool("side_by_side")
    settle(qtbot, geometry)
    maps = [
        pane.map.cells()
        for pane in geometry.toolbox.side_by_side.findChildren(type(geometry.view.output_pane))
        if pane.map.cells() is not None and "Output" in pane.title.text()
    ]
    assert len(maps) == 2
    assert all(cells.hidden is not None and cells.hidden.all() for cells in maps)


# -- exports --------------------------------------------------------------------------------


@pytest.fixture
def save_as(monkeypatch, tmp_path):
    def name(file):
        path = tmp_path / file
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
        return path

    return name


def trigger(panel, name):
    next(a for a in panel.menu_actions("File") if a.objectName() == f"export_{name}").trigger()


def cancel_export(qtbot, panel):
    bar = panel.view.export_bar
    qtbot.mouseClick(child(bar, QToolButton, "export_job_cancel"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_a_second_animation_does_not_take_the_place_of_the_first(qtbot, geometry, save_as):
    type_number(qtbot, geometry, "size_rows", 40)
    save_as("first.gif")
    trigger(geometry, "gif")
    second = save_as("second.png")
    trigger(geometry, "series")
    assert message(geometry) == "first.gif is still being written. Wait for it, or cancel it."
    assert geometry.view.export_bar.isVisible()
    cancel_export(qtbot, geometry)
    assert message(geometry) == "first.gif was cancelled."
    geometry.close_jobs()
    assert list(second.parent.glob("*.gif")) == list(second.parent.glob("*.png")) == []


def test_a_series_never_replaces_pictures_that_were_not_asked_about(qtbot, geometry, save_as):
    path = save_as("step.png")
    kept = path.with_name("step-009.png")
    kept.write_bytes(b"mine")
    trigger(geometry, "series")
    qtbot.waitUntil(lambda: "step-009.png is already in" in message(geometry))
    assert kept.read_bytes() == b"mine"
    assert list(path.parent.glob("step*")) == [kept]


def test_a_folder_that_cannot_be_written_is_said_before_the_work(qtbot, geometry, save_as):
    type_number(qtbot, geometry, "size_rows", 64)
    save_as("gone/long.gif")
    steps = []
    geometry.exports._job.stepped.connect(steps.append)
    trigger(geometry, "gif")
    qtbot.waitUntil(lambda: "folder does not exist" in message(geometry))
    assert not steps
    assert not geometry.view.export_bar.isVisible()


def test_exporting_goes_on_while_playing_and_scenes_change(qtbot, geometry, save_as):
    type_number(qtbot, geometry, "size_rows", 10)
    path = save_as("while.gif")
    trigger(geometry, "gif")
    click(qtbot, geometry, QToolButton, "player_play")
    for scene in ("pool", "channels", "transposed", "a11"):
        choose(qtbot, geometry, "scene_combo", scene)
    qtbot.waitUntil(lambda: "Saved while.gif" in message(geometry), timeout=30_000)
    assert path.stat().st_size > 0
    assert shown_output(geometry) == A11


# -- storms ---------------------------------------------------------------------------------


def test_a_storm_of_number_boxes_ends_at_what_was_typed_last(qtbot, geometry):
    boxes = [child(geometry, QSpinBox, f"{name}_rows") for name in ("size", "kernel", "stride")]
    rng = np.random.default_rng(0)
    for _ in range(120):
        box = boxes[int(rng.integers(3))]
        key = [Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp][int(rng.integers(3))]
        qtbot.keyClick(box, key)
    for name, value in (("size_rows", 12), ("stride_rows", 2), ("kernel_rows", 4)):
        type_number(qtbot, geometry, name, value)
    assert message(geometry) == ""
    assert "5 × 5" in child(geometry, QLabel, "output_title").text()
    while geometry.undo_stack().canUndo():
        geometry.undo_stack().undo()
    settle(qtbot, geometry)
    assert shown_output(geometry) == A11
    while geometry.undo_stack().canRedo():
        geometry.undo_stack().redo()
    settle(qtbot, geometry)
    assert "5 × 5" in child(geometry, QLabel, "output_title").text()


def test_text_for_the_last_row_leaves_a_slider_and_whole_tabs(qtbot, window, geometry):
    app = make_application()
    usual = app.font().pointSizeF()
    slider = child(geometry, QSlider, "player_slider")
    tabs = child(geometry, QTabBar, "geometry_tools_tabs")
    theme.scale_font(app, 19.0)
    try:
        qtbot.waitUntil(lambda: slider.width() >= 90)
        qtbot.waitUntil(lambda: tabs.height() >= tabs.sizeHint().height())
    finally:
        theme.scale_font(app, usual)
    qtbot.waitUntil(lambda: tabs.height() == tabs.sizeHint().height())
