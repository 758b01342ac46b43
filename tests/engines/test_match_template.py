"""Normalised cross-correlation against scikit-image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.feature import match_template as by_skimage

from engines.convolution import match_template
from engines.errors import ImageError


@given(st.integers(8, 24), st.integers(8, 24), st.integers(2, 7), st.integers(2, 7))
def test_equals_scikit_image(height, width, rows, columns):
    rng = np.random.default_rng([height, width, rows, columns])
    image, template = rng.random((height, width)), rng.random((rows, columns))
    np.testing.assert_allclose(
        match_template(image, template), by_skimage(image, template), atol=1e-6
    )


def test_colour_equals_scikit_image():
    rng = np.random.default_rng(2)
    image, template = rng.random((3, 20, 18)), rng.random((3, 5, 4))
    expected = by_skimage(np.moveaxis(image, 0, 2), np.moveaxis(template, 0, 2))[..., 0]
    np.testing.assert_allclose(match_template(image, template), expected, atol=1e-6)


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_brightness_and_contrast_do_not_count(contrast, brightness):
    image = np.random.default_rng(0).random((20, 20))
    template = contrast * image[5:11, 7:14] + brightness
    score = match_template(image, template).numpy()
    assert np.unravel_index(score.argmax(), score.shape) == (5, 7)
    assert score.max() == pytest.approx(1.0, abs=1e-6)
    assert score.min() >= -1.0


def test_where_the_picture_is_constant_the_score_is_zero():
    image = np.zeros((20, 20))
    image[12:, 12:] = np.random.default_rng(0).random((8, 8))
    score = match_template(image, image[13:17, 13:17]).numpy()
    assert score[0, 0] == 0.0
    assert np.isfinite(score).all()


@pytest.mark.parametrize(
    ("shape", "fill", "text"), [((9, 3), None, "larger"), ((3, 3), 0.5, "one colour")]
)
def test_templates_that_cannot_be_found_are_sentences(shape, fill, text):
    template = np.random.default_rng(0).random(shape) if fill is None else np.full(shape, fill)
    with pytest.raises(ImageError, match=text):
        match_template(np.random.default_rng(1).random((8, 8)), template)
