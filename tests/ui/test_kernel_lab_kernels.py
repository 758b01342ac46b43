"""The Kernel Lab's kernels: formulas with sliders, typing, scaling, pasting, copying, chains."""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSlider,
    QSpinBox,
    QToolButton,
)
from scipy import ndimage
from scipy.signal import windows

from driving import (
    child,
    choose,
    click,
    click_cell,
    drag_slider,
    message,
    press_keys,
    response_by_scipy,
    settle,
    type_into,
)
from engines.kernel_families import FAMILIES, make
from engines.kernels import PRESETS
from widgets.value_slider import ValueSlider

Key = Qt.Key
UNNAMED = "A kernel without a name"
LAST_GOOD = "The last good kernel is still applied."


# What the kernels are called with which the families begin.
NAMES = {
    "gaussian": "Gaussian, σ 1.00",
    "log": "LoG, σ 1.40",
    "dog": "DoG, σ 1.20",
    "gabor": "Gabor, λ 6.0, θ 0°, σ 3.0",
    "motion": "Motion blur 9",
    "box": "Box 3×3",
    "unsharp": "Unsharp masking, σ 1.00, amount 1.00",
    "derivative": "Sobel x",
}


def shown_kernel(panel):
    """The kernel in the grid; it must be the one that is applied."""
    kernel = panel.view.controls.grid.kernel()
    np.testing.assert_array_equal(kernel, panel.state.kernel_array())
    return kernel


def assert_output_is_right(panel):
    np.testing.assert_allclose(panel.result.values, response_by_scipy(panel), atol=2e-4)


def choice(panel):
    return child(panel, QComboBox, "preset_combo").currentText()


def choose_family(qtbot, panel, name):
    choose(qtbot, panel, "preset_combo", f"family:{name}")


def shown_sliders(panel):
    """The names of the parameters whose sliders are visible, in order."""
    sliders = panel.view.controls.kernel.findChildren(ValueSlider)
    return [s.objectName().removeprefix("recipe_") for s in sliders if s.isVisible()]


def steps(window):
    return window.undo_group.activeStack().count()


# -- kernels by formula -------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(FAMILIES))
def test_every_slider_of_a_family_makes_its_kernels_over_its_whole_range(qtbot, small, name):
    family = FAMILIES[name]
    choose_family(qtbot, small, name)
    assert choice(small) == f"{family.title}, with sliders"
    assert shown_sliders(small) == [p.name for p in family.parameters]
    np.testing.assert_array_equal(shown_kernel(small), make(name, {}))
    assert child(small, QLabel, "name_label").text() == NAMES[name]
    for parameter in family.parameters:
        slider = f"recipe_{parameter.name}_slider"
        box = child(small, QDoubleSpinBox, f"recipe_{parameter.name}_box")
        for key, expected in (
            (Key.Key_End, parameter.high),
            (Key.Key_Home, parameter.low),
            (Key.Key_PageUp, None),
        ):
            before = small.state
            press_keys(qtbot, small, slider, key)
            if expected is not None:
                assert box.value() == pytest.approx(expected)
            if message(small):
                assert parameter.name == "sigma"
                assert small.state == before
                continue
            values = dict(small.state.link.recipe.values)
            assert values[parameter.name] == pytest.approx(box.value(), abs=0.006)
            np.testing.assert_array_equal(shown_kernel(small), make(name, values))
            assert_output_is_right(small)
        assert values[parameter.name] > parameter.low


def test_the_gaussians_sliders_give_the_textbook_bell(qtbot, small):
    choose_family(qtbot, small, "gaussian")
    for name, text in (("sigma", "1.75"), ("size", "12")):
        box = child(small, QDoubleSpinBox, f"recipe_{name}_box")
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, text)
        qtbot.keyClick(box, Key.Key_Return)
        settle(qtbot, small)
    line = windows.gaussian(12, 1.75)
    line /= line.sum()
    np.testing.assert_allclose(shown_kernel(small), np.outer(line, line), atol=1e-12)
    assert "Gaussian" in child(small, QLabel, "name_label").text()
    assert child(small, QSpinBox, "rows_spin").value() == 12


def test_a_size_that_a_formula_cannot_take_is_moved_to_the_nearest_or_refused(qtbot, small):
    choose_family(qtbot, small, "unsharp")
    box = child(small, QDoubleSpinBox, "recipe_size_box")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "8")
    qtbot.keyClick(box, Key.Key_Return)
    settle(qtbot, small)
    assert box.value() % 2 == 1
    assert len(shown_kernel(small)) == box.value()
    assert not message(small)


@pytest.mark.parametrize("name", [n for n, f in FAMILIES.items() if "sigma" in f.defaults()])
def test_a_sigma_of_zero_is_a_sentence_and_the_last_good_kernel_stays(qtbot, small, name):
    choose_family(qtbot, small, name)
    good, shown = shown_kernel(small), small.result.values.copy()
    press_keys(qtbot, small, "recipe_sigma_slider", Key.Key_Home)
    assert message(small) == f"σ is 0; it must be larger than 0. {LAST_GOOD}"
    assert small.view.messages.kind() == "warning"
    assert child(small, QDoubleSpinBox, "recipe_sigma_box").value() == 0
    np.testing.assert_array_equal(shown_kernel(small), good)
    np.testing.assert_array_equal(small.result.values, shown)
    press_keys(qtbot, small, "recipe_sigma_slider", Key.Key_Right)
    assert not message(small)
    assert not np.array_equal(shown_kernel(small), good)
    assert_output_is_right(small)


def test_the_sentence_about_sigma_goes_with_the_next_kernel(qtbot, small):
    choose_family(qtbot, small, "gaussian")
    press_keys(qtbot, small, "recipe_sigma_slider", Key.Key_Home)
    assert LAST_GOOD in message(small)
    choose(qtbot, small, "preset_combo", "Sobel x")
    assert not message(small)
    assert not shown_sliders(small)


def test_a_drag_of_a_slider_follows_the_mouse_and_is_one_undo_step(
    qtbot, small, window, monkeypatch
):
    monkeypatch.setattr("visualizer.history.MERGE_SECONDS", 0)  # however long the hand rests
    choose_family(qtbot, small, "gaussian")
    before, count = small.state, steps(window)
    drag_slider(qtbot, small, "recipe_sigma_slider", 0.3, 0.5, 0.9, release=False)
    settle(qtbot, small)
    sigma = dict(small.state.link.recipe.values)["sigma"]
    assert sigma == pytest.approx(0.9 * 8, abs=0.2)
    np.testing.assert_array_equal(shown_kernel(small), make("gaussian", {"sigma": sigma}))
    assert_output_is_right(small)
    drag_slider(qtbot, small, "recipe_sigma_slider", 0.9)
    assert steps(window) == count + 1
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state == before
    assert child(small, QDoubleSpinBox, "recipe_sigma_box").value() == 1


def test_a_drag_that_ends_at_zero_is_refused_and_the_next_drag_is_a_step_of_its_own(
    qtbot, small, window
):
    choose_family(qtbot, small, "gaussian")
    count = steps(window)
    drag_slider(qtbot, small, "recipe_sigma_slider", 0.5, 0.0)
    assert LAST_GOOD in message(small)
    assert steps(window) == count + 1
    held = dict(small.state.link.recipe.values)["sigma"]
    drag_slider(qtbot, small, "recipe_sigma_slider", 0.7)
    assert not message(small)
    assert steps(window) == count + 2
    window.undo_group.undo()
    assert dict(small.state.link.recipe.values)["sigma"] == held


def test_a_double_click_resets_a_parameter(qtbot, small):
    choose_family(qtbot, small, "gabor")
    press_keys(qtbot, small, "recipe_theta_slider", Key.Key_End)
    slider = child(small, QSlider, "recipe_theta_slider")
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton)
    settle(qtbot, small)
    assert child(small, QDoubleSpinBox, "recipe_theta_box").value() == 0
    np.testing.assert_array_equal(shown_kernel(small), make("gabor", {}))


def test_editing_the_grid_ends_the_recipe_and_undo_brings_it_back(qtbot, small, window):
    choose_family(qtbot, small, "dog")
    press_keys(qtbot, small, "recipe_ratio_slider", Key.Key_End)
    before = small.state
    type_into(qtbot, small, 0, 0, "0.25")
    settle(qtbot, small)
    assert not shown_sliders(small)
    assert choice(small) == ""
    assert shown_kernel(small)[0, 0] == 0.25
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state == before
    assert shown_sliders(small) == ["sigma", "ratio", "size"]
    assert child(small, QDoubleSpinBox, "recipe_ratio_box").value() == 5
    assert choice(small) == "Difference of Gaussians, with sliders"


def test_looking_into_a_cell_and_leaving_it_does_not_end_the_recipe(qtbot, small, window):
    choose_family(qtbot, small, "gaussian")
    before, count = small.state, steps(window)
    grid = small.view.controls.grid
    for key in (Key.Key_Return, Key.Key_Tab, Key.Key_Escape):
        qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_center(3, 3))
        assert QGuiApplication.focusObject().objectName() == "cell_editor"
        qtbot.keyClick(QGuiApplication.focusObject(), key)
    settle(qtbot, small)
    assert small.state == before
    assert steps(window) == count
    assert shown_sliders(small) == ["sigma", "size"]


# -- presets and names --------------------------------------------------------------------------


def test_the_list_of_kernels_follows_what_is_in_the_grid(qtbot, small, window):
    assert choice(small) == "Sobel x"
    click(qtbot, small, QToolButton, "op_transpose")
    assert choice(small) == "Sobel y"
    click(qtbot, small, QToolButton, "op_negate")
    assert choice(small) == ""
    assert child(small, QLabel, "name_label").text().startswith("Sobel")
    window.undo_group.undo()
    assert choice(small) == "Sobel y"


def test_the_kernel_is_named_as_it_is_typed(qtbot, small):
    label = child(small, QLabel, "name_label")
    choose(qtbot, small, "preset_combo", "Identity")
    for cell in np.ndindex(3, 3):
        type_into(qtbot, small, *cell, "1/9")
        settle(qtbot, small)
        if cell == (0, 0):
            assert label.text() == UNNAMED
    assert label.text() == "Box 3×3"
    assert "Sums to 1" in child(small, QLabel, "facts_label").text()


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_shows_its_weights_and_its_output(qtbot, small, name):
    choose(qtbot, small, "preset_combo", name)
    np.testing.assert_array_equal(shown_kernel(small), PRESETS[name].values)
    assert choice(small) == name
    assert child(small, QLabel, "name_label").text() != UNNAMED
    assert_output_is_right(small)


# -- the grid -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (31, 31), (2, 4), (1, 7), (30, 3)])
def test_any_size_can_be_had(qtbot, small, rows, columns):
    click(qtbot, small, QToolButton, "square_button")
    for name, size in (("rows_spin", rows), ("columns_spin", columns)):
        box = child(small, QSpinBox, name)
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, str(size))
        qtbot.keyClick(box, Key.Key_Return)
    settle(qtbot, small)
    assert shown_kernel(small).shape == (rows, columns)
    assert small.result.values.shape == (16, 24, 3)
    assert small.view.applied_grid.kernel().shape == (rows, columns)


def test_a_wrong_cell_stays_marked_while_something_else_is_changed(qtbot, small):
    grid = small.view.controls.grid
    type_into(qtbot, small, 1, 1, "abc")
    choose(qtbot, small, "border_combo", "zero")
    assert grid.invalid_cells() == [(1, 1)]
    assert "Row 2, column 2" in message(small)
    choose(qtbot, small, "preset_combo", "Sobel x")  # the kernel that is there anyway
    assert not grid.invalid_cells()
    assert not message(small)


def test_a_drag_on_a_cell_is_one_undo_step(qtbot, small, window, monkeypatch):
    monkeypatch.setattr("visualizer.history.MERGE_SECONDS", 0)
    before, count = small.state, steps(window)
    grid = small.view.controls.grid
    start = grid.cell_center(1, 1)
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for up in (12, 30, 60):
        qtbot.mouseMove(grid.viewport(), start - QPoint(0, up))
        settle(qtbot, small)
        assert_output_is_right(small)
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=start - QPoint(0, 60))
    settle(qtbot, small)
    assert shown_kernel(small)[1, 1] == pytest.approx(1.0)
    assert steps(window) == count + 1
    window.undo_group.undo()
    assert small.state == before


def test_a_weight_beyond_32_bits_is_marked_and_the_last_good_one_stays(qtbot, small):
    grid = small.view.controls.grid
    type_into(qtbot, small, 1, 1, "9e99")
    settle(qtbot, small)
    assert grid.invalid_cells() == [(1, 1)]
    assert "“9e99” is too large; a weight is at most 1e+38." in message(small)
    np.testing.assert_array_equal(shown_kernel(small), PRESETS["Sobel x"].values)
    assert_output_is_right(small)


def test_weights_that_make_the_output_infinite_are_a_sentence_and_the_last_result_stays(
    qtbot, small
):
    shown = small.result.values.copy()
    paste(qtbot, small, "1e38 1e38 1e38\n" * 3)
    assert "32-bit number" in message(small)
    np.testing.assert_array_equal(small.result.values, shown)
    choose(qtbot, small, "preset_combo", "Box 3×3")
    assert not message(small)
    assert_output_is_right(small)


# -- scaling ------------------------------------------------------------------------------------


def test_dragging_the_scale_multiplies_in_one_undo_step_and_springs_back(
    qtbot, small, window, monkeypatch
):
    monkeypatch.setattr("visualizer.history.MERGE_SECONDS", 0)
    before, count = small.state, steps(window)
    label = child(small, QLabel, "scale_factor")
    drag_slider(qtbot, small, "scale_slider", 0.6, 0.2, 1.0, release=False)
    settle(qtbot, small)
    assert label.text() == "× 10.00"
    np.testing.assert_allclose(shown_kernel(small), before.kernel_array() * 10)
    assert_output_is_right(small)
    drag_slider(qtbot, small, "scale_slider", 1.0)
    assert label.text() == "× 1.00"
    assert child(small, QSlider, "scale_slider").value() == 0
    np.testing.assert_allclose(shown_kernel(small), before.kernel_array() * 10)
    assert steps(window) == count + 1
    drag_slider(qtbot, small, "scale_slider", 0.0)  # from where it is now
    np.testing.assert_allclose(shown_kernel(small), before.kernel_array())
    assert steps(window) == count + 2
    window.undo_group.undo()
    window.undo_group.undo()
    assert small.state == before


def test_each_key_on_the_scale_is_one_undo_step(qtbot, small, window):
    before = small.state
    press_keys(qtbot, small, "scale_slider", Key.Key_Right, Key.Key_Right)
    np.testing.assert_allclose(shown_kernel(small), before.kernel_array() * 10**0.04)
    window.undo_group.undo()
    np.testing.assert_allclose(shown_kernel(small), before.kernel_array() * 10**0.02)
    assert child(small, QSlider, "scale_slider").value() == 0


def test_touching_the_scale_without_moving_it_changes_nothing(qtbot, small, window):
    choose_family(qtbot, small, "gaussian")
    before, count = small.state, steps(window)
    drag_slider(qtbot, small, "scale_slider")
    assert small.state == before
    assert steps(window) == count
    assert shown_sliders(small) == ["sigma", "size"]


def test_scaling_beyond_32_bits_is_refused_and_the_next_drag_starts_afresh(qtbot, small):
    type_into(qtbot, small, 0, 0, "1e38")
    settle(qtbot, small)
    before = shown_kernel(small)
    drag_slider(qtbot, small, "scale_slider", 1.0)
    assert message(small).startswith("Times 10, a weight is more than a 32-bit number can hold.")
    np.testing.assert_array_equal(shown_kernel(small), before)
    choose(qtbot, small, "preset_combo", "Box 3×3")
    assert not message(small)
    drag_slider(qtbot, small, "scale_slider", 0.0)
    np.testing.assert_allclose(shown_kernel(small), np.full((3, 3), 1 / 90))


# -- clipboard ----------------------------------------------------------------------------------


def paste(qtbot, panel, text):
    QGuiApplication.clipboard().setText(text)
    grid = panel.view.controls.grid
    click_cell(qtbot, grid, 0, 0)
    qtbot.keyClick(grid, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, panel)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1\t2\t3\n4\t5\t6\n", [[1, 2, 3], [4, 5, 6]]),
        ("0,5\t1,5\r\n-1\t1/9\r\n", [[0.5, 1.5], [-1, 1 / 9]]),
        ("[[ 0. -1.  0.]\n [-1.  5. -1.]\n [ 0. -1.  0.]]", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        ("array([[1, 2],\n       [3, 4]], dtype=float32)", [[1, 2], [3, 4]]),
        ("tensor([[1., 0.5]], device='cuda:0')", [[1, 0.5]]),
        ("1 0 -1; 2 0 -2; 1 0 -1", [[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
    ],
)
def test_a_matrix_is_pasted_as_the_kernel(qtbot, small, window, text, expected):
    before = small.state
    paste(qtbot, small, text)
    np.testing.assert_allclose(shown_kernel(small), expected)
    assert child(small, QSpinBox, "rows_spin").value() == len(expected)
    assert child(small, QSpinBox, "columns_spin").value() == len(expected[0])
    assert not message(small)
    window.undo_group.undo()
    assert small.state == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1\t2\t3\n4\t5\n", "Row 2 has 2 numbers and row 1 has 3"),
        ("\n".join(["\t".join("1" * 32)] * 32), "32 × 32 numbers are too many"),
        ("1\t2\nx\ty", "Row 2: “x” is not a number"),
        ("1\t\n2\t3", "Row 1"),
        ("1 nan; 2 3", "not a finite number"),
        ("a sentence", "not a number"),
        ("", "no numbers"),
    ],
)
def test_what_is_no_matrix_is_a_sentence_and_the_kernel_stays(qtbot, small, text, words):
    before, shown = small.state, small.result.values.copy()
    paste(qtbot, small, text)
    assert words in message(small)
    assert small.view.messages.kind() == "error"
    assert small.state == before
    np.testing.assert_array_equal(small.result.values, shown)
    paste(qtbot, small, "1\t2\n3\t4")
    assert not message(small)
    np.testing.assert_array_equal(shown_kernel(small), [[1, 2], [3, 4]])


def read_latex(text):
    """Read a bmatrix with a fraction in front, as a typesetter would see it."""
    front, _, body = text.partition(r"\begin{bmatrix}")
    factor = 1.0
    if front:
        numerator, denominator = re.fullmatch(r"\\frac\{(\d+)\}\{(\d+)\}", front).groups()
        factor = int(numerator) / int(denominator)
    rows = body.removesuffix("\\end{bmatrix}").split(r"\\")
    return factor * np.array([[float(cell) for cell in row.split("&")] for row in rows])


READERS = {
    "numpy": lambda text: np.array(
        ast.literal_eval(text.removeprefix("np.array(").removesuffix(")"))
    ),
    "torch": lambda text: np.array(
        ast.literal_eval(re.search(r"\[\s*\[.*?\],?\s*\]", text, re.DOTALL).group())
    ),
    "latex": read_latex,
    "table": lambda text: np.array(
        [[float(cell) for cell in line.split("\t")] for line in text.splitlines()]
    ),
}


@pytest.mark.parametrize("name", list(READERS))
@pytest.mark.parametrize("preset", ["Gaussian 5×5", "Sobel x", "Half difference y"])
def test_a_copied_kernel_can_be_read_and_pasted_back(qtbot, small, name, preset):
    choose(qtbot, small, "preset_combo", preset)
    kernel = shown_kernel(small)
    menu = child(small, QToolButton, "copy_kernel_button").menu()
    action = next(a for a in menu.actions() if a.objectName() == f"copy_{name}")
    action.trigger()
    text = QGuiApplication.clipboard().text()
    np.testing.assert_allclose(READERS[name](text), kernel, rtol=1e-12)
    choose(qtbot, small, "preset_combo", "Identity")
    paste(qtbot, small, text)
    np.testing.assert_allclose(shown_kernel(small), kernel, rtol=1e-12)
    assert not message(small)


def test_copying_by_keyboard_and_pasting_one_number_into_a_cell(qtbot, small):
    grid = small.view.controls.grid
    click_cell(qtbot, grid, 1, 1)
    qtbot.keyClick(grid, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(
        READERS["table"](QGuiApplication.clipboard().text()), shown_kernel(small)
    )
    QGuiApplication.clipboard().setText("1/4")
    click_cell(qtbot, grid, 2, 0)
    qtbot.keyClick(grid, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, small)
    assert shown_kernel(small)[2, 0] == 0.25


# -- the chain ----------------------------------------------------------------------------------


def middle_of(kernel):
    """The origin for scipy.ndimage: of an even side the cell before the middle."""
    return [side % 2 - 1 for side in kernel.shape]


def chain_by_scipy(panel):
    """The output of the whole chain, kernel by kernel, in float64."""
    values = panel.picture.values(panel.state.color).astype(np.float64)
    correlating = panel.state.operation == "correlation"
    function = ndimage.correlate if correlating else ndimage.convolve
    for link in panel.state.chain:
        if link.enabled:
            kernel = link.array()[:, :, None]
            values = function(values, kernel, mode="mirror", origin=middle_of(kernel))
    return values


def buttons_shown(panel):
    return [
        number for number in range(1, 9) if child(panel, QToolButton, f"chain_{number}").isVisible()
    ]


def assert_chain_is_right(panel):
    np.testing.assert_allclose(panel.result.values, chain_by_scipy(panel), rtol=1e-4, atol=1e-4)


CHAIN = [
    "Sobel x", "Gaussian 3×3", "Sharpen", "Box 3×3", "Emboss", "Box 5×5", "Shift left", "Corner",
]  # fmt: skip


@pytest.fixture
def eight(qtbot, small):
    """A chain of eight different kernels, made by the buttons."""
    for preset in CHAIN[1:]:
        click(qtbot, small, QToolButton, "chain_add")
        assert choice(small) == "Identity"
        choose(qtbot, small, "preset_combo", preset)
        assert_chain_is_right(small)
    return small


@pytest.mark.parametrize("operation", ["correlation", "convolution"])
def test_a_chain_of_eight_filters_again_and_again(qtbot, eight, operation):
    from PySide6.QtWidgets import QPushButton

    click(qtbot, eight, QPushButton, f"operation_{operation}")
    assert buttons_shown(eight) == list(range(1, 9))
    assert_chain_is_right(eight)
    assert eight.view.applied_label.text().startswith("Kernel 8 as applied")


def test_a_ninth_kernel_is_refused(qtbot, eight, window):
    assert not child(eight, QToolButton, "chain_add").isEnabled()
    before = eight.state
    child(window, QAction, "action_add_kernel").trigger()
    assert eight.state == before
    assert "at most 8 kernels" in message(eight)


def test_each_kernel_can_be_selected_and_switched_off(qtbot, eight, window):
    for number, preset in enumerate(CHAIN, start=1):
        button = child(eight, QToolButton, f"chain_{number}")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert choice(eight) == preset
        np.testing.assert_array_equal(shown_kernel(eight), PRESETS[preset].values)
        click(qtbot, eight, QCheckBox, "chain_enabled")
        assert button.font().strikeOut()
        assert "switched off" in button.toolTip()
        assert_chain_is_right(eight)
    assert eight.view.applied_label.text() == "No kernel is on: output = input"
    np.testing.assert_allclose(eight.result.values, eight.picture.values("colour"), atol=1e-6)
    window.undo_group.undo()
    settle(qtbot, eight)
    assert not child(eight, QToolButton, "chain_8").font().strikeOut()
    assert_chain_is_right(eight)


def test_kernels_are_removed_one_by_one_down_to_the_last(qtbot, eight, window):
    click(qtbot, eight, QToolButton, "chain_3")
    before = eight.state
    click(qtbot, eight, QToolButton, "chain_remove")
    assert buttons_shown(eight) == list(range(1, 8))
    assert choice(eight) == CHAIN[3]
    assert_chain_is_right(eight)
    for left in range(6, 0, -1):
        click(qtbot, eight, QToolButton, "chain_remove")
        assert buttons_shown(eight) == list(range(1, left + 1))
        assert_chain_is_right(eight)
    assert not child(eight, QToolButton, "chain_remove").isVisible()
    child(window, QAction, "action_remove_kernel").trigger()
    assert "only kernel" in message(eight)
    for _ in range(7):
        window.undo_group.undo()
    settle(qtbot, eight)
    assert eight.state == before
    assert_chain_is_right(eight)


def test_an_inserted_kernel_comes_after_the_selected_one(qtbot, small):
    choose(qtbot, small, "preset_combo", "Gaussian 3×3")
    click(qtbot, small, QToolButton, "chain_add")
    choose(qtbot, small, "preset_combo", "Sobel y")
    click(qtbot, small, QToolButton, "chain_1")
    click(qtbot, small, QToolButton, "chain_add")
    type_into(qtbot, small, 0, 2, "-3")
    settle(qtbot, small)
    kernels = [link.array() for link in small.state.chain]
    assert len(kernels) == 3
    np.testing.assert_array_equal(kernels[0], PRESETS["Gaussian 3×3"].values)
    assert kernels[1][0, 2] == -3
    np.testing.assert_array_equal(kernels[2], PRESETS["Sobel y"].values)
    assert_chain_is_right(small)


def test_each_kernel_of_a_chain_keeps_its_own_recipe(qtbot, small):
    choose_family(qtbot, small, "gaussian")
    press_keys(qtbot, small, "recipe_size_slider", Key.Key_Home)
    click(qtbot, small, QToolButton, "chain_add")
    assert not shown_sliders(small)
    choose_family(qtbot, small, "motion")
    assert shown_sliders(small) == ["length", "angle"]
    click(qtbot, small, QToolButton, "chain_1")
    assert shown_sliders(small) == ["sigma", "size"]
    assert child(small, QDoubleSpinBox, "recipe_size_box").value() == 1
    assert_chain_is_right(small)


def test_a_chain_that_grows_to_infinity_is_a_sentence_and_the_last_result_stays(qtbot, small):
    paste(qtbot, small, "1e20 0; 0 1e20")
    shown = small.result.values.copy()
    click(qtbot, small, QToolButton, "chain_add")
    paste(qtbot, small, "1e20 0; 0 1e20")
    assert "32-bit number" in message(small)
    assert small.view.messages.kind() == "error"
    np.testing.assert_array_equal(small.result.values, shown)
    click(qtbot, small, QToolButton, "chain_add")
    assert message(small).startswith("Kernel 2 of the chain makes the values larger than 1e+30.")
    np.testing.assert_array_equal(small.result.values, shown)
    assert small.view.output_view.isVisible()
    click(qtbot, small, QToolButton, "chain_2")
    click(qtbot, small, QCheckBox, "chain_enabled")
    assert not message(small)
    np.testing.assert_allclose(small.result.values, shown, rtol=1e-6)
