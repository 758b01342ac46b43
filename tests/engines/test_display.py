"""From numbers to screen colours: clipped for the eye, centred on zero where there are signs."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.color import rgb2gray

from engines.display import render_picture, render_response, to_grey

responses = hnp.arrays(
    np.float32,
    st.tuples(st.sampled_from([1, 3]), st.integers(1, 8), st.integers(1, 8)),
    elements=st.floats(-100, 100, width=32),
)


@given(hnp.arrays(np.float32, (5, 4, 3), elements=st.floats(0, 1, width=32)))
def test_grey_is_rec_709_luma(values):
    np.testing.assert_allclose(to_grey(values)[..., 0], rgb2gray(values), atol=1e-6)


def test_one_channel_is_grey_already():
    values = np.ones((2, 2, 1), np.float32)
    assert to_grey(values) is values


def test_a_picture_is_clipped_and_rounded():
    values = np.array([[[-1.0], [0.0], [0.5], [1.0], [7.0]]], np.float32)
    assert render_picture(values).pixels.tolist() == [[0, 0, 128, 255, 255]]


@given(responses)
def test_clipped_response_looks_like_the_same_picture(values):
    shown = render_response(torch.from_numpy(values), "clipped")
    np.testing.assert_array_equal(shown.pixels, render_picture(np.moveaxis(values, 0, 2)).pixels)


@given(responses)
def test_signed_levels_are_symmetric_and_zero_is_neutral(values):
    shown = render_response(torch.from_numpy(values), "signed")
    low, high = shown.levels
    assert low == -high
    assert high == pytest.approx(np.abs(values).max())
    strongest = np.take_along_axis(values, np.abs(values).argmax(0)[None], 0)[0]
    # 0 and 255 stand for the two levels, linearly; half a step of rounding either way.
    back = low + shown.pixels.astype(float) / 255 * (high - low)
    np.testing.assert_allclose(
        np.abs(back), np.abs(strongest), atol=max(high - low, 1e-30) / 255 + 1e-6
    )
    assert set(shown.pixels[np.abs(strongest) == 0]) <= {127, 128}


@given(responses)
def test_absolute_shows_the_largest_magnitude_of_the_channels(values):
    shown = render_response(torch.from_numpy(values), "absolute")
    largest = np.abs(values).max(axis=0)
    assert shown.levels == (0.0, pytest.approx(largest.max()))
    back = shown.pixels / 255 * shown.levels[1]
    np.testing.assert_allclose(back, largest, atol=max(shown.levels[1], 1e-30) / 255 + 1e-6)


@pytest.mark.parametrize("display", ["clipped", "absolute", "signed"])
def test_rendering_leaves_the_numbers_alone(display):
    response = torch.tensor([[[-2.0, 3.0]]] * 3)
    before = response.clone()
    render_response(response, display)
    assert torch.equal(response, before)
