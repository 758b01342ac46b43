"""The Kernel Lab's options: method, border, padding, colours, what is shown and how."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from scipy import ndimage, signal

from driving import (
    child,
    choose,
    click,
    color_at,
    drag_slider,
    hover,
    message,
    press_keys,
    response_by_scipy,
    settle,
    turn_wheel,
)
from engines.kernel_families import FAMILIES
from engines.kernel_operations import OPERATIONS
from engines.kernels import PRESETS
from visualizer.panels.kernel_lab.option_controls import CHOICES, PADDINGS, SLIDERS
from widgets import colors

Key = Qt.Key
LUMA = np.array([0.2125, 0.7154, 0.0721])


def enter(qtbot, panel, name, text, *, kind=QDoubleSpinBox):
    """Type `text` into the number box `name`."""
    box = child(panel, kind, name)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Key.Key_Return)
    settle(qtbot, panel)


def inputs(panel):
    return panel.picture.values(panel.state.color).astype(np.float64)


# -- the method ---------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["Sobel x", "Laplacian 8", "Emboss"])
def test_every_method_gives_the_same_numbers(qtbot, small, window, preset):
    choose(qtbot, small, "preset_combo", preset)
    expected = response_by_scipy(small)
    for method, *_ in CHOICES["method"][2]:
        choose(qtbot, small, "method_combo", method)
        assert not message(small)
        assert small.result.state.method == method
        np.testing.assert_allclose(small.result.values, expected, atol=1e-5)
        if method != "auto":
            assert small.result.method == method
            assert f"{method}, " in window.statusBar().findChild(QLabel, "status_label").text()


@pytest.mark.parametrize(
    ("spin", "value", "words"),
    [
        ("rows_spin", "5", "5 × 5"),
        ("stride_spin", "2", "stride"),
        ("dilation_spin", "2", "dilation"),
    ],
)
def test_winograd_refuses_what_it_cannot_do_with_a_sentence(qtbot, small, spin, value, words):
    choose(qtbot, small, "method_combo", "winograd")
    shown = small.result.values.copy()
    enter(qtbot, small, spin, value, kind=QSpinBox)
    assert "Winograd" in message(small)
    assert words in message(small).lower()
    assert small.view.messages.kind() == "error"
    np.testing.assert_array_equal(small.result.values, shown)
    choose(qtbot, small, "method_combo", "direct")
    assert not message(small)
    assert small.result.method == "direct"


def test_the_methods_agree_on_a_large_kernel(qtbot, small):
    choose(qtbot, small, "preset_combo", "family:gabor")
    expected = response_by_scipy(small)
    for method in ("direct", "separable", "fft"):
        choose(qtbot, small, "method_combo", method)
        np.testing.assert_allclose(small.result.values, expected, atol=1e-5)


# -- where the kernel goes ----------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["correlation", "convolution"])
@pytest.mark.parametrize("padding", ["same", "valid", "full"])
def test_paddings_are_those_of_scipy(qtbot, small, operation, padding):
    choose(qtbot, small, "preset_combo", "Half difference x")  # an even kernel
    click(qtbot, small, QPushButton, f"operation_{operation}")
    choose(qtbot, small, "border_combo", "zero")
    choose(qtbot, small, "padding_combo", padding)
    function = signal.correlate2d if operation == "correlation" else signal.convolve2d
    for channel in range(3):
        expected = function(inputs(small)[..., channel], small.state.kernel_array(), mode=padding)
        np.testing.assert_allclose(small.result.values[..., channel], expected, atol=1e-5)


def test_a_number_of_cells_can_be_added_on_every_side(qtbot, small):
    box = child(small, QSpinBox, "padding_spin")
    assert not box.isVisible()
    choose(qtbot, small, "padding_combo", "number")
    assert box.isVisible()
    enter(qtbot, small, "padding_spin", "4", kind=QSpinBox)
    assert small.result.values.shape == (22, 30, 3)
    padded = np.pad(inputs(small)[..., 0], 4, mode="reflect")
    expected = signal.correlate2d(padded, small.state.kernel_array(), mode="valid")
    np.testing.assert_allclose(small.result.values[..., 0], expected, atol=1e-5)
    choose(qtbot, small, "padding_combo", "valid")
    assert not box.isVisible()
    assert small.result.values.shape == (14, 22, 3)


def test_stride_and_dilation_by_the_arrow_keys(qtbot, small):
    press_keys(qtbot, small, "stride_spin", Key.Key_Up, Key.Key_Up, kind=QSpinBox)
    assert small.state.stride == 3
    whole = response_by_scipy(small)
    np.testing.assert_allclose(small.result.values, whole[::3, ::3], atol=1e-5)
    press_keys(qtbot, small, "stride_spin", Key.Key_Down, Key.Key_Down, kind=QSpinBox)
    press_keys(qtbot, small, "dilation_spin", Key.Key_Up, kind=QSpinBox)
    spread = np.zeros((5, 5))
    spread[::2, ::2] = small.state.kernel_array()
    expected = ndimage.correlate(inputs(small)[..., 1], spread, mode="mirror")
    np.testing.assert_allclose(small.result.values[..., 1], expected, atol=1e-5)


def test_a_spread_kernel_that_does_not_fit_is_a_sentence_and_the_result_stays(qtbot, small):
    choose(qtbot, small, "padding_combo", "valid")
    shown = small.result.values.copy()
    enter(qtbot, small, "dilation_spin", "16", kind=QSpinBox)
    assert small.view.messages.kind() == "error"
    np.testing.assert_array_equal(small.result.values, shown)
    enter(qtbot, small, "dilation_spin", "1", kind=QSpinBox)
    assert not message(small)


# -- what is added to the numbers, and what only to the picture -----------------------------------


def test_the_bias_is_added_to_the_numbers(qtbot, small, window):
    plain = small.result.values.copy()
    drag_slider(qtbot, small, "bias_slider", 0.7, 1.0)
    assert small.state.bias == 1
    np.testing.assert_allclose(small.result.values, plain + 1, atol=1e-6)
    small.view.output_view.zoom_to(5, 9, 8)
    hover(qtbot, small.view.output_view, 5, 9)
    text = small.view.products.formula_text()
    assert text.endswith(f" + 1 = {small.result.values[5, 9, 0]:.6g}")
    window.undo_group.undo()
    settle(qtbot, small)
    np.testing.assert_array_equal(small.result.values, plain)
    assert child(small, QDoubleSpinBox, "bias_box").value() == 0
    enter(qtbot, small, "bias_box", "-0.25")
    np.testing.assert_allclose(small.result.values, plain - 0.25, atol=1e-6)


def test_gain_and_offset_change_the_picture_not_the_numbers(qtbot, small):
    choose(qtbot, small, "preset_combo", "Identity")
    choose(qtbot, small, "color_combo", "grey")
    numbers = small.result.values.copy()
    enter(qtbot, small, "gain_box", "0.5")
    enter(qtbot, small, "offset_box", "0.25")
    np.testing.assert_array_equal(small.result.values, numbers)
    view = small.view.output_view
    view.zoom_to(8, 12, 8)
    for row, column in ((7, 11), (8, 12), (9, 13)):
        expected = 255 * (0.5 * numbers[row, column, 0] + 0.25)
        np.testing.assert_allclose(color_at(view, row, column), expected, atol=1.5)
    enter(qtbot, small, "gain_box", "20")
    enter(qtbot, small, "offset_box", "1")
    assert (color_at(view, 8, 12) == 255).all()
    np.testing.assert_array_equal(small.result.values, numbers)


def test_the_gain_of_a_signed_output_makes_small_values_stronger(qtbot, small):
    choose(qtbot, small, "color_combo", "grey")
    numbers = small.result.values.copy()
    limit = np.abs(numbers).max()
    press_keys(qtbot, small, "gain_slider", Key.Key_End)
    assert small.state.gain == 20
    assert small.result.rendered.levels == pytest.approx((-limit / 20, limit / 20))
    np.testing.assert_array_equal(small.result.values, numbers)
    assert not child(small, QSlider, "offset_slider").isEnabled()  # it could do nothing here
    choose(qtbot, small, "display_combo", "clipped")
    assert child(small, QSlider, "offset_slider").isEnabled()
    qtbot.mouseDClick(child(small, QSlider, "gain_slider"), Qt.MouseButton.LeftButton)
    settle(qtbot, small)
    assert small.state.gain == 1


# -- colours ------------------------------------------------------------------------------------


@pytest.mark.parametrize("color", [value for value, *_ in CHOICES["color"][2]])
def test_what_is_filtered(qtbot, small, color):
    picture = small.picture.image.array.astype(np.float64)
    choose(qtbot, small, "color_combo", color)
    channels = {
        "colour": picture,
        "grey": (picture @ LUMA)[..., None],
        "red": picture[..., :1],
        "green": picture[..., 1:2],
        "blue": picture[..., 2:],
    }[color]
    np.testing.assert_allclose(inputs(small), channels, atol=1e-6)
    expected = ndimage.correlate(channels, small.state.kernel_array()[..., None], mode="mirror")
    np.testing.assert_allclose(small.result.values, expected, atol=1e-5)
    view = small.view.input_view
    view.zoom_to(8, 12, 8)
    expected = np.broadcast_to(255 * channels[8, 12], 3)
    np.testing.assert_allclose(color_at(view, 8, 12), expected, atol=1.5)
    assert small.view.channel_row.isVisible() == (color == "colour")


def test_a_grey_picture_has_the_same_channel_three_times(qtbot, panel):
    choose(qtbot, panel, "sample_combo", "target:noise")
    plain = panel.result.values.copy()
    for color in ("grey", "red", "green", "blue"):
        choose(qtbot, panel, "color_combo", color)
        np.testing.assert_array_equal(panel.result.values, plain)


@pytest.mark.parametrize("display", ["clipped", "absolute", "signed"])
def test_the_output_is_painted_as_the_display_says(qtbot, small, display):
    choose(qtbot, small, "color_combo", "grey")
    choose(qtbot, small, "display_combo", display)
    values = small.result.values[..., 0]
    limit = np.abs(values).max()
    view = small.view.output_view
    view.zoom_to(8, 12, 8)
    for row, column in ((7, 11), (8, 12), (9, 13)):
        value = values[row, column]
        expected = {
            "clipped": np.full(3, 255 * np.clip(value, 0, 1)),
            "absolute": colors.MAGNITUDE[round(255 * abs(value) / limit)],
            "signed": colors.SIGNED[min(255, int(value / limit * 127.5 + 128))],
        }[display]
        np.testing.assert_allclose(color_at(view, row, column), expected, atol=3)


# -- what the right picture is --------------------------------------------------------------------


def test_the_difference_is_output_minus_input(qtbot, small):
    choose(qtbot, small, "preset_combo", "Sharpen")
    response = small.result.values.copy()
    choose(qtbot, small, "shown_combo", "difference")
    np.testing.assert_allclose(small.result.values, response - inputs(small), atol=1e-6)
    assert small.result.rendered.colors == "signed"
    assert "Output − input" in shown_title(small)
    choose(qtbot, small, "preset_combo", "Identity")
    assert not small.result.values.any()
    choose(qtbot, small, "shown_combo", "response")
    assert shown_title(small).startswith("Output")


def shown_title(panel):
    labels = panel.view.output_view.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisible())


def test_a_difference_of_other_sizes_is_a_sentence_and_the_last_one_stays(qtbot, small):
    choose(qtbot, small, "shown_combo", "difference")
    shown = small.result.values.copy()
    choose(qtbot, small, "padding_combo", "valid")
    assert "as large as the input" in message(small)
    np.testing.assert_array_equal(small.result.values, shown)
    choose(qtbot, small, "shown_combo", "response")
    assert not message(small)
    assert small.result.values.shape == (14, 22, 3)


@pytest.mark.parametrize("preset", ["Gaussian 5×5", "Laplacian 8", "LoG 5×5", "Sharpen"])
def test_convolution_minus_correlation_is_zero_for_a_symmetric_kernel(qtbot, small, preset):
    choose(qtbot, small, "preset_combo", preset)
    choose(qtbot, small, "shown_combo", "operations")
    assert "Convolution − correlation" in shown_title(small)
    assert small.result.values.any() == 0
    assert "Point-symmetric" in child(small, QLabel, "facts_label").text()


@pytest.mark.parametrize("preset", ["Sobel x", "Emboss", "Half difference y"])
def test_convolution_minus_correlation_of_other_kernels(qtbot, small, preset):
    choose(qtbot, small, "preset_combo", preset)
    choose(qtbot, small, "shown_combo", "operations")
    kernel = PRESETS[preset].values[..., None]
    middle = [side % 2 - 1 for side in kernel.shape]
    both = [
        function(inputs(small), kernel, mode="mirror", origin=middle)
        for function in (ndimage.convolve, ndimage.correlate)
    ]
    np.testing.assert_allclose(small.result.values, both[0] - both[1], atol=1e-5)
    assert np.abs(small.result.values).max() > 0.1
    click(qtbot, small, QPushButton, "operation_convolution")
    np.testing.assert_allclose(small.result.values, both[0] - both[1], atol=1e-5)


# -- undo, wheel, names -------------------------------------------------------------------------

EVERY_CHOICE = [
    *((f"{field}_combo", choices[2][-1][0]) for field, choices in CHOICES.items()),
    ("padding_combo", PADDINGS[1][0]),
    ("padding_combo", "number"),
]


@pytest.mark.parametrize(("name", "value"), EVERY_CHOICE)
def test_each_choice_can_be_undone(qtbot, small, window, name, value):
    before, shown = small.state, small.result.values.copy()
    combo = child(small, QComboBox, name)
    first = combo.currentData()
    choose(qtbot, small, name, value)
    after, changed = small.state, small.result.values.copy()
    assert after != before
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state == before
    assert combo.currentData() == first
    np.testing.assert_array_equal(small.result.values, shown)
    window.undo_group.redo()
    settle(qtbot, small)
    assert small.state == after
    assert combo.currentData() == value
    np.testing.assert_array_equal(small.result.values, changed)


@pytest.mark.parametrize("name", ["stride_spin", "dilation_spin", "rows_spin", "columns_spin"])
def test_each_number_can_be_undone(qtbot, small, window, name):
    before, shown = small.state, small.result.values.copy()
    box = child(small, QSpinBox, name)
    first = box.value()
    press_keys(qtbot, small, name, Key.Key_Up, kind=QSpinBox)
    assert small.state != before
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state == before
    assert box.value() == first
    np.testing.assert_array_equal(small.result.values, shown)


@pytest.mark.parametrize("name", list(SLIDERS))
def test_each_slider_is_one_undo_step_a_drag(qtbot, small, window, monkeypatch, name):
    monkeypatch.setattr("visualizer.history.MERGE_SECONDS", 0)
    choose(qtbot, small, "display_combo", "clipped")
    before, count = small.state, window.undo_group.activeStack().count()
    drag_slider(qtbot, small, f"{name}_slider", 0.2, 0.4, 0.8)
    box = child(small, QDoubleSpinBox, f"{name}_box")
    assert getattr(small.state, name) == pytest.approx(box.value(), abs=0.006)
    assert getattr(small.state, name) != getattr(before, name)
    assert window.undo_group.activeStack().count() == count + 1
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state == before
    assert box.value() == getattr(before, name)


def test_operation_can_be_undone(qtbot, small, window):
    shown = small.result.values.copy()
    click(qtbot, small, QPushButton, "operation_convolution")
    np.testing.assert_allclose(small.result.values, -shown, atol=1e-5)  # Sobel x is odd
    window.undo_group.undo()
    settle(qtbot, small)
    assert child(small, QPushButton, "operation_correlation").isChecked()
    np.testing.assert_array_equal(small.result.values, shown)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (QComboBox, "border_combo"),
        (QComboBox, "preset_combo"),
        (QSpinBox, "rows_spin"),
        (QSlider, "bias_slider"),
        (QDoubleSpinBox, "gain_box"),
        (QSlider, "recipe_sigma_slider"),
    ],
)
def test_the_wheel_scrolls_the_column_and_turns_only_what_was_clicked(
    qtbot, small, window, kind, name
):
    choose(qtbot, small, "preset_combo", "family:gaussian")
    window.resize(1280, 420)  # so that the column must scroll
    bar = small.view.controls.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100)
    box, before = child(small, kind, name), small.state
    small.view.controls.ensureWidgetVisible(box)
    bar.setValue(min(bar.value(), bar.maximum() - 50))
    start = bar.value()
    turn_wheel(box, -120)
    assert small.state == before
    assert bar.value() > start
    box.setFocus(Qt.FocusReason.MouseFocusReason)
    turn_wheel(box, -120)
    settle(qtbot, small)
    assert small.state != before


def controls_of(panel):
    kinds = (QComboBox, QAbstractSpinBox, QSlider, QAbstractButton)
    return [
        control
        for control in panel.view.controls.findChildren(QWidget)
        if isinstance(control, kinds) and control.isVisible()
    ]


def test_every_control_has_a_name_explains_itself_and_is_reached_by_tab(qtbot, small):
    choose(qtbot, small, "preset_combo", "family:gabor")
    click(qtbot, small, QToolButton, "chain_add")
    click(qtbot, small, QToolButton, "chain_1")
    order = tab_order(small.view.controls)
    found = controls_of(small)
    assert len(found) > 40
    for control in found:
        assert control.objectName()
        assert control.toolTip(), control.objectName()
        assert control.objectName() in order
    made_later = [f"op_{operation.name}" for operation in OPERATIONS] + ["copy_kernel_button"]
    for parameter in FAMILIES["gabor"].parameters:
        made_later += [f"recipe_{parameter.name}_{part}" for part in ("slider", "box")]
    start, end = order.index("kernel_grid"), order.index("scale_slider")
    assert order[start + 1 : end] == made_later
    assert order[end + 1] == "operation_correlation"


def tab_order(column):
    """The names of the visible widgets that Tab comes by, from the column's beginning."""
    names, widget = [], column
    while (widget := widget.nextInFocusChain()) is not column:
        inside = widget.objectName() == "qt_spinbox_lineedit"  # part of its box
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not inside:
            names.append(widget.objectName())
    return names
