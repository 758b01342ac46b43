"""The parametric kernels against scipy, NumPy and scikit-image, and over their whole ranges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, signal

from engines import kernel_families
from engines.errors import KernelError
from engines.kernel_families import FAMILIES, make
from engines.kernels import PRESETS, identify


@st.composite
def family_and_values(draw):
    family = draw(st.sampled_from(list(FAMILIES.values())))
    values = {}
    for parameter in family.parameters:
        if parameter.step >= 1:
            steps = int((parameter.high - parameter.low) // parameter.step)
            drawn = parameter.low + parameter.step * draw(st.integers(0, steps))
        else:
            drawn = draw(st.floats(parameter.low, parameter.high))
        values[parameter.name] = drawn
    return family, values


@given(family_and_values())
def test_every_slider_position_gives_a_finite_kernel_or_a_sentence(drawn):
    family, values = drawn
    if values.get("sigma", 1.0) <= 0:
        with pytest.raises(KernelError, match="σ is 0; it must be larger than 0"):
            make(family.name, values)
        return
    kernel = make(family.name, values)
    assert np.isfinite(kernel).all()
    assert kernel.dtype == np.float64
    assert max(kernel.shape) <= 31


def test_a_tiny_sigma_on_an_even_size_leaves_the_taps_nearest_to_the_middle():
    gabor = make("gabor", {"wavelength": 2.0, "theta": 0, "sigma": 1 / 64, "gamma": 1, "size": 4})
    assert np.isfinite(gabor).all()
    outside = np.ones((4, 4), dtype=bool)
    outside[1:3, 1:3] = False
    assert not gabor[outside].any()
    assert gabor.sum() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", list(FAMILIES))
def test_defaults_lie_within_the_sliders_and_are_named(name):
    family = FAMILIES[name]
    for parameter in family.parameters:
        assert parameter.low <= parameter.default <= parameter.high
        assert parameter.meaning
    assert identify(make(name, {})), "the default of a family has a name"


def test_gaussian_is_that_of_scipy():
    window = signal.windows.gaussian(9, 1.7)
    expected = np.outer(window, window) / window.sum() ** 2
    np.testing.assert_allclose(make("gaussian", {"sigma": 1.7, "size": 9}), expected, atol=1e-15)


def test_box_is_scipys_uniform_filter():
    picture = np.random.default_rng(0).random((20, 30))
    expected = ndimage.uniform_filter(picture, size=(3, 7), mode="constant")
    kernel = make("box", {"height": 3, "width": 7})
    found = ndimage.correlate(picture, kernel, mode="constant")
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("smoothing", "preset", "scale"),
    [(1.0, "Prewitt x", 1.0), (2.0, "Sobel x", 1.0), (10 / 3, "Scharr x", 3.0)],
)
def test_the_derivatives_are_the_well_known_ones(smoothing, preset, scale):
    made = make("derivative", {"smoothing": smoothing, "angle": 0}) * scale
    np.testing.assert_allclose(made, PRESETS[preset].values, atol=1e-12)


@pytest.mark.parametrize("angle", [0, 30, 90, 200])
def test_a_steered_derivative_answers_to_a_ramp_in_its_direction(angle):
    # A plane rising by 1 a pixel towards `angle` (y downwards, angles counter-clockwise).
    rows, columns = np.mgrid[-4:5, -4:5]
    turn = np.deg2rad(angle)
    plane = np.cos(turn) * columns - np.sin(turn) * rows
    kernel = make("derivative", {"smoothing": 2, "angle": angle})
    slope = ndimage.correlate(plane, kernel)[4, 4]
    assert slope == pytest.approx(8.0)  # Sobel: 1 + 2 + 1 rows, over two pixels


def test_unsharp_masking_is_the_picture_plus_its_details():
    picture = np.random.default_rng(1).random((25, 25))
    blurred = ndimage.gaussian_filter(picture, 1.5, mode="mirror", radius=4)
    expected = picture + 2.0 * (picture - blurred)
    kernel = make("unsharp", {"sigma": 1.5, "amount": 2.0, "size": 9})
    found = ndimage.correlate(picture, kernel, mode="mirror")
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_an_unknown_family_or_parameter_is_a_sentence():
    with pytest.raises(KernelError, match="gaussian"):
        kernel_families.make("bell", {})
    with pytest.raises(KernelError, match="no parameter width"):
        kernel_families.make("gaussian", {"width": 2})
