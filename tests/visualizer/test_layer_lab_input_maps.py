"""From a picture to the maps that a layer works on, and matrices to begin with."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from torch.nn import AdaptiveAvgPool2d

from engines.images import from_array
from visualizer.panels.layer_lab import input_maps
from visualizer.panels.layer_lab.input_maps import (
    THUMBNAIL,
    cropped_picture,
    thumbnail,
    whole_picture,
)
from visualizer.panels.layer_lab.number_samples import SAMPLES, resized, sample_matrix
from visualizer.panels.layer_lab.state import MOST_SIDE, Crop, LayerLabState
from visualizer.pictures.picture import Picture
from visualizer.pictures.source import PictureSource


def picture(height, width, channels=3, seed=0):
    shape = (height, width, channels) if channels > 1 else (height, width)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return Picture(PictureSource(kind="file", name="noise"), from_array(pixels, "noise"))


sides = st.integers(1, 40)


@given(height=sides, width=sides, row=st.integers(0, 99), column=st.integers(0, 99), side=sides)
def test_a_crop_is_moved_inside_and_no_larger_than_the_picture(height, width, row, column, side):
    inside = Crop(row=row, column=column, side=side).within(height, width)
    assert 0 <= inside.row <= height - inside.side
    assert 0 <= inside.column <= width - inside.side
    assert inside.side == min(side, height, width)
    if row + side <= height and column + side <= width:
        assert inside == Crop(row=row, column=column, side=side)
    maps, title = cropped_picture(picture(height, width), Crop(row=row, column=column, side=side))
    assert maps.shape == (3, inside.side, inside.side)
    assert title == f"noise, crop of {inside.side} × {inside.side}"


@given(height=sides, width=sides, channels=st.sampled_from([1, 3]))
def test_a_small_picture_is_taken_as_it_is(height, width, channels):
    given_picture = picture(height, width, channels)
    maps, title = whole_picture(given_picture)
    assert maps.dtype == np.float32
    np.testing.assert_array_equal(maps, given_picture.image.array.transpose(2, 0, 1))
    assert title == "noise"


@settings(max_examples=15)
@given(height=st.integers(1, 1500), width=st.integers(1, 1500), channels=st.sampled_from([1, 3]))
def test_a_large_picture_is_averaged_over_what_each_pixel_covers(height, width, channels):
    given_picture = picture(height, width, channels)
    maps, title = whole_picture(given_picture)
    assert max(maps.shape[1:]) <= MOST_SIDE
    if max(height, width) <= MOST_SIDE:
        return
    assert max(maps.shape[1:]) == MOST_SIDE
    assert f"{width} × {height} pixels reduced to {maps.shape[2]} × {maps.shape[1]}" in title
    whole = torch.from_numpy(given_picture.image.array.transpose(2, 0, 1).astype(np.float64))
    expected = AdaptiveAvgPool2d(maps.shape[1:])(whole[None])[0]
    np.testing.assert_allclose(maps, expected, atol=1e-5)


def test_a_picture_is_reduced_once_and_forgotten_with_it(monkeypatch):
    first, second = picture(20, 600), picture(20, 600, seed=1)
    kept = [whole_picture(one)[0] for one in (first, first, second)]
    np.testing.assert_array_equal(kept[0], kept[1])
    assert not np.array_equal(kept[0], kept[2])
    assert input_maps._last[0]() is second
    del second
    assert input_maps._last[0]() is None


@pytest.mark.parametrize("channels", [1, 3])
def test_the_thumbnail_is_small_and_in_colour(channels):
    small = thumbnail(picture(1000, 1500, channels))
    assert small.dtype == np.uint8
    assert max(small.shape[:2]) <= THUMBNAIL
    assert small.shape[2] == 3
    assert abs(small.shape[0] / small.shape[1] - 2 / 3) < 0.01


@pytest.mark.parametrize("name", [name for name, _, _ in SAMPLES])
def test_every_sample_is_a_matrix_that_the_state_takes(name):
    cells = sample_matrix(name, 5, 9, 3)
    assert LayerLabState(numbers=cells).numbers == cells
    assert np.any(cells)


def test_the_worked_example_comes_out():
    kernel = [[2, 0, -2]] * 3
    values = np.array(sample_matrix("worked", 1, 1, 0))
    np.testing.assert_array_equal(
        signal.convolve2d(values, kernel, "valid"), [[0, -12, -12, 0]] * 4
    )
    np.testing.assert_array_equal(signal.correlate2d(values, kernel, "valid"), [[0, 12, 12, 0]] * 4)


@given(rows=st.integers(1, 64), columns=st.integers(1, 64), seed=st.integers(0, 9999))
def test_random_numbers_have_the_size_and_are_the_same_again(rows, columns, seed):
    first, again = (sample_matrix("random", rows, columns, seed) for _ in range(2))
    assert first == again
    assert np.shape(first) == (rows, columns)


@given(rows=st.integers(1, 12), columns=st.integers(1, 12))
def test_another_size_keeps_what_fits_and_adds_zeros(rows, columns):
    before = np.arange(1.0, 31).reshape(5, 6)
    after = np.array(resized(tuple(map(tuple, before.tolist())), rows, columns))
    assert after.shape == (rows, columns)
    np.testing.assert_array_equal(after[:5, :6], before[:rows, :columns])
    assert after.sum() == before[:rows, :columns].sum()
