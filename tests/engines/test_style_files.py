"""A saved result tells how it was made, and what is damaged is said in a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence, PngImagePlugin

from engines._style.saving import KEYWORD
from engines._style.settings import LayerWeight, StyleSettings
from engines.errors import ImageError, StyleError
from engines.images import load_image, save_image
from engines.style_files import (
    Provenance,
    contact_sheet,
    holds_result,
    read_result,
    save_animation,
    save_result,
)

ROOT = Path(__file__).parents[2]
PIXELS = torch.from_numpy(np.random.default_rng(0).random((3, 9, 13)).astype(np.float32))
SETTINGS = StyleSettings(
    style_weight=0.5,
    content_layers=(LayerWeight("features.22", 2.0),),
    style_layers=(LayerWeight("features.0"), LayerWeight("relu#2", 0.25)),
    statistic="histogram",
    optimiser="adam",
    learning_rate=0.01,
    size=96,
    sizes=(32, 96),
    steps=(3, 2),
    colours="luminance",
    seed=2**40,
)
PROVENANCE = Provenance(
    "vgg19",
    "trained",
    "Cat “Chelsea”",
    ("Bricks", "Größe 10 × β"),
    120,
    {"total": 1.5, "tv": 0.25},
    2**40,
)


def text_of(path: Path) -> str:
    with Image.open(path) as picture:
        picture.load()
        return picture.text[KEYWORD]


def with_text(path: Path, text: str) -> Path:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(KEYWORD, text)
    Image.new("RGB", (4, 3), "red").save(path, pnginfo=chunks)
    return path


# -- results ------------------------------------------------------------------------------------


def test_a_result_comes_back_with_all_that_made_it(tmp_path):
    path = tmp_path / "result.png"
    save_result(path, PIXELS, SETTINGS, PROVENANCE)
    found = read_result(path)
    np.testing.assert_allclose(found.image.pixels, PIXELS, atol=0.5 / 255 + 1e-6)
    assert found.settings == SETTINGS
    told = {field.name: getattr(found.provenance, field.name) for field in fields(Provenance)}
    asked = {field.name: getattr(PROVENANCE, field.name) for field in fields(Provenance)}
    assert told.pop("version") != asked.pop("version")  # this program's own
    assert told == asked
    assert holds_result(path)


@given(
    weights=st.tuples(*[st.floats(0, 1e9)] * 3),
    statistic=st.sampled_from(["gram", "mean_std", "histogram"]),
    size=st.integers(16, 8192),
    names=st.lists(st.text(max_size=20), max_size=4, unique=True),
)
@settings(max_examples=30, deadline=None)
def test_any_settings_survive_the_file(tmp_path_factory, weights, statistic, size, names):
    path = tmp_path_factory.mktemp("results") / "result.png"
    given_settings = StyleSettings(
        *weights,
        style_layers=tuple(LayerWeight(name, 0.1) for name in names),
        statistic=statistic,
        size=size,
    )
    # A file name may hold what no text can: a lone surrogate, which a PNG could not store.
    told = Provenance("net", styles=tuple(names))
    save_result(path, PIXELS, given_settings, told)
    found = read_result(path)
    assert found.settings == given_settings
    assert found.provenance.styles == tuple(names)


def test_other_programs_read_in_words_what_it_is(tmp_path):
    path = tmp_path / "result.png"
    save_result(path, PIXELS, SETTINGS, PROVENANCE)
    with Image.open(path) as picture:
        assert picture.text["Software"].startswith("Kernelscope")
        assert "vgg19 (trained), 120 evaluations" in picture.text["Description"]
        assert "“Chelsea”" in picture.text["Description"]


def test_losses_that_are_no_numbers_are_left_out(tmp_path):
    path = tmp_path / "result.png"
    losses = {"total": float("nan"), "content": float("inf"), "tv": 1.0}
    save_result(path, PIXELS, SETTINGS, Provenance("net", losses=losses))
    assert read_result(path).provenance.losses == {"tv": 1.0}


def test_a_chunk_behind_the_pixels_is_found(tmp_path):
    path = tmp_path / "result.png"
    save_result(path, PIXELS, SETTINGS, PROVENANCE)
    data = path.read_bytes()
    parts, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        parts.append((data[at + 4 : at + 8], data[at : at + 12 + length]))
        at += 12 + length
    texts = [chunk for kind, chunk in parts if kind == b"iTXt"]
    others = [chunk for kind, chunk in parts if kind not in (b"iTXt", b"IEND")]
    end = next(chunk for kind, chunk in parts if kind == b"IEND")
    path.write_bytes(data[:8] + b"".join(others + texts) + end)
    assert read_result(path).settings == SETTINGS


def test_a_result_made_grey_by_another_program_has_three_channels(tmp_path):
    path = tmp_path / "result.png"
    save_result(path, PIXELS, SETTINGS, PROVENANCE)
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(KEYWORD, text_of(path))
    with Image.open(path) as picture:
        picture.convert("L").save(tmp_path / "grey.png", pnginfo=chunks)
    found = read_result(tmp_path / "grey.png")
    assert found.image.pixels.shape == (3, 9, 13)
    assert found.settings == SETTINGS


def test_only_a_png_can_hold_the_settings(tmp_path):
    with pytest.raises(StyleError, match=r"end the name with \.png, not '\.jpg'"):
        save_result(tmp_path / "result.jpg", PIXELS, SETTINGS, PROVENANCE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif"])
def test_a_picture_without_settings_says_so(tmp_path, suffix):
    path = tmp_path / f"plain{suffix}"
    Image.new("RGB", (4, 3), "red").save(path)
    assert not holds_result(path)
    with pytest.raises(StyleError, match=r"holds no settings .* can still be opened"):
        read_result(path)


DAMAGED = {
    "empty braces": "{}",
    "cut": '{"format": 1, "settings": {"style_we',
    "another kind": '["format", 1]',
    "no number of format": '{"format": "1", "settings": {}, "provenance": {"model": "net"}}',
    "settings that are none": '{"format": 1, "settings": 3, "provenance": {"model": "net"}}',
    "no provenance": '{"format": 1, "settings": {}}',
    "styles that are no list": '{"format": 1, "settings": {}, "provenance": {"styles": "ab"}}',
    "a loss that is text": '{"format": 1, "settings": {}, "provenance": {"losses": {"tv": "1"}}}',
    "too deep": '{"format":' + "[" * 100_000,
    "not finite": '{"format": 1, "settings": {"style_weight": NaN}, "provenance": {}}',
    "unknown": '{"format": 1, "settings": {"sharpness": 1}, "provenance": {}}',
    "impossible": '{"format": 1, "settings": {"size": -3}, "provenance": {}}',
    "of another type": '{"format": 1, "settings": {"style_layers": 7}, "provenance": {}}',
    "weights of text": '{"format": 1, "settings": {"tv_weight": "much"}, "provenance": {}}',
    "sizes of lists": '{"format": 1, "settings": {"sizes": [[1], 2]}, "provenance": {}}',
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_damaged_settings_are_told_of_in_a_sentence(tmp_path, text):
    with pytest.raises(StyleError, match=r"damaged\.png .*can still be opened"):
        read_result(with_text(tmp_path / "damaged.png", text))


def test_settings_of_a_later_version_are_not_guessed_at(tmp_path):
    text = json.dumps({"format": 2, "settings": {}, "provenance": {}})
    with pytest.raises(StyleError, match="later version of Kernelscope"):
        read_result(with_text(tmp_path / "later.png", text))


def test_a_file_that_is_no_picture_is_told_of_as_any_other(tmp_path):
    path = tmp_path / "result.png"
    save_result(path, PIXELS, SETTINGS, PROVENANCE)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 60])
    with pytest.raises(ImageError, match="damaged"):
        read_result(path)
    path.write_bytes(b"no picture")
    assert not holds_result(path)
    with pytest.raises(ImageError):
        read_result(path)
    with pytest.raises(ImageError, match="does not exist"):
        read_result(tmp_path / "gone.png")
    assert not holds_result(tmp_path / "gone.png")


def test_files_are_read_and_written_without_torch():
    program = "import engines.style_files, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


# -- animations ---------------------------------------------------------------------------------


def frames(count: int, size: tuple[int, int] = (24, 32)):
    for number in range(count):
        frame = torch.zeros(3, *size)
        frame[0] = number / max(count - 1, 1)
        frame[2, :, : size[1] // 2] = 1.0
        yield frame


def shown(path: Path) -> tuple[list[np.ndarray], list[float]]:
    """Return every frame as it is shown, and for how many milliseconds."""
    pictures, pauses = [], []
    with Image.open(path) as animation:
        for picture in ImageSequence.Iterator(animation):
            picture.load()  # WebP knows the pause only then
            pauses.append(picture.info["duration"])
            pictures.append(np.asarray(picture.convert("RGB"), dtype=np.float32) / 255)
    return pictures, pauses


@pytest.mark.parametrize(("suffix", "off"), [(".gif", 0.03), (".webp", 0.12), (".png", 0.003)])
def test_an_animation_shows_every_frame_as_long_as_asked(tmp_path, suffix, off):
    path = tmp_path / f"run{suffix}"
    assert save_animation(path, frames(5), fps=10, hold_last=1.0) == 5
    pictures, pauses = shown(path)
    assert pauses == [100, 100, 100, 100, 1000]
    for picture, frame in zip(pictures, frames(5), strict=True):
        # WebP keeps colours at half the resolution: the middle, where they change, is left out.
        wanted = frame.permute(1, 2, 0).numpy()
        beside = np.r_[0:12, 20:32]
        np.testing.assert_allclose(picture[:, beside], wanted[:, beside], atol=off)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_frames_without_a_change_keep_their_time(tmp_path, suffix):
    path = tmp_path / f"still{suffix}"
    still = [torch.full((3, 8, 8), 0.5)] * 3
    save_animation(path, [torch.zeros(3, 8, 8), *still], fps=10, hold_last=0.5)
    assert sum(shown(path)[1]) == 100 + 2 * 100 + 500


@pytest.mark.parametrize(
    ("suffix", "loop", "plays"),
    [(".gif", True, 0), (".webp", True, 0), (".png", True, 0), (".webp", False, 1),
     (".png", False, 1), (".gif", False, None)],
)  # fmt: skip
def test_an_animation_plays_on_or_once(tmp_path, suffix, loop, plays):
    path = tmp_path / f"run{suffix}"
    save_animation(path, frames(2), loop=loop)
    with Image.open(path) as animation:
        assert animation.info.get("loop") == plays


def test_frames_of_a_coarse_to_fine_run_get_one_size(tmp_path):
    path = tmp_path / "run.png"
    run = [*frames(2, (12, 16)), *frames(2, (24, 32))]
    save_animation(path, iter(run), size=(24, 32))
    assert {picture.shape for picture in shown(path)[0]} == {(24, 32, 3)}
    save_animation(path, iter(run))
    assert {picture.shape for picture in shown(path)[0]} == {(12, 16, 3)}


def test_one_frame_is_an_animation_too(tmp_path):
    for suffix in (".gif", ".webp", ".png"):
        assert save_animation(tmp_path / f"one{suffix}", frames(1)) == 1
        assert load_image(tmp_path / f"one{suffix}").pixels.shape == (3, 24, 32)


@pytest.mark.parametrize(
    ("name", "given_frames", "options", "sentence"),
    [
        ("run.mp4", frames(2), {}, r"cannot be saved as '\.mp4'.*\.gif, \.webp, \.png"),
        ("run", frames(2), {}, "a file without ending"),
        ("run.gif", [], {}, "no frame"),
        ("run.gif", frames(2), {"fps": 0}, "0 frames a second"),
        ("run.gif", frames(2), {"fps": float("nan")}, "nan frames a second"),
        ("run.gif", frames(2), {"fps": 51}, "choose 0.1 to 50"),
        ("run.webp", frames(2), {"size": (4, 20_000)}, "do not fit into a WEBP file"),
        ("run.gif", frames(2), {"size": (0, 4)}, "do not fit"),
        ("run.gif", [np.zeros((4, 4))], {}, r"shape \(4, 4\) is no picture"),
    ],
)
def test_what_cannot_be_an_animation_is_said_and_leaves_no_file(
    tmp_path, name, given_frames, options, sentence
):
    with pytest.raises(StyleError, match=sentence):
        save_animation(tmp_path / name, given_frames, **options)
    assert not list(tmp_path.iterdir())


def test_an_export_that_is_stopped_leaves_the_old_file(tmp_path):
    class StoppedError(Exception):
        pass

    def stopping():
        yield from frames(2)
        raise StoppedError

    path = tmp_path / "run.gif"
    path.write_bytes(b"what was there")
    with pytest.raises(StoppedError):
        save_animation(path, stopping())
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]


# -- contact sheets -----------------------------------------------------------------------------


def test_a_sheet_shows_every_picture_at_its_place():
    colours = np.eye(3, dtype=np.float32)
    pictures = [(f"β = {n}", np.broadcast_to(c[:, None, None], (3, 40, 40))) for n, c in
                enumerate(colours)]  # fmt: skip
    sheet = contact_sheet(pictures, columns=2, cell=64)
    assert sheet.dtype == np.float32
    assert sheet.shape[0] == 3
    assert 0 <= sheet.min() <= sheet.max() <= 1
    centres = []
    for colour in colours:
        rows, columns = np.nonzero(np.abs(sheet - colour[:, None, None]).max(axis=0) < 1e-3)
        assert len(rows) == 64 * 64  # scaled up to the cell, in full
        centres.append((rows.mean(), columns.mean()))
    assert centres[0][0] == centres[1][0] < centres[2][0]
    assert centres[0][1] == centres[2][1] < centres[1][1]


def test_pictures_of_any_shape_stay_undistorted():
    sheet = contact_sheet(
        [("wide", np.zeros((3, 10, 40))), ("a dot", np.zeros((3, 1, 1)))], cell=64
    )
    black = (sheet == 0).all(axis=0)
    halves = black[:, : black.shape[1] // 2], black[:, black.shape[1] // 2 :]
    wide, dot = (np.ptp(np.argwhere(half), axis=0) for half in halves)
    assert tuple(wide + 1) == (16, 64)
    assert tuple(dot + 1) == (64, 64)


def test_titles_are_written_below_and_long_ones_are_cut():
    empty, named, long = (
        contact_sheet([(title, np.ones((3, 32, 32)))], cell=64)
        for title in ("", "β = 10 × α", "a very long name of a picture " * 5)
    )
    assert (empty == 1).all()
    for sheet in (named, long):
        dark = np.argwhere(sheet.min(axis=0) < 0.5)
        assert len(dark) > 20
        assert dark[:, 0].min() >= 64  # below the picture
        assert dark[:, 1].max() < sheet.shape[2] - 2


def test_greek_letters_and_signs_are_written_as_themselves():
    sheets = [contact_sheet([(sign, np.ones((3, 32, 32)))], cell=128) for sign in "αβγ×²…"]
    for one, other in pairwise(sheets):  # a font without them draws the same box for each
        assert (one != other).any()


@pytest.mark.parametrize(
    ("pictures", "options", "sentence"),
    [
        ([], {}, "no picture"),
        ([("x", np.zeros((4, 4)))], {}, r"“x” has the shape \(4, 4\)"),
        ([("x", np.zeros((3, 4, 4)))], {"columns": 0}, "0 columns"),
        ([("x", np.zeros((3, 4, 4)))], {"cell": 3}, "too small"),
        ([("x", np.zeros((3, 1, 1)))] * 401, {}, "too many"),
    ],
)
def test_what_makes_no_sheet_is_said(pictures, options, sentence):
    with pytest.raises(StyleError, match=sentence):
        contact_sheet(pictures, **options)


def test_a_sheet_can_be_saved(tmp_path):
    save_image(tmp_path / "sheet.png", contact_sheet([("a", PIXELS), ("b", PIXELS)]))
    assert load_image(tmp_path / "sheet.png").channels == 3


def test_a_result_larger_than_other_pictures_may_be_is_read_again(tmp_path, monkeypatch):
    path = tmp_path / "large.png"
    picture = np.random.default_rng(4).integers(0, 256, (3, 30, 40)).astype(np.float32) / 255
    save_result(path, picture, StyleSettings(), Provenance("x"))
    monkeypatch.setattr("engines.images.DEFAULT_MAX_PIXELS", 500)
    np.testing.assert_allclose(np.moveaxis(read_result(path).image.array, 2, 0), picture, atol=1e-6)
    monkeypatch.setattr("engines._style.saving._MOST_PIXELS", 500)
    with pytest.raises(ImageError, match="40 × 30"):
        read_result(path)
