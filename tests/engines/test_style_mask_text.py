"""A result tells where its styles went, and masks that are damaged are said to be."""

from __future__ import annotations

import io
from base64 import b64encode
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from engines._style.settings import StyleSettings
from engines.errors import StyleError
from engines.style_files import Provenance, mask_from_text, mask_to_text, read_result, save_result

PICTURE = np.full((3, 5, 7), 0.5, np.float32)
TWO = Provenance("net", styles=("a", "b"))


@given(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40),
               elements=st.floats(0, 1, width=32))
)  # fmt: skip
def test_a_mask_comes_back_within_one_level(mask):
    found = mask_from_text(mask_to_text(mask))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, mask, atol=0.5 / 255 + 1e-6)


def test_large_masks_become_smaller_and_keep_their_place():
    mask = np.zeros((600, 1500), np.float32)
    mask[:, :750] = 1
    found = mask_from_text(mask_to_text(mask))
    assert found.shape == (205, 512)
    assert found[:, :255].min() == 1
    assert found[:, 257:].max() == 0


def test_noise_that_cannot_be_packed_stays_short():
    mask = np.random.default_rng(0).random((512, 512)).astype(np.float32)
    text = mask_to_text(mask)
    assert len(text) <= 150_000
    assert mask_from_text(text).mean() == pytest.approx(mask.mean(), abs=0.01)


def test_what_is_no_number_counts_as_nothing():
    assert mask_from_text(mask_to_text(np.array([[np.nan, 2.0, -1.0]]))).tolist() == [[0, 1, 0]]


def too_large():
    written = io.BytesIO()
    Image.new("L", (5000, 1)).save(written, "PNG")
    return b64encode(written.getvalue()).decode()


@pytest.mark.parametrize(
    "text", ["", "ü", "!!!", "AAAA", mask_to_text(np.ones((9, 9)))[:60], too_large()]
)
def test_damaged_masks_are_said(text):
    with pytest.raises(StyleError, match="damaged"):
        mask_from_text(text)


@pytest.mark.parametrize("shape", [(3,), (0, 4), (2, 2, 2)])
def test_other_shapes_are_no_masks(shape):
    with pytest.raises(StyleError, match="is none"):
        mask_to_text(np.zeros(shape))


def test_weights_and_masks_of_styles_come_back(tmp_path):
    mask = mask_to_text(np.eye(4))
    told = replace(TWO, style_weights=(1.0, 0.25), style_masks=("", mask))
    path = tmp_path / "result.png"
    save_result(path, PICTURE, StyleSettings(), told)
    found = read_result(path).provenance
    assert found.style_weights == (1.0, 0.25)
    np.testing.assert_array_equal(mask_from_text(found.style_masks[1]), np.eye(4))


@pytest.mark.parametrize(
    "wrong",
    [
        {"style_weights": (1.0,)},
        {"style_weights": (1.0, -1.0)},
        {"style_masks": ("a", "b", "c")},
        {"style_masks": (1, 2)},
    ],
)
def test_weights_and_masks_that_do_not_fit_the_styles_are_damage(tmp_path, wrong):
    path = tmp_path / "result.png"
    save_result(path, PICTURE, StyleSettings(), replace(TWO, **wrong))
    with pytest.raises(StyleError, match="damaged"):
        read_result(path)
