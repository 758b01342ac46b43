"""Saving is whole or not at all, and gives back what was saved."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from PIL import Image

from engines.atomic_write import atomic_write, check_place
from engines.errors import ImageError
from engines.images import load_image, save_image, save_raw

ROOT = Path(__file__).parents[2]
PIXELS = np.random.default_rng(0).random((3, 6, 5)).astype(np.float32)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".bmp"])
def test_eight_bits_come_back_to_half_a_step(tmp_path, suffix):
    path = tmp_path / f"out{suffix}"
    save_image(path, torch.from_numpy(PIXELS))
    np.testing.assert_allclose(load_image(path).pixels, PIXELS, atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bits_come_back_to_half_a_step(tmp_path, suffix, channels):
    path = tmp_path / f"out{suffix}"
    save_image(path, PIXELS[:channels], bits=16)
    loaded = load_image(path)
    np.testing.assert_allclose(loaded.pixels, PIXELS[:channels], atol=0.5 / 65535 + 1e-6)
    assert loaded.bit_depth == 16


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_formats_come_close(tmp_path, suffix):
    smooth = np.broadcast_to(np.linspace(0, 1, 64), (3, 64, 64))
    path = tmp_path / f"out{suffix}"
    save_image(path, smooth)
    assert np.abs(load_image(path).pixels.numpy() - smooth).max() < 0.05


def test_values_are_clipped_in_pictures_and_kept_in_numbers(tmp_path):
    values = np.array([[-1.5, 0.5], [1.0, 9.0]], np.float32)
    save_image(tmp_path / "shown.png", values)
    save_raw(tmp_path / "numbers.npy", values)
    save_raw(tmp_path / "numbers.tif", values)
    assert load_image(tmp_path / "shown.png").array.max() == 1.0
    np.testing.assert_array_equal(np.load(tmp_path / "numbers.npy"), values)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "numbers.tif"), values)


def test_metadata_is_kept_in_png(tmp_path):
    save_image(tmp_path / "out.png", PIXELS, metadata={"Kernel": "[[1]] · σ"})
    with Image.open(tmp_path / "out.png") as image:
        assert image.text["Kernel"] == "[[1]] · σ"


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("out.xyz", {}, "end the name"),
        ("out", {}, "end the name"),
        ("out.jpg", {"bits": 16}, "16 bits"),
        ("missing/out.png", {}, "folder does not exist"),
    ],
)
def test_what_cannot_be_saved_is_a_sentence(tmp_path, name, arguments, text):
    with pytest.raises(ImageError, match=text):
        save_image(tmp_path / name, PIXELS, **arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "may not write"), (errno.EIO, "system says")],
)
def test_a_failure_leaves_the_old_file_and_nothing_half_written(
    tmp_path, monkeypatch, number, text
):
    path = tmp_path / "old.png"
    path.write_bytes(b"old")

    def refuse(_descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(ImageError, match=text):
        save_image(path, PIXELS)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "text"),
    [(errno.ENOSPC, "the disk is full. Free some space"), (errno.EDQUOT, "your share")],
)
def test_a_short_write_that_gives_no_reason_is_explained_by_the_system(
    tmp_path, monkeypatch, number, text
):
    def refuse(_descriptor, _content):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.write", refuse)
    with (
        pytest.raises(ImageError, match=text),
        atomic_write(tmp_path / "numbers.npy") as _file,
    ):
        raise OSError("405900 requested and 16352 written")  # as np.save does, without errno
    assert list(tmp_path.iterdir()) == []


def test_a_reason_that_the_system_does_not_know_is_passed_on(tmp_path):
    with (
        pytest.raises(ImageError, match=r"the system says: cannot encode this\.$"),
        atomic_write(tmp_path / "file") as _file,
    ):
        raise OSError("cannot encode this.")
    assert list(tmp_path.iterdir()) == []


SAVES_TOO_MUCH = """
import resource, sys
import numpy as np
from engines.errors import ImageError
from engines.images import save_raw
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    save_raw(sys.argv[1], np.zeros((300, 300, 3), np.float32))
except ImageError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is Unix's")
@pytest.mark.parametrize("name", ["numbers.npy", "numbers.tif"])
def test_numbers_that_do_not_fit_are_a_sentence_with_the_reason(tmp_path, name):
    done = subprocess.run(
        [sys.executable, "-c", SAVES_TOO_MUCH, str(tmp_path / name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "larger than files may be there" in done.stdout
    assert "requested" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_error_inside_the_block_writes_nothing(tmp_path):
    def write_half():
        with atomic_write(tmp_path / "file") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_permissions_of_a_replaced_file_are_kept(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with atomic_write(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_place_that_cannot_be_written_is_known_before(tmp_path):
    check_place(tmp_path / "new.gif")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ImageError, match=r"new\.gif could not be written to .*not exist"):
        check_place(tmp_path / "gone" / "new.gif")
