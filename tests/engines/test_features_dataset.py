"""Features of a dataset: the store, leaving and beginning again, and what cannot be used."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engines.errors import FeatureError
from engines.feature_store import FeatureStore
from engines.features import FeaturePart, extract, extract_dataset
from feature_fakes import noise_dataset, small_model

KEY, OTHER = ("small", "best"), ("other", "best")
PARTS = (
    FeaturePart(*KEY, "relu", "average"),
    FeaturePart(*OTHER, "", "flatten"),
    FeaturePart(*KEY, "second", "gram"),
)


@pytest.fixture
def networks():
    return {KEY: small_model(0), OTHER: small_model(1, side=12)}


def run(*arguments, **keywords):
    return list(extract_dataset(*arguments, **keywords))[-1]


def test_parts_of_several_networks_stand_side_by_side(networks):
    dataset, _ = noise_dataset(11)
    steps = list(extract_dataset(networks, dataset, PARTS, batch_size=4))
    assert [step.done for step in steps] == [4, 8, 11]
    assert [step.features is None for step in steps] == [True, True, False]
    features = steps[-1].features
    assert features.values.dtype == np.float32
    assert features.indices.tolist() == list(range(11))
    images = [torch.from_numpy(dataset.pixels(i)).permute(2, 0, 1) for i in range(11)]
    for number, part in enumerate(PARTS):
        expected = extract(networks[part.network], images, part.layer, part.pooling)
        np.testing.assert_allclose(features.part(number), expected, rtol=1e-4, atol=1e-5)


def test_unchanged_pictures_come_from_the_store_without_being_read(networks, tmp_path):
    dataset, drawer = noise_dataset(9)
    first = run(networks, dataset, PARTS, store=FeatureStore(tmp_path), batch_size=4)
    drawer.reads.clear()
    again = run(networks, dataset, PARTS, store=FeatureStore(tmp_path), batch_size=4)
    assert (first.from_cache, again.from_cache) == (0, 9)
    assert drawer.reads == []
    assert np.array_equal(first.features.values, again.features.values)


def test_a_changed_picture_alone_is_computed_again(networks, tmp_path):
    dataset, drawer = noise_dataset(6)
    store = FeatureStore(tmp_path)
    run(networks, dataset, PARTS, store=store)
    drawer.pictures[2] = drawer.pictures[2][::-1].copy()
    samples = list(dataset.samples)
    samples[2] = replace(samples[2], key="ab" * 32)
    drawer.reads.clear()
    step = run(networks, replace(dataset, samples=tuple(samples)), PARTS, store=store)
    assert drawer.reads == [2]
    assert step.from_cache == 5


@pytest.mark.parametrize("change", ["weight", "layer", "pooling", "preprocessing"])
def test_what_decides_the_numbers_decides_the_entry(networks, tmp_path, change):
    dataset, _ = noise_dataset(4)
    store, part = FeatureStore(tmp_path), FeaturePart(*KEY, "relu", "average")
    run(networks, dataset, [part], store=store)
    model = networks[KEY]
    if change == "weight":
        model.module.second.bias.data[5] += 1e-3  # behind the layer, but nobody can know that
    elif change == "layer":
        part = replace(part, layer="norm")
    elif change == "pooling":
        part = replace(part, pooling="max")
    else:
        networks[KEY] = replace(model, preprocess=replace(model.preprocess, mean=(0.0, 0.0, 0.0)))
    assert run(networks, dataset, [part], store=store).from_cache == 0
    assert run(networks, dataset, [part], store=store).from_cache == 4


def test_another_part_computes_only_itself(networks, tmp_path):
    dataset, drawer = noise_dataset(5)
    store = FeatureStore(tmp_path)
    run(networks, dataset, PARTS[:1], store=store)
    entries = store.count()
    run(networks, dataset, PARTS[:2], store=store)
    assert (entries, store.count()) == (5, 10)
    assert sorted(drawer.reads) == sorted([*range(5), *range(5)])


def test_a_run_left_at_any_step_loses_nothing_and_goes_on(networks, tmp_path):
    dataset, drawer = noise_dataset(10)
    whole = run(networks, dataset, PARTS).features.values
    for left_after in (1, 2, 3):
        store = FeatureStore(tmp_path / str(left_after))
        steps = extract_dataset(networks, dataset, PARTS, store=store, batch_size=3)
        for _ in range(left_after):
            next(steps)
        steps.close()
        drawer.reads.clear()
        rest = run(networks, dataset, PARTS, store=store, batch_size=3)
        assert rest.from_cache == 3 * left_after
        assert drawer.reads == list(range(3 * left_after, 10))
        np.testing.assert_allclose(rest.features.values, whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "other size"])
def test_damaged_entries_are_computed_again(networks, tmp_path, damage):
    dataset, _ = noise_dataset(3)
    store = FeatureStore(tmp_path)
    whole = run(networks, dataset, PARTS[:1], store=store).features.values
    file = sorted(Path(tmp_path).rglob("*.features"))[0]
    data = bytearray(file.read_bytes())
    if damage == "bit":
        data[-3] ^= 1
    file.write_bytes(
        {"cut": data[:-4], "empty": b"", "other size": data + bytes(4)}.get(damage, data)
    )
    step = run(networks, dataset, PARTS[:1], store=store)
    assert step.from_cache == 2
    np.testing.assert_allclose(step.features.values, whole, rtol=1e-4, atol=1e-5)
    assert run(networks, dataset, PARTS[:1], store=store).from_cache == 3


def test_a_full_disk_ends_the_keeping_but_not_the_run(networks, tmp_path, monkeypatch):
    dataset, _ = noise_dataset(6)
    store = FeatureStore(tmp_path)
    write, written = Path.write_bytes, []

    def full_after_three(path, data):
        if len(written) == 3:
            write(path, data[: len(data) // 2])  # as a real disk, which takes the first half
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full_after_three)
    step = run(networks, dataset, PARTS[:1], store=store, batch_size=2)
    assert "the disk is full" in step.notes[0]
    assert len(step.features.values) == 6
    assert store.count() == 3
    assert not list(tmp_path.rglob("*.part"))
    monkeypatch.undo()
    assert run(networks, dataset, PARTS[:1], store=store).notes == step.notes  # not tried again
    assert store.count() == 3
    store.try_again()
    there_is_room = run(networks, dataset, PARTS[:1], store=store)
    assert (there_is_room.from_cache, there_is_room.notes) == (3, ())
    assert store.count() == 6


def test_a_folder_that_cannot_be_made_is_told_in_the_notes(networks, tmp_path):
    (tmp_path / "file").write_text("in the way")
    dataset, _ = noise_dataset(2)
    step = run(networks, dataset, PARTS[:1], store=FeatureStore(tmp_path / "file"))
    assert "Features are no longer kept on disk" in step.notes[0]
    assert len(step.features.values) == 2


def test_the_store_tells_its_size_and_can_be_emptied(networks, tmp_path):
    dataset, _ = noise_dataset(3)
    (tmp_path / "of_others.txt").write_text("stays")
    store = FeatureStore(tmp_path)
    assert (store.size(), store.count()) == (0, 0)
    run(networks, dataset, PARTS[:1], store=store)
    assert store.size() == sum(file.stat().st_size for file in tmp_path.rglob("*.features"))
    size = store.size()
    assert store.clear() == size > 0
    assert (store.size(), store.count()) == (0, 0)
    assert [file.name for file in tmp_path.iterdir()] == ["of_others.txt"]


def test_pictures_that_change_during_the_run_are_left_out_and_listed(networks, tmp_path):
    dataset, drawer = noise_dataset(7)
    drawer.broken = {1, 6}
    step = run(networks, dataset, PARTS, store=FeatureStore(tmp_path), batch_size=3)
    assert [str(skipped.path) for skipped in step.skipped] == ["1.png", "6.png"]
    assert "changed since it was scanned" in step.skipped[0].reason
    assert step.features.indices.tolist() == [0, 2, 3, 4, 5]
    assert step.features.values.shape[0] == 5
    drawer.broken = set()
    assert run(networks, dataset, PARTS, store=FeatureStore(tmp_path)).from_cache == 5


def test_answers_that_are_no_numbers_are_left_out_and_not_kept(networks, tmp_path):
    dataset, drawer = noise_dataset(4)
    drawer.pictures[2] = np.full_like(drawer.pictures[2], np.nan)
    store = FeatureStore(tmp_path)
    step = run(networks, dataset, PARTS[:1], store=store)
    assert "no finite number" in step.skipped[0].reason
    assert store.count() == 3


def test_what_cannot_be_extracted_is_told_at_once(networks):
    dataset, drawer = noise_dataset(3)
    with pytest.raises(FeatureError, match="no pictures"):
        extract_dataset(networks, dataset, PARTS, indices=[])
    with pytest.raises(FeatureError, match="no layer “nowhere”"):
        extract_dataset(networks, dataset, [FeaturePart(*KEY, "nowhere")])
    with pytest.raises(FeatureError, match="Choose 1 or more"):
        extract_dataset(networks, dataset, PARTS, batch_size=0)
    drawer.broken = {0, 1, 2}
    with pytest.raises(FeatureError, match="None of the pictures could be used"):
        run(networks, dataset, PARTS)


def test_features_larger_than_the_memory_are_refused_before_anything_runs(networks, monkeypatch):
    monkeypatch.setattr("engines._features.extracting._memory", lambda: 1000)
    dataset, drawer = noise_dataset(30)
    with pytest.raises(FeatureError, match="Take the average or maximum"):
        extract_dataset(networks, dataset, PARTS)
    assert drawer.reads == []


def test_chosen_pictures_keep_their_indices(networks):
    dataset, drawer = noise_dataset(8)
    features = run(networks, dataset, PARTS[:1], indices=[5, 2]).features
    assert features.indices.tolist() == [5, 2]
    assert drawer.reads == [5, 2]


def test_the_network_in_use_elsewhere_is_not_touched(networks):
    dataset, _ = noise_dataset(3)
    networks[KEY].module.relu.register_forward_hook(lambda *_: pytest.fail("not the original"))
    run(networks, dataset, PARTS)
