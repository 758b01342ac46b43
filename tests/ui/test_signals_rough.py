"""The Signals panel handled roughly: the Kernel Lab's picture, little room, nonsense, haste."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from driving import child, choose, click, message, settle
from engines.images import load_image
from visualizer.panels.signals.source_editor import OF_LAB
from visualizer.panels.signals.state import SignalsState, SourceState, ToolsState


@pytest.fixture
def signals(qtbot, open_window):
    panel = open_window(panel="signals").panel
    settle(qtbot, panel)
    return panel


def row_of(path, share=0.5):
    """The brightness along a row of a picture file, read by Pillow."""
    pixels = np.asarray(Image.open(path)) / 255
    return pixels[round(share * (len(pixels) - 1))].mean(axis=1)


def panel_named(qtbot, window, name):
    window.open_panel(name)
    settle(qtbot, window.panel)
    return window.panel


def paste(panel, array):
    height, width, _ = array.shape
    data = QMimeData()
    data.setImageData(
        QImage(array.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    )
    QGuiApplication.clipboard().setMimeData(data)
    panel.choosing.paste()


def take_lab_picture(qtbot, signals):
    choose(qtbot, signals, "f_kind", "picture")
    choose(qtbot, signals, "f_picture", OF_LAB)


def test_a_row_of_the_kernel_labs_picture_follows_it(qtbot, window, small, small_picture, tmp_path):
    signals = panel_named(qtbot, window, "signals")
    take_lab_picture(qtbot, signals)
    np.testing.assert_allclose(signals.result.f.values, row_of(small_picture), atol=1e-6)
    steps = signals.undo_stack().count()
    other = tmp_path / "other.png"
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (9, 30, 3), np.uint8)).save(other)
    lab = panel_named(qtbot, window, "kernel_lab")
    lab.open_picture(other)
    qtbot.waitUntil(lambda: lab.picture.image.width == 30)
    panel_named(qtbot, window, "signals")
    np.testing.assert_allclose(signals.result.f.values, row_of(other), atol=1e-6)
    assert signals.undo_stack().count() == steps  # it was an edit of the other panel
    assert child(signals, QComboBox, "f_picture").currentText() == "Picture of the Kernel Lab"
    choose(qtbot, signals, "f_picture", "coffee")
    window.undo_group.undo()
    settle(qtbot, signals)
    np.testing.assert_allclose(signals.result.f.values, row_of(other), atol=1e-6)


def test_undo_does_not_bring_back_a_picture_that_the_kernel_lab_no_longer_shows(
    qtbot, window, small, tmp_path
):
    signals = panel_named(qtbot, window, "signals")
    take_lab_picture(qtbot, signals)
    choose(qtbot, signals, "g_builtin", "box")
    other = tmp_path / "other.png"
    Image.fromarray(np.full((4, 5, 3), 200, np.uint8)).save(other)
    small.open_picture(other)
    qtbot.waitUntil(lambda: small.picture.image.width == 5)
    window.undo_group.undo()
    settle(qtbot, signals)
    np.testing.assert_allclose(signals.result.f.values, row_of(other), atol=1e-6)


def test_a_pasted_picture_is_one_too_and_comes_back_after_a_crash(qtbot, open_window):
    first = open_window()
    array = np.random.default_rng(5).integers(0, 256, (6, 20, 3), np.uint8)
    paste(first.panel, array)
    qtbot.waitUntil(lambda: first.panel.picture.image.width == 20)
    signals = panel_named(qtbot, first, "signals")
    take_lab_picture(qtbot, signals)
    expected = array[round(0.5 * 5)].mean(axis=1) / 255
    np.testing.assert_allclose(signals.result.f.values, expected, atol=1e-6)
    saved = {"signals": signals.snapshot()}
    second = open_window()  # without its Kernel Lab ever having shown that picture
    second.restore_panels(saved)
    restored = panel_named(qtbot, second, "signals")
    np.testing.assert_allclose(restored.result.f.values, expected, atol=1e-6)
    assert child(restored, QComboBox, "f_picture").currentData() == OF_LAB


def test_a_picture_is_read_once_for_all_its_rows(qtbot, signals, small_picture, monkeypatch):
    reads = []

    def counted(path, **options):
        reads.append(path)
        return load_image(path, **options)

    monkeypatch.setattr("visualizer.pictures.loader.load_image", counted)
    signals.open_picture(small_picture)
    settle(qtbot, signals)
    for share in (0.0, 0.3, 1.0):
        signals.edits.apply(signals.state.replace(f=signals.state.f.replace(row=share)), "row")
        settle(qtbot, signals)
        np.testing.assert_allclose(signals.result.f.values, row_of(small_picture, share), atol=1e-6)
    assert len(reads) == 1


def test_with_large_text_and_an_open_page_nothing_is_cut(qtbot, signals):
    window = signals.window()
    signals.open_tool("properties")
    settle(qtbot, signals)
    window._apply_text_size(19.0)
    settle(qtbot, signals)
    view = signals.view
    qtbot.waitUntil(lambda: not view.f_plot.isVisible())  # f is in the plot below as well
    for plot in (view.g_plot, view.output_plot):
        legend = plot.findChild(QLabel, f"{plot.objectName()}_legend")
        assert legend.sizeHint().width() <= plot.width()
        axis = plot.area().parent().getPlotItem().getAxis("left")
        if axis.label.isVisible():
            label = axis.label.sceneBoundingRect()
            assert label.top() >= 0
            assert label.bottom() <= plot.area().height()
    assert "flipped" in view.g_plot.findChild(QLabel, "g_plot_legend").text()
    signals.open_tool("properties")
    window._apply_text_size(9.0)
    qtbot.waitUntil(view.f_plot.isVisible)


def test_a_signal_of_zeros_in_the_matched_filter_is_said(qtbot, signals):
    zeros = SourceState(kind="drawn", drawn=(0.0,) * 8)
    signals.edits.apply(SignalsState(f=zeros, tools=ToolsState(open="matched_filter")), "zeros")
    settle(qtbot, signals)
    assert "zero throughout" in message(signals)


@pytest.mark.parametrize(
    "tool", ["from_scratch", "autocorrelation", "matched_filter", "properties"]
)
@pytest.mark.parametrize("formula", ["0*t", "1e300", "exp(j*t)*1e-300", "n==0"])
def test_no_signal_breaks_a_page(qtbot, signals, tool, formula, caplog):
    source = SourceState(kind="formula", formula=formula, length=12)
    signals.edits.apply(SignalsState(f=source, g=source, tools=ToolsState(open=tool)), "extreme")
    settle(qtbot, signals)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "1/0",
        "t**1e9",
        "[",
        "__import__('os')",
        "9**9**9",
        "t.real",
        "lambda: 1",
        "e(",
        "",
    ],
)
def test_nonsense_is_answered_in_words_and_the_last_result_stays(qtbot, signals, text):
    choose(qtbot, signals, "f_kind", "formula")
    shown = signals.result
    field = child(signals, QLineEdit, "f_formula")
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    settle(qtbot, signals)
    assert message(signals).startswith("Formula of f: ")
    assert signals.result is shown or signals.result.state.f.formula != text
    assert field.property("wrong") is True


def test_undo_and_redo_in_haste_while_it_plays_end_where_they_began(qtbot, signals):
    for name in ("sine", "chirp", "triangle", "gaussian", "step"):
        choose(qtbot, signals, "f_builtin", name)
    click(qtbot, signals, QPushButton, "operation_correlation")
    signals.view.player.toggle()
    qtbot.waitUntil(lambda: signals.view.player.step() > 20)
    signals.view.player.stop()
    settle(qtbot, signals)
    wanted, shown = signals.state, signals.result.output.values
    for _ in range(100):
        signals.undo_stack().undo()
    for _ in range(100):
        signals.undo_stack().redo()
    settle(qtbot, signals)
    assert signals.state == wanted
    np.testing.assert_array_equal(signals.result.output.values, shown)


def test_long_signals_are_slid_and_their_page_shown_within_moments(qtbot, signals):
    long = SourceState(kind="formula", formula="sin(t*t/900)+j", length=4096)
    signals.edits.apply(SignalsState(f=long, g=long, tools=ToolsState(open="properties")), "long")
    settle(qtbot, signals)
    expected = np.convolve(signals.result.f.values, signals.result.g.values)
    np.testing.assert_allclose(signals.result.output.values, expected, atol=1e-10)
    plot = signals.view.output_plot
    qtbot.mouseClick(plot.area(), Qt.MouseButton.LeftButton, pos=plot.place_of(4000, 0) + QPoint())
    settle(qtbot, signals)
    assert signals.state.t == pytest.approx(4000, abs=20)
