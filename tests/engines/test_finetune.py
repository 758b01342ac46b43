"""Training further: what learns and what stays, the best kept, and going on after a stop."""

from __future__ import annotations

import errno
import math
import os

import numpy as np
import pytest
import torch
from finetuning import Small, Split, halves, small, stripes
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, log_loss
from sklearn.utils.class_weight import compute_class_weight
from torch import nn
from torch.nn import functional

from engines.errors import TrainingError
from engines.feature_store import FeatureStore
from engines.finetune import (
    METHODS,
    Augmentation,
    Epoch,
    TrainProgress,
    TrainSettings,
    evaluate,
    posteriors,
    train,
)

QUICK = TrainSettings(epochs=3, batch_size=5, learning_rate=1e-2, backbone_rate=5e-3, patience=0)


def quick(**changes) -> TrainSettings:
    return TrainSettings(**{**QUICK.__dict__, **changes})


def epochs(*given, **named) -> list[Epoch]:
    return [step for step in train(*given, **named) if isinstance(step, Epoch)]


def numbers(told: Epoch) -> tuple:
    losses = (told.train_loss, told.train_accuracy, told.validation_loss, told.validation_accuracy)
    return (told.number, *losses, told.best, told.best_number, told.confusion.tolist())


def weights(epoch: Epoch) -> dict[str, torch.Tensor]:
    return epoch.result.model().module.state_dict()


def same(first: dict, second: dict) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def inputs(data, model, indices) -> torch.Tensor:
    pixels = torch.from_numpy(data.images[indices]).permute(0, 3, 1, 2)
    return (pixels - 0.5) / 0.25


# What is learnt ------------------------------------------------------------------------------


def test_a_new_head_learns_as_a_plain_loop_over_the_features_does():
    data, model = stripes(), small()
    split = halves(data)
    told = epochs(model, data, split, quick(epochs=4, batch_size=100, weight_decay=0.1))
    body = Small()
    body.load_state_dict(model.module.state_dict())
    body.eval().fc = nn.Identity()
    with torch.no_grad():
        features = body(inputs(data, model, split.train))
        judged = body(inputs(data, model, split.validation))
    labels = torch.tensor([data.samples[i].label for i in split.train])
    true = torch.tensor([data.samples[i].label for i in split.validation])
    torch.manual_seed(0)
    head = nn.Linear(40, 3)
    groups = [
        {"params": [head.weight], "weight_decay": 0.1},
        {"params": [head.bias], "weight_decay": 0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=1e-2)
    for epoch in told:
        loss = functional.cross_entropy(head(features), labels)
        assert epoch.train_loss == pytest.approx(loss.item(), rel=1e-5)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        expected = functional.cross_entropy(head(judged), true).item()
        assert epoch.validation_loss == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_training_tells_the_stripes_apart(method):
    data = stripes((24, 24, 24))
    asked = quick(method=method, epochs=40, backbone_rate=1e-2, learning_rate=2e-2)
    last = epochs(small(), data, halves(data), asked)[-1]
    assert last.last
    assert last.result.validation_accuracy >= (0.6 if method == "head" else 0.9)


def test_features_computed_once_give_what_computing_them_each_time_gives():
    data, model = stripes(), small()
    split = halves(data)
    once, again = (
        epochs(model, data, split, quick(cache_features=cached)) for cached in (True, False)
    )
    assert all(epoch.cached for epoch in once)
    assert not any(epoch.cached for epoch in again)
    for first, second in zip(once, again, strict=True):
        assert first.train_loss == pytest.approx(second.train_loss, abs=1e-5)
        assert first.validation_loss == pytest.approx(second.validation_loss, abs=1e-5)
    for name, value in weights(once[-1]).items():
        torch.testing.assert_close(value, weights(again[-1])[name], atol=1e-5, rtol=1e-4)


def test_each_picture_is_read_once_however_many_epochs_there_are():
    data = stripes()
    epochs(small(), data, halves(data), quick(epochs=6))
    assert data.reads == len(data.samples)


def test_a_stopped_run_leaves_its_features_to_the_next_with_the_same_result(tmp_path):
    """The first batch is run anew: it tells whether the head alone answers as the network does."""
    data, store, asked = stripes(), FeatureStore(tmp_path), quick(batch_size=4)
    steps = train(small(), data, halves(data), asked, store=store)
    while next(steps).done < 12:
        pass
    steps.close()
    assert (data.reads, store.count()) == (12, 12)
    again = epochs(small(), data, halves(data), asked, store=store)
    assert data.reads == 12 + len(data.samples) - 8
    fresh = epochs(small(), stripes(), halves(data), asked)
    assert list(map(numbers, again)) == list(map(numbers, fresh))


@pytest.mark.parametrize("norms", ["frozen", "trained"])
@pytest.mark.parametrize("method", METHODS)
def test_only_what_the_method_names_changes_and_batch_norms_as_asked(method, norms):
    data, model = stripes(), small()
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    last = epochs(model, data, halves(data), quick(method=method, batch_norm=norms))[-1]
    after = weights(last)
    learning = {"head": ("fc.",), "last_block": ("block2.", "fc."), "everything": ("",)}[method]
    for name, value in after.items():
        if name.startswith("fc."):
            continue
        statistic = "running" in name or "tracked" in name
        learns = name.startswith(learning) and not (statistic and norms == "frozen")
        assert torch.equal(value, before[name]) != learns, name
    # What was given is as it was, in numbers, modes and head.
    assert same(before, model.module.state_dict())
    assert not any(part.training for part in model.module.modules())
    assert model.module.fc.out_features == 5


def test_a_backbone_rate_of_zero_leaves_the_backbone():
    data, model = stripes(), small()
    last = epochs(model, data, halves(data), quick(method="everything", backbone_rate=0.0))[-1]
    for name, value in weights(last).items():
        assert name.startswith("fc.") or torch.equal(value, model.module.state_dict()[name])


def test_gradients_switched_off_around_the_steps_do_not_matter():
    data = stripes()
    plain = epochs(small(), data, halves(data), quick(method="last_block"))
    with torch.no_grad():
        told = epochs(small(), data, halves(data), quick(method="last_block"))
    assert [numbers(one) for one in told] == [numbers(one) for one in plain]


def test_torchs_own_random_numbers_are_neither_used_nor_changed():
    data = stripes()
    asked = quick(method="everything", augmentations=(Augmentation("colour", 0.3),))
    model = small()
    torch.manual_seed(1)
    one = epochs(model, data, halves(data), asked)[-1]
    torch.manual_seed(2)
    two = epochs(model, data, halves(data), asked)[-1]
    assert numbers(one) == numbers(two)
    before = torch.get_rng_state()
    epochs(model, data, halves(data), quick(method="everything"))
    assert torch.equal(before, torch.get_rng_state())


# The best, and when to stop ------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_the_best_epoch_is_kept_and_does_again_what_it_did(method):
    data, model = stripes((15, 15, 15)), small()
    split = halves(data)
    told = epochs(model, data, split, quick(method=method, epochs=8, learning_rate=0.05))
    ranks = [(one.validation_accuracy, -one.validation_loss) for one in told]
    last = told[-1]
    assert last.best_number == 1 + ranks.index(max(ranks)) == last.result.epoch
    again = evaluate(last.result.model(), data, split.validation)
    best = told[last.best_number - 1]
    assert again.accuracy == best.validation_accuracy == last.result.validation_accuracy
    assert again.loss == pytest.approx(best.validation_loss, rel=1e-4)
    assert np.array_equal(again.confusion, best.confusion)


def test_what_an_early_epoch_gave_is_not_changed_by_later_ones():
    data = stripes()
    steps = train(small(), data, halves(data), quick(method="everything", epochs=5))
    first = next(step for step in steps if isinstance(step, Epoch))
    before = {name: value.clone() for name, value in weights(first).items()}
    list(steps)
    assert same(before, weights(first))


def test_training_stops_when_nothing_got_better_for_as_long_as_patience_says():
    data = stripes()
    told = epochs(small(), data, halves(data), quick(epochs=200, patience=2, learning_rate=0.3))
    assert told[-1].stopped_early
    assert told[-1].number - told[-1].best_number == 2
    assert [one.last for one in told] == [False] * (len(told) - 1) + [True]


def test_without_validation_pictures_the_lowest_training_loss_is_the_best():
    data = stripes()
    split = Split(np.arange(36), np.arange(0), np.arange(0))
    told = epochs(small(), data, split, quick(epochs=5))
    losses = [one.train_loss for one in told]
    assert math.isnan(told[-1].validation_accuracy)
    assert told[-1].best_number == 1 + losses.index(min(losses))


def test_an_evaluation_is_scikit_learns():
    data, model = stripes((9, 7, 5)), small(classes=3)
    told = evaluate(model, data, range(21), batch_size=4)
    with torch.no_grad():
        expected = model.module(inputs(data, model, range(21))).softmax(dim=1).numpy()
    labels = [sample.label for sample in data.samples]
    np.testing.assert_allclose(told.probabilities, expected, atol=1e-6)
    assert told.loss == pytest.approx(log_loss(labels, expected), rel=1e-4)
    assert np.array_equal(told.confusion, confusion_matrix(labels, expected.argmax(1)))
    np.testing.assert_allclose(posteriors(model, data.images[3]), expected[3], atol=1e-6)
    tensor = torch.from_numpy(data.images[3]).permute(2, 0, 1)
    np.testing.assert_allclose(posteriors(model, tensor), expected[3], atol=1e-6)


# Classes of unlike size ----------------------------------------------------------------------


def test_class_weights_are_the_balanced_ones():
    data, model = stripes((20, 4, 8)), small()
    split = Split(np.arange(32), np.arange(0), np.arange(0))
    labels = np.array([sample.label for sample in data.samples])
    told = epochs(model, data, split, quick(epochs=1, batch_size=64, balance="weights"))[0]
    body = Small()
    body.load_state_dict(model.module.state_dict())
    body.eval()
    torch.manual_seed(0)
    body.fc = nn.Linear(40, 3)
    with torch.no_grad():
        scores = body(inputs(data, model, range(32)))
    balanced = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    expected = log_loss(labels, scores.softmax(1).numpy(), sample_weight=balanced[labels])
    assert told.train_loss == pytest.approx(expected, rel=1e-4)


def test_the_sampler_draws_every_class_alike():
    data = stripes((60, 6, 12))
    drawn = np.zeros(3)

    split = Split(np.arange(78), np.arange(0), np.arange(0))
    from engines._finetune.result import data_facts
    from engines._finetune.run import _Trainer

    asked = quick(balance="sampler")
    trainer = _Trainer(small(), data, split, asked, data_facts(data, split), {}, None)
    for epoch in range(1, 60):
        for batch in trainer._batches(epoch):
            np.add.at(drawn, [data.samples[index].label for index in batch], 1)
    # A share of 1/3 of 4602 draws has a standard deviation of 0.7 %.
    np.testing.assert_allclose(drawn / drawn.sum(), 1 / 3, atol=0.035)


@given(count=st.integers(1, 40), size=st.integers(1, 17), seed=st.integers(0, 2**40))
@settings(max_examples=40)
def test_an_epoch_sees_every_picture_once_and_no_lone_picture(count, size, seed):
    from engines._finetune.run import _Trainer

    split = Split(np.arange(count), np.arange(0), np.arange(0))
    bare = _Trainer.__new__(_Trainer)
    bare.train, bare.settings = split.train, quick(batch_size=size, seed=seed)
    batches = bare._batches(1)
    assert sorted(index for batch in batches for index in batch) == list(range(count))
    assert size == 1 or count == 1 or all(len(batch) > 1 for batch in batches)
    assert batches == bare._batches(1)


# Stopping and going on -----------------------------------------------------------------------


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("method", METHODS)
@given(stop=st.integers(1, 26))
@settings(max_examples=6)
def test_going_on_from_a_checkpoint_gives_what_no_stop_gives(
    method, cached, stop, tmp_path_factory
):
    data, model = stripes(), small()
    file = tmp_path_factory.mktemp("training") / "training.ckpt"
    random = (Augmentation("flip", 0.5), Augmentation("rotate", 20)) if not cached else ()
    asked = quick(method=method, augmentations=random, balance="sampler" if cached else "none",
                  batch_norm="trained" if cached else "frozen")  # fmt: skip
    whole = epochs(model, data, halves(data), asked)
    steps = train(model, data, halves(data), asked, checkpoint=file)
    seen = 0
    for seen, _ in enumerate(steps, 1):
        if seen == stop:
            break
    steps.close()
    resume = file if file.exists() else None  # nothing was learnt yet: features alone
    told = epochs(model, data, halves(data), asked, resume=resume, checkpoint=file)
    assert [numbers(one) for one in told] == [numbers(one) for one in whole]
    assert same(weights(told[-1]), weights(whole[-1]))
    assert told[-1].last


def test_stopping_within_an_epoch_loses_no_batch(tmp_path):
    data = stripes()
    file = tmp_path / "training.ckpt"
    steps = train(small(), data, halves(data), quick(method="everything"), checkpoint=file)
    for step in steps:
        if step.stage == "train" and step.done == 3:
            break
    steps.close()
    again = train(small(), data, halves(data), quick(method="everything"), resume=file)
    first = next(again)
    assert isinstance(first, TrainProgress)
    assert (first.stage, first.epoch, first.done) == ("train", 1, 4)


def test_more_epochs_can_be_asked_for_later(tmp_path):
    data, file = stripes(), tmp_path / "training.ckpt"
    epochs(small(), data, halves(data), quick(epochs=2), checkpoint=file)
    told = epochs(small(), data, halves(data), quick(epochs=4), resume=file)
    assert [one.repeated for one in told] == [True, True, False, False]
    whole = epochs(small(), data, halves(data), quick(epochs=4))
    assert [numbers(one) for one in told] == [numbers(one) for one in whole]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"learning_rate": 0.5}, "another learning rate"),
        ({"method": "everything"}, "another method"),
        ({"seed": 9}, "another seed"),
        ({"augmentations": (Augmentation("flip", 0.5),)}, "another augmentations"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(tmp_path, change, sentence):
    data, file = stripes(), tmp_path / "training.ckpt"
    epochs(small(), data, halves(data), quick(epochs=1), checkpoint=file)
    with pytest.raises(TrainingError, match=sentence):
        list(train(small(), data, halves(data), quick(**change), resume=file))


def test_a_checkpoint_of_other_pictures_or_weights_is_refused(tmp_path):
    data, file = stripes(), tmp_path / "training.ckpt"
    epochs(small(), data, halves(data), quick(epochs=1), checkpoint=file)
    other = stripes(seed=1)
    with pytest.raises(TrainingError, match="other pictures"):
        list(train(small(), other, halves(other), quick(), resume=file))
    torch.manual_seed(4)
    with pytest.raises(TrainingError, match="other weights"):
        list(train(small(Small()), data, halves(data), quick(), resume=file))


@given(length=st.integers(0, 3000))
@settings(max_examples=15)
def test_a_damaged_checkpoint_is_told(length, tmp_path_factory):
    data, file = stripes((6, 6, 6)), tmp_path_factory.mktemp("training") / "training.ckpt"
    epochs(small(), data, halves(data), quick(epochs=1), checkpoint=file)
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(TrainingError, match="cannot be read as a checkpoint"):
        list(train(small(), data, halves(data), quick(), resume=file))


def test_a_missing_or_foreign_checkpoint_is_told(tmp_path):
    data = stripes()
    with pytest.raises(TrainingError, match=r"no checkpoint gone\.ckpt"):
        list(train(small(), data, halves(data), quick(), resume=tmp_path / "gone.ckpt"))
    torch.save({"weights": torch.zeros(3)}, tmp_path / "foreign.ckpt")
    with pytest.raises(TrainingError, match="cannot be read as a checkpoint"):
        list(train(small(), data, halves(data), quick(), resume=tmp_path / "foreign.ckpt"))


def test_a_full_disk_ends_no_training_but_is_told(tmp_path, monkeypatch):
    data, file = stripes(), tmp_path / "training.ckpt"

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told = epochs(small(), data, halves(data), quick(), checkpoint=file)
    assert len(told) == 3
    assert any("disk is full" in note for note in told[-1].notes)
    assert not list(tmp_path.iterdir())


# Bad input -----------------------------------------------------------------------------------


def test_a_picture_that_changes_during_the_run_is_left_out_and_told():
    data = stripes()
    data.broken |= {0, 1}  # one of validation, one of training
    told = epochs(small(), data, halves(data), quick())
    assert told[-1].confusion.sum() == 11
    assert set(told[-1].skipped) == {
        f"class0/0{number} has changed. Scan the folder again." for number in (0, 1)
    }


def test_when_all_training_pictures_are_gone_training_ends_with_a_sentence():
    data = stripes()
    data.broken |= set(range(36))
    for method in METHODS:
        with pytest.raises(TrainingError, match="None of the training pictures"):
            epochs(small(), data, halves(data), quick(method=method))


def test_when_all_validation_pictures_are_gone_the_training_loss_decides():
    data = stripes()
    data.broken |= set(halves(data).validation.tolist())
    last = epochs(small(), data, halves(data), quick())[-1]
    assert math.isnan(last.validation_accuracy)
    assert last.result.epoch == last.best_number > 0


def test_one_class_and_classes_without_training_pictures_are_told():
    data = stripes()
    one = stripes((5,))
    one.classes = ("across",)
    with pytest.raises(TrainingError, match="at least 2 classes; there is 1"):
        train(small(), one, halves(one), quick())
    unclassed = stripes((5,))
    unclassed.classes = ()
    with pytest.raises(TrainingError, match="there are none"):
        train(small(), unclassed, halves(unclassed), quick())
    some = Split(np.arange(0, 20), np.arange(20, 36), np.arange(0))
    with pytest.raises(TrainingError, match="no training picture of plain"):
        train(small(), data, some, quick())


def test_one_picture_in_a_class_is_enough_to_learn_from():
    data = stripes((9, 9, 1))
    split = Split(np.arange(19), np.arange(0, 18, 3), np.arange(0))
    assert epochs(small(), data, split, quick(method="everything", batch_norm="trained"))[-1].last


def test_the_same_picture_to_learn_from_and_to_judge_by_is_told():
    data = stripes()
    split = Split(np.arange(36), np.array([3, 4]), np.array([30]))
    notes = epochs(small(), data, split, quick())[-1].notes
    assert notes == (
        "2 validation pictures are also among those learnt from: the accuracy is too good.",
        "1 test picture is also among those learnt from: a test by them would be too good.",
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"method": "feet"}, "no method 'feet'"),
        ({"epochs": 0}, "at least 1 epoch"),
        ({"batch_size": 0}, "1 picture a batch"),
        ({"patience": -1}, "patience"),
        ({"learning_rate": 0.0}, "Learning rates"),
        ({"learning_rate": math.nan}, "Learning rates"),
        ({"backbone_rate": -1.0}, "Learning rates"),
        ({"weight_decay": -1.0}, "weight decay"),
        ({"balance": "scales"}, "balanced by"),
        ({"batch_norm": "hot"}, "frozen or trained"),
        ({"augmentations": (Augmentation("blur", 1),)}, "no augmentation 'blur'"),
        ({"augmentations": (Augmentation("rotate", 181),)}, "Rotate goes from 0 to 180"),
    ],
)
def test_settings_that_train_nothing_are_told_at_once(change, sentence):
    data = stripes()
    with pytest.raises(TrainingError, match=sentence):
        train(small(), data, halves(data), quick(**change))


def test_a_loss_without_end_is_told():
    class Exploding(Small):
        def forward(self, batch):
            return super().forward(batch) * torch.tensor(float("inf"))

    data = stripes()
    with pytest.raises(TrainingError, match="Lower the learning rates"):
        epochs(small(Exploding()), data, halves(data), quick(method="everything"))


def test_a_network_whose_last_layer_is_no_head_is_told():
    class Doubled(Small):
        def forward(self, batch):
            answer = super().forward(batch)
            return torch.cat([answer, answer], dim=1)

    data = stripes()
    with pytest.raises(TrainingError, match="does not name its classes"):
        epochs(small(Doubled()), data, halves(data), quick())


def test_a_network_that_goes_on_behind_its_head_is_trained_without_kept_features():
    class Squeezed(Small):
        def __init__(self):
            super().__init__()
            self.fc = nn.Conv2d(10, 5, 1)

        def forward(self, batch):
            batch = self.block1(self.norm(self.stem(batch)).relu()).relu()
            return self.fc(self.block2(batch).relu()).relu().mean(dim=(2, 3))

    data = stripes()
    last = epochs(small(Squeezed()), data, halves(data), quick())[-1]
    assert not last.cached
    assert "cannot be kept" in last.notes[0]
    assert last.result.model().module.fc.weight.shape == (3, 10, 1, 1)
