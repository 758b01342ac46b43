"""Large pictures are read in regions, whatever their file, and tiles' answers are put together."""

from __future__ import annotations

import io
import sys
import tracemalloc
import types

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from engines.errors import DatasetError, ImageError, ImageTooLarge
from engines.tiles import (
    BackgroundLevels,
    LargePicture,
    TilePlace,
    background_levels,
    is_background,
    open_large,
    pool_votes,
    read_tiles,
    tile_grid,
    vote_map,
)

RNG = np.random.default_rng(7)
RGB = RNG.integers(0, 256, (150, 203, 3), dtype=np.uint8)
SMOOTH = np.asarray(Image.fromarray(data.chelsea()).resize((203, 150)))
PLACES = ((0, 0, 150, 203), (17, 90, 64, 70), (149, 202, 1, 1), (60, 0, 5, 203), (63, 63, 2, 2))


def write(path, array, **options):
    options.setdefault("photometric", "rgb" if array.ndim == 3 else "minisblack")
    tifffile.imwrite(path, array, **options)
    return path


def regions_equal(picture, expected, atol=1e-7):
    for top, left, height, width in PLACES:
        region = picture.region(top, left, height, width)
        assert region.dtype == np.float32
        assert region.shape == (height, width, 3)
        np.testing.assert_allclose(
            region, expected[top : top + height, left : left + width], atol=atol
        )


# -- TIFF -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", [{}, {"tile": (48, 64)}, {"rowsperstrip": 19}])
@pytest.mark.parametrize("compression", [None, "zlib", "lzma"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_regions_of_tiles_and_strips_equal_the_array(tmp_path, layout, compression, byteorder):
    options = {"compression": compression, "byteorder": byteorder, **layout}
    if compression:
        options["predictor"] = True
    path = write(tmp_path / "a.tif", RGB, **options)
    with open_large(path) as picture:
        assert (picture.height, picture.width) == RGB.shape[:2]
        regions_equal(picture, RGB / 255)


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_deflate", "zstd"])
def test_pieces_that_pillow_unpacks_equal_the_array(tmp_path, compression):
    path = tmp_path / "a.tif"
    Image.fromarray(RGB).save(path, compression=compression)
    with tifffile.TiffFile(path) as file:
        assert len(file.pages[0].dataoffsets) > 1  # in several strips
    with open_large(path) as picture:
        regions_equal(picture, RGB / 255)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_jpeg_pieces_equal_the_whole_decoded_by_pillow(tmp_path, mode):
    path = tmp_path / "a.tif"
    Image.fromarray(SMOOTH).convert(mode).save(path, compression="jpeg", quality=90)
    whole = np.asarray(Image.open(path).convert("RGB"))
    with open_large(path) as picture:
        regions_equal(picture, whole / 255)


@pytest.mark.parametrize("photometric", ["ycbcr", "rgb"])
def test_jpeg_tiles_of_slide_scanners_keep_their_colours(tmp_path, photometric):
    big = np.asarray(Image.fromarray(SMOOTH).resize((256, 192)))
    tiles, expected = [], np.empty_like(big)
    for top in range(0, 192, 64):
        for left in range(0, 256, 64):
            out = io.BytesIO()
            tile = Image.fromarray(big[top : top + 64, left : left + 64])
            tile.save(out, "JPEG", quality=90, keep_rgb=photometric == "rgb")
            content = out.getvalue()
            expected[top : top + 64, left : left + 64] = Image.open(io.BytesIO(content))
            # Scanners write no Adobe mark: the TIFF's own tag says what the colours are.
            mark = content.find(b"\xff\xee\x00\x0eAdobe")
            tiles.append(content if mark < 0 else content[:mark] + content[mark + 16 :])
    path = tmp_path / "a.svs"
    colours = {"rgb": 2, "ycbcr": 6}[photometric]
    # Packed tiles are laid down as they are; the tag that says how they are packed is set after.
    options = {"tile": (64, 64), "compression": "zlib", "photometric": "rgb"}
    extra = [(530, "H", 2, (2, 2), True)] if photometric == "ycbcr" else []
    tifffile.imwrite(
        path, iter(tiles), shape=big.shape, dtype=big.dtype, extratags=extra, **options
    )
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages[0].tags[259].overwrite(7)
        file.pages[0].tags[262].overwrite(colours)
    with open_large(path) as picture:
        regions_equal(picture, expected / 255, atol=1.01 / 255)


def test_depths_planes_palettes_and_inverted_grey(tmp_path):
    deep = RNG.integers(0, 65536, (150, 203, 3), dtype=np.uint16)
    cases = {
        "deep": (write(tmp_path / "1.tif", deep, tile=(32, 32), compression="zlib"), deep / 65535),
        "planes": (
            write(
                tmp_path / "2.tif", np.moveaxis(RGB, 2, 0), planarconfig="separate", tile=(32, 32)
            ),
            RGB / 255,
        ),
        "grey": (write(tmp_path / "3.tif", RGB[..., 0]), np.repeat(RGB[..., :1] / 255, 3, axis=2)),
        "inverted": (
            write(tmp_path / "4.tif", RGB[..., 0], photometric="miniswhite"),
            1 - np.repeat(RGB[..., :1] / 255, 3, axis=2),
        ),
        "float": (
            write(tmp_path / "5.tif", (RGB / 255).astype(np.float32), compression="zlib"),
            RGB / 255,
        ),
    }
    colours = RNG.integers(0, 65536, (3, 256), dtype=np.uint16)
    path = write(tmp_path / "6.tif", RGB[..., 1], photometric="palette", colormap=colours)
    cases["palette"] = (path, colours.T[RGB[..., 1]] / 65535)
    Image.fromarray(RGB[..., 0]).point(lambda v: 255 * (v > 99)).convert("1").save(
        tmp_path / "7.tif", compression="group4"
    )
    for path, expected in cases.values():
        with open_large(path) as picture:
            regions_equal(picture, expected, atol=1e-6)
    with pytest.raises(ImageError, match="CCITT"):
        open_large(tmp_path / "7.tif")


def test_transparent_places_are_white(tmp_path):
    rgba = np.dstack([RGB, np.where(RGB[..., :1] > 128, 255, 0).astype(np.uint8)])
    path = write(tmp_path / "a.tif", rgba, extrasamples=["unassalpha"], tile=(32, 32))
    with open_large(path) as picture:
        regions_equal(picture, np.where(rgba[..., 3:] > 0, RGB / 255, 1.0))


def pyramid(path, array, levels=3):
    with tifffile.TiffWriter(path, bigtiff=True) as out:
        options = {"tile": (64, 64), "photometric": "rgb", "compression": "zlib"}
        out.write(array, subifds=levels - 1, **options)
        for level in range(1, levels):
            step = 2**level
            small = np.asarray(Image.fromarray(array).reduce(step))
            out.write(small, subfiletype=1, **options)
    return path


def test_a_thumbnail_is_the_mean_of_squares_and_comes_from_a_stored_copy(tmp_path):
    big = np.asarray(Image.fromarray(SMOOTH).resize((800, 600)))
    path = pyramid(tmp_path / "a.tif", big)
    with open_large(path) as picture:
        assert [level.width for level in picture.reader.levels] == [800, 400, 200]
        read = []
        inner = picture.reader.read
        picture.reader.read = lambda level, *place: read.append(level) or inner(level, *place)
        small = picture.thumbnail(100)
        assert set(read) == {2}
    assert small.shape == (75, 100, 3)
    expected = np.asarray(Image.fromarray(big).reduce(8), np.float64)
    assert np.abs(small - expected).max() <= 1.5  # rounded twice


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 50))
def test_a_thumbnail_equals_means_over_squares(height, width, side):
    pixels = RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)

    class Held:
        levels = (types.SimpleNamespace(width=width, height=height),)

        def read(self, level, top, left, h, w):
            return (pixels[top : top + h, left : left + w] / 255).astype(np.float32)

    small = LargePicture("x", Held()).thumbnail(side)
    k = -(-max(height, width) // side)
    assert max(small.shape[:2]) <= side
    for row in range(small.shape[0]):
        for column in range(small.shape[1]):
            square = pixels[row * k : (row + 1) * k, column * k : (column + 1) * k]
            np.testing.assert_allclose(small[row, column], square.mean(axis=(0, 1)), atol=0.51)


def test_a_thumbnail_tells_its_progress_and_can_be_stopped(tmp_path):
    with open_large(write(tmp_path / "a.tif", RGB, rowsperstrip=10)) as picture:
        steps = list(picture.thumbnail_steps(50))
        assert [step.done for step in steps] == list(range(1, 31))
        assert [step.pixels is None for step in steps] == [True] * 29 + [False]
        np.testing.assert_array_equal(steps[-1].pixels, picture.thumbnail(50))
        started = picture.thumbnail_steps(50)
        next(started)
        started.close()
        with pytest.raises(ImageError, match="at least 1"):
            picture.thumbnail(0)


def test_several_pages_are_told_and_an_untiled_compressed_one_too(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.stack([RGB[..., 0]] * 3), photometric="minisblack")
    with open_large(tmp_path / "a.tif") as picture:
        assert "3 pages" in picture.notes[0]
    big = np.zeros((3400, 3400), np.uint8)
    write(tmp_path / "b.tif", big, compression="zlib", rowsperstrip=3400)
    with open_large(tmp_path / "b.tif") as picture:
        assert "one piece" in picture.notes[0]


# -- other formats --------------------------------------------------------------------------------


def test_other_formats_are_held_whole_and_say_so(tmp_path):
    Image.fromarray(RGB).save(tmp_path / "a.png")
    with open_large(tmp_path / "a.png") as picture:
        regions_equal(picture, RGB / 255)
        assert "held in memory whole" in picture.notes[0]
        assert picture.thumbnail(50).shape == (30, 41, 3)


def test_a_huge_picture_in_a_format_read_whole_is_refused_before_it_is_decoded(tmp_path):
    Image.new("1", (30_000, 20_000)).save(tmp_path / "a.png")
    with pytest.raises(ImageTooLarge, match="tiled TIFF"):
        open_large(tmp_path / "a.png")


def test_a_slide_without_the_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openslide", None)
    monkeypatch.setattr("engines._tiles.opening.find_spec", lambda name: None)
    (tmp_path / "a.mrxs").write_bytes(b"\xff\xd8slide")
    with pytest.raises(ImageError, match="openslide-bin"):
        open_large(tmp_path / "a.mrxs")
    # A slide that is a TIFF inside is read all the same.
    write(tmp_path / "a.svs", RGB, tile=(64, 64), compression="zlib")
    with open_large(tmp_path / "a.svs") as picture:
        regions_equal(picture, RGB / 255)


def slide_package(array):
    """A stand-in with openslide's documented interface, over an array (H, W, 4) of two levels."""

    class Slide:
        level_dimensions = (
            (array.shape[1], array.shape[0]),
            (array.shape[1] // 4, array.shape[0] // 4),
        )

        def __init__(self, path):
            if "bad" in path:
                raise package.OpenSlideError("Unsupported or missing image file")

        def read_region(self, corner, level, size):
            step = 4**level
            x, y = corner[0] // step, corner[1] // step
            whole = array[::step, ::step]
            return Image.fromarray(whole[y : y + size[1], x : x + size[0]])

        def close(self):
            pass

    package = types.SimpleNamespace(OpenSlide=Slide, OpenSlideError=type("E", (Exception,), {}))
    return package


def test_with_the_package_slides_are_read_by_it(tmp_path, monkeypatch):
    rgba = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    rgba[:20, :, 3] = 0
    monkeypatch.setitem(sys.modules, "openslide", slide_package(rgba))
    monkeypatch.setattr("engines._tiles.opening.find_spec", lambda name: name)
    for name in ("a.svs", "bad.svs"):
        (tmp_path / name).write_bytes(b"slide")
    with open_large(tmp_path / "a.svs") as picture:
        regions_equal(picture, np.where(rgba[..., 3:] > 0, RGB / 255, 1.0))
        np.testing.assert_array_equal(picture.thumbnail(50)[6:], RGB[24:148:4, :200:4])
    with pytest.raises(ImageError, match="cannot be read as a slide"):
        open_large(tmp_path / "bad.svs")


def test_rubbish_is_a_sentence(tmp_path):
    (tmp_path / "empty.tif").touch()
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "mark.tif").write_bytes(b"II*\x00" + b"\x07" * 40)
    write(tmp_path / "whole.tif", RGB, tile=(64, 64), compression="zlib")
    content = (tmp_path / "whole.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(content[: len(content) // 2])
    for name, words in {
        "empty.tif": "is empty",
        "text.png": "not a picture",
        "mark.tif": "damaged",
        "missing.tif": "does not exist",
        ".": "folder",
    }.items():
        with pytest.raises(ImageError, match=words):
            open_large(tmp_path / name)
    with open_large(tmp_path / "cut.tif") as picture:
        picture.region(0, 0, 20, 20)  # what is there is read
        with pytest.raises(ImageError, match="row 140"):
            picture.region(140, 190, 5, 5)
        with pytest.raises(ImageError, match="not inside"):
            picture.region(140, 190, 5, 50)


# -- tiles ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 40), st.integers(1, 40))
def test_tiles_lie_inside_and_see_every_pixel(height, width, side, stride):
    reader = types.SimpleNamespace(levels=(types.SimpleNamespace(width=width, height=height),))
    picture = LargePicture("x", reader)
    if side > min(height, width):
        with pytest.raises(ImageError, match="do not fit"):
            tile_grid(picture, side, stride)
        return
    grid = tile_grid(picture, side, stride)
    seen = np.zeros((height, width), bool)
    places = list(grid.places())
    for place in places:
        assert place.top + side <= height
        assert place.left + side <= width
        seen[place.top : place.top + side, place.left : place.left + side] = True
    assert len(places) == grid.count == grid.shape[0] * grid.shape[1]
    assert len({(place.row, place.column) for place in places}) == grid.count
    assert seen[0, 0]
    assert seen[-1, -1]
    if stride <= side:
        assert seen.all()


def slide(tmp_path):
    """Real tissue in the left half of a slide of slightly noisy glass, with a black frame."""
    tissue = data.immunohistochemistry()[:, :256]
    glass = np.clip(RNG.normal(242, 2, (512, 640, 1)) + np.array([0, 1, 2]), 0, 255)
    canvas = glass.astype(np.uint8)
    canvas[:, :256] = tissue
    canvas[:, 576:] = 0
    return write(tmp_path / "slide.tif", canvas, tile=(128, 128), compression="zlib")


def test_tissue_is_kept_glass_and_frame_are_dropped(tmp_path):
    with open_large(slide(tmp_path)) as picture:
        kept = list(read_tiles(picture, 64))
        marked = list(read_tiles(picture, 64, mark_dropped=True))
        everything = list(read_tiles(picture, 64, drop_background=False))
    columns = {tile.column for tile in kept}
    assert columns == {0, 1, 2, 3}
    assert len(kept) >= 30  # of 32: this tissue has holes
    assert len(everything) == len(marked) == 80
    assert [tile.place for tile in marked if not tile.background] == [tile.place for tile in kept]
    with tifffile.TiffFile(tmp_path / "slide.tif") as file:
        whole = file.asarray()
    for tile in everything:
        expected = whole[tile.top : tile.top + 64, tile.left : tile.left + 64] / 255
        np.testing.assert_allclose(tile.pixels, expected, atol=1e-7)


@pytest.mark.parametrize("name", ["camera", "chelsea", "coffee", "gravel", "brick"])
def test_an_ordinary_photograph_is_not_taken_for_glass(tmp_path, name):
    Image.fromarray(getattr(data, name)()).save(tmp_path / "a.png")
    with open_large(tmp_path / "a.png") as picture:
        total = tile_grid(picture, 100).count
        assert sum(1 for _ in read_tiles(picture, 100)) >= 0.9 * total


def test_background_needs_95_of_100_bright_and_colourless_pixels():
    tile = np.ones((10, 10, 3), np.float32)
    tile[0, :5] = (0.8, 0.2, 0.4)
    assert is_background(tile)
    tile[0, 5] = (0.8, 0.2, 0.4)
    assert not is_background(tile)
    assert not is_background(tile[5:] * np.linspace(0.2, 0.9, 10)[None, :, None])  # grey, dark
    assert is_background(np.zeros((10, 10, 3)))
    assert not is_background(tile, BackgroundLevels(chroma=0.06, brightness=1.1))


def otsu_by_trying_all(values):
    """The level between the two groups of least variance, over 256 bins."""
    counts, edges = np.histogram(values, 256)
    centres = (edges[:-1] + edges[1:]) / 2
    best = []
    for cut in range(1, 256):
        spread = 0.0
        for group in (slice(None, cut), slice(cut, None)):
            weight = counts[group].sum()
            if weight:
                mean = (counts[group] * centres[group]).sum() / weight
                spread += (counts[group] * (centres[group] - mean) ** 2).sum()
        best.append(spread)
    return centres[int(np.argmin(best))]


def test_levels_are_otsus_within_their_limits(tmp_path):
    with open_large(slide(tmp_path)) as picture:
        levels = background_levels(picture)
        small = picture.thumbnail(1024) / 255
    chroma = np.clip(otsu_by_trying_all(small.max(axis=2) - small.min(axis=2)), 0.03, 0.12)
    brightness = np.clip(otsu_by_trying_all(small.mean(axis=2)), 0.8, 0.95)
    assert levels.chroma == pytest.approx(chroma, abs=0.005)
    assert levels.brightness == pytest.approx(brightness, abs=0.005)


@pytest.mark.slow
def test_memory_stays_flat_over_ten_thousand_tiles(tmp_path):
    big = np.tile(SMOOTH[:128, :128], (100, 25, 1))  # 12,800 × 3,200, 123 MB
    path = write(tmp_path / "a.tif", big, tile=(256, 256), compression="zlib")
    del big
    tracemalloc.start()
    try:
        with open_large(path) as picture:
            peaks = []
            for count, tile in enumerate(read_tiles(picture, 64, drop_background=False), 1):
                assert tile.pixels.shape == (64, 64, 3)
                if count % 2500 == 0:
                    peaks.append(tracemalloc.get_traced_memory()[1])
                    tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
    assert count == 10_000
    # The cache of 8 MB and a piece or two; the whole picture is 123 MB.
    assert max(peaks) <= 12e6
    assert peaks[-1] <= peaks[0] * 1.05


# -- votes ----------------------------------------------------------------------------------------


def test_votes_by_hand():
    votes = np.array([[0.6, 0.4, 0.0], [0.6, 0.3, 0.1], [0.0, 0.1, 0.9]])
    np.testing.assert_allclose(pool_votes(votes), [0.4, 0.8 / 3, 1 / 3])
    np.testing.assert_allclose(pool_votes(votes, "majority"), [2 / 3, 0, 1 / 3])
    np.testing.assert_allclose(pool_votes(votes, "max"), np.array([0.6, 0.4, 0.9]) / 1.9)


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(1, 6), st.integers(0, 1000))
def test_pooled_votes_are_probabilities_and_know_no_order(tiles, classes, seed):
    order = np.random.default_rng(seed)
    votes = order.dirichlet(np.ones(classes), tiles)
    for method in ("mean", "majority", "max"):
        pooled = pool_votes(votes, method)
        assert pooled.shape == (classes,)
        assert pooled.sum() == pytest.approx(1)
        np.testing.assert_allclose(pool_votes(order.permutation(votes), method), pooled)
        np.testing.assert_allclose(pool_votes(np.repeat(votes, 3, axis=0), method), pooled)


def test_a_vote_map_has_gaps_where_tiles_were_dropped():
    places = [TilePlace(0, 1, 0, 64), TilePlace(1, 0, 64, 0)]
    values = vote_map(places, np.array([[0.2, 0.8], [0.7, 0.3]]), (2, 3), 1)
    expected = np.array([[np.nan, 0.8, np.nan], [0.3, np.nan, np.nan]], np.float32)
    np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda: pool_votes(np.zeros((0, 3))),
        lambda: pool_votes(np.zeros(3)),
        lambda: pool_votes(np.array([[0.5, np.nan]])),
        lambda: pool_votes(np.zeros((2, 3))),
        lambda: pool_votes(np.ones((2, 3)) / 3, "median"),
        lambda: vote_map([TilePlace(5, 0, 0, 0)], np.ones((1, 2)), (2, 2), 0),
        lambda: vote_map([TilePlace(0, 0, 0, 0)], np.ones((2, 2)), (2, 2), 0),
        lambda: vote_map([TilePlace(0, 0, 0, 0)], np.ones((1, 2)), (2, 2), 2),
    ],
)
def test_votes_that_are_none_are_refused(call):
    with pytest.raises(DatasetError):
        call()
