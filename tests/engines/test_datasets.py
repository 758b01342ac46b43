"""Folders become data sets by ImageFolder's rules, and no picture is learnt from and tested on."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.sparse.csgraph import connected_components
from skimage import data
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedShuffleSplit
from torchvision.datasets import ImageFolder

from engines._datasets import tasks
from engines._datasets.sources import HeldPictures
from engines.datasets import (
    Dataset,
    Sample,
    Split,
    digits_task,
    duplicates,
    leakage,
    scan_folder,
    split,
    subset,
    texture_task,
)
from engines.errors import DatasetError

RNG = np.random.default_rng(3)


def picture(path, seed=None, size=(12, 9), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    order = RNG if seed is None else np.random.default_rng(seed)
    pixels = order.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, **options)
    return pixels


def scanned(folder):
    return list(scan_folder(folder))[-1].dataset


def two_classes(folder, count=4):
    for name in ("cat", "dog"):
        for index in range(count):
            picture(folder / name / f"{index}.png")
    return folder


# -- folders --------------------------------------------------------------------------------------


def test_classes_order_and_labels_are_those_of_torchvision(tmp_path):
    for name in ("b/2.png", "b/10.PNG", "b/deep/er/1.jpg", "a/x.webp", "a/y.bmp", "C/z.tiff"):
        picture(tmp_path / name)
    for name in ("b/notes.txt", "a/x.gif", "a/none"):
        (tmp_path / name).write_text("no picture")
    peer, own = ImageFolder(tmp_path), scanned(tmp_path)
    assert list(own.classes) == peer.classes
    assert [(str(s.path), s.label) for s in own.samples] == peer.samples
    assert own.labels.tolist() == peer.targets
    assert own.labels.dtype == np.int64
    assert own.counts == tuple(np.bincount(peer.targets))
    for index, (seen, _) in enumerate(peer):
        np.testing.assert_allclose(own.pixels(index), np.asarray(seen) / 255, atol=1e-6)
    assert [s.name for s in own.samples][:2] == ["C/z.tiff", "a/x.webp"]
    assert any("3 other files (.gif, .txt, no ending)" in note for note in own.notes)


def test_steps_count_up_and_the_data_set_comes_last(tmp_path):
    steps = list(scan_folder(two_classes(tmp_path)))
    assert [(step.done, step.total) for step in steps] == [(n, 8) for n in range(9)]
    assert [step.dataset is None for step in steps] == [True] * 8 + [False]


def test_a_scan_can_be_stopped_at_any_step_and_begun_again(tmp_path):
    two_classes(tmp_path)
    for taken in range(9):
        started = scan_folder(tmp_path)
        for _ in range(taken):
            next(started)
        started.close()
    assert len(scanned(tmp_path)) == 8


def test_float_pictures_are_held_to_the_range(tmp_path):
    wide = RNG.uniform(-1, 2, (9, 12)).astype(np.float32)
    (tmp_path / "a").mkdir()
    tifffile.imwrite(tmp_path / "a/wide.tif", wide)
    np.testing.assert_allclose(scanned(tmp_path).pixels(0)[..., 1], np.clip(wide, 0, 1), atol=1e-6)


def test_keys_are_the_hash_of_the_bytes_and_the_fingerprint_knows_no_place(tmp_path):
    first = scanned(two_classes(tmp_path / "one"))
    for sample in first.samples:
        assert sample.key == hashlib.sha256(sample.path.read_bytes()).hexdigest()
    os.rename(tmp_path / "one", tmp_path / "two")
    moved = scanned(tmp_path / "two")
    assert moved.fingerprint == first.fingerprint
    (tmp_path / "two/dog/0.png").unlink()
    assert scanned(tmp_path / "two").fingerprint != first.fingerprint


def test_a_folder_without_sub_folders_has_no_classes(tmp_path):
    for index in range(3):
        picture(tmp_path / f"{index}.png")
    (tmp_path / "exports").mkdir()
    own = scanned(tmp_path)
    assert own.classes == ()
    assert own.labels.tolist() == [-1] * 3
    assert own.counts == ()
    assert own.class_of(0) == ""
    assert any("no classes" in note for note in own.notes)


def test_train_and_test_folders_are_a_given_split(tmp_path):
    for part, count in (("train", 3), ("val", 2), ("test", 1)):
        for name in ("cat", "dog"):
            for index in range(count):
                picture(tmp_path / part / name / f"{index}.png")
    own = scanned(tmp_path)
    assert own.classes == ("cat", "dog")
    assert own.counts == (6, 6)
    for part, indices in own.given_split.parts:
        folder = "val" if part == "validation" else part
        assert all(own.samples[i].name.startswith(f"{folder}/") for i in indices)
    assert [len(indices) for _, indices in own.given_split.parts] == [6, 4, 2]


def test_classes_that_happen_to_be_called_test_are_classes(tmp_path):
    for name in ("train", "test"):
        picture(tmp_path / name / "1.png")
    own = scanned(tmp_path)
    assert own.classes == ("test", "train")
    assert own.given_split is None


def test_broken_files_are_skipped_each_with_its_reason(tmp_path):
    two_classes(tmp_path)
    whole = (tmp_path / "cat/0.png").read_bytes()
    picture(tmp_path / "cat/photo.jpg", size=(300, 300))
    jpeg = (tmp_path / "cat/photo.jpg").read_bytes()
    (tmp_path / "cat/cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "cat/cut.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    (tmp_path / "dog/empty.png").touch()
    (tmp_path / "dog/text.png").write_text("hello")
    Image.new("1", (9000, 9000)).save(tmp_path / "dog/huge.png")
    os.symlink(tmp_path / "nowhere.png", tmp_path / "dog/link.png")
    own = scanned(tmp_path)
    reasons = {skipped.path.name: skipped.reason for skipped in own.skipped}
    assert set(reasons) == {"cut.png", "cut.jpg", "empty.png", "text.png", "huge.png", "link.png"}
    assert "damaged" in reasons["cut.jpg"]
    assert "empty" in reasons["empty.png"]
    assert "not a picture" in reasons["text.png"]
    assert "large picture" in reasons["huge.png"]
    assert "no longer" in reasons["link.png"]
    assert own.counts == (5, 4)


def test_deep_and_grey_pictures_are_read_whole(tmp_path):
    deep = RNG.integers(0, 65536, (9, 12, 3), dtype=np.uint16)
    (tmp_path / "a").mkdir()
    tifffile.imwrite(tmp_path / "a/deep.tif", deep, photometric="rgb")
    Image.fromarray(np.full((5, 6), 51, np.uint8)).save(tmp_path / "a/grey.png")
    own = scanned(tmp_path)
    np.testing.assert_allclose(own.pixels(0), deep / 65535, atol=1e-6)
    np.testing.assert_allclose(own.pixels(1), np.full((5, 6, 3), 0.2), atol=1e-6)
    assert own.pixels(1).dtype == np.float32
    assert own.thumbnail(0, 16).shape == (16, 16, 3)


def test_an_empty_class_is_told_and_left_out(tmp_path):
    two_classes(tmp_path)
    (tmp_path / "bird").mkdir()
    (tmp_path / "eel").mkdir()
    (tmp_path / "eel/broken.png").write_text("x")
    own = scanned(tmp_path)
    assert own.classes == ("cat", "dog")
    assert set(own.labels) == {0, 1}
    for name in ("bird", "eel"):
        assert any(name in note and "left out" in note for note in own.notes)


def test_one_class_only_is_told(tmp_path):
    picture(tmp_path / "cat/1.png")
    own = scanned(tmp_path)
    assert own.classes == ("cat",)
    assert any("one class only" in note for note in own.notes)


def test_a_class_folder_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    two_classes(tmp_path)
    scandir = os.scandir

    def guarded(path="."):  # the tests may run as root, whom no permission stops
        if os.fspath(path).endswith("dog"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    own = scanned(tmp_path)
    assert own.classes == ("cat",)
    assert own.skipped[0].path.name == "dog"
    assert "may not look into" in own.skipped[0].reason
    monkeypatch.setattr(os, "scandir", lambda path=".": guarded("dog"))
    with pytest.raises(DatasetError, match="may not look into"):
        scan_folder(tmp_path)


def test_a_file_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    two_classes(tmp_path)
    read_bytes = type(tmp_path).read_bytes

    def guarded(path):
        if path.name == "2.png":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(type(tmp_path), "read_bytes", guarded)
    own = scanned(tmp_path)
    assert own.counts == (3, 3)
    assert all("may not read 2.png" in skipped.reason for skipped in own.skipped)


def test_hidden_things_and_loops_are_left_aside(tmp_path):
    two_classes(tmp_path)
    picture(tmp_path / ".ipynb_checkpoints/1.png")
    (tmp_path / "cat/._0.png").write_bytes(b"\0\5\x16\7")
    os.symlink(tmp_path / "cat", tmp_path / "cat/again")
    own = scanned(tmp_path)
    assert own.classes == ("cat", "dog")
    assert own.counts == (4, 4)
    assert own.skipped == ()


def test_nothing_to_find_is_a_sentence(tmp_path):
    (tmp_path / "file.txt").write_text("x")
    for path, words in {
        tmp_path / "nowhere": "does not exist",
        tmp_path / "file.txt": "is a file",
        tmp_path: "no pictures",
    }.items():
        with pytest.raises(DatasetError, match=words):
            scan_folder(path)
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat/1.png").write_text("x")
    with pytest.raises(DatasetError, match="None of the 1 pictures"):
        list(scan_folder(tmp_path))


def test_a_picture_that_changed_or_vanished_is_named(tmp_path):
    own = scanned(two_classes(tmp_path))
    picture(tmp_path / "cat/1.png")
    (tmp_path / "dog/3.png").unlink()
    for read in (own.pixels, lambda index: own.thumbnail(index, 8)):
        with pytest.raises(DatasetError, match=r"cat/1\.png has changed"):
            read(1)
        with pytest.raises(DatasetError, match=r"3\.png is no longer"):
            read(7)
    assert own.pixels(0).shape == (9, 12, 3)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 40))
def test_thumbnails_are_square_and_keep_the_mean_colour(height, width, side):
    pixels = np.full((height, width, 3), (10, 120, 240), np.uint8)
    own = held([(0, "g", pixels)])
    small = own.thumbnail(0, side)
    assert small.shape == (side, side, 3)
    assert small.dtype == np.uint8
    np.testing.assert_array_equal(small, np.broadcast_to(pixels[0, 0], small.shape))


def test_a_thumbnail_is_the_middle_of_the_picture(tmp_path):
    pixels = np.zeros((20, 60, 3), np.uint8)
    pixels[:, 20:40] = 255
    (tmp_path / "a").mkdir()
    for size in (1, 20):  # a small file, and one that is read at a fraction of its size
        big = np.kron(pixels, np.ones((size, size, 1), np.uint8))
        Image.fromarray(big).save(tmp_path / "a" / f"{size:02d}.jpg", quality=98)
    own = scanned(tmp_path)
    assert own.thumbnail(0, 20)[:, 2:18].mean() > 250
    assert own.thumbnail(1, 20)[:, 2:18].mean() > 250


# -- copies and splits ----------------------------------------------------------------------------


def held(rows):
    """A data set of (label, group, pixels or key) rows."""
    samples, pictures = [], []
    for index, (label, group, content) in enumerate(rows):
        array = content if isinstance(content, np.ndarray) else np.zeros((1, 1, 3), np.uint8)
        key = content if isinstance(content, str) else str(index)
        samples.append(Sample(key, label, f"{index}", group))
        pictures.append(array)
    classes = tuple(f"class {label}" for label in range(max(row[0] for row in rows) + 1))
    return Dataset("held", classes, tuple(samples), source=HeldPictures(tuple(pictures)))


def test_copies_are_found_in_a_folder_and_told(tmp_path):
    two_classes(tmp_path)
    content = (tmp_path / "cat/0.png").read_bytes()
    (tmp_path / "cat/copy.png").write_bytes(content)
    (tmp_path / "dog/copy.png").write_bytes(content)
    own = scanned(tmp_path)
    names = [tuple(own.samples[i].name for i in same) for same in duplicates(own)]
    assert names == [("cat/0.png", "cat/copy.png", "dog/copy.png")]
    assert any("2 pictures are an exact copy" in note for note in own.notes)
    assert any("several classes" in note for note in own.notes)


def test_leakage_names_contents_groups_and_pictures_in_two_parts():
    own = held([(0, "a", "k"), (0, "b", "k"), (0, "c", "m"), (1, "c", "n"), (1, "e", "o")])
    parts = Split(np.array([0, 2, 4]), np.array([1]), np.array([3, 4]))
    found = {(leak.kind, leak.key, leak.indices, leak.parts) for leak in leakage(own, parts)}
    assert found == {
        ("content", "k", (0, 1), ("train", "validation")),
        ("group", "c", (2, 3), ("train", "test")),
        ("content", "o", (4,), ("train", "test")),
    }
    clean = Split(np.array([0, 1]), np.array([2, 3]), np.array([4]))
    assert leakage(own, clean) == ()


ROWS = st.lists(
    st.tuples(st.integers(-1, 1), st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=60
)


def fewest_independent(own):
    """The least count of independent pictures that a class has, by scipy's connected components."""
    size = len(own)
    ties = np.zeros((size, size), bool)
    for i, one in enumerate(own.samples):
        for j, other in enumerate(own.samples):
            ties[i, j] = one.key == other.key or one.group == other.group
    _, component = connected_components(ties)
    _, firsts = np.unique(component, return_index=True)  # a cluster counts for its first's class
    counts = Counter(own.labels[firsts].tolist())
    return min(counts.values())


@settings(deadline=None, max_examples=150)
@given(ROWS, st.integers(0, 99))
def test_a_split_covers_all_and_never_leaks(rows, seed):
    own = held([(label, f"g{group}", f"k{key}") for label, group, key in rows])
    if fewest_independent(own) < 3:
        with pytest.raises(DatasetError, match="of its own"):
            split(own, seed=seed)
        return
    made = split(own, seed=seed)
    together = np.concatenate([indices for _, indices in made.parts])
    assert sorted(together) == list(range(len(rows)))
    assert all(len(indices) for _, indices in made.parts)
    assert leakage(own, made) == ()
    again = split(own, seed=seed)
    for (_, one), (_, other) in zip(made.parts, again.parts, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None)
@given(st.lists(st.integers(3, 60), min_size=1, max_size=5), st.integers(0, 9))
def test_single_pictures_are_split_class_by_class_within_two_of_the_share(sizes, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    own = held([(int(label), f"g{i}", f"k{i}") for i, label in enumerate(labels)])
    made = split(own, seed=seed)
    for share, (_, indices) in zip((0.6, 0.2, 0.2), made.parts, strict=True):
        counts = np.bincount(labels[indices], minlength=len(sizes))
        assert (np.abs(counts - share * np.array(sizes)) < 2).all()


def test_shares_are_those_of_scikit_learn():
    labels = np.repeat([0, 1, 2], [100, 50, 20])
    own = held([(int(label), f"g{i}", f"k{i}") for i, label in enumerate(labels)])
    made = split(own, (0.8, 0, 0.2))
    peer = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
    _, tested = next(peer.split(labels, labels))
    assert Counter(labels[made.test]) == Counter(labels[tested])
    assert made.validation.size == 0


def test_too_few_pictures_are_a_sentence_that_names_the_class():
    own = held([(0, f"g{i}", f"k{i}") for i in range(5)] + [(1, "x", "x"), (1, "y", "x")])
    with pytest.raises(DatasetError, match=r"“class 1” has 2 pictures \(1 without copies"):
        split(own)
    with pytest.raises(DatasetError, match="“class 1” has 1 picture,"):
        split(replace(own, samples=own.samples[:6]))
    for shares in ((0.5, 0.5, 0.5), (1.2, -0.2, 0), (0, 0.5, 0.5), (1.0,), (np.nan, 0.5, 0.5)):
        with pytest.raises(DatasetError, match="three shares"):
            split(own, shares)
    with pytest.raises(DatasetError, match="no pictures"):
        split(replace(own, samples=()))


@settings(deadline=None)
@given(st.lists(st.integers(-1, 3), min_size=1, max_size=60), st.integers(1, 5), st.integers(0, 9))
def test_subsets_are_balanced_and_grow_by_adding(labels, per_class, seed):
    labels = np.array(labels)
    known = np.unique(labels[labels >= 0])
    if known.size == 0 or min((labels == label).sum() for label in known) < per_class + 1:
        with pytest.raises(DatasetError):
            subset(labels, per_class + 1, seed)
        return
    fewer, more = subset(labels, per_class, seed), subset(labels, per_class + 1, seed)
    assert Counter(labels[more]) == dict.fromkeys(known, per_class + 1)
    assert set(fewer) < set(more)
    assert (np.diff(more) > 0).all()


# -- tasks ----------------------------------------------------------------------------------------


def test_the_texture_task_has_seven_classes_of_real_patches():
    own = texture_task()
    assert own.classes == ("brick", "coins", "grass", "gravel", "retina", "stars", "tissue")
    assert own.counts == (64,) * 7
    assert own.skipped == ()
    assert [len(indices) for _, indices in own.given_split.parts] == [224, 112, 112]
    for _, indices in own.given_split.parts:
        assert len(set(Counter(own.labels[indices]).values())) == 1
    assert leakage(own, own.given_split) == ()
    assert duplicates(own) == ()
    assert leakage(own, split(own)) == ()
    # A patch is what scikit-image's picture shows there.
    brick = next(i for i in range(448) if own.class_of(i) == "brick")
    np.testing.assert_allclose(
        own.pixels(brick)[..., 0], data.brick()[:64, :64] / 255, atol=1.01 / 255
    )


def test_no_pixel_of_a_tested_patch_is_in_another_part():
    """A picture of pixel numbers is cut as the others are."""
    numbers = np.arange(512 * 512).reshape(512, 512, 1)
    found = tasks._patches(numbers)
    groups, parts = {}, {}
    for region, (part, patch) in found:
        groups.setdefault(region, set()).update(patch.ravel())
        parts.setdefault(part, []).append(np.unique(patch))
    assert len(groups) == 16
    assert sum(map(len, groups.values())) == len(set().union(*groups.values()))
    rows = {part: np.unique(np.concatenate(held) // 512) for part, held in parts.items()}
    assert rows["validation"].min() - rows["train"].max() > tasks.MARGIN
    assert rows["test"].min() - rows["validation"].max() > tasks.MARGIN


def test_a_texture_that_is_missing_leaves_its_class_out(monkeypatch, tmp_path):
    packaged = tasks._packaged
    monkeypatch.setattr(
        tasks, "_packaged", lambda file: tmp_path / file if file == "ihc.png" else packaged(file)
    )
    own = texture_task.__wrapped__()
    assert "tissue" not in own.classes
    assert own.name == "6 textures"
    assert own.skipped[0].path.name == "ihc.png"


def test_the_digits_task_is_scikit_learns():
    own, peer = digits_task(), load_digits()
    assert own.labels.tolist() == peer.target.tolist()
    for index in (0, 17, 1796):
        expected = np.repeat(peer.images[index][..., None] / 16, 3, axis=2)
        np.testing.assert_allclose(own.pixels(index), expected, atol=0.5 / 255 + 1e-6)
    assert leakage(own, own.given_split) == ()
    sizes = np.array([len(indices) for _, indices in own.given_split.parts])
    np.testing.assert_allclose(sizes / 1797, (0.6, 0.2, 0.2), atol=0.01)
