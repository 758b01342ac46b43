"""What every tool under the pictures promises: it opens, closes, follows, and never breaks."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QSlider, QSpinBox
from tool_driving import curves, open_array, open_tool, press_tab, shown, text, way

from dragging import drag
from driving import child, click, settle
from engines import calibration
from visualizer import theme
from visualizer.panels.kernel_lab.tools.calibrator import TIMINGS
from widgets.curve_plot import CurvePlot

NAMES = ("profile", "histogram", "spectrum", "shape", "rank", "chain", "noise", "match", "cost")
RNG = np.random.default_rng(11)


@pytest.fixture(autouse=True)
def measured_before(folders):
    """Let the cost tool remember a measurement, or it would begin one whenever it opens."""
    folders.config.mkdir(parents=True, exist_ok=True)
    settings = QSettings(str(folders.config / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue(TIMINGS, json.dumps([(*step, 1.0) for step in calibration.plan()]))
    settings.sync()


@pytest.fixture(autouse=True)
def nothing_is_logged_as_a_bug(caplog):
    yield
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []


def shows_something(tool):
    """Whether any plot has curves, any view a picture, or the table numbers."""
    plots = [plot.curves() for plot in tool.findChildren(CurvePlot)]
    views = [view._picture for view in tool.findChildren(type(tool.input_view))]
    table = getattr(tool, "table", None)
    filled = table is not None and table.item(0, 1) is not None
    return any(plots) or any(one is not None for one in views) or filled


def test_a_click_on_its_tab_opens_a_tool_and_the_next_closes_it(qtbot, small):
    pictures = small.view.pictures.height()
    for name in NAMES:
        assert not any(tool.isVisible() for tool in small.toolbox.tools.values())
        tool = open_tool(qtbot, small, name)
        assert shows_something(tool), name
        assert small.state.tools.open == name
        assert [one.name for one in small.toolbox.tools.values() if one.isVisible()] == [name]
        assert tool.height() >= 150
        assert not small.view.messages.isVisible()
        press_tab(qtbot, small, name)
        assert not tool.isVisible()
        assert small.state.tools.open == ""
        assert small.view.pictures.height() == pictures


def test_opening_a_tool_is_no_edit_that_undo_takes_back(qtbot, small, window):
    tool = open_tool(qtbot, small, "noise")
    child(small, QSpinBox, "noise_median").setValue(7)
    settle(qtbot, small)
    for name in ("match", "cost"):
        open_tool(qtbot, small, name)
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state.tools.median == 3
    assert small.toolbox.tools["cost"].isVisible()
    press_tab(qtbot, small, "noise")
    assert tool.median_spin.value() == 3


def test_the_shortcuts_open_and_close_the_tools(qtbot, small):
    for number, name in enumerate(NAMES, start=1):
        key = Qt.Key(Qt.Key.Key_0 + number)
        for visible in (True, False):
            qtbot.keyClick(small, key, Qt.KeyboardModifier.AltModifier)
            settle(qtbot, small)
            assert small.toolbox.tools[name].isVisible() == visible


@pytest.mark.parametrize("side", [1, 3])
def test_the_smallest_pictures_are_worked_on_or_refused_in_a_sentence(qtbot, small, tmp_path, side):
    pixels = RNG.integers(0, 256, (side, side, 3), dtype=np.uint8)
    open_array(qtbot, small, tmp_path, pixels)
    refused = {}
    for name in NAMES:
        tool = open_tool(qtbot, small, name)
        if small.view.messages.isVisible():
            refused[name] = small.view.messages.text()
        else:
            assert shows_something(tool), name
    if side == 1:
        assert set(refused) == {"profile", "match"}
        assert "One pixel has no line" in refused["profile"]
        assert "takes one that is larger" in refused["match"]
    else:
        assert refused == {}


def test_a_refusal_goes_away_with_its_cause(qtbot, small, window, tmp_path):
    open_array(qtbot, small, tmp_path, RNG.integers(0, 256, (1, 1, 3), dtype=np.uint8))
    open_tool(qtbot, small, "profile")
    assert small.view.messages.isVisible()
    press_tab(qtbot, small, "histogram")
    assert not small.view.messages.isVisible()
    press_tab(qtbot, small, "profile")
    assert small.view.messages.isVisible()
    press_tab(qtbot, small, "profile")
    assert not small.view.messages.isVisible()


def test_a_grey_picture_is_worked_on(qtbot, small, tmp_path):
    open_array(qtbot, small, tmp_path, RNG.integers(0, 256, (20, 30), dtype=np.uint8))
    for name in NAMES:
        tool = open_tool(qtbot, small, name)
        assert shows_something(tool), name
        assert not small.view.messages.isVisible()
        if name in ("profile", "histogram"):
            assert list(curves(tool, f"{name}_input")) == ["grey"]


def test_a_storm_of_edits_ends_with_the_numbers_of_the_last_kernel(qtbot, small):
    for name in NAMES:
        tool = open_tool(qtbot, small, name)
        for number in range(24):
            kernel = RNG.normal(size=(3, 3)) if number % 2 else RNG.normal(size=(5, 4))
            small.view.controls.kernel.kernel_edited.emit(kernel, number % 5 != 0)
            if number % 6 == 0:
                qtbot.wait(1)
        settle(qtbot, small)
        np.testing.assert_array_equal(small.result.state.kernel_array(), kernel)
        assert not small.view.messages.isVisible()
        assert shows_the_result(tool, small.result.values, kernel), name


def shows_the_result(tool, values, kernel):
    """Whether a tool's numbers are those of the present output or kernel."""
    middle = float(np.interp(2.3, np.arange(24), values[7:9, :, 0].mean(axis=0)))
    checks = {
        "profile": lambda: curves(tool, "profile_output")["red"].y[0] == pytest.approx(middle),
        "histogram": lambda: curves(tool, "histogram_output")["red"].y.sum() == values[..., 0].size,
        "spectrum": lambda: (
            curves(tool, "spectrum_cut")["across"].y[0] == pytest.approx(abs(kernel.sum()))
        ),
        "shape": lambda: curves(tool, "shape_cut")["middle row"].y.tolist() == kernel[1].tolist(),
        "rank": lambda: (
            curves(tool, "rank_sizes")["singular value"].y
            == pytest.approx(np.linalg.svd(kernel, compute_uv=False))
        ),
        "chain": lambda: np.array_equal(shown(tool, "chain_kernel"), kernel),
        "noise": lambda: shown(tool, "noise_filtered").shape == values.shape,
        "match": lambda: shown(tool, "match_ncc").max() == pytest.approx(1.0, abs=1e-5),
        "cost": lambda: "16" in text(tool, "cost_text") and "3²" in text(tool, "cost_text"),
    }
    return checks[tool.name]()


def test_what_is_set_in_a_tool_is_undone_and_redone(qtbot, small, window):
    steps = []
    tool = open_tool(qtbot, small, "noise")
    click(qtbot, small, QPushButton, "noise_kind_salt_and_pepper")
    steps.append(lambda: tool.kind.value() == "salt_and_pepper")
    child(small, QSpinBox, "noise_median").setValue(5)
    settle(qtbot, small)
    steps.append(lambda: tool.median_spin.value() == 5)
    slider = child(small, QSlider, "noise_amount_slider")
    qtbot.keyClick(slider, Qt.Key.Key_End)
    settle(qtbot, small)
    steps.append(lambda: tool.amount.value() == 1.0)
    assert all(step() for step in steps)
    for step in reversed(steps):
        window.undo_group.undo()
        settle(qtbot, small)
        assert not step()
    for step in steps:
        window.undo_group.redo()
        settle(qtbot, small)
        assert step()


def test_a_drag_over_the_picture_is_one_step_back(qtbot, small, window):
    tool = open_tool(qtbot, small, "profile")
    view = small.view.input_view
    before, (start, _) = curves(tool, "profile_input"), tool.line.line()
    for place in ((3.0, 4.0), (12.0, 2.0)):
        drag(qtbot, view.viewport(), way(view, tool.line.line()[0], place))
        settle(qtbot, small)
        np.testing.assert_allclose(tool.line.line()[0], place, atol=0.2)
    for _ in range(2):
        window.undo_group.undo()
        settle(qtbot, small)
    assert small.state.tools.line is None
    np.testing.assert_allclose(tool.line.line()[0], start)
    np.testing.assert_array_equal(curves(tool, "profile_input")["red"].y, before["red"].y)


def test_what_a_tool_draws_over_the_picture_goes_with_it(qtbot, small):
    view = small.view.input_view
    QGuiApplication.processEvents()
    for name in ("profile", "match"):
        open_tool(qtbot, small, name)
        drawn = [item for item in view.view_box.allChildren() if item.zValue() in (49, 50)]
        assert any(item.isVisible() for item in drawn)
        press_tab(qtbot, small, name)
        assert not any(item.isVisible() for item in drawn)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_every_tool_fits_its_page_in_both_themes(qtbot, small, window, size):
    try:
        for kind in ("light", "dark"):
            theme.apply(QGuiApplication.instance(), kind)
            window.resize(*size)
            for name in NAMES:
                tool = open_tool(qtbot, small, name)
                QGuiApplication.processEvents()
                for part in tool.findChildren(QPushButton) + tool.findChildren(CurvePlot):
                    corner = part.mapTo(tool, part.rect().bottomRight())
                    assert tool.rect().contains(corner), (name, part.objectName())
    finally:
        theme.apply(QGuiApplication.instance(), "light")
