"""The cost tool: counts by formula, refusals with their reason, and the measurement."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QPushButton, QSpinBox, QTableWidget
from tool_driving import curves, open_tool, press_tab, text

from driving import child, choose, settle
from engines import calibration
from engines._filter2d import choose as method_choice

METHODS = ("Direct", "Separable", "FFT", "Winograd")


@pytest.fixture(autouse=True)
def a_short_measurement(monkeypatch):
    """Measure few sizes of a small picture, and forget it afterwards."""
    before = method_choice.current()
    monkeypatch.setattr(calibration, "KERNEL_SIDES", (3, 5, 7))
    monkeypatch.setattr(calibration, "REPEATS", 1)
    full = calibration.measure
    monkeypatch.setattr(calibration, "measure", lambda: full(96))
    yield
    method_choice.use(before)


def table(panel):
    """The table's texts by method and column, and its exact counts."""
    widget = child(panel, QTableWidget, "cost_table")
    headers = [widget.horizontalHeaderItem(c).text() for c in range(widget.columnCount())]
    rows = {}
    for number in range(widget.rowCount()):
        items = [widget.item(number, column) for column in range(widget.columnCount())]
        rows[items[0].text()] = dict(zip(headers, items, strict=True))
    return rows


def exact(item) -> int:
    return int(item.toolTip().replace("\N{NO-BREAK SPACE}", ""))


def measured(qtbot, panel):
    button = child(panel, QPushButton, "cost_measure")
    qtbot.waitUntil(lambda: button.text() == "Measure this machine again", timeout=30_000)


def test_counts_are_w_h_k_squared_and_one_addition_fewer(qtbot, small):
    open_tool(qtbot, small, "cost")
    for preset, k in (("Sobel x", 3), ("Box 5×5", 5)):
        choose(qtbot, small, "preset_combo", preset)
        rows = table(small)
        assert tuple(rows) == METHODS
        multiplications = 24 * 16 * 3 * k**2
        additions = 24 * 16 * 3 * (k**2 - 1)
        assert exact(rows["Direct"]["Multiplications"]) == multiplications
        assert exact(rows["Direct"]["Additions"]) == additions
        assert exact(rows["Separable"]["Multiplications"]) == 24 * 16 * 3 * 2 * k
        said = text(small.toolbox.tools["cost"], "cost_text")
        counted = f"{multiplications:,}".replace(",", " "), f"{additions:,}".replace(",", " ")
        assert f"24 × 16 outputs × 3 channels × {k}² = {counted[0]} multiplications" in said
        assert f"× ({k}² − 1) = {counted[1]} additions" in said


def test_valid_padding_counts_the_places_where_the_kernel_fits(qtbot, small):
    choose(qtbot, small, "color_combo", "grey")
    choose(qtbot, small, "padding_combo", "valid")
    tool = open_tool(qtbot, small, "cost")
    rows = table(small)
    assert exact(rows["Direct"]["Multiplications"]) == (24 - 2) * (16 - 2) * 9
    assert exact(rows["Direct"]["Additions"]) == (24 - 2) * (16 - 2) * 8
    assert "22 × 14 outputs × 3² = 2 772 multiplications" in text(tool, "cost_text")


@pytest.mark.parametrize(("padding", "dilation"), [("full", 1), ("full", 3), ("valid", 3)])
def test_the_counts_go_with_the_outputs_there_are(qtbot, small, padding, dilation):
    choose(qtbot, small, "padding_combo", padding)
    child(small, QSpinBox, "dilation_spin").setValue(dilation)
    settle(qtbot, small)
    open_tool(qtbot, small, "cost")
    assert exact(table(small)["Direct"]["Multiplications"]) == small.result.values.size * 9


def test_large_counts_are_short_with_their_unit(qtbot, panel):
    open_tool(qtbot, panel, "cost")
    item = table(panel)["Direct"]["Multiplications"]
    assert exact(item) == 451 * 300 * 3 * 9
    assert item.text() == "3.65 M"
    assert item.textAlignment() & Qt.AlignmentFlag.AlignRight


def test_a_kernel_of_rank_two_takes_two_pairs_of_passes(qtbot, small):
    open_tool(qtbot, small, "cost")
    choose(qtbot, small, "preset_combo", "Laplacian 4")
    rows = table(small)
    assert exact(rows["Separable"]["Multiplications"]) == 2 * 24 * 16 * 3 * 6


def test_winograd_is_refused_for_5_by_5_with_the_reason_and_no_numbers(qtbot, small):
    tool = open_tool(qtbot, small, "cost")
    assert table(small)["Winograd"]["Time"].text().endswith("ms")
    choose(qtbot, small, "preset_combo", "Box 5×5")
    row = table(small)["Winograd"]
    assert [row[name].text() for name in ("Multiplications", "Additions", "Time", "Error")] == (
        ["—"] * 4
    )
    assert "3 × 3" in row["Time"].toolTip()
    assert "3 × 3" in text(tool, "cost_text")
    choose(qtbot, small, "preset_combo", "Sobel x")
    assert table(small)["Winograd"]["Time"].text() != "—"


def test_every_method_s_error_is_small_and_the_one_in_use_is_bold(qtbot, small):
    open_tool(qtbot, small, "cost")
    rows = table(small)
    for row in rows.values():
        assert 0 <= float(row["Error"].text()) < 1e-4
    bold = [name for name, row in rows.items() if row["Time"].font().bold()]
    assert [name.lower() for name in bold] == [small.result.method]
    choose(qtbot, small, "method_combo", "fft")
    bold = [name for name, row in table(small).items() if row["Time"].font().bold()]
    assert bold == ["FFT"]


def test_all_of_the_table_is_in_sight(qtbot, small, window):
    open_tool(qtbot, small, "cost")
    widget = child(small, QTableWidget, "cost_table")
    for size in ((1280, 720), (1920, 1080)):
        window.resize(*size)
        qtbot.waitUntil(lambda: widget.verticalScrollBar().maximum() == 0)
        qtbot.waitUntil(lambda: widget.horizontalScrollBar().maximum() == 0)


def begin(qtbot, panel):
    tool = open_tool(qtbot, panel, "cost")
    qtbot.mouseClick(child(panel, QPushButton, "cost_measure"), Qt.MouseButton.LeftButton)
    return tool


def test_nothing_is_measured_until_it_is_asked_for(qtbot, small):
    tool = open_tool(qtbot, small, "cost")
    assert not tool.calibrator.running
    assert not curves(tool, "cost_plot")
    assert "Measure this one" in text(tool, "cost_hint")


def test_measuring_draws_a_curve_a_method(qtbot, small):
    tool = begin(qtbot, small)
    measured(qtbot, small)
    found = curves(tool, "cost_plot")
    assert tuple(found) == METHODS
    for name in METHODS[:3]:
        np.testing.assert_array_equal(found[name].x, [3, 5, 7])
        assert (found[name].y > 0).all()
    np.testing.assert_array_equal(found["Winograd"].x, [3])


def test_measuring_again_by_the_button_makes_automatic_follow(qtbot, small, monkeypatch):
    begin(qtbot, small)
    measured(qtbot, small)
    method_choice.use(method_choice.FilterCosts())
    button = child(small, QPushButton, "cost_measure")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "Cancel" in button.text()
    measured(qtbot, small)
    assert method_choice.current() != method_choice.FilterCosts()


def test_a_measurement_can_be_cancelled_and_begun_anew_at_once(qtbot, small):
    before = method_choice.current()
    tool = begin(qtbot, small)
    button = child(small, QPushButton, "cost_measure")
    qtbot.waitUntil(lambda: "Measuring 2 of" in button.text(), timeout=10_000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "cancelled" in text(tool, "cost_text")
    assert "Cancel" not in button.text()
    assert not tool.calibrator.running
    assert method_choice.current() == before
    for _ in range(3):  # a late time of the cancelled one must not be taken for one of these
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    measured(qtbot, small)
    assert [(t.method, t.side) for t in tool.calibrator.timings] == calibration.plan()


def test_closing_the_tool_ends_the_measurement(qtbot, small):
    tool = begin(qtbot, small)
    assert tool.calibrator.running
    press_tab(qtbot, small, "cost")
    assert not tool.calibrator.running
    qtbot.waitUntil(lambda: not tool.calibrator.lane.busy)
    assert child(small, QPushButton, "cost_measure").text().startswith("Measure this machine")


def test_closing_the_window_while_measuring_joins_it(qtbot, open_window):
    window = open_window()
    tool = begin(qtbot, window.panel)
    assert tool.calibrator.running
    window.close()
    assert not tool.calibrator.running


def test_what_was_measured_is_remembered_for_the_next_start(qtbot, open_window, monkeypatch):
    first = open_window()
    begin(qtbot, first.panel)
    measured(qtbot, first.panel)
    drawn = curves(first.panel.toolbox.tools["cost"], "cost_plot")
    costs = method_choice.current()
    first.close()
    method_choice.use(method_choice.FilterCosts())

    second = open_window()
    qtbot.waitUntil(lambda: method_choice.current() == costs, timeout=5_000)
    tool = open_tool(qtbot, second.panel, "cost")
    assert not tool.calibrator.running  # the curves are there already
    for name, curve in curves(tool, "cost_plot").items():
        np.testing.assert_allclose(curve.y, drawn[name].y)


@pytest.mark.parametrize("broken", ["no json", "[[1, 2, 3]]", "{}"])
def test_settings_that_were_edited_by_hand_are_measured_anew(qtbot, open_window, folders, broken):
    folders.config.mkdir(parents=True)
    settings = QSettings(str(folders.config / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("compute/filter_timings", broken)
    settings.setValue("compute/filter_costs", ["a", "b"])
    settings.sync()
    window = open_window()
    tool = begin(qtbot, window.panel)
    assert tool.calibrator.running
    measured(qtbot, window.panel)
