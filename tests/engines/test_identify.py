"""Every preset is found under every disguise; noise is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines import kernel_shapes as shapes
from engines.kernels import PRESETS, identify

TURNS = [lambda k: k, np.flipud, np.fliplr, lambda k: k.T] + [
    lambda k, n=n: np.rot90(k, n) for n in (1, 2, 3)
]
# The same kernel under another name: the outline is the Laplacian with its signs changed, a shift
# turned is a shift elsewhere, a line of equal weights is a box one pixel high.
FAMILY_WORDS = {"Motion blur": ("Motion blur", "Box"), "Laplacian": ("Laplacian", "Outline")}


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("scale", [1.0, -1.0, 0.25, -3.0])
def test_every_preset_is_named_whatever_its_scale_sign_and_turn(name, scale):
    preset = PRESETS[name]
    for turn in TURNS:
        found = identify(scale * turn(preset.values))
        assert found, name
        words = FAMILY_WORDS.get(preset.family, (preset.family,))
        first = PRESETS.get(found[0].name)
        family = first.family if first else found[0].name
        assert any(word in family or word in found[0].name for word in words), (name, found)
        assert found[0].score == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("name", [n for n in PRESETS if PRESETS[n].family != "Shift"])
def test_zeros_around_do_not_count(name):
    kernel = PRESETS[name].values
    padded = np.pad(kernel, 1)
    if max(padded.shape) <= 31:
        assert identify(padded)[0].name == identify(kernel)[0].name


def test_the_transform_is_said():
    sobel = PRESETS["Sobel x"].values
    assert identify(sobel)[0].transform == "exactly"
    assert identify(2 * sobel)[0].transform == "× 2"
    assert "negated" in identify(-sobel)[0].transform or "flipped" in identify(-sobel)[0].transform
    emboss = PRESETS["Emboss"].values
    # Emboss is its own mirror about the other diagonal, so a quarter turn is a flip.
    assert identify(np.rot90(emboss, -1))[0].transform == "flipped left–right"


@given(st.integers(-3, 3), st.integers(-3, 3), st.floats(0.1, 10))
def test_one_weight_is_identity_or_a_shift(down, right, weight):
    kernel = np.zeros((7, 7))
    kernel[3 + down, 3 + right] = weight
    name = identify(kernel)[0].name
    if down == right == 0:
        assert name == "Identity"
    else:
        assert name.startswith("Shift")
        # Correlation reads what lies to the right: the picture moves to the left.
        assert (f"{right} left" in name) == (right > 0)
        assert (f"{down} up" in name) == (down > 0)


@pytest.mark.parametrize("sigma", [0.6, 1.1, 1.7, 3.3])
def test_a_gaussian_is_named_with_its_sigma(sigma):
    name = identify(shapes.gaussian(sigma, 15))[0].name
    assert name.startswith("Gaussian")
    assert float(name.split("σ ")[1]) == pytest.approx(sigma, rel=0.03)


@pytest.mark.parametrize("sigma", [1.0, 1.9])
def test_a_log_is_named(sigma):
    name = identify(3 * shapes.laplacian_of_gaussian(sigma))[0].name
    assert name.startswith("LoG")
    assert float(name.split("σ ")[1]) == pytest.approx(sigma, rel=0.05)


@pytest.mark.parametrize(
    ("wavelength", "theta", "sigma", "gamma", "phase"),
    [
        (5.0, 0.0, 3.0, 0.5, 0.0),
        (7.0, 30.0, 3.0, 0.5, 90.0),
        (6.0, 120.0, 2.5, 1.0, 45.0),
        (11.0, 49.0, 1.6, 0.32, 146.0),
        (4.5, 81.0, 4.3, 1.4, 9.0),
    ],
)
def test_a_gabor_is_named_with_its_parameters(wavelength, theta, sigma, gamma, phase):
    best = identify(shapes.gabor(wavelength, theta, sigma, gamma, phase, size=19))[0]
    assert best.name == f"Gabor, λ {wavelength:.1f}, θ {theta:.0f}°, σ {sigma:.1f}"
    assert best.transform == "exactly"


@pytest.mark.parametrize("angle", [20.0, 45.0, 70.0, 160.0])
def test_motion_blur_is_named_with_its_angle(angle):
    names = [match.name for match in identify(shapes.motion_blur(11, angle))]
    name = next(name for name in names if name.startswith("Motion blur"))
    assert float(name.split(", ")[2].rstrip("°")) == pytest.approx(angle, abs=4)


@pytest.mark.parametrize("amount", [0.5, 2.0])
def test_unsharp_masking_is_named_with_its_amount(amount):
    names = [match.name for match in identify(shapes.unsharp(1.2, amount, 9))]
    name = next(name for name in names if name.startswith("Unsharp masking, "))
    assert float(name.split("amount ")[1]) == pytest.approx(amount, rel=0.1)


def test_a_box_of_any_size_is_named_by_it():
    assert identify(0.3 * np.ones((4, 7)))[0].name == "Box 4×7"


def test_all_zeros_are_named_zero():
    assert identify(np.zeros((3, 3)))[0].name == "Zero"


@given(st.integers(0, 10_000), st.integers(3, 9), st.integers(3, 9))
def test_noise_has_no_name(seed, height, width):
    assert identify(np.random.default_rng(seed).normal(size=(height, width))) == []
