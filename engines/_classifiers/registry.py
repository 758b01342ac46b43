"""The classifiers to choose from, each a scikit-learn pipeline that standardises first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NEIGHBOURS = 5
TREES = 200
_ITERATIONS = 5_000


@dataclass(frozen=True)
class Classifier:
    """A way to tell classes by their features.

    title: for people; summary: how it decides, in sentences; build: seed and count of training
    pictures → the estimator behind the standardisation; keeps_answer_when_turned: whether other
    axes for the same features leave its answer as it is, so that wide features may be turned onto
    few axes first (`TurnedToTraining`).
    """

    name: str
    title: str
    summary: str
    build: Callable[[int, int], Any]
    keeps_answer_when_turned: bool = True

    def make(
        self, seed: int = 0, training: int | None = None, *, standardised: bool = False
    ) -> Any:
        """Return an unfitted scikit-learn pipeline; equal seeds give equal answers.

        training: how many pictures it will be fitted to; k-NN asks no more neighbours than that.
        Features are standardised inside, so by the training pictures alone wherever it is fitted,
        unless they come `standardised`.
        """
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        from engines._classifiers.turning import TurnedToTraining

        scaled = [] if standardised else [StandardScaler()]
        turned = [TurnedToTraining()] if self.keeps_answer_when_turned else []
        estimator = self.build(seed, NEIGHBOURS if training is None else training)
        return make_pipeline(*scaled, *turned, estimator)


def _logistic(seed: int, training: int) -> Any:
    del training
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=_ITERATIONS, random_state=seed)


def _linear_svm(seed: int, training: int) -> Any:
    del training
    from sklearn.svm import LinearSVC

    return LinearSVC(max_iter=_ITERATIONS * 4, random_state=seed)


def _neighbours(seed: int, training: int) -> Any:
    del seed  # there is no chance in it
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=max(1, min(NEIGHBOURS, training)))


def _forest(seed: int, training: int) -> Any:
    del training
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=TREES, random_state=seed)


LOGISTIC, LINEAR_SVM, NEAREST, FOREST = "logistic", "linear_svm", "knn", "forest"

CLASSIFIERS: dict[str, Classifier] = {
    entry.name: entry
    for entry in (
        Classifier(
            LOGISTIC,
            "Logistic regression",
            "One weight per feature and class; the scores go through a softmax, "
            "so that its probabilities mean something.",
            _logistic,
        ),
        Classifier(
            LINEAR_SVM,
            "Linear SVM",
            "One weight per feature and class, chosen for the widest margin. What is shown as "
            "probability is the softmax of its margins, which nothing has calibrated.",
            _linear_svm,
        ),
        Classifier(
            NEAREST,
            f"k-nearest neighbours (k = {NEIGHBOURS})",
            f"The class that most of the {NEIGHBOURS} nearest training pictures have; "
            "the probability is their share.",
            _neighbours,
        ),
        Classifier(
            FOREST,
            f"Random forest ({TREES} trees)",
            "Trees of yes-or-no questions, each grown on another sample of pictures and features; "
            "the probability is the mean of what the trees say.",
            _forest,
            keeps_answer_when_turned=False,
        ),
    )
}
