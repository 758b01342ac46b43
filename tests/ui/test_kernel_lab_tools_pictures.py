"""Profile, histogram and spectrum: what they show is what NumPy and scipy find."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QCheckBox, QSpinBox
from scipy import ndimage, signal
from tool_driving import curves, open_array, open_tool, shown, text, type_number, way

from dragging import drag
from driving import child, choose, click, settle

COLORS = ("red", "green", "blue")
RNG = np.random.default_rng(5)


# -- profile ------------------------------------------------------------------------------------


def along(values, line):
    """The values under a line (row, column, row, column), by scipy, one sample a pixel."""
    start, end = np.array(line[:2]), np.array(line[2:])
    length = np.linalg.norm(end - start)
    count = int(np.ceil(length)) + 1
    places = start[:, None] + (end - start)[:, None] * np.linspace(0, 1, count)
    return np.linspace(0, length, count), ndimage.map_coordinates(
        values, places, order=1, cval=np.nan, output=np.float64
    )


def assert_profiles(panel, tool, line):
    pictures = {"profile_input": panel.picture.values("colour"), "profile_output": None}
    pictures["profile_output"] = panel.result.values
    for name, picture in pictures.items():
        found = curves(tool, name)
        assert tuple(found) == COLORS
        for channel, color in enumerate(COLORS):
            x, y = along(picture[..., channel], line)
            np.testing.assert_allclose(found[color].x, x, atol=1e-9)
            np.testing.assert_allclose(found[color].y, y, atol=1e-6)


def test_profiles_along_a_dragged_line(qtbot, small):
    tool = open_tool(qtbot, small, "profile")
    view = small.view.input_view
    assert_profiles(small, tool, (7.5, 2.3, 7.5, 20.7))
    drag(qtbot, view.viewport(), way(view, (7.5, 20.7), (13.0, 17.0)))
    drag(qtbot, view.viewport(), way(view, (7.5, 2.3), (2.0, 5.0)))
    settle(qtbot, small)
    line = small.state.tools.line
    np.testing.assert_allclose(line, (2.0, 5.0, 13.0, 17.0), atol=0.15)
    assert_profiles(small, tool, line)
    np.testing.assert_allclose(np.ravel(tool.line.line()), line)


def test_the_whole_line_is_dragged_with_its_length(qtbot, small):
    tool = open_tool(qtbot, small, "profile")
    view = small.view.input_view
    drag(qtbot, view.viewport(), way(view, (7.5, 10.0), (4.0, 12.0)))
    settle(qtbot, small)
    line = small.state.tools.line
    np.testing.assert_allclose(line, (4.0, 4.3, 4.0, 22.7), atol=0.2)
    assert_profiles(small, tool, line)


def test_profiles_along_a_typed_line(qtbot, small):
    tool = open_tool(qtbot, small, "profile")
    for name, number in (("start_row", 1), ("end_row", "12.5"), ("end_column", 22)):
        type_number(qtbot, small, f"profile_{name}", number)
        settle(qtbot, small)
    assert small.state.tools.line == (1.0, 2.3, 12.5, 22.0)
    assert_profiles(small, tool, small.state.tools.line)
    np.testing.assert_allclose(np.ravel(tool.line.line()), (1.0, 2.3, 12.5, 22.0))


def test_profiles_follow_the_kernel(qtbot, small):
    tool = open_tool(qtbot, small, "profile")
    choose(qtbot, small, "preset_combo", "Box 3×3")
    assert_profiles(small, tool, (7.5, 2.3, 7.5, 20.7))


def test_the_output_s_profile_lies_where_the_line_is_whatever_stride_and_padding(qtbot, small):
    choose(qtbot, small, "preset_combo", "Identity")
    choose(qtbot, small, "padding_combo", "valid")
    child(small, QSpinBox, "stride_spin").setValue(2)
    settle(qtbot, small)
    tool = open_tool(qtbot, small, "profile")
    for name, number in zip(("start_row", "start_column", "end_row"), (5, 1, 5), strict=True):
        type_number(qtbot, small, f"profile_{name}", number)
    type_number(qtbot, small, "profile_end_column", 21)
    settle(qtbot, small)
    # Valid windows of 3 × 3 are centred on odd rows and columns; the identity copies them.
    curve = curves(tool, "profile_output")["green"]
    np.testing.assert_allclose(curve.x, np.arange(0, 21, 2))
    np.testing.assert_allclose(curve.y, small.picture.values("colour")[5, 1:22:2, 1], atol=1e-6)


def test_a_line_without_length_and_one_beside_the_picture_are_sentences(qtbot, small, tmp_path):
    tool = open_tool(qtbot, small, "profile")
    last = curves(tool, "profile_input")
    type_number(qtbot, small, "profile_end_column", 2.3)
    settle(qtbot, small)
    assert "no length" in small.view.messages.text()
    assert curves(tool, "profile_input") == last
    type_number(qtbot, small, "profile_end_column", 20)
    settle(qtbot, small)
    assert not small.view.messages.isVisible()
    type_number(qtbot, small, "profile_start_row", 14)
    type_number(qtbot, small, "profile_end_row", 14)
    settle(qtbot, small)
    open_array(qtbot, small, tmp_path, RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8))
    assert "beside the picture" in small.view.messages.text()
    assert np.isfinite(curves(tool, "profile_input")["red"].y).any()


# -- histogram ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", ["Identity", "Sobel x", "Box 5×5"])
def test_histogram_counts_are_numpys(qtbot, small, kernel):
    choose(qtbot, small, "preset_combo", kernel)
    tool = open_tool(qtbot, small, "histogram")
    pictures = {"histogram_input": small.picture.values("colour")}
    pictures["histogram_output"] = small.result.values
    for name, picture in pictures.items():
        for channel, color in enumerate(COLORS):
            curve = curves(tool, name)[color]
            half = (curve.x[1] - curve.x[0]) / 2
            edges = np.append(curve.x - half, curve.x[-1] + half)
            values = picture[..., channel].astype(np.float64)
            # A value within rounding of an edge may be counted on either side.
            clear = np.abs(values[..., None] - edges).min(axis=-1) > 1e-5 * half
            expected = np.histogram(values[clear], edges)[0]
            assert curve.y.sum() == values.size
            assert np.abs(curve.y - expected).sum() == (~clear).sum()
            assert edges[0] <= values.min() + 1e-5 * half
            assert values.max() <= edges[-1] + 1e-5 * half


def test_a_logarithmic_histogram_shows_what_is_rare(qtbot, small, tmp_path):
    pixels = np.zeros((50, 50), np.uint8)
    pixels[0, 0] = 255
    open_array(qtbot, small, tmp_path, pixels)
    tool = open_tool(qtbot, small, "histogram")

    def top():
        tool.before.grab()
        return tool.before._item.getViewBox().viewRange()[1][1]

    assert top() > 2000
    click(qtbot, small, QCheckBox, "histogram_log")
    assert 3 < top() < 5  # as a power of ten
    click(qtbot, small, QCheckBox, "histogram_log")
    assert top() > 2000


# -- spectrum -----------------------------------------------------------------------------------


def response_by_numpy(kernel, size=128):
    padded = np.zeros((size, size))
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    return np.abs(np.fft.fftshift(np.fft.fft2(padded)))


@pytest.mark.parametrize(
    ("preset", "lobes"), [("Box 5×5", True), ("Gaussian 5×5", False), ("Box 3×3", True)]
)
def test_a_box_has_side_lobes_and_a_gaussian_has_none(qtbot, small, preset, lobes):
    choose(qtbot, small, "preset_combo", preset)
    tool = open_tool(qtbot, small, "spectrum")
    expected = response_by_numpy(small.state.kernel_array())
    np.testing.assert_allclose(shown(tool, "spectrum_response"), expected, atol=1e-9)
    cut = curves(tool, "spectrum_cut")["across"]
    np.testing.assert_allclose(cut.x, np.arange(65) / 128)
    np.testing.assert_allclose(cut.y[:-1], expected[64, 64:], atol=1e-9)
    # Local maxima away from frequency 0; the last sample is Nyquist's, where a lobe may end.
    rises = np.append(signal.argrelmax(cut.y)[0], 64 if cut.y[-1] > cut.y[-2] + 1e-9 else [])
    assert bool(len(rises)) == lobes
    said = text(tool, "spectrum_text")
    assert ("with side lobes" in said) == lobes
    assert ("without side lobes" in said) == (not lobes)
    if lobes:
        fallen = cut.y[signal.argrelmin(np.append(cut.y, np.inf))[0][0] :]
        assert f"{fallen.max():.0%}" in said


def test_the_cuts_go_across_down_and_along_the_diagonal(qtbot, small):
    tool = open_tool(qtbot, small, "spectrum")  # Sobel x
    expected = response_by_numpy(small.state.kernel_array())
    found = curves(tool, "spectrum_cut")
    np.testing.assert_allclose(found["across"].y[:-1], expected[64, 64:], atol=1e-9)
    np.testing.assert_allclose(found["down"].y[:-1], expected[64:, 64], atol=1e-9)
    np.testing.assert_allclose(found["both alike"].y[:-1], np.diag(expected)[64:], atol=1e-9)
    assert "Flat areas × 0. Strongest, × 8, at 0.25 cycles/px across." in text(
        tool, "spectrum_text"
    )


def test_the_spectra_of_the_pictures_are_numpys_in_decades(qtbot, small):
    tool = open_tool(qtbot, small, "spectrum")
    for name, picture in (
        ("spectrum_input", small.picture.values("colour")),
        ("spectrum_output", small.result.values),
    ):
        grey = picture.astype(np.float64).mean(axis=2)
        magnitude = np.abs(np.fft.fftshift(np.fft.fft2(grey - grey.mean())))
        with np.errstate(divide="ignore"):
            decades = np.maximum(np.log10(magnitude / magnitude.max()) + 5, 0)
        np.testing.assert_allclose(shown(tool, name), decades, atol=1e-5)


def test_a_chain_with_a_dilated_last_kernel_shows_the_response_of_both(qtbot, small):
    first = small.state.kernel_array()
    small.editor.add_link()
    settle(qtbot, small)
    choose(qtbot, small, "preset_combo", "Box 3×3")
    child(small, QSpinBox, "dilation_spin").setValue(3)
    settle(qtbot, small)
    tool = open_tool(qtbot, small, "spectrum")
    spread = np.zeros((7, 7))
    spread[::3, ::3] = 1 / 9
    expected = response_by_numpy(first) * response_by_numpy(spread)
    np.testing.assert_allclose(shown(tool, "spectrum_response"), expected, atol=1e-9)
    assert tool.response.accessibleName() == "Chain |H|"


def test_a_frequency_is_named_under_the_mouse(qtbot, small):
    tool = open_tool(qtbot, small, "spectrum")
    view = tool.response
    qtbot.mouseMove(view.viewport(), view.pixel_to_widget(1, 1))
    qtbot.mouseMove(view.viewport(), view.pixel_to_widget(64 - 32, 64 + 32))
    row, column = view.hovered_pixel()
    title = view._header._title.text()
    assert title.startswith(f"u {(column - 64) / 128:+.2f} v {(row - 64) / 128:+.2f}")
    assert title.split()[-1] == f"{shown(tool, 'spectrum_response')[row, column]:.3f}"
