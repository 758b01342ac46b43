"""The style pictures can be drawn again, and are what their script draws."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from assets.make_samples import FOLDER
from assets.make_styles import LARGEST, STYLES, draw, main
from engines.images import SAMPLES, STYLE_SAMPLES

QUICK = ("marbled", "glass", "engraving", "tissue")


def shipped(name: str) -> np.ndarray:
    with Image.open(FOLDER / f"{name}.jpg") as file:
        return np.asarray(file)


def test_every_style_of_the_script_is_offered():
    assert set(STYLE_SAMPLES) - set(SAMPLES) == set(STYLES)
    assert all(STYLE_SAMPLES[name].file == f"{name}.jpg" for name in STYLES)


@pytest.mark.parametrize("name", QUICK)
def test_the_shipped_picture_is_the_one_that_is_drawn(name):
    drawn, kept = draw(name), shipped(name)
    assert structural_similarity(drawn, kept, channel_axis=2) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(STYLES) - set(QUICK)))
def test_the_shipped_painting_is_the_one_that_is_painted(name):
    assert structural_similarity(draw(name), shipped(name), channel_axis=2) > 0.9


def test_drawing_again_gives_the_same_picture():
    np.testing.assert_array_equal(draw("marbled"), draw("marbled"))


def test_files_are_written_within_their_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("assets.make_styles.FOLDER", tmp_path)
    main(["marbled"])
    (file,) = tmp_path.iterdir()
    assert file.name == "marbled.jpg"
    assert file.stat().st_size <= LARGEST
