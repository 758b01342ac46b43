"""What few pictures teach, against scikit-learn used by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from engines.classifiers import LOGISTIC, NEAREST, evaluate, learning_curve
from engines.datasets import subset

PLAIN = {LOGISTIC: LogisticRegression(max_iter=5000), NEAREST: KNeighborsClassifier(5)}


@dataclass(frozen=True)
class Parts:
    train: np.ndarray
    test: np.ndarray


@pytest.mark.parametrize("name", [LOGISTIC, NEAREST])
def test_points_are_scikit_learns_on_features_standardised_by_the_whole_train_part(name):
    data = load_digits()
    values, labels = data.data[:400].astype(np.float32), data.target[:400].astype(np.int64)
    wide = np.concatenate([values, values[:, ::-1] ** 2], axis=1)  # wider than pictures are many
    split = Parts(np.arange(0, 250), np.arange(250, 400))
    scaled = StandardScaler().fit(wide[split.train]).transform(wide)
    for point in learning_curve({"pixels": wide}, labels, split, [1, 4], [3, 8], classifier=name):
        drawn = split.train[subset(labels[split.train], point.per_class, point.seed)]
        plain = clone(PLAIN[name])
        plain.fit(scaled[drawn], labels[drawn])
        expected = plain.score(scaled[split.test], labels[split.test])
        assert point.accuracy == pytest.approx(expected, abs=0.01)  # one picture, by rounding


def test_features_with_a_rare_column_are_learnt_from_one_picture_a_class():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 60)
    telling = labels[:, None] * 4.0 + generator.normal(size=(120, 3))
    rare = np.where(generator.random((120, 400)) < 0.1, generator.random((120, 400)), 0.0)
    values = np.concatenate([telling, rare], axis=1)
    rows = generator.permutation(120)
    split = Parts(rows[:80], rows[80:])
    points = list(learning_curve({"features": values}, labels, split, [1], range(20)))
    by_the_two = [
        evaluate(
            values, labels, split.train[subset(labels[split.train], 1, seed)], split.test, LOGISTIC
        ).accuracy
        for seed in range(20)
    ]
    assert np.mean([point.accuracy for point in points]) > np.mean(by_the_two)
