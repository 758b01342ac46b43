"""What was trained further, saved with its card, and opened again as any other network."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from finetuning import halves, small, stripes
from hypothesis import given
from hypothesis import strategies as st

from engines import models
from engines.errors import CheckpointError, TrainingError, UntrustedCode
from engines.finetune import (
    AUGMENTATIONS,
    Augmentation,
    Epoch,
    TrainSettings,
    posteriors,
    preview,
    read_card,
    save_result,
    train,
)


def trained(model, method="head", data=None):
    data = data or stripes((6, 6, 6))
    asked = TrainSettings(method=method, epochs=1, seed=3, batch_norm="trained")
    steps = [step for step in train(model, data, halves(data), asked) if isinstance(step, Epoch)]
    return steps[-1].result


@pytest.fixture(scope="module")
def result():
    """A network of the catalogue small enough for a test, its head trained."""
    return trained(models.load("mobilenet_v3_small", "none"))


@pytest.mark.slow
def test_what_was_saved_answers_the_same_when_opened(result, tmp_path):
    file = tmp_path / "stripes.safetensors"
    card = save_result(result, file)
    assert card == tmp_path / "stripes.json"
    assert models.file_kind(file) == "fine-tuned"
    opened = models.load(str(file))
    assert opened.categories == ("across", "down", "plain")
    assert opened.card.classes == 3
    assert (opened.card.weights_state, opened.card.name) == ("own", str(file))
    assert opened.preprocess == result.base.preprocess
    assert not any(value.requires_grad for value in opened.module.parameters())
    picture = stripes().images[0]
    expected = posteriors(result.model(), picture)
    np.testing.assert_array_equal(posteriors(opened, picture), expected)
    assert expected.sum() == pytest.approx(1)
    # Without the card they are weights as any others, and fit the network with another head.
    plain = models.load("mobilenet_v3_small", file)
    np.testing.assert_array_equal(posteriors(plain, picture), expected)


@pytest.mark.slow
def test_the_card_says_all_that_is_needed_to_do_it_again(result, tmp_path):
    file = tmp_path / "stripes.safetensors"
    raw = json.loads(save_result(result, file).read_text(), parse_constant=pytest.fail)
    assert raw["architecture"] == "mobilenet_v3_small"
    assert raw["classes"] == ["across", "down", "plain"]
    assert raw["preprocessing"]["mean"] == list(result.base.preprocess.mean)
    assert raw["seeds"] == {"head": 3, "order": 3}
    assert raw["settings"]["method"] == "head"
    assert raw["data"]["pictures"] == {"train": 12, "validation": 6, "test": 0}
    assert len(raw["data"]["sha256"]) == 64
    assert torch.__version__.startswith(raw["versions"]["torch"])
    assert len(raw["epochs"]) == 1
    assert raw["validation"]["accuracy"] == result.validation_accuracy
    assert read_card(file).raw == raw


@pytest.mark.slow
def test_files_that_do_not_belong_together_are_told(result, tmp_path):
    file = tmp_path / "own.safetensors"
    card = save_result(result, file)
    raw = json.loads(card.read_text())
    card.write_text(json.dumps(raw | {"classes": ["a", "b"]}))
    with pytest.raises(CheckpointError, match="do not belong together"):
        models.load(str(file))
    card.write_text(json.dumps(raw | {"weights_sha256": "0"}))
    assert any("has changed" in note for note in models.load(str(file)).card.notes)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="not a whole"):
        models.load(str(file))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "kernelscope fine-tuned network 9"}, "newer version"),
        ({"preprocessing": {}}, "cannot be read"),
        ({"classes": ["one"]}, "does not describe"),
        ({"previous_classes": 0}, "does not describe"),
        ({"previous_classes": 10**30}, "does not describe"),
        ({"architecture": "no_such_network"}, "no network"),
    ],
)
@pytest.mark.slow
def test_a_card_that_cannot_be_used_is_told(result, tmp_path, change, sentence):
    file = tmp_path / "own.safetensors"
    card = save_result(result, file)
    card.write_text(json.dumps(json.loads(card.read_text()) | change))
    with pytest.raises(models.ModelError, match=sentence):
        models.load(str(file))


def test_a_half_written_card_is_told_and_a_foreign_one_is_none(tmp_path):
    file, card = tmp_path / "own.safetensors", tmp_path / "own.json"
    file.write_bytes(b"x")
    card.write_text('{"format": "kernelscope fine-tuned network 1", "classes": [')
    with pytest.raises(CheckpointError, match="cannot be read"):
        models.load(str(file))
    card.write_text('{"some": "settings"}')
    assert models.file_kind(file) == "weights"


def test_a_foreign_file_of_the_cards_name_is_not_overwritten(tmp_path):
    result = trained(small())
    (tmp_path / "own.json").write_text('{"some": "settings"}')
    with pytest.raises(TrainingError, match="another file"):
        save_result(result, tmp_path / "own.safetensors")
    assert (tmp_path / "own.json").read_text() == '{"some": "settings"}'
    assert not (tmp_path / "own.safetensors").exists()
    with pytest.raises(TrainingError, match=r"\.safetensors"):
        save_result(result, tmp_path / "own.pth")


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    result = trained(small())
    file = tmp_path / "own.safetensors"
    save_result(result, file)
    before = file.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="disk is full"):
        save_result(trained(small(), "everything"), file)
    assert file.read_bytes() == before


def test_a_network_out_of_a_python_file_opens_only_when_trusted(tmp_path):
    program = tmp_path / "mine.py"
    program.write_text(
        "from torch import nn\n"
        "input_size = (3, 12, 12)\n"
        "model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(),\n"
        "                      nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 6))\n"
    )
    result = trained(models.load(program, trusted=True), "everything")
    file = tmp_path / "own.safetensors"
    save_result(result, file)
    with pytest.raises(UntrustedCode):
        models.load(str(file))
    opened = models.load(str(file), trusted=True)
    picture = stripes().images[4]
    np.testing.assert_array_equal(posteriors(opened, picture), posteriors(result.model(), picture))


def test_the_program_that_a_network_was_trained_from_is_named_before_it_runs(tmp_path):
    program = tmp_path / "mine.py"
    program.write_text(
        "from torch import nn\n"
        "input_size = (3, 12, 12)\n"
        "model = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, 6))\n"
    )
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    save_result(trained(models.load(program, trusted=True)), first)
    save_result(trained(models.load(str(first), trusted=True)), second)
    for file in (program, first, second):
        assert models.code_file(file) == program
    catalogue = tmp_path / "catalogue.safetensors"
    save_result(trained(models.load("digits", "none")), catalogue)
    assert models.code_file(catalogue) is None
    program.unlink()
    with pytest.raises(CheckpointError, match=r"mine\.py does not exist"):
        models.code_file(second)


def test_a_network_is_not_saved_over_one_that_it_was_trained_from(tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    save_result(trained(models.load("digits", "none")), first)
    save_result(trained(models.load(str(first))), second)
    further = trained(models.load(str(second)))
    before = first.read_bytes(), second.read_bytes()
    for taken in (first, second):
        with pytest.raises(TrainingError, match="Choose another name"):
            save_result(further, taken)
    assert (first.read_bytes(), second.read_bytes()) == before


def test_cards_that_lead_in_a_circle_are_refused_with_a_sentence(tmp_path):
    first = tmp_path / "first.safetensors"
    save_result(trained(models.load("digits", "none")), first)
    card = json.loads(first.with_suffix(".json").read_text())
    first.with_suffix(".json").write_text(json.dumps({**card, "architecture": str(first)}))
    for opened in (models.load, models.code_file):
        with pytest.raises(CheckpointError, match="saved over the other"):
            opened(str(first))


def test_a_network_that_was_saved_can_be_trained_further_and_saved_again(tmp_path):
    data = stripes((6, 6, 6))
    first = tmp_path / "first.safetensors"
    save_result(trained(models.load("digits", "none")), first)
    data.classes = ("one", "two", "three")
    second = tmp_path / "second.safetensors"
    result = trained(models.load(str(first)), "everything", data)
    save_result(result, second)
    opened = models.load(str(second))
    assert opened.categories == ("one", "two", "three")
    picture = data.images[0]
    np.testing.assert_array_equal(posteriors(opened, picture), posteriors(result.model(), picture))


@pytest.mark.slow
def test_a_network_that_began_with_a_file_of_another_head_opens_again(tmp_path):
    five = models.load("mobilenet_v3_small", "none").module
    five.classifier[3] = torch.nn.Linear(five.classifier[3].in_features, 5)
    torch.save(five.state_dict(), tmp_path / "five.pth")
    result = trained(models.load("mobilenet_v3_small", tmp_path / "five.pth"))
    file = tmp_path / "own.safetensors"
    save_result(result, file)
    opened = models.load(str(file))
    assert opened.categories == ("across", "down", "plain")
    picture = stripes().images[0]
    np.testing.assert_array_equal(posteriors(opened, picture), posteriors(result.model(), picture))


# Augmentations -------------------------------------------------------------------------------


def test_flip_every_time_is_numpys_and_nothing_changes_nothing():
    data = stripes()
    for one in preview(data, 0, [Augmentation("flip", 1.0)], 2):
        np.testing.assert_allclose(one, data.images[0][:, ::-1], atol=1e-6)
    still = [Augmentation("flip", 0), Augmentation("rotate", 0), Augmentation("colour", 0)]
    np.testing.assert_allclose(preview(data, 0, still, 1)[0], data.images[0], atol=1e-6)
    assert len(preview(data, 0, [], 3)) == 3


@given(
    name=st.sampled_from(sorted(AUGMENTATIONS)),
    share=st.floats(0, 1),
    index=st.integers(0, 35),
    seed=st.integers(0, 2**31),
)
def test_every_augmentation_keeps_size_and_range_and_repeats_for_its_seed(name, share, index, seed):
    data, kind = stripes(), AUGMENTATIONS[name]
    one = Augmentation(name, kind.least + share * (kind.most - kind.least))
    first = preview(data, index, [one], 2, seed)
    for changed, again in zip(first, preview(data, index, [one], 2, seed), strict=True):
        assert changed.shape == data.images[index].shape
        assert changed.dtype == np.float32
        assert 0 <= changed.min() <= changed.max() <= 1
        np.testing.assert_array_equal(changed, again)


@pytest.mark.parametrize("name", ["rotate", "crop", "colour", "scale"])
def test_augmentations_draw_anew_for_each_picture(name):
    first, second = preview(stripes(), 0, [Augmentation(name, AUGMENTATIONS[name].usual)], 2)
    assert not np.array_equal(first, second)


def test_the_preview_shows_the_networks_size_and_tells_of_bad_amounts():
    assert preview(stripes(), 0, [], 1, side=7)[0].shape == (7, 7, 3)
    with pytest.raises(TrainingError, match="Crop goes from"):
        preview(stripes(), 0, [replace(Augmentation("crop", 0.5), amount=0.0)])
