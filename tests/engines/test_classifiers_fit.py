"""What learnt once tells later pictures as `evaluate` does."""

import numpy as np
import pytest

from engines.classifiers import CLASSIFIERS, evaluate, fit
from engines.errors import ClassifierError

RANDOM = np.random.default_rng(5)
LABELS = np.arange(60) % 3
VALUES = RANDOM.normal(size=(60, 4)).astype(np.float32) + LABELS[:, None]
TRAIN, TEST = np.arange(40), np.arange(40, 60)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_probabilities_are_those_of_evaluate(name):
    told = evaluate(VALUES, LABELS, TRAIN, TEST, name, seed=2)
    later = fit(VALUES, LABELS, TRAIN, name, seed=2).probabilities(VALUES[TEST])
    np.testing.assert_allclose(later, told.probabilities)


def test_a_class_that_was_not_learnt_gets_nothing():
    seen = TRAIN[LABELS[TRAIN] != 1]
    shares = fit(VALUES, LABELS, seen, "logistic").probabilities(VALUES[TEST])
    assert shares.shape == (20, 3)
    assert not shares[:, 1].any()
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_one_class_alone_is_refused():
    with pytest.raises(ClassifierError):
        fit(VALUES, LABELS, np.flatnonzero(LABELS == 0), "logistic")
