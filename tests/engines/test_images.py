"""Pictures load as they were drawn, whatever their file; rubbish is a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import png
import pytest
import tifffile
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engines.errors import ImageError, ImageTooLarge
from engines.images import (
    SAMPLE_FOLDER,
    SAMPLES,
    STYLE_SAMPLES,
    from_array,
    load_image,
    load_image_bytes,
    load_sample,
)

RNG = np.random.default_rng(5)
RGB = RNG.integers(0, 256, (7, 5, 3), dtype=np.uint8)
GREY = RNG.integers(0, 256, (7, 5), dtype=np.uint8)


def encoded(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def load(image, kind="PNG", **options):
    return load_image_bytes(encoded(image, kind, **options), "test")


def test_colour_grey_and_memory_layout():
    colour, grey = load(Image.fromarray(RGB)), load(Image.fromarray(GREY))
    np.testing.assert_allclose(colour.array, RGB / 255, atol=1e-7)
    np.testing.assert_allclose(grey.array[..., 0], GREY / 255, atol=1e-7)
    assert (colour.channels, grey.channels) == (3, 1)
    assert colour.array.flags.c_contiguous
    assert colour.pixels.shape == (3, 7, 5)
    assert colour.pixels.data_ptr() == torch.from_numpy(colour.array).data_ptr()


def test_palette_and_one_bit():
    palette = Image.fromarray(RGB).quantize(16)
    np.testing.assert_allclose(
        load(palette).array, np.asarray(palette.convert("RGB")) / 255, atol=1e-7
    )
    one_bit = Image.fromarray(GREY > 100)
    np.testing.assert_array_equal(load(one_bit).array[..., 0], (GREY > 100).astype(np.float32))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_white(mode):
    rgba = np.dstack([RGB, GREY])
    image = Image.fromarray(rgba)
    if mode == "LA":
        image = Image.merge("LA", (Image.fromarray(GREY), Image.fromarray(GREY[::-1].copy())))
        colour, alpha = GREY[..., None] / 255, GREY[::-1, :, None] / 255
    elif mode == "P":
        image = Image.fromarray(RGB).quantize(8)
        image.info["transparency"] = 3
        indices = np.asarray(image)[..., None]
        colour, alpha = np.asarray(image.convert("RGB")) / 255, (indices != 3).astype(float)
    else:
        colour, alpha = RGB / 255, GREY[..., None] / 255
    loaded = load(image, **({"transparency": 3} if mode == "P" else {}))
    np.testing.assert_allclose(loaded.array, colour * alpha + 1 - alpha, atol=1e-6)
    assert any("white" in note for note in loaded.notes)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_exif_orientations(orientation):
    upright = RGB[:, :, :]
    # What a camera stores so that the tag's turn gives the upright picture (EXIF 2.3, 4.6.4 A).
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: np.moveaxis(upright, 0, 1),
        6: np.rot90(upright, 1),
        7: np.moveaxis(upright[::-1, ::-1], 0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    loaded = load(Image.fromarray(np.ascontiguousarray(stored)), exif=exif)
    np.testing.assert_allclose(loaded.array, upright / 255, atol=1e-7)


def test_cmyk_is_converted():
    # Without colour management R = (1 − C)(1 − K) (PostScript Language Reference, 7.2.4).
    cmyk = RNG.integers(0, 256, (6, 6, 4), dtype=np.uint8)
    loaded = load(Image.fromarray(cmyk, "CMYK"), "TIFF")
    ink = cmyk / 255
    expected = (1 - ink[..., :3]) * (1 - ink[..., 3:])
    np.testing.assert_allclose(loaded.array, expected, atol=1.5 / 255)
    assert any("CMYK" in note for note in loaded.notes)


def test_adobe_cmyk_jpeg_is_not_negative():
    white = Image.new("CMYK", (16, 16), (0, 0, 0, 0))
    assert load(white, "JPEG").array.min() > 0.98


def test_lab_is_converted():
    lab = Image.new("LAB", (4, 4), (255, 128, 128))  # L* = 100: white
    np.testing.assert_allclose(load(lab, "TIFF").array, 1.0, atol=0.02)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bit_png_keeps_every_value(channels):
    values = RNG.integers(0, 65536, (5, 4, channels), dtype=np.uint16)
    if channels in (2, 4):
        values[..., -1] = 65535
    out = io.BytesIO()
    writer = png.Writer(4, 5, greyscale=channels < 3, alpha=channels in (2, 4), bitdepth=16)
    writer.write(out, values.reshape(5, -1))
    loaded = load_image_bytes(out.getvalue(), "deep")
    colours = values[..., : 3 if channels > 2 else 1]
    np.testing.assert_allclose(loaded.array, colours / 65535, atol=1e-7)
    assert loaded.bit_depth == 16


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("channels", [0, 3, 4])
def test_sixteen_bit_tiff_keeps_every_value(order, channels):
    shape = (5, 4, channels) if channels else (5, 4)
    values = RNG.integers(0, 65536, shape, dtype=np.uint16)
    if channels == 4:
        values[..., 3] = 65535
    out = io.BytesIO()
    tifffile.imwrite(out, values, byteorder=order, photometric="rgb" if channels else "minisblack")
    loaded = load_image_bytes(out.getvalue(), "deep.tif")
    expected = values[..., :3] if channels else values[..., None]
    np.testing.assert_allclose(loaded.array, expected / 65535, atol=1e-7)


@pytest.mark.parametrize("channels", [0, 3])
def test_float_tiff_keeps_values_outside_and_replaces_what_is_no_number(channels):
    values = RNG.normal(size=(5, 4, channels) if channels else (5, 4)).astype(np.float32) * 3
    values[1, 1] = np.nan
    values[2, 2] = np.inf
    out = io.BytesIO()
    tifffile.imwrite(out, values, photometric="rgb" if channels else "minisblack")
    loaded = load_image_bytes(out.getvalue(), "float.tif")
    expected = np.where(np.isfinite(values), values, 0).reshape(5, 4, -1)
    np.testing.assert_array_equal(loaded.array, expected)
    assert any("2 pixels" in note for note in loaded.notes)


def test_only_the_first_frame_of_an_animation_and_says_so():
    frames = [Image.fromarray(np.full((4, 4), value, np.uint8)) for value in (10, 200, 250)]
    loaded = load(frames[0], "GIF", save_all=True, append_images=frames[1:])
    np.testing.assert_allclose(loaded.array[..., 0], 10 / 255, atol=0.01)
    assert any("3 frames" in note for note in loaded.notes)


def test_a_wrong_ending_does_not_matter(tmp_path):
    path = tmp_path / "really_jpeg.png"
    Image.fromarray(RGB).save(path, "JPEG")
    assert load_image(path).array.shape == (7, 5, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_truncated_anywhere_is_a_sentence_or_a_whole_picture(kind):
    whole = encoded(Image.fromarray(RNG.integers(0, 256, (40, 40, 3), dtype=np.uint8)), kind)
    for cut in np.linspace(1, len(whole) - 1, 25).astype(int):
        try:
            loaded = load_image_bytes(whole[:cut], "cut")
        except ImageError:
            continue
        assert loaded.array.shape[:2] == (40, 40)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"GIF89a"]))
def test_rubbish_is_only_ever_a_sentence(data, start):
    if not start + data:
        return
    with pytest.raises(ImageError, match="rubbish"):
        load_image_bytes(start + data, "rubbish")


def huge_png(width, height):
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def test_too_many_pixels_are_refused_before_they_are_decoded():
    guard = Image.MAX_IMAGE_PIXELS
    with pytest.raises(ImageTooLarge, match="20000 × 20000") as caught:
        load_image_bytes(huge_png(20_000, 20_000), "bomb.png")
    assert (caught.value.width, caught.value.height) == (20_000, 20_000)
    assert guard == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_can_be_scaled_down(tmp_path, kind):
    ramp = np.tile(np.linspace(0, 255, 600).astype(np.uint8), (400, 1))
    path = tmp_path / f"large.{kind.lower()}"
    Image.fromarray(ramp).convert("RGB").save(path, kind)
    with pytest.raises(ImageTooLarge):
        load_image(path, max_pixels=10_000)
    loaded = load_image(path, max_pixels=10_000, scale_down=True)
    assert loaded.width * loaded.height <= 10_000
    assert loaded.width / loaded.height == pytest.approx(1.5, rel=0.05)
    assert np.abs(loaded.array[0, :, 0] - np.linspace(0, 1, loaded.width)).max() < 0.03
    assert any("600 × 400" in note for note in loaded.notes)


def test_what_is_no_file_is_a_sentence(tmp_path):
    (tmp_path / "empty.png").touch()
    for path, text in (
        (tmp_path, "folder"),
        (tmp_path / "none.png", "does not exist"),
        (tmp_path / "empty.png", "empty"),
    ):
        with pytest.raises(ImageError, match=text):
            load_image(path)


def test_without_permission_is_a_sentence(tmp_path, monkeypatch):
    path = tmp_path / "secret.png"
    Image.fromarray(RGB).save(path)

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(ImageError, match=r"may not read secret\.png"):
        load_image(path)


EVERY_SAMPLE = SAMPLES | STYLE_SAMPLES


@pytest.mark.parametrize("name", EVERY_SAMPLE)
def test_every_sample_loads_and_is_small(name):
    loaded = load_sample(name)
    assert min(loaded.height, loaded.width) >= 256
    assert loaded.array.std() > 0.05
    assert (SAMPLE_FOLDER / EVERY_SAMPLE[name].file).stat().st_size <= 300_000


def test_every_sample_is_credited():
    lines = (SAMPLE_FOLDER.parent / "CREDITS.md").read_text(encoding="utf8").splitlines()
    for sample in EVERY_SAMPLE.values():
        line = next(line for line in lines if f"samples/{sample.file} " in line)
        assert sample.credit.split(" (")[0] in line
        assert sample.licence.split()[-1] in line


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [0, 1, 3])
def test_arrays_become_pictures(dtype, channels):
    shape = (3, 4, channels) if channels else (3, 4)
    largest = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1.0
    values = (RNG.random(shape) * largest).astype(dtype)
    loaded = from_array(values, "array")
    np.testing.assert_allclose(loaded.array, (values / largest).reshape(3, 4, -1), atol=1e-6)


@pytest.mark.parametrize("shape", [(3,), (0, 4), (2, 2, 5), (1, 2, 3, 4)])
def test_arrays_that_are_no_picture_are_sentences(shape):
    with pytest.raises(ImageError, match="shape"):
        from_array(np.zeros(shape), "array")
