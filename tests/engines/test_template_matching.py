"""Template match: maps against scikit-image and scipy, peaks where the pieces were planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal
from skimage.feature import match_template

from engines.errors import ImageError
from engines.template_matching import score_template

RNG = np.random.default_rng(5)


def planted():
    """Noise with one patch copied to three places, once darker, beside a bright flat area."""
    picture = RNG.random((80, 100, 1)).astype(np.float32) * 0.3
    patch = RNG.random((9, 11, 1)).astype(np.float32)
    picture[5:14, 7:18] = patch
    picture[50:59, 60:71] = patch
    picture[30:39, 20:31] = 0.4 * patch + 0.1
    picture[5:35, 60:95] = 1.0
    return picture


def test_both_maps_agree_with_independent_ones():
    picture = planted()
    scores = score_template(picture, (5, 7, 9, 11))
    template = picture[5:14, 7:18, 0].astype(np.float64)
    plain = signal.correlate2d(picture[..., 0].astype(np.float64), template, mode="valid")
    np.testing.assert_allclose(scores.plain, plain, rtol=1e-5, atol=1e-5)
    ncc = match_template(picture[..., 0].astype(np.float64), template)
    np.testing.assert_allclose(scores.normalised, ncc, atol=1e-5)


def test_ncc_finds_the_copies_and_the_darker_one_but_plain_correlation_the_bright_area():
    scores = score_template(planted(), (5, 7, 9, 11), count=3)
    found = {(peak.row, peak.column) for peak in scores.normalised_peaks}
    assert found == {(5, 7), (50, 60), (30, 20)}
    assert all(peak.score == pytest.approx(1.0, abs=1e-4) for peak in scores.normalised_peaks)
    best = scores.plain_peaks[0]
    assert 5 <= best.row <= 26
    assert 60 <= best.column <= 84


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((0, 0, 1, 5), "too small"),
        ((-1, 0, 5, 5), "beyond"),
        ((78, 0, 5, 5), "beyond"),
        ((0, 0, 5, 200), "larger than the picture"),
        ((8, 65, 9, 9), "all one colour"),
    ],
)
def test_boxes_that_cannot_be_compared_are_sentences(box, said):
    with pytest.raises(ImageError, match=said):
        score_template(planted(), box)


def test_a_colour_picture_is_matched_over_all_channels():
    picture = RNG.random((30, 30, 3)).astype(np.float32)
    scores = score_template(picture, (4, 6, 8, 8))
    assert (scores.normalised_peaks[0].row, scores.normalised_peaks[0].column) == (4, 6)
    assert scores.normalised_peaks[0].score == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 9, 1), (9, 1, 1)])
def test_a_picture_without_room_for_any_box_says_so(shape):
    with pytest.raises(ImageError, match="takes one that is larger"):
        score_template(np.zeros(shape, np.float32), (0, 0, 2, 2))
