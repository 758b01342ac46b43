"""Shape, rank and chain: what they say of a kernel is what NumPy and scipy find."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QSlider, QSpinBox, QToolButton
from scipy import ndimage
from scipy.signal import convolve2d
from tool_driving import curves, open_tool, shown, text, type_number

from driving import child, choose, click, response_by_scipy, settle
from visualizer.state import ChainLink
from widgets.image_view import ImageView

RNG = np.random.default_rng(9)


def set_kernel(qtbot, panel, kernel):
    """Type a kernel into the grid at once, as a paste does."""
    panel.view.controls.grid.matrix_pasted.emit(np.asarray(kernel, dtype=float))
    settle(qtbot, panel)


# -- shape --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sigma", "size"), [(1.5, 7), (0.6, 3), (4.0, 9), (2.0, 6)])
def test_the_bell_its_samples_and_what_lies_outside_them(qtbot, small, sigma, size):
    tool = open_tool(qtbot, small, "shape")
    choose(qtbot, small, "preset_combo", "family:gaussian")
    for name, number in (("sigma", sigma), ("size", size)):
        type_number(qtbot, small, f"recipe_{name}_box", number)
        settle(qtbot, small)
    kernel = small.state.kernel_array()
    assert kernel.shape == (size, size)
    found = curves(tool, "shape_cut")
    x = np.arange(size) - (size - 1) / 2
    np.testing.assert_allclose(found["middle row"].x, x)
    np.testing.assert_array_equal(found["middle row"].y, kernel[(size - 1) // 2])
    bell = found["bell, σ as set"]
    np.testing.assert_allclose(np.interp(x, bell.x, bell.y), found["middle row"].y, rtol=2e-3)
    outside = 1 - math.erf(size / (2 * math.sqrt(2) * sigma)) ** 2
    said = text(tool, "shape_text")
    assert f"Truncation error: {outside:.2%} of the bell lies outside {size} × {size} px" in said
    sampled = np.exp(-(x**2) / (2 * sigma**2)) / (math.sqrt(2 * math.pi) * sigma)
    assert f"samples' sum ({sampled.sum() ** 2:.4f})" in said
    assert f"{2 * size} products instead of {size * size}" in said


def test_any_kernel_has_its_cuts_and_its_relief(qtbot, small):
    kernel = RNG.normal(size=(5, 4))
    tool = open_tool(qtbot, small, "shape")
    set_kernel(qtbot, small, kernel)
    found = curves(tool, "shape_cut")
    np.testing.assert_array_equal(found["middle row"].y, kernel[2])
    np.testing.assert_array_equal(found["middle column"].y, kernel[:, 1])
    np.testing.assert_allclose(found["middle column"].x, [-2, -1, 0, 1, 2])
    relief = curves(tool, "shape_relief")
    assert list(relief) == [f"row {n}" for n in range(1, 6)]
    front = relief["row 5"]
    np.testing.assert_allclose(front.x[1:-1], [1, 2, 3, 4])
    np.testing.assert_array_equal(front.y[1:-1], kernel[4])
    lifts = [relief[f"row {n}"].y[0] for n in range(5, 0, -1)]
    assert (np.diff(lifts) > 0).all()
    for number in range(1, 6):
        row = relief[f"row {number}"]
        np.testing.assert_allclose(row.y[1:-1] - row.y[0], kernel[number - 1])
    assert f"Sum {kernel.sum():.4g}" in text(tool, "shape_text")


def test_every_size_has_a_shape(qtbot, small):
    tool = open_tool(qtbot, small, "shape")
    for shape in ((1, 1), (1, 31), (31, 1), (31, 31), (2, 2)):
        for kernel in (RNG.normal(size=shape), np.zeros(shape)):
            set_kernel(qtbot, small, kernel)
            assert len(curves(tool, "shape_relief")) == shape[0]
            assert not tool.grab().isNull()
            assert not small.view.messages.isVisible()


# -- rank ---------------------------------------------------------------------------------------


def truncated(kernel, rank):
    left, sizes, right = np.linalg.svd(kernel, full_matrices=False)
    return left[:, :rank] * sizes[:rank] @ right[:rank]


def assert_output_is_of(panel, kernel):
    values = panel.picture.values("colour").astype(np.float64)
    expected = ndimage.correlate(values, kernel[..., None], mode="mirror")
    np.testing.assert_allclose(panel.result.values, expected, atol=1e-4)
    np.testing.assert_allclose(panel.view.output_view._picture.values, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("preset", "rank", "said"),
    [
        ("Sobel x", 1, "rank 1: it is separable. 1 term: 6 multiplications a pixel instead of 9."),
        ("Laplacian 4", 2, "rank 2: it is not separable."),
        ("Gaussian 5×5", 1, "rank 1: it is separable. 1 term: 10 multiplications"),
        ("Box 3×3", 1, "rank 1: it is separable."),
    ],
)
def test_rank_and_singular_values_are_those_of_numpy(qtbot, small, preset, rank, said):
    choose(qtbot, small, "preset_combo", preset)
    tool = open_tool(qtbot, small, "rank")
    kernel = small.state.kernel_array()
    expected = np.linalg.svd(kernel, compute_uv=False)
    np.testing.assert_allclose(curves(tool, "rank_sizes")["singular value"].y, expected, atol=1e-12)
    assert np.linalg.matrix_rank(kernel) == rank
    assert said in text(tool, "rank_text")
    assert len(curves(tool, "rank_columns")) == len(curves(tool, "rank_rows")) == rank
    summed = sum(
        np.outer(column.y, row.y)
        for column, row in zip(
            curves(tool, "rank_columns").values(), curves(tool, "rank_rows").values(), strict=True
        )
    )
    np.testing.assert_allclose(summed, kernel, atol=1e-6)


def test_the_slider_gives_the_picture_the_kernel_of_that_rank(qtbot, small, window):
    kernel = RNG.normal(size=(5, 5))
    set_kernel(qtbot, small, kernel)
    tool = open_tool(qtbot, small, "rank")
    assert_output_is_of(small, kernel)
    slider = child(small, QSlider, "rank_slider")
    assert tool.slider.value() == 5
    slider.setFocus()
    for kept in (4, 3, 2, 1):
        qtbot.keyClick(slider, Qt.Key.Key_Left)
        settle(qtbot, small)
        approximation = truncated(kernel, kept)
        assert_output_is_of(small, approximation)
        np.testing.assert_allclose(shown(tool, "rank_kernel"), approximation, atol=1e-9)
        assert tool.findChild(ImageView, "rank_kernel").accessibleName() == f"Rank {kept}"
        error = np.linalg.norm(kernel - approximation) / np.linalg.norm(kernel)
        said = text(tool, "rank_text")
        assert f"Error of the kernel: {error:.2%}" in said
        assert f"{kept} term" in said
        assert f"{kept * 10} multiplications a pixel instead of 25" in said
        assert ("no saving" in said) == (kept * 10 >= 25)
        np.testing.assert_array_equal(small.view.controls.grid.kernel(), kernel)
    window.undo_group.undo()
    settle(qtbot, small)
    assert small.state.kernel_array().tolist() == kernel.tolist()
    click(qtbot, small, QPushButton, "rank_full")
    assert_output_is_of(small, kernel)
    assert tool.slider.value() == 5
    assert not child(small, QPushButton, "rank_full").isEnabled()


def test_the_slider_dragged_with_the_mouse(qtbot, small):
    kernel = RNG.normal(size=(7, 7))
    set_kernel(qtbot, small, kernel)
    tool = open_tool(qtbot, small, "rank")
    slider = child(small, QSlider, "rank_slider")
    y = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 4, y))
    for x in range(slider.width() - 8, 2, -8):
        qtbot.mouseMove(slider, QPoint(x, y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(1, y))
    settle(qtbot, small)
    assert tool.slider.value() == 1
    assert_output_is_of(small, truncated(kernel, 1))


def test_kernels_at_the_ends(qtbot, small):
    tool = open_tool(qtbot, small, "rank")
    for kernel, said in (
        (np.zeros((3, 3)), "All weights are 0"),
        (np.ones((1, 1)), "rank 1: it is separable"),
        (np.ones((1, 31)), "rank 1: it is separable"),
        (np.eye(31), "rank 31: it is not separable"),
    ):
        set_kernel(qtbot, small, kernel)
        assert said in text(tool, "rank_text")
        assert not small.view.messages.isVisible()
        assert tool.slider.slider.maximum() == max(1, min(kernel.shape) - 1)


# -- chain --------------------------------------------------------------------------------------


def set_chain(qtbot, panel, *kernels):
    """Build a chain by its buttons, pasting each kernel."""
    for number, kernel in enumerate(kernels):
        if number:
            click(qtbot, panel, QToolButton, "chain_add")
        set_kernel(qtbot, panel, kernel)


def equivalent(*kernels):
    result = np.ones((1, 1))
    for kernel in kernels:
        result = convolve2d(result, kernel)
    return result


@pytest.mark.parametrize("operation", ["correlation", "convolution"])
@pytest.mark.parametrize("shapes", [((3, 3), (5, 3)), ((2, 2), (3, 4), (1, 2))])
def test_the_equivalent_kernel_is_the_convolution_of_all(qtbot, small, operation, shapes):
    click(qtbot, small, QPushButton, f"operation_{operation}")
    kernels = [RNG.normal(size=shape) for shape in shapes]
    tool = open_tool(qtbot, small, "chain")
    set_chain(qtbot, small, *kernels)
    expected = equivalent(*kernels)
    np.testing.assert_allclose(shown(tool, "chain_kernel"), expected, atol=1e-12)
    height, width = expected.shape
    said = text(tool, "chain_text")
    assert f"One {height} × {width} kernel does the same" in said
    assert "Largest difference inside" in said
    assert float(said.split()[-1].rstrip(".")) < 1e-4


def test_known_kernels_are_listed_by_name_and_the_equivalent_is_named(qtbot, small):
    tool = open_tool(qtbot, small, "chain")
    set_chain(qtbot, small, [[1.0, 2.0, 1.0]], [[-1.0], [0.0], [1.0]])
    assert "It is: Sobel" in text(tool, "chain_text")
    assert text(tool, "chain_list").count("→") == 1


def test_a_kernel_that_is_off_does_not_count(qtbot, small):
    first, second = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))
    tool = open_tool(qtbot, small, "chain")
    set_chain(qtbot, small, first, second)
    click(qtbot, small, QCheckBox, "chain_enabled")
    np.testing.assert_allclose(shown(tool, "chain_kernel"), first)
    click(qtbot, small, QToolButton, "chain_1")
    click(qtbot, small, QCheckBox, "chain_enabled")
    assert "output = input" in text(tool, "chain_list")
    np.testing.assert_array_equal(shown(tool, "chain_kernel"), [[1.0]])
    np.testing.assert_allclose(small.result.values, small.picture.values("colour"), atol=1e-6)


@pytest.mark.parametrize("name", ["stride_spin", "dilation_spin"])
def test_with_stride_or_dilation_there_is_no_equivalent_and_the_tool_says_so(qtbot, small, name):
    tool = open_tool(qtbot, small, "chain")
    set_chain(qtbot, small, RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3)))
    child(small, QSpinBox, name).setValue(2)
    settle(qtbot, small)
    said = text(tool, "chain_text")
    assert "no plain kernel equals the chain; set both to 1." in said
    assert tool.kernel_view._picture is None
    child(small, QSpinBox, name).setValue(1)
    settle(qtbot, small)
    assert tool.kernel_view._picture is not None


def test_the_border_in_which_chain_and_equivalent_differ_is_as_wide_as_said(qtbot, panel):
    kernels = [RNG.normal(size=(3, 3)) for _ in range(3)]
    choose(qtbot, panel, "color_combo", "grey")
    tool = open_tool(qtbot, panel, "chain")
    set_chain(qtbot, panel, *kernels)
    said = text(tool, "chain_text")
    values = panel.picture.values("grey")[..., 0].astype(np.float64)
    single = ndimage.correlate(values, equivalent(*kernels), mode="mirror")
    differs = np.abs(panel.result.values[..., 0] - single) > 1e-3
    rows, columns = np.nonzero(differs)
    depth = np.minimum.reduce(
        [rows, columns, values.shape[0] - 1 - rows, values.shape[1] - 1 - columns]
    )
    reach = int(said.split("within ")[1].split()[0])
    assert depth.max() < reach


def test_a_wrapped_border_leaves_no_difference_at_all(qtbot, small):
    choose(qtbot, small, "border_combo", "circular")
    kernels = [RNG.normal(size=(3, 3)), RNG.normal(size=(5, 5))]
    tool = open_tool(qtbot, small, "chain")
    set_chain(qtbot, small, *kernels)
    values = small.picture.values("colour").astype(np.float64)
    single = ndimage.correlate(values, equivalent(*kernels)[..., None], mode="wrap")
    np.testing.assert_allclose(small.result.values, single, atol=1e-3)
    assert "border" not in text(tool, "chain_text")


def test_one_kernel_is_its_own_equivalent(qtbot, small):
    tool = open_tool(qtbot, small, "chain")
    np.testing.assert_array_equal(shown(tool, "chain_kernel"), small.state.kernel_array())
    assert "border" not in text(tool, "chain_text")


def test_eight_of_the_largest_kernels(qtbot, small):
    tool = open_tool(qtbot, small, "chain")
    kernel = tuple(map(tuple, np.full((31, 31), 1 / 961).tolist()))
    chain = (ChainLink(kernel=kernel),) * 8
    small.edits.apply(small.state.replace(chain=chain), "test")
    settle(qtbot, small)
    assert shown(tool, "chain_kernel").shape == (241, 241)
    assert shown(tool, "chain_kernel").sum() == pytest.approx(1.0)
    assert "241 × 241" in text(tool, "chain_text")
    assert not small.view.messages.isVisible()


def test_the_output_stays_that_of_the_kernels(qtbot, small):
    """Looking does not change anything."""
    for name in ("shape", "rank", "chain"):
        open_tool(qtbot, small, name)
        np.testing.assert_allclose(small.result.values, response_by_scipy(small), atol=1e-4)
