from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from skimage.color import rgb2lab

from widgets.colors import (
    GREY,
    MAGNITUDE,
    SIGNED,
    color_table,
    quantize,
    relative_luminance,
    signed_color,
    signed_lut,
    text_color_on,
)


def lab(table: np.ndarray) -> np.ndarray:
    return rgb2lab(table[None] / 255.0)[0]


def contrast(first: QColor, second: QColor) -> float:
    """WCAG 2.2, "contrast ratio", written out from the definition for one colour at a time."""

    def luminance(color: QColor) -> float:
        channels = [c / 255 for c in (color.red(), color.green(), color.blue())]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("table", [MAGNITUDE, SIGNED, GREY])
def test_tables_are_256_read_only_byte_colors(table):
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0


def test_magnitude_is_viridis():
    # First, middle and last colour as published with the map (matplotlib's _viridis_data).
    assert np.abs(MAGNITUDE[[0, 255]].astype(int) - [[68, 1, 84], [253, 231, 36]]).max() <= 1


def test_magnitude_lightness_rises_evenly():
    steps = np.diff(lab(MAGNITUDE)[:, 0])
    assert lab(MAGNITUDE)[-1, 0] - lab(MAGNITUDE)[0, 0] > 70
    assert np.convolve(steps, np.ones(8), "valid").min() > 0


def test_signed_middle_is_neutral():
    assert SIGNED[127].tolist() == SIGNED[128].tolist()
    assert np.abs(lab(SIGNED)[127, 1:]).max() < 1.0


def test_signed_lightness_is_symmetric_and_falls_to_both_sides():
    lightness = lab(SIGNED)[:, 0]
    assert np.abs(lightness - lightness[::-1]).max() < 8
    assert (np.convolve(np.diff(lightness[128:]), np.ones(4), "valid") < 0).all()
    assert (np.convolve(np.diff(lightness[:128]), np.ones(4), "valid") > 0).all()


def test_signed_steps_are_of_even_size():
    for arm in (lab(SIGNED)[:128], lab(SIGNED)[128:]):
        steps = np.linalg.norm(arm[8:] - arm[:-8], axis=1)
        assert steps.max() / steps.min() < 2.6


def test_signs_stay_apart_without_red_or_green_cones():
    # Viénot, Brettel and Mollon (1999): linear RGB of a protanope and a deuteranope.
    protan = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
    deutan = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
    encoded = SIGNED / 255.0
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    for matrix in (protan, deutan):
        seen = np.clip(linear @ matrix.T, 0, 1)
        back = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
        colors = rgb2lab(back[None])[0]
        apart = np.linalg.norm(colors - colors[::-1], axis=1)
        assert apart[:96].min() > 15


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_signed_color_is_blue_below_zero_and_red_above(value, limit):
    color = signed_color(value, limit)
    if value > limit / 50:
        assert color.red() > color.blue()
    elif value < -limit / 50:
        assert color.blue() > color.red()


def test_signed_color_of_zero_is_neutral_and_the_ends_clip():
    neutral = QColor(*SIGNED[127].tolist())
    assert signed_color(0.0, 3.0) == neutral
    assert signed_color(-0.0, 3.0) == neutral
    assert signed_color(5.0, 3.0) == QColor(*SIGNED[255].tolist())
    assert signed_color(-math.inf, 3.0) == QColor(*SIGNED[0].tolist())


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan, math.inf])
def test_signed_color_without_a_usable_limit_is_neutral(limit):
    assert signed_color(1.0, limit) == QColor(*SIGNED[127].tolist())


def test_signed_color_of_nan_is_no_color_of_the_map():
    color = signed_color(math.nan, 1.0)
    assert [color.red(), color.green(), color.blue()] not in SIGNED.tolist()


def test_signed_lut_is_a_copy_that_can_be_changed():
    table = signed_lut()
    table[:] = 0
    assert SIGNED.any()


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_text_has_contrast_of_4_5_on_any_background(red, green, blue):
    background = QColor(red, green, blue)
    assert contrast(text_color_on(background), background) >= 4.5


def test_relative_luminance_of_primaries_is_the_published_weight():
    assert relative_luminance(np.eye(3) * 255) == pytest.approx([0.2126, 0.7152, 0.0722])


def test_quantize_maps_levels_to_the_end_colors():
    values = np.array([-1.0, 0.0, 1.0, 2.0, -9.0, np.nan])
    assert quantize(values, (0.0, 1.0)).tolist() == [0, 0, 255, 255, 0, 0]


def test_quantized_zero_of_symmetric_levels_is_neutral():
    index = int(quantize(np.array([0.0]), (-0.7, 0.7))[0])
    assert SIGNED[index].tolist() == SIGNED[127].tolist()


def test_quantize_survives_equal_levels():
    assert quantize(np.array([1.0, 2.0]), (1.0, 1.0)).tolist() == [0, 0]


def test_unknown_colors_name_the_choices():
    with pytest.raises(ValueError, match="magnitude"):
        color_table("jet")
