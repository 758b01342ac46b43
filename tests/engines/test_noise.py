"""The noise bench: amounts that come out as asked, and quality by the formulae."""

import numpy as np
import pytest

from engines.errors import EngineError
from engines.noise import add_noise, median_filter, quality

GREY = np.full((200, 200, 1), 0.5, np.float32)


@pytest.mark.parametrize("sigma", [0.0, 0.02, 0.1])
def test_gaussian_noise_has_the_asked_standard_deviation(sigma):
    noisy = add_noise(GREY, "gaussian", sigma)
    # The standard error of s over n samples is σ / √(2n); five of them are ample.
    assert noisy.std() == pytest.approx(sigma, abs=5 * sigma / np.sqrt(2 * GREY.size) + 1e-7)


def test_salt_and_pepper_hits_the_asked_share_of_pixels():
    noisy = add_noise(GREY, "salt_and_pepper", 0.2)
    hit = (noisy != GREY).mean()
    assert hit == pytest.approx(0.2, abs=5 * np.sqrt(0.2 * 0.8 / GREY.size))
    assert set(np.unique(noisy)) == {0.0, 0.5, 1.0}


def test_the_same_seed_gives_the_same_noise():
    first, again = (add_noise(GREY, "gaussian", 0.1, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (add_noise(GREY, "gaussian", 0.1, seed=5) != first).any()


@pytest.mark.parametrize(
    ("kind", "amount"), [("gaussian", -1), ("salt_and_pepper", 1.5), ("brown", 0.1)]
)
def test_amounts_that_make_no_sense_are_sentences(kind, amount):
    with pytest.raises(EngineError):
        add_noise(GREY, kind, amount)


def test_the_median_removes_a_lone_outlier_and_a_mean_does_not():
    picture = GREY[:9, :9].copy()
    picture[4, 4] = 1.0
    np.testing.assert_array_equal(median_filter(picture, 3), GREY[:9, :9])


def test_median_against_numpy_on_the_inside():
    picture = np.random.default_rng(0).random((8, 9, 3)).astype(np.float32)
    filtered = median_filter(picture, 3)
    for row in range(1, 7):
        for column in range(1, 8):
            window = picture[row - 1 : row + 2, column - 1 : column + 2]
            np.testing.assert_array_equal(filtered[row, column], np.median(window, axis=(0, 1)))


def test_psnr_is_ten_times_the_logarithm_of_the_inverse_mean_square_error():
    off = GREY + 0.1
    assert quality(off, GREY).psnr == pytest.approx(-10 * np.log10(0.01), abs=1e-3)


def test_equal_pictures_are_perfect():
    same = quality(GREY, GREY)
    assert same.psnr == float("inf")
    assert same.ssim == pytest.approx(1.0)


def test_tiny_pictures_have_no_ssim_and_different_sizes_are_a_sentence():
    assert np.isnan(quality(GREY[:3, :3] + 0.1, GREY[:3, :3]).ssim)
    with pytest.raises(EngineError, match="cannot be compared"):
        quality(GREY[:8], GREY)
