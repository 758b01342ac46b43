"""The Layer Lab around its experiments: picker, undo, session, errors, program."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QSlider

from driving import child, choose, click, drag_slider, message, press_keys, settle
from layer_lab_experiments import NO_ZERO, SCALING, Counting
from layer_lab_panel_bench import (
    assert_follows,
    close_layer_lab,
    open_layer_lab,
    reset,
    switch,
    type_cell,
)
from visualizer.panels.layer_lab import panel as module
from visualizer.panels.layer_lab.controls import MOST_CELLS
from widgets.kernel_grid import KernelGrid


@pytest.fixture
def lab(qtbot, folders, monkeypatch):
    counting = Counting()
    panel = open_layer_lab(qtbot, folders, monkeypatch, [SCALING, counting.experiment])
    panel.counting = counting
    yield panel
    close_layer_lab(panel)


def action(panel, name):
    return next(
        one
        for menu in ("File", "Edit", "View")
        for one in panel.menu_actions(menu)
        if one.objectName() == name
    )


def undo(qtbot, panel):
    panel.undo_stack().undo()
    settle(qtbot, panel)


def redo(qtbot, panel):
    panel.undo_stack().redo()
    settle(qtbot, panel)


def number_shown(panel):
    return panel.view.shown.piece("Number").values[0]


# -- the picker -------------------------------------------------------------------------------


def type_title(qtbot, panel, text):
    action(panel, "layer_find_experiment").trigger()
    line = child(panel, QLineEdit, "layer_experiment_search")
    qtbot.keyClicks(line, text)
    return line


def test_an_experiment_is_found_by_any_part_of_its_title(qtbot, lab):
    qtbot.keyClick(type_title(qtbot, lab, "in st"), Qt.Key.Key_Return)
    settle(qtbot, lab)
    assert lab.experiment.name == "counting"
    assert child(lab, QComboBox, "layer_experiment").currentText() == "Counting in steps"
    assert number_shown(lab) == 10


def test_what_is_no_title_opens_nothing_and_goes_when_the_box_is_left(qtbot, lab):
    line = type_title(qtbot, lab, "zzz")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    child(lab, QSlider, "scaling_factor_slider").setFocus()
    assert line.text() == "Scaling by a factor"
    assert lab.experiment is SCALING
    assert lab.undo_stack().count() == 0


def test_next_and_previous_go_round(qtbot, lab):
    for name in ("layer_next", "layer_next", "layer_previous"):
        before = lab.experiment
        action(lab, name).trigger()
        settle(qtbot, lab)
        assert lab.experiment is not before
        assert_follows(lab)
    assert action(lab, "layer_next").shortcut().toString() == "Ctrl+Down"
    assert action(lab, "layer_previous").shortcut().toString() == "Ctrl+Up"


# -- controls, undo ---------------------------------------------------------------------------


def test_experiment_control_and_input_are_undone_and_done_again(qtbot, lab):
    drag_slider(qtbot, lab, "scaling_factor_slider", 1.0)
    choose(qtbot, lab, "layer_input_kind", "numbers")
    choose(qtbot, lab, "layer_experiment", "counting")
    assert lab.undo_stack().count() == 3
    undo(qtbot, lab)
    assert lab.experiment is SCALING
    assert lab.run.given.kind == "numbers"
    undo(qtbot, lab)
    assert lab.run.given.kind == "crop"
    assert child(lab, QSlider, "scaling_factor_slider").value() == 8
    undo(qtbot, lab)
    assert lab.values == SCALING.defaults()
    assert_follows(lab)
    for _ in range(3):
        redo(qtbot, lab)
    assert lab.experiment.name == "counting"
    undo(qtbot, lab)
    assert lab.values["factor"] == 4
    assert_follows(lab)


def test_a_drag_is_one_step_back(qtbot, lab):
    drag_slider(qtbot, lab, "scaling_factor_slider", 0.8, 0.9, 1.0)
    assert lab.undo_stack().count() == 1
    undo(qtbot, lab)
    assert lab.values["factor"] == 2


def test_each_experiment_is_as_it_was_left(qtbot, lab):
    drag_slider(qtbot, lab, "scaling_factor_slider", 1.0)
    choose(qtbot, lab, "layer_experiment", "counting")
    drag_slider(qtbot, lab, "counting_start_slider", 0.0)
    choose(qtbot, lab, "layer_experiment", "scaling")
    assert lab.values["factor"] == 4
    choose(qtbot, lab, "layer_experiment", "counting")
    assert number_shown(lab) == 0


def test_reset_brings_back_this_experiment_alone_and_can_be_undone(qtbot, lab):
    assert not child(lab, QPushButton, "layer_reset").isEnabled()
    drag_slider(qtbot, lab, "scaling_factor_slider", 1.0)
    choose(qtbot, lab, "layer_experiment", "counting")
    drag_slider(qtbot, lab, "counting_start_slider", 1.0)
    reset(qtbot, lab)
    assert number_shown(lab) == 10
    undo(qtbot, lab)
    assert number_shown(lab) == 100
    action(lab, "layer_reset_all").trigger()
    settle(qtbot, lab)
    choose(qtbot, lab, "layer_experiment", "scaling")
    assert lab.values["factor"] == 4


def double_click(qtbot, panel, widget):
    qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton)
    settle(qtbot, panel)


def test_a_double_click_resets_one_control(qtbot, lab):
    drag_slider(qtbot, lab, "scaling_factor_slider", 1.0)
    choose(qtbot, lab, "scaling_mode", "fancy")
    type_cell(qtbot, lab, child(lab, KernelGrid, "scaling_weights"), "7")
    assert lab.values["weights"] == ((7.0, 2.0), (3.0, 4.0))
    double_click(qtbot, lab, child(lab, QSlider, "scaling_factor_slider"))
    assert lab.values["factor"] == 2
    labels = {one.text(): one for one in lab.view.form.findChildren(QLabel)}
    for text, name in (("Mode", "mode"), ("Weights", "weights")):
        double_click(qtbot, lab, labels[text])
        assert lab.values[name] == SCALING.defaults()[name]
    assert_follows(lab)


def test_what_does_not_matter_cannot_be_set(qtbot, lab):
    box = lab.view.form.widget("turned")
    assert not box.isEnabled()
    choose(qtbot, lab, "scaling_mode", "fancy")
    assert box.isEnabled()
    switch(qtbot, lab, "scaling_turned")
    assert lab.values["turned"] is True


def test_small_numbers_are_told_apart_in_their_box(qtbot, lab):
    drag_slider(qtbot, lab, "scaling_rate_slider", 0.0)
    assert lab.values["rate"] == pytest.approx(1e-4)
    assert float(lab.view.form.widget("rate").box.text().split()[0]) == pytest.approx(1e-4)
    press_keys(qtbot, lab, "scaling_rate_slider", Qt.Key.Key_End)
    assert lab.values["rate"] == 1.0


def test_a_pasted_matrix_is_taken_and_one_too_large_refused_in_words(qtbot, lab):
    grid = child(lab, KernelGrid, "scaling_weights")
    QGuiApplication.clipboard().setText("1\t2\t3")
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, lab)
    assert lab.values["weights"] == ((1.0, 2.0, 3.0),)
    assert grid.kernel().shape == (1, 3)
    QGuiApplication.clipboard().setText("\t".join("1" for _ in range(MOST_CELLS + 1)))
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert f"1 × {MOST_CELLS + 1}" in message(lab)
    assert lab.values["weights"] == ((1.0, 2.0, 3.0),)


def test_a_cell_that_is_no_number_is_said_until_it_is_put_right(qtbot, lab):
    grid = child(lab, KernelGrid, "scaling_weights")
    type_cell(qtbot, lab, grid, "1x")
    assert "1x" in message(lab)
    assert lab.values["weights"] == SCALING.defaults()["weights"]
    type_cell(qtbot, lab, grid, "5")
    assert not message(lab)
    assert lab.values["weights"][0][0] == 5.0


# -- errors -----------------------------------------------------------------------------------


def set_to_0(qtbot, panel):
    drag_slider(qtbot, panel, "scaling_factor_slider", 0.5)
    assert panel.values["factor"] == 0


def test_what_cannot_be_is_said_and_the_last_result_stays_labelled(qtbot, lab):
    set_to_0(qtbot, lab)
    assert message(lab) == NO_ZERO
    earlier = lab.run.given["factor"]
    assert earlier != 0
    note = child(lab, QLabel, "layer_note")
    assert note.isVisible()
    assert f"Factor {earlier:g}" in note.text()
    assert_follows(lab)
    drag_slider(qtbot, lab, "scaling_factor_slider", 1.0)
    assert not message(lab)
    assert not note.isVisible()
    assert_follows(lab)


def test_of_another_experiment_nothing_is_kept_where_this_one_fails(qtbot, lab):
    set_to_0(qtbot, lab)
    choose(qtbot, lab, "layer_experiment", "counting")
    assert not message(lab)
    choose(qtbot, lab, "layer_experiment", "scaling")
    assert message(lab) == NO_ZERO
    assert lab.view.shown.pieces == ()
    assert lab.view.code.source() == ""
    assert not child(lab, QPushButton, "layer_code_copy").isEnabled()
    reset(qtbot, lab)
    assert_follows(lab)


# -- the program ------------------------------------------------------------------------------


def save_to(qtbot, panel, path, monkeypatch):
    monkeypatch.setattr(module, "ask_save_as", lambda *_arguments: path)
    click(qtbot, panel, QPushButton, "layer_code_save")
    qtbot.waitUntil(lambda: bool(message(panel)), timeout=20_000)


def run_saved(path, folder):
    """Carry the file out from another folder; return its result."""
    more = "\nnp.save('result.npy', result.numpy())\n"
    program = f"import runpy, numpy as np\nresult = runpy.run_path({str(path)!r})['result']{more}"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, env=environment)
    return np.load(folder / "result.npy")


def test_the_saved_program_comes_to_what_is_shown_wherever_it_is_run(
    qtbot, lab, tmp_path, monkeypatch
):
    lab.view.show_page("code")
    path = tmp_path / "saved" / "mine.py"
    path.parent.mkdir()
    save_to(qtbot, lab, path, monkeypatch)
    assert message(lab) == "The program is in mine.py, its input in mine_input.npy beside it."
    np.testing.assert_array_equal(np.load(path.with_name("mine_input.npy")), lab.run.given.maps)
    np.testing.assert_allclose(
        run_saved(path, tmp_path)[0], lab.run.found.piece("Scaled").maps, atol=1e-6
    )


def test_a_program_of_few_numbers_holds_them_itself(qtbot, lab, tmp_path, monkeypatch):
    choose(qtbot, lab, "layer_input_kind", "numbers")
    lab.view.show_page("code")
    click(qtbot, lab, QPushButton, "layer_code_copy")
    code = QGuiApplication.clipboard().text()
    assert code == lab.view.code.source()
    names = {}
    exec(code, names)  # noqa: S102  the program is what is tested
    np.testing.assert_array_equal(names["x"][0].numpy(), lab.run.given.maps)
    np.testing.assert_array_equal(names["result"][0].numpy(), lab.run.found.piece("Scaled").maps)
    lab.messages.clear()
    save_to(qtbot, lab, tmp_path / "small.py", monkeypatch)
    assert message(lab) == "The program is in small.py."
    assert (tmp_path / "small.py").read_text(encoding="utf-8") == code


def test_a_place_where_nothing_can_be_written_is_said(qtbot, lab, tmp_path, monkeypatch):
    lab.view.show_page("code")
    save_to(qtbot, lab, tmp_path / "nowhere" / "mine.py", monkeypatch)
    assert "its folder does not exist" in message(lab)


def test_the_page_that_is_looked_at_is_no_step_and_stays_at_an_undo(qtbot, lab):
    drag_slider(qtbot, lab, "scaling_factor_slider", 1.0)
    lab.view.show_page("code")
    assert lab.undo_stack().count() == 1
    undo(qtbot, lab)
    assert lab.state.page == "code"
    assert "x * 2" in lab.view.code.source()


# -- the session ------------------------------------------------------------------------------


def test_a_session_comes_back_with_every_experiment_as_it_was(qtbot, lab):
    drag_slider(qtbot, lab, "scaling_factor_slider", 1.0)
    choose(qtbot, lab, "layer_input_kind", "numbers")
    type_cell(qtbot, lab, child(lab, KernelGrid, "scaling_weights"), "7")
    choose(qtbot, lab, "layer_experiment", "counting")
    drag_slider(qtbot, lab, "counting_start_slider", 1.0)
    saved, state = lab.snapshot(), lab.state
    lab.history.reset(type(lab.state)())
    settle(qtbot, lab)
    lab.restore(saved)
    settle(qtbot, lab)
    assert lab.state == state
    assert number_shown(lab) == 100
    choose(qtbot, lab, "layer_experiment", "scaling")
    assert lab.values["weights"] == ((7.0, 2.0), (3.0, 4.0))
    assert not message(lab)
    assert_follows(lab)


def test_what_another_version_saved_is_left_out_in_words(qtbot, lab):
    values = {
        "scaling": {"factor": 99, "mode": "odd", "weights": [[1], [2, 3]], "wings": 2},
        "flying": {"height": 3},
    }
    lab.restore({**lab.snapshot(), "experiment": "flying", "values": values})
    settle(qtbot, lab)
    assert lab.experiment is SCALING
    assert lab.values == {**SCALING.defaults(), "factor": 4}
    for name in ("flying", "wings"):
        assert f"“{name}”" in message(lab)
    lab.messages.clear()
    assert_follows(lab)


@pytest.mark.parametrize("values", [3, [1], {"scaling": 4}, {"scaling": {"factor": 10**400}}])
def test_nonsense_in_a_saved_session_does_no_harm(qtbot, lab, values):
    lab.restore({**lab.snapshot(), "values": values})
    settle(qtbot, lab)
    lab.messages.clear()
    assert_follows(lab)
