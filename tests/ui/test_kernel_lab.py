"""The Kernel Lab, used as a person uses it: click, type, drag, hover; what is shown is checked."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton, QSpinBox, QToolButton

from driving import (
    child,
    choose,
    click,
    hover,
    response_by_scipy,
    send_wheel,
    settle,
    type_into,
)
from visualizer.state import KernelLabState
from widgets.number_text import format_number


def test_starts_with_a_real_picture_and_its_response(panel):
    assert panel.picture.source.kind == "sample"
    assert panel.picture.image.width >= 256
    np.testing.assert_allclose(panel.result.values, response_by_scipy(panel), atol=1e-4)
    assert "Sobel" in child(panel, QLabel, "name_label").text()


def test_typing_a_number_changes_the_output_while_it_is_typed(qtbot, small):
    type_into(qtbot, small, 0, 0, "7", key=None)
    settle(qtbot, small)
    assert small.state.kernel[0][0] == 7.0
    np.testing.assert_allclose(small.result.values, response_by_scipy(small), atol=1e-4)


def test_typing_a_fraction_and_undo(qtbot, small, window):
    before = small.state
    type_into(qtbot, small, 1, 1, "1/9")
    settle(qtbot, small)
    assert small.state.kernel[1][1] == pytest.approx(1 / 9)
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state == before
    assert small.view.controls.grid.kernel()[1, 1] == before.kernel[1][1]
    window.undo_group.redo()
    assert small.state.kernel[1][1] == pytest.approx(1 / 9)


@pytest.mark.parametrize("text", ["abc", "nan", "1/0", "inf"])
def test_a_wrong_entry_is_marked_and_the_last_good_result_stays(qtbot, small, text):
    shown = small.result.values.copy()
    type_into(qtbot, small, 1, 1, text)
    settle(qtbot, small)
    assert (1, 1) in small.view.controls.grid.invalid_cells()
    assert small.view.messages.isVisible()
    assert "Row 2, column 2" in small.view.messages.text()
    assert np.isfinite(small.state.kernel_array()).all()
    np.testing.assert_array_equal(small.result.values, shown)
    type_into(qtbot, small, 1, 1, "5")
    assert not small.view.controls.grid.invalid_cells()
    assert not small.view.messages.isVisible()


def test_presets_fill_the_grid_and_are_named(qtbot, small):
    combo = child(small, QComboBox, "preset_combo")
    for index in range(combo.count()):
        name = combo.itemData(index)
        if name is None:
            continue  # a separator
        choose(qtbot, small, "preset_combo", name)
        assert small.view.controls.kernel.name_label.text() != "A kernel without a name", name


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("op_transpose", lambda k: k.T),
        ("op_rotate_90", lambda k: np.rot90(k, -1)),
        ("op_rotate_180", lambda k: k[::-1, ::-1]),
        ("op_flip_horizontal", lambda k: k[:, ::-1]),
        ("op_flip_vertical", lambda k: k[::-1]),
        ("op_negate", lambda k: -k),
        ("op_make_zero_sum", lambda k: k - k.mean()),
        ("op_normalise", lambda k: k / k.sum()),
    ],
)
def test_the_kernel_buttons(qtbot, small, button, expected):
    kernel = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]])
    small.history.apply(small.state.with_kernel(kernel), "test")
    click(qtbot, small, QToolButton, button)
    np.testing.assert_allclose(small.state.kernel_array(), expected(kernel))
    np.testing.assert_allclose(small.view.controls.grid.kernel(), expected(kernel))


def test_normalising_a_zero_sum_kernel_is_a_sentence(qtbot, small):
    before = small.state
    click(qtbot, small, QToolButton, "op_normalise")
    assert small.view.messages.kind() == "error"
    assert small.state == before


def test_an_all_zero_kernel_gives_an_all_zero_output(qtbot, small):
    small.history.apply(small.state.with_kernel(np.zeros((3, 3))), "test")
    settle(qtbot, small)
    assert not small.result.values.any()
    assert small.view.output_view.isVisible()


@pytest.mark.parametrize("operation", ["convolution", "correlation"])
@pytest.mark.parametrize("border", ["zero", "replicate", "reflect", "circular"])
def test_operation_and_border_follow_the_controls(qtbot, small, operation, border):
    click(qtbot, small, QPushButton, f"operation_{operation}")
    choose(qtbot, small, "border_combo", border)
    assert (small.state.operation, small.state.border) == (operation, border)
    np.testing.assert_allclose(small.result.values, response_by_scipy(small), atol=1e-4)
    applied = small.view.applied_grid.kernel()
    kernel = small.state.kernel_array()
    np.testing.assert_array_equal(
        applied, kernel[::-1, ::-1] if operation == "convolution" else kernel
    )


def test_padding_stride_and_dilation_change_the_size_of_the_output(qtbot, small):
    choose(qtbot, small, "padding_combo", "valid")
    assert small.result.values.shape == (14, 22, 3)
    child(small, QSpinBox, "stride_spin").setValue(2)
    settle(qtbot, small)
    assert small.result.values.shape == (7, 11, 3)
    child(small, QSpinBox, "stride_spin").setValue(1)
    child(small, QSpinBox, "dilation_spin").setValue(3)
    settle(qtbot, small)
    assert small.result.values.shape == (10, 18, 3)  # 16 − 3·(3 − 1), 24 − 6
    choose(qtbot, small, "padding_combo", "full")
    assert small.result.values.shape == (22, 30, 3)
    choose(qtbot, small, "padding_combo", "number")
    child(small, QSpinBox, "padding_spin").setValue(1)
    settle(qtbot, small)
    assert small.result.values.shape == (12, 20, 3)


def test_kernel_larger_than_the_picture_is_a_sentence_and_the_result_stays(qtbot, small):
    shown = small.result
    child(small, QSpinBox, "rows_spin").setValue(31)
    settle(qtbot, small)
    assert small.state.kernel_array().shape == (31, 31)
    choose(qtbot, small, "padding_combo", "valid")
    assert small.view.messages.kind() == "error"
    assert small.result.values.shape[0] == shown.values.shape[0]
    choose(qtbot, small, "padding_combo", "same")
    assert not small.view.messages.isVisible()


def test_size_keeps_square_unless_unlinked(qtbot, small):
    child(small, QSpinBox, "rows_spin").setValue(5)
    assert small.state.kernel_array().shape == (5, 5)
    click(qtbot, small, QToolButton, "square_button")
    child(small, QSpinBox, "columns_spin").setValue(2)
    settle(qtbot, small)
    assert small.state.kernel_array().shape == (5, 2)
    assert small.result.values.shape == (16, 24, 3)


@pytest.mark.parametrize(
    ("display", "colors"), [("clipped", "rgb"), ("absolute", "magnitude"), ("signed", "signed")]
)
def test_display_changes_the_colours_not_the_numbers(qtbot, small, display, colors):
    numbers = small.result.values.copy()
    choose(qtbot, small, "display_combo", display)
    assert small.result.rendered.colors == colors
    np.testing.assert_array_equal(small.result.values, numbers)


def test_grey_filters_one_channel(qtbot, small):
    choose(qtbot, small, "color_combo", "grey")
    assert small.result.values.shape[2] == 1
    assert not small.view.channel_row.isVisible()
    np.testing.assert_allclose(small.result.values, response_by_scipy(small), atol=1e-4)


def test_hovering_an_output_pixel_shows_its_products_and_their_sum(qtbot, small):
    hover(qtbot, small.view.output_view, 5, 9)
    trace = small.hover._trace
    assert trace is not None
    window = small.picture.values("colour")[4:7, 8:11, 0]
    np.testing.assert_allclose(trace.products, window * small.state.kernel_array())
    assert trace.total == pytest.approx(float(small.result.values[5, 9, 0]), abs=1e-5)
    assert "(5, 9)" in small.view.products.formula_text()


def test_hovering_an_input_pixel_shows_the_outputs_it_reaches(qtbot, small):
    hover(qtbot, small.view.input_view, 5, 9)
    text = small.view.products.formula_text()
    assert "9 outputs" in text
    # Correlation: the output above reads this pixel with the weight of its lower row, and so on.
    kernel = small.state.kernel_array()
    for row, column in np.ndindex(3, 3):
        weight = format_number(kernel[2 - row, 2 - column])
        assert f"({4 + row}, {8 + column}) × {weight}" in text


def test_a_click_holds_the_pixel_and_escape_lets_go(qtbot, small):
    view = small.view.output_view
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.pixel_to_widget(3, 3))
    hover(qtbot, view, 10, 10)
    assert "(3, 3)" in small.view.products.formula_text()
    qtbot.keyClick(small, Qt.Key.Key_Escape)
    hover(qtbot, view, 11, 12)
    assert "(11, 12)" in small.view.products.formula_text()


def test_what_is_explained_follows_the_kernel(qtbot, small):
    hover(qtbot, small.view.output_view, 5, 9)
    choose(qtbot, small, "preset_combo", "Identity")
    total = small.hover._trace.total
    assert total == pytest.approx(float(small.picture.values("colour")[5, 9, 0]))


def test_explaining_another_channel(qtbot, small):
    hover(qtbot, small.view.output_view, 5, 9)
    click(qtbot, small, QPushButton, "channel_blue")
    assert small.hover._trace.total == pytest.approx(float(small.result.values[5, 9, 2]), abs=1e-5)


def test_dropping_a_file_opens_it(qtbot, panel, small_picture):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(small_picture))])
    panel.dropEvent(
        QDropEvent(
            QPointF(50, 50),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(lambda: panel.picture.image.width == 24)
    settle(qtbot, panel)
    assert panel.result.values.shape == (16, 24, 3)


def test_pasting_a_picture(qtbot, panel):
    image = QImage(6, 4, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    QGuiApplication.clipboard().setImage(image)
    click(qtbot, panel, QToolButton, "paste_button")
    qtbot.waitUntil(lambda: panel.picture.source.kind == "pasted")
    settle(qtbot, panel)
    expected = np.broadcast_to(np.array([0x33, 0x66, 0x99]) / 255, (4, 6, 3))
    np.testing.assert_allclose(panel.picture.values("colour"), expected, atol=1e-6)


def test_pasting_without_a_picture_is_a_sentence(qtbot, panel):
    QGuiApplication.clipboard().setText("not a picture")
    click(qtbot, panel, QToolButton, "paste_button")
    assert "no picture" in panel.view.messages.text()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n broken"])
def test_an_unreadable_file_is_a_sentence_and_the_picture_stays(qtbot, panel, tmp_path, content):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    shown = panel.picture
    panel.open_picture(path)
    qtbot.waitUntil(panel.view.messages.isVisible)
    assert "broken.png" in panel.view.messages.text()
    assert panel.picture is shown
    type_into(qtbot, panel, 0, 0, "3")
    settle(qtbot, panel)
    assert panel.result.state.kernel[0][0] == 3.0


def test_too_large_a_picture_can_be_loaded_scaled_down(qtbot, panel, tmp_path, monkeypatch):
    path = tmp_path / "large.png"
    Image.new("RGB", (400, 300), "red").save(path)
    monkeypatch.setattr("engines.images.DEFAULT_MAX_PIXELS", 30_000)
    panel.open_picture(path)
    qtbot.waitUntil(panel.view.messages.isVisible)
    assert "400" in panel.view.messages.text()
    qtbot.mouseClick(child(panel, QPushButton, "message_action"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.picture.image.source.endswith("large.png"))
    settle(qtbot, panel)
    assert panel.picture.image.width * panel.picture.image.height <= 30_000


def test_undo_brings_back_the_earlier_picture(qtbot, small, window):
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.picture.source == KernelLabState().picture
    assert small.result.picture.source == KernelLabState().picture


def test_undo_past_a_picture_that_is_gone_shows_another_in_its_place(
    qtbot, small, window, small_picture
):
    """The history stays whole: one can go on in both directions."""
    type_into(qtbot, small, 0, 0, "3")
    choose(qtbot, small, "sample_combo", "sample:coffee")
    settle(qtbot, small)
    small_picture.unlink()
    small.input.loader._kept.clear()
    window.undo_group.undo()
    qtbot.waitUntil(lambda: "stands in" in small.view.messages.text())
    settle(qtbot, small)
    assert small.picture.source.name == "coffee"
    assert small.state.picture.name == str(small_picture)
    assert small.result.state.kernel[0][0] == 3.0
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.result.state.kernel[0][0] == -1.0
    window.undo_group.undo()
    qtbot.waitUntil(lambda: small.picture.source == KernelLabState().picture)
    assert not small.view.messages.isVisible()
    for _ in range(3):
        window.undo_group.redo()
        settle(qtbot, small)
    assert small.picture.source.name == "coffee"
    assert small.result.state.kernel[0][0] == 3.0


def test_undo_brings_a_scaled_down_picture_back(qtbot, panel, window, tmp_path, monkeypatch):
    path = tmp_path / "large.png"
    Image.new("RGB", (400, 300), "red").save(path)
    monkeypatch.setattr("engines.images.DEFAULT_MAX_PIXELS", 30_000)
    panel.open_picture(path)
    qtbot.waitUntil(panel.view.messages.isVisible)
    qtbot.mouseClick(child(panel, QPushButton, "message_action"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.picture.source.scaled_down)
    settle(qtbot, panel)
    choose(qtbot, panel, "sample_combo", "target:impulse")
    panel.input.loader._kept.clear()
    window.undo_group.undo()
    qtbot.waitUntil(lambda: panel.picture.source.scaled_down)
    settle(qtbot, panel)
    assert panel.result.picture.source.name == str(path)


def test_looking_is_no_edit(qtbot, small, window):
    """Tools and the choice of a kernel to look at are neither undone nor do they cost the redo."""
    type_into(qtbot, small, 0, 0, "5")
    small.editor.add_link()
    settle(qtbot, small)
    window.undo_group.undo()
    steps = small.history.stack.count()
    small.open_tool("histogram")
    settle(qtbot, small)
    assert small.history.stack.count() == steps
    window.undo_group.redo()
    settle(qtbot, small)
    assert len(small.state.chain) == 2
    assert small.state.tools.open == "histogram"
    small.view.controls.kernel.chain.selected.emit(0)
    assert small.state.selected == 0
    assert small.history.stack.count() == steps


def test_a_filter_error_outlives_that_of_a_tool(qtbot, small):
    choose(qtbot, small, "method_combo", "winograd")
    child(small, QSpinBox, "rows_spin").setValue(5)
    settle(qtbot, small)
    said = small.view.messages.text()
    assert "Winograd" in said
    for tool in ("noise", "histogram", "histogram"):
        small.open_tool(tool)
        settle(qtbot, small)
    assert small.view.messages.text() == said
    choose(qtbot, small, "method_combo", "direct")
    assert not small.view.messages.isVisible()


def test_saving_what_is_shown_and_the_numbers(qtbot, small, tmp_path, monkeypatch):
    shown, numbers = tmp_path / "shown.png", tmp_path / "numbers.npy"
    for path, used in ((shown, "What is shown (*.png)"), (numbers, "The numbers, NumPy (*.npy)")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, p=path, u=used: (str(p), u))
        small.save_action.trigger()
        qtbot.waitUntil(path.exists)
        qtbot.waitUntil(lambda p=path: p.name in small.view.messages.text())
    np.testing.assert_array_equal(np.load(numbers), small.result.values)
    with Image.open(shown) as picture:
        assert picture.size == (24, 16)


def test_saving_where_it_cannot_be_is_a_sentence(qtbot, small, tmp_path):
    small.save(tmp_path / "missing folder" / "out.png", numbers=False)
    qtbot.waitUntil(small.view.messages.isVisible)
    assert small.view.messages.kind() == "error"
    assert "out.png" in small.view.messages.text() or "missing folder" in small.view.messages.text()


def test_wheel_on_a_cell_is_one_undo_step(qtbot, small, window):
    grid = small.view.controls.grid
    before = small.state
    for _ in range(5):
        send_wheel(grid.viewport(), grid.cell_center(1, 1), 120)
    settle(qtbot, small)
    assert small.state.kernel[1][1] == pytest.approx(before.kernel[1][1] + 0.5)
    window.undo_group.undo()
    assert small.state == before


def test_a_storm_of_edits_ends_with_the_last_one(qtbot, panel):
    rng = np.random.default_rng(3)
    kernel = None
    for number in range(60):
        kernel = rng.normal(size=(5, 5))
        panel.view.controls.kernel.kernel_edited.emit(kernel, number % 3 != 0)
        if number % 7 == 0:
            qtbot.wait(1)
    settle(qtbot, panel)
    np.testing.assert_array_equal(panel.result.state.kernel_array(), kernel)
    np.testing.assert_allclose(panel.result.values, response_by_scipy(panel), atol=1e-3)


def test_linked_views_show_the_same_part(qtbot, small):
    view, other = small.view.input_view, small.view.output_view
    view.zoom_to(8, 12, 6)
    first, second = view.visible_rect(), other.visible_rect()
    assert first.center().x() == pytest.approx(second.center().x(), abs=1e-6)
    assert first.center().y() == pytest.approx(second.center().y(), abs=1e-6)
