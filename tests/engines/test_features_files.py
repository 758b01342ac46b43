"""Features in files, and a picture on its way into a network."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import torch
from pyarrow import parquet

from engines.errors import FeatureError, ImageError, NetworkError
from engines.features import (
    FeaturePart,
    Features,
    extract_dataset,
    load_features,
    predictions,
    preprocessing_stages,
    save_features,
)
from engines.models import load
from feature_fakes import noise_dataset, small_model

PARTS = (FeaturePart("small", layer="relu"), FeaturePart("small", layer="", pooling="flatten"))


@pytest.fixture
def extracted():
    dataset, drawer = noise_dataset(6)
    drawer.broken = {3}
    steps = extract_dataset({PARTS[0].network: small_model()}, dataset, PARTS)
    return list(steps)[-1].features, dataset


def test_npz_gives_back_what_was_saved(extracted, tmp_path):
    features, dataset = extracted
    save_features(features, dataset, tmp_path / "f.npz")
    saved = load_features(tmp_path / "f.npz")
    assert np.array_equal(saved.features.values, features.values)
    assert saved.features.indices.tolist() == [0, 1, 2, 4, 5]
    assert (saved.features.parts, saved.features.titles) == (features.parts, features.titles)
    assert saved.features.part_slices == features.part_slices
    assert saved.labels.tolist() == [0, 1, 0, 0, 1]
    assert saved.names == ("0.png", "1.png", "2.png", "4.png", "5.png")
    assert saved.classes == ("even", "odd")


def test_csv_and_parquet_hold_file_class_and_every_number(extracted, tmp_path):
    features, dataset = extracted
    save_features(features, dataset, tmp_path / "f.csv")
    save_features(features, dataset, tmp_path / "f.parquet")
    with (tmp_path / "f.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:3] == ["file", "class", "small · relu · average 0"]
    assert head[-1] == "small · output · flatten 4"
    assert [row[:2] for row in rows] == [
        ["0.png", "even"], ["1.png", "odd"], ["2.png", "even"], ["4.png", "even"], ["5.png", "odd"],
    ]  # fmt: skip
    numbers = np.array([row[2:] for row in rows], np.float32)
    assert np.array_equal(numbers, features.values)
    table = parquet.read_table(tmp_path / "f.parquet")
    assert table.column_names == head
    found = np.stack([table[name].to_numpy() for name in head[2:]], axis=1)
    assert np.array_equal(found, features.values)


def test_networks_of_one_file_name_keep_all_their_columns(tmp_path):
    parts = [FeaturePart(f"{folder}/net.py", layer="relu") for folder in "abc"]
    networks = {part.network: small_model(seed) for seed, part in enumerate(parts)}
    dataset, _ = noise_dataset(4)
    features = list(extract_dataset(networks, dataset, parts))[-1].features
    save_features(features, dataset, tmp_path / "f.parquet")
    table = parquet.read_table(tmp_path / "f.parquet")
    found = np.stack([table[name].to_numpy() for name in table.column_names[2:]], axis=1)
    assert np.array_equal(found, features.values)
    width = found.shape[1] // 3
    assert table.column_names[2 + width] == "net.py · relu · average (2) 0"
    assert table.column_names[2 + 2 * width] == "net.py · relu · average (3) 0"


def test_bad_places_endings_and_widths_get_a_sentence(extracted, tmp_path):
    features, dataset = extracted
    with pytest.raises(FeatureError, match="end it in"):
        save_features(features, dataset, tmp_path / "f.xlsx")
    with pytest.raises(ImageError, match="folder does not exist"):
        save_features(features, dataset, tmp_path / "none" / "f.csv")
    wide = Features(
        np.zeros((5, 50_001), np.float32), features.indices, PARTS[:1], (slice(0, 50_001),), ("x",)
    )
    with pytest.raises(FeatureError, match="too wide"):
        save_features(wide, dataset, tmp_path / "f.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["text", "cut", "other", "missing", "object"])
def test_files_that_hold_no_features_get_a_sentence(extracted, tmp_path, damage):
    path = tmp_path / "f.npz"
    save_features(*extracted, path)
    if damage == "text":
        path.write_text("no zip")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:200])
    elif damage == "other":
        np.savez(path, a=1)
    elif damage == "object":
        np.savez(path, values=np.array([{}], object))
    else:
        path.unlink()
    with pytest.raises(FeatureError, match=r"f\.npz holds no features"):
        load_features(path)


@pytest.mark.parametrize("shape", [(3, 40, 30), (1, 17, 60), (3, 9, 9)])
@pytest.mark.parametrize("name", ["small", "grey", "whole", "bicubic"])
def test_the_last_stage_is_what_the_preprocessing_gives(shape, name):
    from dataclasses import replace

    model = small_model()
    changed = {
        "small": {},
        "grey": {"mean": (0.4,), "std": (0.2,)},
        "whole": {"resize": None, "height": 20},
        "bicubic": {"interpolation": "bicubic", "resize": 12},
    }[name]
    model = replace(model, preprocess=replace(model.preprocess, **changed))
    image = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    stages = preprocessing_stages(model, image)
    torch.testing.assert_close(torch.from_numpy(stages[-1].values), model.preprocess(image))
    keys = [stage.key for stage in stages]
    assert keys[:2] == ["picture", "scale"]
    assert ("channels" in keys) == (shape[0] != model.preprocess.channels)
    for stage in stages:
        assert stage.shape == stage.values.shape
        assert str(stage.values.dtype) == stage.dtype
        assert (stage.low, stage.high) == (stage.values.min(), stage.values.max())
        assert stage.pixels.ndim == 3
        assert stage.pixels.min() >= 0
        assert stage.pixels.max() <= 1


def test_a_step_left_out_is_not_done():
    model, pixels = small_model(), np.random.default_rng(0).random((50, 40, 3), dtype=np.float32)
    plain = preprocessing_stages(model, pixels, leave_out=["normalise"])
    assert "normalise" not in [stage.key for stage in plain]
    assert 0 <= plain[-1].low < plain[-1].high <= 1
    unscaled = preprocessing_stages(model, pixels, leave_out=["scale", "normalise"])
    np.testing.assert_allclose(unscaled[-1].values, plain[-1].values * 255, rtol=1e-4)
    for looked_at, as_it_was in zip(unscaled, plain, strict=True):  # its numbers alone are larger
        np.testing.assert_allclose(looked_at.pixels, as_it_was.pixels, atol=1e-5)
    uncropped = preprocessing_stages(model, pixels, leave_out=["crop"])
    assert uncropped[-1].shape == (1, 3, 22, 18)
    cut = preprocessing_stages(model, pixels, leave_out=["resize", "normalise"])
    np.testing.assert_array_equal(cut[-1].values[0], pixels[17:33, 12:28].transpose(2, 0, 1))
    with pytest.raises(FeatureError, match="no step 'blur'"):
        preprocessing_stages(model, pixels, leave_out=["blur"])
    with pytest.raises(ImageError, match="A picture is"):
        preprocessing_stages(model, pixels[0])


def test_predictions_are_the_softmax_of_the_networks_answer():
    model, image = small_model(), torch.rand(3, 20, 20)
    with torch.no_grad():
        shares = model.module(model.preprocess(image))[0].softmax(0)
    found = predictions(model, image, count=9)
    assert [one.category for one in found] == [
        model.categories[i] for i in shares.argsort().flip(0)
    ]
    np.testing.assert_allclose(sum(one.share for one in found), 1, atol=1e-6)
    assert found[0].share == pytest.approx(float(shares.max()), abs=1e-6)


@pytest.mark.slow
def test_leaving_out_the_scale_changes_what_the_trained_network_sees():
    from engines.images import load_sample

    model, image = load("efficientnet_lite0"), load_sample("chelsea").pixels
    right = predictions(model, image)
    wrong = predictions(model, image, leave_out=["scale"])
    assert right[0].category == "tiger cat"
    assert "cat" not in wrong[0].category
    assert predictions(model, image, leave_out=["normalise"])[0].share != right[0].share
    with pytest.raises(NetworkError):
        predictions(load("vit_b_32", weights="none"), image, leave_out=["crop"])
