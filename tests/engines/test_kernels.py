"""Kernels by formula and by table, against scipy, scikit-image and NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import integrate, ndimage
from skimage.filters import gabor_kernel

from engines import kernel_shapes as shapes
from engines.errors import KernelError
from engines.kernels import (
    PRESETS,
    approximate,
    describe,
    frequency_response,
    gaussian,
    rank,
    separate,
    singular_values,
)

matrices = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.floats(-10, 10),
)


def impulse(size):
    picture = np.zeros((size, size))
    picture[size // 2, size // 2] = 1.0
    return picture


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("size", [3, 9, 31])
def test_gaussian_is_scipys_impulse_response(sigma, size):
    radius = size // 2
    expected = ndimage.gaussian_filter(impulse(size), sigma, mode="constant", radius=radius)
    np.testing.assert_allclose(gaussian(sigma, size), expected, atol=1e-7)


def test_gaussian_has_the_dimensions_and_dtype_asked_for():
    assert gaussian(1.0).shape == (7, 7)  # ±3σ
    assert gaussian(1.0, 5, ndim=1).shape == (5,)
    assert gaussian(1.0).dtype == torch.float32
    assert float(gaussian(2.0, 12).sum()) == pytest.approx(1.0, abs=1e-6)


@given(st.floats(1e-6, 50), st.integers(1, 31))
def test_gaussian_always_sums_to_one(sigma, size):
    kernel = shapes.gaussian(sigma, size)
    assert kernel.sum() == pytest.approx(1.0)
    assert kernel.min() >= 0


@pytest.mark.parametrize("sigma", [0.0, -1.0, math.nan, math.inf])
def test_a_sigma_that_is_not_positive_is_a_sentence(sigma):
    with pytest.raises(KernelError, match="larger than 0"):
        gaussian(sigma)


@pytest.mark.parametrize(("size", "ndim"), [(0, 2), (32, 2), (3, 3)])
def test_sizes_that_are_not_possible_are_sentences(size, ndim):
    with pytest.raises(KernelError):
        gaussian(1.0, size, ndim)


def test_truncation_error_is_the_bell_outside_the_window():
    for sigma, size in ((1.0, 3), (2.0, 5), (1.5, 9)):
        inside, _ = integrate.dblquad(
            lambda y, x, s=sigma: math.exp(-(x * x + y * y) / (2 * s * s)) / (2 * math.pi * s * s),
            -size / 2,
            size / 2,
            -size / 2,
            size / 2,
        )
        assert shapes.truncation_error(sigma, size) == pytest.approx(1 - inside, abs=1e-6)


@pytest.mark.parametrize("sigma", [1.0, 1.4, 2.0])
def test_log_is_the_laplacian_of_a_fine_gaussian(sigma):
    # The analytic second derivatives of the 2D Gaussian, by SymPy-free textbook formula:
    # ∇²G = G·(r² − 2σ²)/σ⁴; ours is scaled by σ² and has its tiny sampling sum removed.
    size = shapes.laplacian_of_gaussian(sigma).shape[0]
    x = np.arange(size) - size // 2
    squared = x[:, None] ** 2 + x[None, :] ** 2
    bell = np.exp(-squared / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    expected = bell * (squared - 2 * sigma**2) / sigma**2
    ours = shapes.laplacian_of_gaussian(sigma)
    np.testing.assert_allclose(ours, expected, atol=0.02 * np.abs(expected).max())
    assert abs(ours.sum()) < 1e-12


def test_dog_is_the_difference_of_two_gaussians_and_sums_to_zero():
    kernel = shapes.difference_of_gaussians(1.0, 2.0, 13)
    expected = [ndimage.gaussian_filter(impulse(13), s, mode="constant", radius=6) for s in (1, 2)]
    np.testing.assert_allclose(kernel, expected[0] - expected[1], atol=1e-12)
    assert abs(kernel.sum()) < 1e-12


@pytest.mark.parametrize("theta", [0, 30, 45, 90, 135])
def test_gabor_is_that_of_scikit_image(theta):
    # skimage: x' = x·cos θ + y·sin θ with y downwards, so its angle turns the other way.
    wavelength, sigma, gamma = 6.0, 3.0, 0.5
    reference = np.real(
        gabor_kernel(
            1 / wavelength,
            theta=-math.radians(theta),
            sigma_x=sigma,
            sigma_y=sigma / gamma,
            n_stds=3,
        )
    )
    size = 2 * min(side // 2 for side in reference.shape) + 1
    size = min(size, 31) - (min(size, 31) + 1) % 2
    cut = [slice(side // 2 - size // 2, side // 2 + size // 2 + 1) for side in reference.shape]
    ours = shapes.gabor(wavelength, theta, sigma, gamma, size=size)
    cosine = (ours * reference[tuple(cut)]).sum() / np.linalg.norm(ours)
    assert cosine / np.linalg.norm(reference[tuple(cut)]) > 0.99
    assert abs(ours.sum()) < 1e-12


@pytest.mark.parametrize("length", [1, 3, 5, 9])
def test_motion_blur_along_the_axes_is_a_line_of_equal_weights(length):
    level, upright = shapes.motion_blur(length, 0), shapes.motion_blur(length, 90)
    expected = np.zeros((length, length))
    expected[length // 2] = 1 / length
    np.testing.assert_allclose(level, expected, atol=1e-9)
    np.testing.assert_allclose(upright, expected.T, atol=1e-9)


@given(st.floats(0.1, 31), st.floats(0, 360))
def test_motion_blur_sums_to_one_and_is_point_symmetric(length, angle):
    kernel = shapes.motion_blur(length, angle)
    assert kernel.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-6)


def test_unsharp_adds_what_the_blur_takes_away():
    kernel = shapes.unsharp(1.0, 0.7, 7)
    np.testing.assert_allclose(
        kernel, impulse(7) + 0.7 * (impulse(7) - shapes.gaussian(1.0, 7)), atol=1e-12
    )
    with pytest.raises(KernelError, match="odd"):
        shapes.unsharp(1.0, 1.0, 4)


@pytest.mark.parametrize(
    ("name", "function", "axis"),
    [("Sobel x", ndimage.sobel, 1), ("Sobel y", ndimage.sobel, 0),
     ("Prewitt x", ndimage.prewitt, 1), ("Prewitt y", ndimage.prewitt, 0)],
)  # fmt: skip
def test_edge_presets_are_scipys(name, function, axis):
    picture = np.random.default_rng(0).random((9, 9))
    ours = ndimage.correlate(picture, PRESETS[name].values, mode="nearest")
    np.testing.assert_allclose(ours, function(picture, axis=axis, mode="nearest"), atol=1e-12)


def test_the_laplacian_preset_is_scipys():
    picture = np.random.default_rng(0).random((9, 9))
    ours = ndimage.correlate(picture, PRESETS["Laplacian 4"].values, mode="nearest")
    np.testing.assert_allclose(ours, ndimage.laplace(picture, mode="nearest"), atol=1e-12)


def test_the_half_difference_y_is_the_transpose_of_x():
    x, y = PRESETS["Half difference x"].values, PRESETS["Half difference y"].values
    np.testing.assert_array_equal(x, np.array([[-1, 1], [-1, 1]]) / 2)
    np.testing.assert_array_equal(y, x.T)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_finite_read_only_and_described(name):
    preset = PRESETS[name]
    assert preset.name == name
    assert preset.description.endswith(".")
    assert np.isfinite(preset.values).all()
    assert max(preset.values.shape) <= 31
    with pytest.raises(ValueError, match="read-only"):
        preset.values[0, 0] = 1


@given(matrices)
def test_the_separated_terms_add_up_to_the_kernel(kernel):
    total = sum((torch.outer(c, r) for c, r in separate(kernel)), torch.zeros(kernel.shape))
    np.testing.assert_allclose(total, kernel, atol=1e-9)


@given(matrices, st.integers(0, 9))
def test_truncation_is_the_best_approximation(kernel, terms):
    # Eckart and Young: the error is the root of the sum of the squares of what was left out.
    total = sum((torch.outer(c, r) for c, r in separate(kernel, terms)), torch.zeros(kernel.shape))
    left_out = np.linalg.svd(kernel, compute_uv=False)[terms:]
    error = np.linalg.norm(total.numpy() - kernel)
    assert error == pytest.approx(np.linalg.norm(left_out), abs=1e-8)


def test_separate_keeps_the_dtype_and_shares_the_strength():
    column, row = separate(np.outer([1.0, 2.0], [3.0, 4.0]))[0]
    assert column.dtype == torch.float64
    assert float(column.norm()) == pytest.approx(float(row.norm()))
    assert separate(torch.ones(3, 3))[0][0].dtype == torch.float32
    assert separate(np.zeros((2, 2))) == []
    with pytest.raises(KernelError):
        separate(np.ones((2, 2)), -1)


@given(st.integers(1, 6), st.integers(0, 6), st.integers(0, 1000))
def test_rank_is_numpys(side, terms, seed):
    rng = np.random.default_rng(seed)
    kernel = sum(
        (np.outer(rng.normal(size=side), rng.normal(size=side)) for _ in range(terms)),
        np.zeros((side, side)),
    )
    assert rank(kernel) == np.linalg.matrix_rank(kernel, tol=1e-6 * np.linalg.norm(kernel, 2))


@pytest.mark.parametrize(
    ("name", "separable"),
    [("Box 3×3", True), ("Gaussian 5×5", True), ("Sobel x", True), ("Laplacian 4", False)],
)
def test_the_separable_kernels_of_the_textbooks(name, separable):
    assert (rank(PRESETS[name].values) == 1) is separable
    assert describe(PRESETS[name].values).is_separable is separable


def test_singular_values_fall():
    values = singular_values(np.random.default_rng(0).random((5, 3)))
    assert values.shape == (3,)
    assert (np.diff(values) <= 0).all()


@given(matrices, st.integers(9, 16), st.integers(9, 16))
def test_frequency_response_is_the_sum_over_the_taps(kernel, height, width):
    response = frequency_response(kernel, (height, width)).numpy()
    for row, column in ((0, 0), (height // 2, width // 2), (height - 1, 3)):
        v, u = (row - height // 2) / height, (column - width // 2) / width
        y = np.arange(kernel.shape[0])[:, None] - (kernel.shape[0] - 1) // 2
        x = np.arange(kernel.shape[1])[None, :] - (kernel.shape[1] - 1) // 2
        expected = (kernel * np.exp(-2j * np.pi * (u * x + v * y))).sum()
        np.testing.assert_allclose(response[row, column], expected, atol=1e-9)


def test_the_gaussians_response_has_no_side_lobes_and_the_means_has():
    bell = frequency_response(shapes.gaussian(1.5, 15), 64).numpy()[32, 32:].real
    mean = frequency_response(shapes.box(9), 64).numpy()[32, 32:].real
    assert (np.diff(bell) < 1e-9).all()
    assert mean.min() < -0.1


def test_a_kernel_larger_than_the_grid_is_a_sentence():
    with pytest.raises(KernelError, match="larger grid"):
        frequency_response(np.ones((9, 9)), 8)


@given(matrices)
def test_facts_are_true_of_any_picture(kernel):
    facts = describe(kernel)
    picture = np.random.default_rng(0).random((12, 12))
    response = ndimage.correlate(picture, kernel, mode="constant")
    assert facts.lowest - 1e-9 <= response.min()
    assert response.max() <= facts.highest + 1e-9
    flat = ndimage.correlate(np.ones((12, 12)), kernel, mode="nearest")
    np.testing.assert_allclose(flat, kernel.sum(), atol=1e-9)
    assert facts.is_zero_sum == (abs(kernel.sum()) <= 1e-9 * max(np.abs(kernel).sum(), 1e-300))
    assert facts.sentences


@pytest.mark.parametrize("bad", [np.zeros((0, 3)), np.ones(3), np.array([[np.nan]])])
def test_what_is_no_kernel_is_a_sentence(bad):
    for function in (describe, rank, separate):
        with pytest.raises(KernelError):
            function(bad)


@pytest.mark.parametrize("terms", [0, 1, 2, 5, 9])
def test_the_approximation_is_the_truncated_svd_and_its_error_that_of_the_matrices(terms):
    kernel = np.random.default_rng(4).normal(size=(5, 7))
    made = approximate(kernel, terms)
    left, sizes, right = np.linalg.svd(kernel)
    expected = sum(
        (sizes[i] * np.outer(left[:, i], right[i]) for i in range(min(terms, 5))), np.zeros((5, 7))
    )
    np.testing.assert_allclose(made.kernel, expected, atol=1e-12)
    relative = np.linalg.norm(kernel - expected) / np.linalg.norm(kernel)
    assert made.error == pytest.approx(relative, abs=1e-12)
    assert made.multiplications == min(terms, 5) * 12


def test_an_approximation_of_nothing_has_no_error():
    made = approximate(np.zeros((3, 3)), 1)
    assert made.error == 0
    assert not made.kernel.any()
