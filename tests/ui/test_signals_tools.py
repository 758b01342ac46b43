"""The pages under the signals: from scratch, autocorrelation, matched filter, properties."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QToolButton
from tool_driving import curves, open_tool, press_tab

from driving import child, choose, click, drag_slider, message, settle
from engines._signals import from_scratch
from visualizer.panels.signals.poses import STATES
from widgets.code_listing import CodeListing
from widgets.curve_plot import CurvePlot
from widgets.product_table import ProductTable


@pytest.fixture
def signals(qtbot, open_window):
    panel = open_window(panel="signals").panel
    settle(qtbot, panel)
    return panel


def pose(qtbot, panel, name, **changes):
    state = STATES[name]
    panel.edits.apply(state.replace(tools=state.tools.replace(**changes)), "pose")
    settle(qtbot, panel)
    return panel.toolbox.tools[name]


def test_pages_open_and_close_by_tab_and_shortcut(qtbot, signals):
    for name in signals.toolbox.tools:
        tool = open_tool(qtbot, signals, name)
        assert tool.isVisible()
        assert message(signals) == ""
    press_tab(qtbot, signals, "properties")
    assert signals.state.tools.open == ""


def test_the_table_holds_every_product_and_its_diagonals_sum_to_the_output(qtbot, signals):
    pose(qtbot, signals, "from_scratch")
    table = child(signals, ProductTable, "scratch_table").table()
    f, g = signals.result.f.values, signals.result.g.values
    np.testing.assert_array_equal(table, np.outer(f, g))
    flipped = table[:, ::-1]
    sums = [np.trace(flipped, len(g) - 1 - n) for n in range(len(f) + len(g) - 1)]
    np.testing.assert_allclose(sums, np.convolve(f, g))


def test_the_listing_is_the_source_that_runs_and_the_marked_line_adds_the_product(qtbot, signals):
    pose(qtbot, signals, "from_scratch")
    listing = child(signals, CodeListing, "scratch_listing")
    assert listing.source() == inspect.getsource(from_scratch.convolve_from_scratch)
    assert "+= f[i] * g[k]" in listing.marked_text()
    assert any("+= f[i] * g[k]" in mark.cursor.block().text() for mark in listing.extraSelections())


def test_stepping_shows_product_and_running_sum(qtbot, signals):
    pose(qtbot, signals, "from_scratch", step=0)
    f, g = signals.result.f.values, signals.result.g.values
    for button, step in (
        ("forward", 1),
        ("forward", 2),
        ("back", 1),
        ("last", f.size * g.size - 1),
    ):
        click(qtbot, signals, QToolButton, f"scratch_player_{button}")
        i, k = divmod(step, g.size)
        assert child(signals, ProductTable, "scratch_table").current() == (i, k)
        said = child(signals, QLabel, "scratch_step").text()
        assert said.startswith(f"output[{i + k}]:")
        assert f"f[{i}]·g[{k}]" in said
        running = sum(f[a] * g[b] for a in range(f.size) for b in range(g.size)
                      if a + b == i + k and (a, b) <= (i, k))  # fmt: skip
        assert said.endswith(f"= {running:.3g}".replace("-", "−"))


def test_a_click_in_the_table_goes_to_that_step(qtbot, signals):
    pose(qtbot, signals, "from_scratch")
    table = child(signals, ProductTable, "scratch_table")
    place = table.visualRect(table.model().index(2, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, signals)
    assert signals.state.tools.step == 2 * 4 + 1
    assert table.current() == (2, 1)


def test_the_steps_play_and_stop_with_the_page(qtbot, signals):
    tool = pose(qtbot, signals, "from_scratch", step=0)
    child(signals, QToolButton, "scratch_player_play").click()
    qtbot.waitUntil(lambda: signals.state.tools.step >= 2)
    press_tab(qtbot, signals, "from_scratch")
    assert not tool.player.playing


def test_correlation_from_scratch_agrees_with_numpy_for_complex_signals(qtbot, signals):
    pose(qtbot, signals, "from_scratch")
    g = signals.state.g.replace(kind="formula", formula="exp(j*n)", length=5)
    signals.edits.apply(signals.state.replace(g=g), "g")
    settle(qtbot, signals)
    click(qtbot, signals, QPushButton, "operation_correlation")
    turned = np.conj(np.exp(1j * np.arange(5)))[::-1]
    table = child(signals, ProductTable, "scratch_table").table()
    np.testing.assert_allclose(table, np.outer(signals.result.f.values, turned))
    listing = child(signals, CodeListing, "scratch_listing").source()
    assert "def correlate_from_scratch" in listing
    said = child(signals, QLabel, "scratch_difference").text()
    assert "numpy.correlate" in said
    assert "none" in said or "e-1" in said


def test_too_many_products_are_refused_in_words(qtbot, signals):
    wide = signals.state.f.replace(values=(("width", 512.0),))
    signals.edits.apply(signals.state.replace(f=wide), "f")
    settle(qtbot, signals)
    open_tool(qtbot, signals, "from_scratch")
    assert "Shorten one of the signals" in message(signals)
    press_tab(qtbot, signals, "from_scratch")
    assert message(signals) == ""


def test_autocorrelation_is_even_peaks_at_zero_and_shows_the_period(qtbot, signals):
    tool = pose(qtbot, signals, "autocorrelation")
    shown = curves(tool, "autocorrelation_plot")["real"]
    np.testing.assert_allclose(shown.y, shown.y[::-1], atol=1e-12)
    assert shown.x[np.argmax(shown.y)] == 0
    assert shown.y.max() == pytest.approx(1)
    assert "24" in child(signals, QLabel, "period_label").text()
    marks = tool.findChild(CurvePlot, "autocorrelation_plot")._marks
    assert marks[0][0] == pytest.approx(24, abs=0.2)


def test_plain_sums_are_numpys_correlation(qtbot, signals):
    tool = pose(qtbot, signals, "autocorrelation", remove_mean=False)
    choose(qtbot, signals, "normalisation_combo", "none")
    f = signals.result.f.values
    shown = curves(tool, "autocorrelation_plot")["real"]
    np.testing.assert_allclose(shown.y, np.correlate(f, f, "full"), atol=1e-9)


def test_a_planted_delay_is_recovered_where_the_sliders_put_it(qtbot, signals):
    pose(qtbot, signals, "autocorrelation")
    chirp = STATES["matched_filter"].f
    signals.edits.apply(signals.state.replace(f=chirp), "f")
    settle(qtbot, signals)
    drag_slider(qtbot, signals, "echo_delay_slider", 0.3, 0.4)
    delay = signals.state.tools.delay
    assert delay > 60
    assert (
        f"Planted {delay}, found {delay} samples ✓" in child(signals, QLabel, "delay_label").text()
    )


def test_a_noise_without_period_is_said_so(qtbot, signals):
    pose(qtbot, signals, "autocorrelation")
    choose(qtbot, signals, "f_builtin", "noise")
    assert "No period" in child(signals, QLabel, "period_label").text()
    assert message(signals) == ""


def test_the_matched_filter_finds_the_signal_and_says_both_ratios(qtbot, signals):
    tool = pose(qtbot, signals, "matched_filter")
    assert "found at 40 samples ✓" in child(signals, QLabel, "matched_place").text()
    received = curves(tool, "before_plot")["received"].y
    template = signals.result.f.values
    shown = curves(tool, "after_plot")["filter's output"].y
    np.testing.assert_allclose(shown, np.correlate(received, template, "valid"), atol=1e-9)
    said = child(signals, QLabel, "snr_label").text()
    assert "before" in said
    assert "after" in said
    click(qtbot, signals, QPushButton, "matched_again")
    assert not np.array_equal(curves(tool, "before_plot")["received"].y, received)
    drag_slider(qtbot, signals, "matched_noise_slider", 0.0)
    assert "Without noise" in child(signals, QLabel, "snr_label").text()


def rows(signals):
    laws = child(signals, QListWidget, "law_list")
    return [laws.item(n).text() for n in range(laws.count())]


def test_convolution_keeps_every_law_and_correlation_breaks_two(qtbot, signals):
    open_tool(qtbot, signals, "properties")
    assert len(rows(signals)) == 5
    assert all(text.startswith("✓") for text in rows(signals))
    click(qtbot, signals, QPushButton, "operation_correlation")
    broken = [text.split(":")[0] for text in rows(signals) if text.startswith("✗")]
    assert broken == ["✗ Commutativity", "✗ Associativity"]


@pytest.mark.parametrize(
    ("system", "broken"),
    [("squaring", "Linearity"), ("median", "Linearity"), ("zero_padded", "Shift invariance")],
)
def test_systems_that_break_a_law_show_which_and_by_how_much(qtbot, signals, system, broken):
    noise = signals.state.f.replace(name="noise", values=(("length", 40.0),))
    signals.edits.apply(signals.state.replace(f=noise), "f")
    settle(qtbot, signals)
    tool = open_tool(qtbot, signals, "properties")
    choose(qtbot, signals, "system_combo", system)
    wrong = [text for text in rows(signals) if text.startswith("✗")]
    assert [text[2:].split(":")[0] for text in wrong] == [broken]
    laws = child(signals, QListWidget, "law_list")
    row = rows(signals).index(wrong[0])
    place = laws.visualItemRect(laws.item(row)).center()
    qtbot.mouseClick(laws.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, signals)
    left, right = curves(tool, "sides_plot").values()
    error = np.abs(left.y - right.y).max()
    assert f"{error:.2g}" in wrong[0]
    assert "breaks" in child(signals, QLabel, "law_sentence").text()


def test_every_pose_can_be_taken(qtbot, signals):
    for take in signals.poses().values():
        take()
        settle(qtbot, signals)
        assert message(signals) == ""
