"""Synthetic targets are what they say."""

import numpy as np
import pytest

from engines.targets import TARGETS, checkerboard, gradient, impulse, step, zone_plate


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("size", [1, 2, 33, 64])
def test_every_target_is_a_picture_and_the_same_each_time(name, size):
    picture = TARGETS[name].make(size)
    assert picture.shape == (size, size, 1)
    assert picture.dtype == np.float32
    assert picture.min() >= 0
    assert picture.max() <= 1
    np.testing.assert_array_equal(picture, TARGETS[name].make(size))


def test_an_impulse_sums_to_one():
    picture = impulse(31)
    assert picture.sum() == picture[15, 15, 0] == 1.0


def test_a_step_has_one_edge():
    assert np.count_nonzero(np.diff(step(20)[:, :, 0], axis=1)) == 20


def test_a_gradient_has_a_constant_slope():
    np.testing.assert_allclose(np.diff(gradient(65)[..., 0], axis=1), 1 / 64, atol=1e-6)


def test_a_checkerboard_is_its_own_negative_one_field_on():
    board = checkerboard(64, 8)[..., 0]
    np.testing.assert_array_equal(board[:, 8:], 1 - board[:, :-8])


def test_a_zone_plate_reaches_nyquist_at_the_middle_of_the_sides():
    # The phase π r² / n grows by 2π r / n a pixel: π, half a cycle, at r = n / 2.
    plate = zone_plate(128)[64, :, 0]
    assert np.abs(np.diff(plate[:6])).min() > 0.8
    assert np.abs(np.diff(plate[62:66])).max() < 0.1
