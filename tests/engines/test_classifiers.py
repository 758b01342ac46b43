"""Classifiers against scikit-learn used by hand, NumPy and closed forms; bad input as sentences."""

import subprocess
import sys
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from engines.classifiers import (
    CLASSIFIERS,
    FOREST,
    LINEAR_SVM,
    LOGISTIC,
    NEAREST,
    ClassifierError,
    calibration,
    compare_layers,
    cross_validate,
    evaluate,
    groups_of,
    learning_curve,
    small_pictures,
)


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return data.data[:400].astype(np.float32), data.target[:400].astype(np.int64)


@dataclass(frozen=True)
class Parts:
    train: np.ndarray
    test: np.ndarray


def clusters(per_class=8, classes=3, dimensions=5, apart=6.0, seed=0):
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), per_class)
    centres = generator.normal(size=(classes, dimensions)) * apart
    values = centres[labels] + generator.normal(size=(len(labels), dimensions))
    return values.astype(np.float32), labels


def result_of(*arguments, **options):
    *_, last = cross_validate(*arguments, **options)
    return last.result


PLAIN = {
    LOGISTIC: LogisticRegression(max_iter=5000, random_state=0),
    LINEAR_SVM: LinearSVC(max_iter=20000, random_state=0),
    NEAREST: KNeighborsClassifier(5),
}


@pytest.mark.parametrize("name", list(PLAIN))
def test_out_of_fold_predictions_are_those_of_scikit_learn_by_hand(digits, name):
    values, labels = digits
    result = result_of(values, labels, name, folds=4, seed=3)
    by_hand = make_pipeline(StandardScaler(), clone(PLAIN[name]))
    folds = StratifiedKFold(4, shuffle=True, random_state=3)
    expected = cross_val_predict(by_hand, values, labels, cv=folds)
    assert np.mean(result.predictions == expected) > 0.995  # ties of five neighbours, rounding
    assert result.mean == pytest.approx(np.mean(expected == labels), abs=0.01)


@pytest.mark.parametrize("name", list(PLAIN))
def test_wide_features_are_told_as_if_nothing_had_been_turned(name):
    values, labels = clusters(per_class=30, classes=4, dimensions=300, apart=0.12, seed=1)
    rows = np.random.default_rng(0).permutation(len(labels))
    train, test = rows[:80], rows[80:]
    told = evaluate(values, labels, train, test, name)
    by_hand = make_pipeline(StandardScaler(), clone(PLAIN[name])).fit(values[train], labels[train])
    np.testing.assert_array_equal(told.predictions, by_hand.predict(values[test]))
    assert 0.3 < told.accuracy < 1.0, "a task without errors would prove nothing"
    if name == LOGISTIC:
        expected = by_hand.predict_proba(values[test])
        np.testing.assert_allclose(told.probabilities, expected, atol=2e-3)


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_probabilities_sum_to_one_and_their_largest_is_the_prediction(digits, name):
    values, labels = digits
    result = result_of(values, labels, name, folds=3)
    np.testing.assert_allclose(result.probabilities.sum(axis=1), 1, rtol=1e-6)
    assert (result.probabilities >= 0).all()
    np.testing.assert_array_equal(result.probabilities.argmax(axis=1), result.predictions)
    assert result.mean > 0.85


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_two_classes_are_told_too(name):
    values, labels = clusters(classes=2)
    result = result_of(values, labels, name, folds=4)
    assert result.mean > 0.9
    assert result.probabilities.shape == (16, 2)


@pytest.mark.parametrize("name", [LOGISTIC, FOREST])
def test_the_same_seed_gives_the_same_answer(digits, name):
    values, labels = digits
    first, again = (result_of(values, labels, name, folds=3, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.probabilities, again.probabilities)
    assert first.accuracies == again.accuracies


def test_confusion_mean_and_spread_are_those_of_scikit_learn_and_numpy(digits):
    values, labels = digits
    result = result_of(values, labels, NEAREST, folds=5)
    expected = sklearn.metrics.confusion_matrix(labels, result.predictions)
    np.testing.assert_array_equal(result.confusion, expected)
    shares = [
        np.mean(result.predictions[result.folds == fold] == labels[result.folds == fold])
        for fold in range(5)
    ]
    assert result.accuracies == pytest.approx(shares)
    assert result.mean == pytest.approx(np.mean(shares))
    assert result.spread == pytest.approx(np.std(shares, ddof=1))


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_features_are_standardised_by_the_training_part_alone(name):
    # Were the tested counted in, one that lies far out would change the answer for its neighbour.
    values, labels = clusters(apart=1.0)
    values = np.concatenate([values, np.full((1, 5), 1e4, np.float32)])
    labels = np.append(labels, 1)
    train = np.arange(0, 24, 2)
    beside = evaluate(values, labels, train, np.array([1, 9, 24]), name)
    alone = evaluate(values, labels, train, np.array([1, 9]), name)
    np.testing.assert_allclose(beside.probabilities[:2], alone.probabilities, rtol=1e-6)


@given(st.integers(2, 5), st.integers(2, 4), st.integers(0, 5), st.integers(0, 99))
@settings(max_examples=25)
def test_each_picture_is_held_out_once_and_every_class_stays_in_each_fold(folds, many, more, seed):
    values, labels = clusters(per_class=folds + more, classes=many, seed=seed)
    steps = list(cross_validate(values, labels, NEAREST, folds=folds, seed=seed))
    assert [step.number for step in steps] == list(range(1, folds + 1))
    assert [step.result is None for step in steps] == [True] * (folds - 1) + [False]
    held_out = steps[-1].result.folds
    for fold in range(folds):
        assert set(labels[held_out == fold]) == set(range(many))
    assert steps[-1].result.confusion.sum() == len(labels)


def test_groups_are_never_on_both_sides():
    values, labels = clusters(per_class=12, classes=2)
    groups = np.tile(np.repeat(np.arange(4), 3), 2) + 10 * labels
    held_out = result_of(values, labels, LOGISTIC, folds=4, groups=groups).folds
    for group in np.unique(groups):
        assert len(np.unique(held_out[groups == group])) == 1


def test_twins_count_only_when_they_are_kept_together():
    # Noise, each picture twice: the nearest neighbour is the twin, unless groups keep it away.
    generator = np.random.default_rng(0)
    once = generator.normal(size=(60, 4))
    labels = np.tile(np.arange(60) % 2, 2)
    values = np.concatenate([once, once])
    twins = np.tile(np.arange(60), 2)
    apart = result_of(values, labels, FOREST, folds=5)
    together = result_of(values, labels, FOREST, folds=5, groups=twins)
    assert apart.mean > 0.75 > 0.65 > together.mean


@dataclass(frozen=True)
class Picture:
    key: str
    group: str


def test_pictures_of_one_source_or_one_content_are_one_group_also_by_way_of_others():
    samples = [
        Picture("a", "one"),
        Picture("b", "one"),
        Picture("b", "two"),
        Picture("c", "three"),
        Picture("one", "d"),  # a content called as a source is no source
    ]
    groups = groups_of(samples)
    assert groups[0] == groups[1] == groups[2]
    assert len(set(groups.tolist())) == 3
    assert groups_of([]).shape == (0,)


def test_pictures_without_a_class_are_left_out():
    values, labels = clusters()
    mixed = labels.copy()
    mixed[[0, 9]] = -1
    result = result_of(values, mixed, LOGISTIC, folds=3)
    assert result.predictions[[0, 9]].tolist() == [-1, -1]
    assert np.isnan(result.probabilities[[0, 9]]).all()
    assert result.confusion.sum() == len(labels) - 2
    assert not set(result.misclassified) & {0, 9}


def test_an_empty_class_keeps_its_row_and_is_never_said():
    values, labels = clusters(classes=2)
    result = result_of(
        values, np.where(labels == 1, 2, 0), FOREST, folds=3, classes=("a", "empty", "c", "also")
    )
    assert result.confusion.shape == (4, 4)
    assert result.confusion[1].sum() == result.confusion[:, 1].sum() == 0
    assert (result.probabilities[:, [1, 3]] == 0).all()


def test_the_misclassified_come_surest_first():
    values, labels = clusters(apart=0.7, per_class=20, seed=4)
    result = result_of(values, labels, LOGISTIC, folds=4)
    wrong = result.misclassified
    assert len(wrong) == np.sum(result.predictions != labels) > 3
    sureness = result.probabilities[wrong].max(axis=1)
    assert (np.diff(sureness) <= 0).all()
    told = evaluate(values, labels, np.arange(0, 60, 2), np.arange(1, 60, 2), LOGISTIC)
    assert set(told.misclassified) == set(told.indices[told.truth != told.predictions])


@given(
    hnp.arrays(np.float64, (40, 3), elements=st.floats(0.01, 1)),
    st.integers(1, 15),
    st.integers(0, 99),
)
def test_calibration_is_that_of_a_plain_loop(raw, bins, seed):
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    labels = np.random.default_rng(seed).integers(0, 3, 40)
    curve = calibration(probabilities, labels, bins)
    gap = 0.0
    for place in range(bins):
        low, high = curve.edges[place], curve.edges[place + 1]
        rows = [
            row
            for row in range(40)
            if low < probabilities[row].max() <= high
            or (place == 0 and probabilities[row].max() == 0)
        ]
        assert curve.counts[place] == len(rows)
        if not rows:
            assert np.isnan(curve.accuracy[place])
            continue
        right = np.mean([probabilities[row].argmax() == labels[row] for row in rows])
        sure = np.mean([probabilities[row].max() for row in rows])
        assert curve.accuracy[place] == pytest.approx(right)
        assert curve.confidence[place] == pytest.approx(sure)
        gap += abs(right - sure) * len(rows) / 40
    assert curve.expected_error == pytest.approx(gap)


def test_calibration_leaves_out_what_was_not_told():
    probabilities = np.array([[0.9, 0.1], [np.nan, np.nan], [0.2, 0.8]])
    curve = calibration(probabilities, np.array([0, 1, -1]))
    assert curve.counts.sum() == 1
    assert curve.expected_error == pytest.approx(0.1)
    with pytest.raises(ClassifierError, match="no prediction"):
        calibration(probabilities[1:2], np.array([0]))


def test_layers_are_scored_fold_by_fold_as_each_alone(digits):
    values, labels = digits
    noise = np.random.default_rng(0).normal(size=(400, 7)).astype(np.float32)
    steps = list(compare_layers({"noise": noise, "pixels": values}, labels, NEAREST, folds=3))
    assert [(step.done, step.total) for step in steps] == [(n, 6) for n in range(1, 7)]
    scores = [step for step in steps if step.finished]
    assert [(score.layer, score.dimensions) for score in scores] == [("noise", 7), ("pixels", 64)]
    alone = result_of(values, labels, NEAREST, folds=3)
    assert scores[1].accuracies == alone.accuracies
    assert scores[1].spread == pytest.approx(alone.spread)
    assert scores[0].mean < 0.25 < 0.9 < scores[1].mean


def test_a_learning_curve_rises_and_noise_teaches_nothing(digits):
    values, labels = digits
    split = Parts(np.arange(0, 250), np.arange(250, 400))
    sources = {"pixels": values, "noise": np.random.default_rng(1).normal(size=(400, 6))}
    points = list(learning_curve(sources, labels, split, [1, 5, 15], [0, 1, 2]))
    assert [point.done for point in points] == list(range(1, 19))
    assert {point.total for point in points} == {18}

    def mean(source, size):
        return np.mean([p.accuracy for p in points if (p.source, p.per_class) == (source, size)])

    assert mean("pixels", 1) < mean("pixels", 5) < mean("pixels", 15)
    assert mean("noise", 15) < 0.25


def test_a_learning_curve_learns_pictures_by_a_small_network(digits):
    values, labels = digits
    sources = {"network": values.reshape(-1, 1, 8, 8) / 16}
    split = Parts(np.arange(0, 250), np.arange(250, 400))
    first, again = (list(learning_curve(sources, labels, split, [15], [0])) for _ in range(2))
    assert first[0].accuracy > 0.75
    assert first == again, "the same seed gives the same network"


class FourPictures:
    samples = (0, 1, 2, 3)

    def thumbnail(self, i, side):
        return np.full((side, side, 3), i * 51, dtype=np.uint8)


def test_small_pictures_are_pixels_between_zero_and_one_in_the_order_asked():
    steps = list(small_pictures(FourPictures(), 5, [3, 1]))
    assert [(step.done, step.total, step.pixels is None) for step in steps] == [
        (1, 2, True),
        (2, 2, False),
    ]
    assert steps[-1].pixels.shape == (2, 3, 5, 5)
    assert steps[-1].raw.shape == (2, 75)
    np.testing.assert_allclose(steps[-1].raw.mean(axis=1), [0.6, 0.2], rtol=1e-6)


def refused(**changes):
    values, labels = clusters()
    asked = {"values": values, "labels": labels, "classifier": LOGISTIC, "folds": 5} | changes
    with pytest.raises(ClassifierError) as caught:
        list(cross_validate(**asked))
    return str(caught.value)


NAMES = ("brick", "grass", "stars")


def test_one_class_alone_is_refused_by_its_name():
    text = refused(labels=np.full(24, 1), classes=NAMES)
    assert "one class, “grass”" in text
    assert "two" in text


def test_no_class_at_all_is_refused():
    assert "no classes" in refused(labels=np.full(24, -1))


def test_one_picture_in_a_class_is_refused_by_the_class_name():
    labels = np.array([0] * 12 + [1] * 11 + [2])
    assert "“stars” has one picture" in refused(labels=labels, classes=NAMES)


def test_fewer_pictures_than_folds_are_refused_with_the_folds_that_would_do():
    labels = np.array([0] * 12 + [1] * 9 + [2] * 3)
    text = refused(labels=labels, classes=NAMES)
    assert "“stars” has 3 pictures, too few for 5 folds" in text
    assert "take 3 folds" in text
    values, _ = clusters()
    assert result_of(values, labels, LOGISTIC, folds=3, classes=NAMES).confusion.sum() == 24


def test_one_source_for_a_class_is_refused():
    text = refused(groups=np.where(np.arange(24) < 8, 0, np.arange(24)), folds=2, classes=NAMES)
    assert "“brick” come from 1 source" in text


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_refused_with_the_picture(bad):
    values, _ = clusters()
    values[6, 2] = bad
    assert "Picture 7" in refused(values=values)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"folds": 1}, "at least 2 folds"),
        ({"classifier": "magic"}, "no classifier “magic”; there are logistic"),
        ({"values": np.zeros((24, 0))}, "no feature"),
        ({"values": np.zeros((24, 2, 2))}, "one row per picture"),
        ({"labels": np.zeros(3, int)}, "24 pictures but 3 labels"),
        ({"groups": np.zeros(3, int)}, "24 pictures but 3 groups"),
    ],
)
def test_what_cannot_be_classified_is_refused(changes, said):
    assert said in refused(**changes)


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_features_that_are_all_alike_are_told_without_a_warning(name):
    _, labels = clusters()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = result_of(np.ones((24, 40), np.float32), labels, name, folds=4)
    assert result.mean == pytest.approx(1 / 3, abs=0.2)


def test_few_training_pictures_are_enough_for_neighbours():
    values, labels = clusters(per_class=1, classes=3)
    told = evaluate(values, labels, np.arange(3), np.arange(3), NEAREST)
    assert told.probabilities.shape == (3, 3)


def test_training_or_testing_on_nothing_is_refused():
    values, labels = clusters()
    with pytest.raises(ClassifierError, match="no picture with a class to test"):
        evaluate(values, labels, np.arange(24), np.array([], int), LOGISTIC)
    with pytest.raises(ClassifierError, match="one class, “brick”"):
        evaluate(values, labels, np.arange(8), np.arange(24), LOGISTIC, classes=NAMES)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sizes": [1, 9]}, "“brick” has 4 training pictures, fewer than the 9"),
        ({"sizes": [0]}, "0 pictures per class"),
        ({"sources": {}}, "needs something to learn from"),
        ({"sources": {"maps": np.zeros((24, 2, 2))}}, "“maps” is an array of shape"),
        ({"split": Parts(np.arange(0, 24, 2), np.array([], int))}, "to test on"),
    ],
)
def test_a_learning_curve_that_cannot_be_drawn_is_refused_before_its_first_point(changes, said):
    values, labels = clusters()
    asked = {
        "sources": {"features": values},
        "labels": labels,
        "split": Parts(np.arange(0, 24, 2), np.arange(1, 24, 2)),
        "sizes": [1],
        "seeds": [0],
        "classes": NAMES,
    } | changes
    with pytest.raises(ClassifierError, match=said.replace("(", r"\(")):
        next(learning_curve(**asked))


def test_no_layer_is_refused():
    with pytest.raises(ClassifierError, match="no layer"):
        next(compare_layers({}, np.array([0, 1])))


def test_the_public_modules_import_neither_torch_nor_scikit_learn():
    code = (
        "import sys, engines.classifiers, engines.embedding;"
        "print([m for m in ('torch', 'sklearn', 'numba') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
