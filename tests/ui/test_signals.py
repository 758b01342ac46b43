"""The Signals panel, used as a person uses it: drag, type, draw, drop, undo; numbers by NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
)
from scipy.io import wavfile

from driving import child, choose, click, drag_slider, message, settle
from widgets.formula_label import FormulaLabel


@pytest.fixture
def signals(qtbot, open_window):
    panel = open_window(panel="signals").panel
    settle(qtbot, panel)
    return panel


def drag(qtbot, plot, *places):
    area, points = plot.area(), [plot.place_of(*place) for place in places]
    qtbot.mousePress(area, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        qtbot.mouseMove(area, point)
    qtbot.mouseRelease(area, Qt.MouseButton.LeftButton, pos=points[-1])


def write(qtbot, panel, name, text, *, enter=False):
    field = child(panel, QLineEdit, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    if enter:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, panel)


def drop(qtbot, panel, path, place):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(place), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    panel.dropEvent(event)
    settle(qtbot, panel)


def by_numpy(panel):
    """What the output must be, by NumPy, from the signals that the panel shows."""
    result, state = panel.result, panel.state
    function = np.convolve if state.operation == "convolution" else np.correlate
    made = function(result.f.values, result.g.values, state.mode)
    return made * (result.f.step if state.view == "continuous" else 1.0)


def drawn_output(panel):
    """The output as the lowest plot shows it, the part made and the rest, in order of t."""
    traces = panel.view.output_plot.traces()
    x = np.concatenate([trace.x for trace in traces])
    y = np.concatenate([trace.y for trace in traces])
    order = np.argsort(x)
    return x[order], y[order]


def test_starts_with_two_signals_and_the_number_they_make(signals):
    np.testing.assert_allclose(drawn_output(signals)[1], by_numpy(signals), atol=1e-12)
    total = by_numpy(signals)[12]
    assert f"{total:.3g}" in child(signals, QLabel, "sum_label").text()
    assert f"{total:.3g}" in child(signals, FormulaLabel, "terms_formula").text()
    assert "(f ∗ g)(12)" in child(signals, FormulaLabel, "number_formula").text()
    assert not child(signals, FormulaLabel, "law_formula").is_blank()


def test_dragging_anywhere_on_g_slides_it_and_is_one_undo_step(qtbot, signals, window_undo):
    before = signals.state
    plot = signals.view.g_plot
    drag(qtbot, plot, (-5, 0.5), (0, 0.6), (3, 0.2))
    settle(qtbot, signals)
    assert signals.state.t == pytest.approx(20)
    assert signals.view.output_plot.cursor_time() == pytest.approx(20)
    traces = {trace.name: trace for trace in plot.traces()}
    g = signals.result.g.values
    placed = traces["g flipped"]
    np.testing.assert_allclose(placed.x[-1], 20)  # g(0) lies at τ = t
    np.testing.assert_allclose(placed.y, g[::-1])
    np.testing.assert_allclose(traces["product"].y.sum(), by_numpy(signals)[20])
    window_undo(signals)
    settle(qtbot, signals)
    assert signals.state == before


@pytest.fixture
def window_undo():
    return lambda panel: panel.window().undo_group.undo()


def test_a_click_on_the_output_goes_to_that_time(qtbot, signals):
    drag(qtbot, signals.view.output_plot, (30, 1.0), (31, 1.0))
    settle(qtbot, signals)
    assert signals.state.t == 31
    made = signals.view.output_plot.traces()[-1]
    assert made.x[-1] == 31


def test_keys_move_t_by_a_sample_and_to_the_ends(qtbot, signals):
    area = signals.view.g_plot.area().parent()
    area.setFocus()
    for key, modifier, expected in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 13),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 12),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 22),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 46),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 46),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
    ):
        qtbot.keyClick(area, key, modifier)
        settle(qtbot, signals)
        assert signals.state.t == expected


def test_space_plays_and_playing_stops_when_the_panel_is_left(qtbot, signals):
    area = signals.view.g_plot.area().parent()
    qtbot.keyClick(area, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: signals.state.t >= 15)
    assert signals.view.player.playing
    signals.window().open_panel("kernel_lab")
    assert not signals.view.player.playing
    signals.window().open_panel("signals")
    settle(qtbot, signals)
    stood = signals.state.t
    qtbot.keyClick(area, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: signals.state.t > stood)
    qtbot.keyClick(area, Qt.Key.Key_Space)
    assert not signals.view.player.playing
    settle(qtbot, signals)


def test_playing_reaches_the_end_and_is_one_undo_step(qtbot, signals, window_undo):
    area = signals.view.g_plot.area().parent()
    signals.edits.apply(signals.state.replace(t=40.0), "t")
    settle(qtbot, signals)
    child(signals, QToolButton, "player_play").click()
    qtbot.waitUntil(lambda: signals.state.t == 46 and not signals.view.player.playing)
    settle(qtbot, signals)
    window_undo(signals)
    assert signals.state.t == 40
    assert area.isVisible()


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("operation", ["convolution", "correlation"])
def test_every_operation_and_mode_is_numpys(qtbot, signals, operation, mode):
    click(qtbot, signals, QPushButton, f"operation_{operation}")
    click(qtbot, signals, QPushButton, f"mode_{mode}")
    times, values = drawn_output(signals)
    np.testing.assert_allclose(values, by_numpy(signals), atol=1e-12)
    assert np.all(np.diff(times) > 0)
    sign = "∗" if operation == "convolution" else "⋆"
    assert sign in child(signals, FormulaLabel, "law_formula").text()


def test_correlation_slides_g_unflipped(qtbot, signals):
    click(qtbot, signals, QPushButton, "operation_correlation")
    placed = {trace.name: trace for trace in signals.view.g_plot.traces()}["g as it is"]
    np.testing.assert_allclose(placed.y, signals.result.g.values)
    np.testing.assert_allclose(placed.x[0], signals.state.t)


def test_the_continuous_view_counts_areas_in_seconds_at_the_same_sample(qtbot, signals):
    index = signals.result.slide.index
    click(qtbot, signals, QPushButton, "view_continuous")
    assert signals.result.slide.index == index
    assert signals.result.unit == "s"
    np.testing.assert_allclose(drawn_output(signals)[1], by_numpy(signals), atol=1e-12)
    assert "area" in child(signals, QLabel, "sum_label").text()
    assert {trace.style for trace in signals.view.f_plot.traces()} == {"line"}
    click(qtbot, signals, QPushButton, "view_discrete")
    assert signals.result.slide.index == index
    assert {trace.style for trace in signals.view.f_plot.traces()} == {"stems"}


def test_sliders_change_a_built_in_signal_and_undo_brings_it_back(qtbot, signals, window_undo):
    before = signals.result.f.values
    drag_slider(qtbot, signals, "f_width_slider", 0.2, 0.3)
    width = int(child(signals, QDoubleSpinBox, "f_width_box").value())
    assert width != len(before)
    np.testing.assert_array_equal(signals.result.f.values, np.ones(width))
    window_undo(signals)
    settle(qtbot, signals)
    np.testing.assert_array_equal(signals.result.f.values, before)
    assert child(signals, QDoubleSpinBox, "f_width_box").value() == len(before)


@pytest.mark.parametrize(
    "name", ["triangle", "gaussian", "chirp", "sine", "impulses", "noise", "step"]
)
def test_every_built_in_signal_can_be_chosen(qtbot, signals, name):
    choose(qtbot, signals, "f_builtin", name)
    assert message(signals) == ""
    np.testing.assert_allclose(drawn_output(signals)[1], by_numpy(signals), atol=1e-9)


def test_a_formula_is_followed_as_it_is_typed(qtbot, signals):
    choose(qtbot, signals, "f_kind", "formula")
    write(qtbot, signals, "f_formula", "sin(2*pi*t/16)^2")
    expected = np.sin(2 * np.pi * np.arange(64) / 16) ** 2
    np.testing.assert_allclose(signals.result.f.values, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "word"),
    [("sinn(t)", "sinn"), ("2t", "*"), ("__import__('os')", "__import__"), ("", "empty")],
)
def test_a_wrong_formula_is_marked_explained_and_the_last_result_stays(qtbot, signals, text, word):
    choose(qtbot, signals, "f_kind", "formula")
    write(qtbot, signals, "f_formula", "cos(t)")
    shown = drawn_output(signals)[1]
    field = child(signals, QLineEdit, "f_formula")
    plain = field.palette().base().color()
    field.selectAll()
    if text:
        qtbot.keyClicks(field, text)
    else:
        qtbot.keyClick(field, Qt.Key.Key_Delete)
    settle(qtbot, signals)
    assert word in message(signals)
    assert message(signals).startswith("Formula of f")
    assert field.palette().base().color() != plain
    assert word in field.toolTip()
    np.testing.assert_array_equal(drawn_output(signals)[1], shown)
    write(qtbot, signals, "f_formula", "cos(t)")
    assert message(signals) == ""
    assert field.palette().base().color() == plain


def test_a_complex_formula_is_drawn_in_two_parts_and_convolved_right(qtbot, signals):
    choose(qtbot, signals, "f_kind", "formula")
    write(qtbot, signals, "f_formula", "exp(j*t/3)")
    click(qtbot, signals, QPushButton, "operation_correlation")
    assert len(signals.view.f_plot.traces()) == 2
    expected = by_numpy(signals)
    np.testing.assert_allclose(signals.result.output.values, expected, atol=1e-10)
    at_t = expected[signals.result.slide.index]
    assert f"{abs(at_t.imag):.3g}j" in child(signals, QLabel, "sum_label").text()


def test_a_signal_is_drawn_by_hand(qtbot, signals, window_undo):
    choose(qtbot, signals, "f_kind", "drawn")
    pad = signals.view.controls.editors["f"].pad
    drag(qtbot, pad, (4, 0.0), (8, 1.0), (12, 1.0))
    settle(qtbot, signals)
    drawn = np.array(signals.state.f.drawn)
    np.testing.assert_allclose(drawn[8:13], 1.0, atol=0.05)
    np.testing.assert_allclose(drawn[4:9], np.linspace(0, 1, 5), atol=0.1)
    assert not drawn[:4].any()
    assert not drawn[13:].any()
    np.testing.assert_array_equal(signals.result.f.values, drawn)
    window_undo(signals)
    assert not np.any(signals.state.f.drawn)  # the whole stroke is one step


def test_the_numbers_of_a_drawing_can_be_typed(qtbot, signals):
    choose(qtbot, signals, "g_kind", "drawn")
    write(qtbot, signals, "g_numbers", "1, 1/2, -2", enter=True)
    np.testing.assert_array_equal(signals.result.g.values, [1, 0.5, -2])
    write(qtbot, signals, "g_numbers", "1, two", enter=True)
    assert "two" in child(signals, QLabel, "g_note").text()
    np.testing.assert_array_equal(signals.result.g.values, [1, 0.5, -2])


def test_a_csv_is_opened_by_the_button(qtbot, signals, tmp_path, monkeypatch):
    path = tmp_path / "numbers.csv"
    path.write_text("1\n2\n4\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    choose(qtbot, signals, "f_kind", "file")
    assert "Choose a CSV or WAV file" in message(signals)
    click(qtbot, signals, QPushButton, "f_open")
    np.testing.assert_array_equal(signals.result.f.values, [1, 2, 4])
    assert message(signals) == ""
    assert child(signals, QLabel, "f_file").text() == "numbers.csv"


def test_a_file_that_changed_on_disk_is_read_again_at_the_next_step(qtbot, signals, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("1\n2\n4\n")
    signals.open_picture(path)
    settle(qtbot, signals)
    path.write_text("5\n6\n7\n8\n")
    qtbot.keyClick(signals.view.g_plot.area().parent(), Qt.Key.Key_Right)
    settle(qtbot, signals)
    np.testing.assert_array_equal(signals.result.f.values, [5, 6, 7, 8])


def test_files_are_dropped_on_the_signal_they_are_for(qtbot, signals, tmp_path, small_picture):
    path = tmp_path / "sound.wav"
    wavfile.write(path, 1000, (np.sin(np.arange(50)) * 20_000).astype(np.int16))
    on_g = signals.view.g_plot.mapTo(signals, signals.view.g_plot.rect().center())
    drop(qtbot, signals, path, on_g)
    assert signals.state.g.kind == "file"
    assert len(signals.result.g) == 50
    click(qtbot, signals, QPushButton, "view_continuous")
    assert signals.result.f.step == pytest.approx(0.001)  # the sound's own
    on_f = signals.view.f_plot.mapTo(signals, signals.view.f_plot.rect().center())
    drop(qtbot, signals, small_picture, on_f)
    assert signals.state.f.kind == "picture"
    assert len(signals.result.f) == 24


def test_a_file_that_is_gone_is_said_and_the_last_result_stays(qtbot, signals, tmp_path):
    shown = drawn_output(signals)[1]
    signals.open_file(tmp_path / "gone.csv", "f")
    settle(qtbot, signals)
    assert "gone.csv" in message(signals)
    np.testing.assert_array_equal(drawn_output(signals)[1], shown)


def test_a_row_of_a_sample_picture(qtbot, signals):
    choose(qtbot, signals, "f_kind", "picture")
    first = signals.result.f.values
    assert len(first) > 200
    drag_slider(qtbot, signals, "f_row_slider", 0.9)
    assert not np.array_equal(signals.result.f.values, first)


def test_the_peak_is_marked_where_the_output_is_largest(qtbot, signals):
    x, y = drawn_output(signals)
    [(time, _)] = signals.view.output_plot.marks()
    assert time == x[np.argmax(np.abs(y))]
    assert f"t = {time:g}" in child(signals, QLabel, "peaks_label").text()


@pytest.mark.parametrize("what", ["f", "g", "product", "output"])
def test_numbers_are_copied_as_numpy(qtbot, signals, what):
    action = next(
        a for a in signals.menu_actions("Edit") if a.objectName() == f"action_copy_{what}"
    )
    action.trigger()
    names = {"np": np}
    exec(QGuiApplication.clipboard().text(), names)  # noqa: S102  the app's own text
    expected = {
        "f": signals.result.f.values,
        "g": signals.result.g.values,
        "product": signals.result.slide.product,
        "output": by_numpy(signals),
    }
    np.testing.assert_allclose(names[what], expected[what], rtol=1e-14, atol=1e-14)


def test_exchanging_f_and_g_leaves_the_convolution_as_it_is(qtbot, signals):
    before, f = signals.state, signals.result.f.values
    output = signals.result.output.values
    signals.exchange()
    settle(qtbot, signals)
    assert (signals.state.f, signals.state.g) == (before.g, before.f)
    np.testing.assert_array_equal(signals.result.g.values, f)
    np.testing.assert_allclose(signals.result.output.values, output, atol=1e-12)


def test_a_session_comes_back_and_a_strange_one_is_refused_in_words(qtbot, signals, open_window):
    choose(qtbot, signals, "f_builtin", "sine")
    click(qtbot, signals, QPushButton, "operation_correlation")
    saved, values = signals.snapshot(), signals.result.output.values
    signals.edits.apply(type(signals.state)(), "reset")
    settle(qtbot, signals)
    signals.restore(saved)
    settle(qtbot, signals)
    np.testing.assert_array_equal(signals.result.output.values, values)
    state = signals.state
    signals.restore({"t": "soon"})
    assert "does not fit" in message(signals)
    assert signals.state == state


def test_closing_while_it_plays_leaves_nothing_running(qtbot, signals):
    signals.view.player.toggle()
    assert signals.view.player.playing
    signals.window().close()
    assert not signals.view.player.playing
