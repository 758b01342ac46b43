"""Noise and match: scores, maps and best matches are those of scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSlider, QSpinBox
from scipy import ndimage, signal
from skimage.feature import match_template
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.util import random_noise
from tool_driving import open_array, open_tool, shown, text, type_number, way

from dragging import drag
from driving import child, choose, click, settle

RNG = np.random.default_rng(5)


# -- noise --------------------------------------------------------------------------------------


def scores_by_skimage(picture, clean):
    picture = np.clip(picture, 0, 1)
    psnr = peak_signal_noise_ratio(clean, picture, data_range=1.0)
    ssim = structural_similarity(clean, picture, data_range=1.0, channel_axis=2)
    return f"PSNR {psnr:.2f} dB\nSSIM {ssim:.3f}", psnr


def number(tool, name):
    return float(text(tool, f"noise_score_{name}").split()[1])


@pytest.mark.parametrize("kind", ["gaussian", "salt_and_pepper"])
def test_psnr_and_ssim_are_those_of_skimage(qtbot, small, kind):
    choose(qtbot, small, "preset_combo", "Box 3×3")
    tool = open_tool(qtbot, small, "noise")
    click(qtbot, small, QPushButton, f"noise_kind_{kind}")
    clean = small.picture.values("colour")
    options = {"var": 0.1**2} if kind == "gaussian" else {"amount": 0.1}
    mode = "gaussian" if kind == "gaussian" else "s&p"
    noisy = random_noise(clean, mode, rng=0, **options).astype(np.float32)
    mean = ndimage.correlate(noisy.astype(np.float64), np.full((3, 3, 1), 1 / 9), mode="mirror")
    median = ndimage.median_filter(noisy, size=(3, 3, 1), mode="reflect")
    for name, view, picture in (
        ("noisy", "noise_noisy", noisy),
        ("filtered", "noise_filtered", mean),
        ("median", "noise_median_view", median),
    ):
        np.testing.assert_allclose(shown(tool, view), picture, atol=1e-6)
        assert text(tool, f"noise_score_{name}") == scores_by_skimage(picture, clean)[0]


def test_on_salt_and_pepper_the_median_beats_the_mean_and_on_gaussian_noise_it_does_not(
    qtbot, small, tmp_path
):
    rows, columns = np.mgrid[0:60, 0:80]
    smooth = 128 + 80 * np.sin(rows / 9) * np.cos(columns / 11)
    open_array(qtbot, small, tmp_path, smooth.astype(np.uint8))
    choose(qtbot, small, "preset_combo", "Box 3×3")
    tool = open_tool(qtbot, small, "noise")
    assert number(tool, "filtered") > number(tool, "median") > number(tool, "noisy")
    click(qtbot, small, QPushButton, "noise_kind_salt_and_pepper")
    assert number(tool, "median") > number(tool, "filtered") + 5


def test_the_amount_the_window_and_other_numbers_change_the_noise(qtbot, small):
    choose(qtbot, small, "preset_combo", "Box 3×3")
    tool = open_tool(qtbot, small, "noise")
    first = shown(tool, "noise_noisy").copy()
    click(qtbot, small, QPushButton, "noise_again")
    assert not np.array_equal(shown(tool, "noise_noisy"), first)
    slider = child(small, QSlider, "noise_amount_slider")
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    settle(qtbot, small)
    np.testing.assert_array_equal(shown(tool, "noise_noisy"), small.picture.values("colour"))
    assert text(tool, "noise_score_noisy") == "PSNR ∞ dB\nSSIM 1.000"
    child(small, QSpinBox, "noise_median").setValue(1)
    settle(qtbot, small)
    assert text(tool, "noise_score_median") == "PSNR ∞ dB\nSSIM 1.000"


def test_the_slider_is_called_what_it_is(qtbot, small):
    tool = open_tool(qtbot, small, "noise")
    assert tool.amount.symbol.text() == "σ"
    click(qtbot, small, QPushButton, "noise_kind_salt_and_pepper")
    assert tool.amount.symbol.text() == "share"


def test_a_picture_too_small_for_ssim_says_so_without_nan(qtbot, small, tmp_path):
    open_array(qtbot, small, tmp_path, RNG.integers(0, 256, (4, 5, 3), dtype=np.uint8))
    tool = open_tool(qtbot, small, "noise")
    assert text(tool, "noise_score_noisy").endswith("SSIM —")
    assert "7 × 7" in tool.scores["noisy"].toolTip()


def test_an_output_of_another_size_cannot_be_compared_and_says_what_to_do(qtbot, small):
    tool = open_tool(qtbot, small, "noise")
    shown_before = text(tool, "noise_score_noisy")
    child(small, QSpinBox, "stride_spin").setValue(2)
    settle(qtbot, small)
    assert "padding “same” and stride 1" in small.view.messages.text()
    assert text(tool, "noise_score_noisy") == shown_before
    child(small, QSpinBox, "stride_spin").setValue(1)
    settle(qtbot, small)
    assert not small.view.messages.isVisible()


# -- match --------------------------------------------------------------------------------------


def assert_matched(panel, tool, box):
    row, column, height, width = box
    picture = panel.picture.values("colour").astype(np.float64)
    template = picture[row : row + height, column : column + width]
    expected = match_template(picture, template)[..., 0]
    np.testing.assert_allclose(shown(tool, "match_ncc"), expected, atol=1e-5)
    plain = sum(
        signal.correlate2d(picture[..., c], template[..., c], "valid")
        for c in range(picture.shape[2])
    )
    np.testing.assert_allclose(shown(tool, "match_plain"), plain, rtol=1e-4)
    best = np.unravel_index(shown(tool, "match_ncc").argmax(), expected.shape)
    assert tuple(map(int, best)) == (row, column)
    assert f"means first: ({row}, {column}) 1.00" in text(tool, "match_text")
    assert tool.box.matches()[0] == (row + (height - 1) / 2, column + (width - 1) / 2)


def test_the_box_is_its_own_best_match_and_the_maps_are_skimages(qtbot, small):
    tool = open_tool(qtbot, small, "match")
    assert_matched(small, tool, tool.box.box())
    view = small.view.input_view
    row, column, height, width = tool.box.box()
    corner = (row + height - 0.5, column + width - 0.5)
    drag(qtbot, view.viewport(), way(view, corner, (corner[0] + 3, corner[1] + 4)))
    settle(qtbot, small)
    assert small.state.tools.box == (row, column, height + 3, width + 4)
    assert_matched(small, tool, small.state.tools.box)
    middle = (row + 2.0, column + 2.0)
    drag(qtbot, view.viewport(), way(view, middle, (middle[0] + 4, middle[1] - 6)))
    settle(qtbot, small)
    assert small.state.tools.box == (row + 4, column - 6, height + 3, width + 4)
    assert_matched(small, tool, small.state.tools.box)


def test_a_typed_box(qtbot, small):
    tool = open_tool(qtbot, small, "match")
    for name, value in (("corner_row", 2), ("corner_column", 15), ("size_height", 5)):
        type_number(qtbot, small, f"match_{name}", value)
        settle(qtbot, small)
    type_number(qtbot, small, "match_size_width", 20)  # moved to where it fits
    settle(qtbot, small)
    assert tool.box.box() == (2, 4, 5, 20)
    assert_matched(small, tool, (2, 4, 5, 20))
    assert tool.numbers.values() == [2, 4]


def planted():
    """A textured patch at (8, 10), a darker copy of it at (40, 50), and a bright area."""
    pixels = np.full((64, 80), 40, np.uint8)
    patch = RNG.integers(0, 120, (10, 12)).astype(np.uint8)
    pixels[8:18, 10:22] = patch
    pixels[40:50, 50:62] = patch // 2 + 20
    pixels[5:35, 45:75] = 250
    return pixels


def test_brightness_raises_plain_correlation_but_not_ncc(qtbot, small, tmp_path):
    open_array(qtbot, small, tmp_path, planted())
    tool = open_tool(qtbot, small, "match")
    for name, value in zip(
        ("corner_row", "corner_column", "size_height", "size_width"), (8, 10, 10, 12), strict=True
    ):
        type_number(qtbot, small, f"match_{name}", value)
        settle(qtbot, small)
    said = text(tool, "match_text")
    assert "means first: (8, 10) 1.00, (40, 50) 1.00" in said or (
        "(8, 10) 1.00" in said and "(40, 50) 0.99" in said
    )
    plain, ncc = shown(tool, "match_plain"), shown(tool, "match_ncc")
    row, column = np.unravel_index(plain.argmax(), plain.shape)
    assert 5 <= row <= 25
    assert 45 <= column <= 63  # all of the box lies in the bright area
    assert f"raises: ({row}, {column})" in said
    assert ncc[row, column] < 0.5
    assert ncc[8, 10] == pytest.approx(1.0, abs=1e-4)


def test_a_box_without_variance_and_one_that_is_too_large_are_sentences(qtbot, small, tmp_path):
    open_array(qtbot, small, tmp_path, planted(), "planted")
    tool = open_tool(qtbot, small, "match")
    for name, value in zip(
        ("corner_row", "corner_column", "size_height", "size_width"), (8, 10, 30, 30), strict=True
    ):
        type_number(qtbot, small, f"match_{name}", value)
        settle(qtbot, small)
    last = shown(tool, "match_ncc").copy()
    for name, value in (("corner_column", 45), ("corner_row", 5)):
        type_number(qtbot, small, f"match_{name}", value)
        settle(qtbot, small)
    assert "all one colour" in small.view.messages.text()
    np.testing.assert_array_equal(shown(tool, "match_ncc").shape, last.shape)
    open_array(qtbot, small, tmp_path, RNG.integers(0, 256, (12, 40), dtype=np.uint8), "flat")
    assert "larger than the picture of 40 × 12" in small.view.messages.text()
    # A smaller box lies ready to be taken instead.
    row, column, height, width = tool.box.box()
    view = small.view.input_view
    drag(qtbot, view.viewport(), way(view, (row + 0.4, column + 0.4), (row + 2.4, column + 5.4)))
    settle(qtbot, small)
    assert small.state.tools.box == (row + 2, column + 5, height, width)
    assert not small.view.messages.isVisible()


def test_a_box_beyond_a_smaller_picture_moves_inside(qtbot, small, tmp_path):
    open_array(qtbot, small, tmp_path, planted(), "planted")
    tool = open_tool(qtbot, small, "match")
    type_number(qtbot, small, "match_corner_row", 45)
    type_number(qtbot, small, "match_corner_column", 60)
    settle(qtbot, small)
    noise = RNG.integers(0, 256, (30, 30, 3), dtype=np.uint8)
    open_array(qtbot, small, tmp_path, noise, "noise")
    assert not small.view.messages.isVisible()
    row, column, height, width = tool.box.box()
    assert (row + height, column + width) == (30, 30)
    assert_matched(small, tool, tool.box.box())
