"""Classify pictures by their features: cross-validation, layers compared, learning curves.

The public door to engines._classifiers. Neither scikit-learn nor torch is imported before a
function needs it.
"""

from __future__ import annotations

from engines._classifiers.fitting import Fitted, fit
from engines._classifiers.held_together import groups_of
from engines._classifiers.layers import compare_layers
from engines._classifiers.learning import learning_curve
from engines._classifiers.registry import (
    CLASSIFIERS,
    FOREST,
    LINEAR_SVM,
    LOGISTIC,
    NEAREST,
    Classifier,
)
from engines._classifiers.reliability import calibration
from engines._classifiers.results import (
    CalibrationCurve,
    CrossValidation,
    Evaluation,
    Fold,
    LayerScore,
    Point,
)
from engines._classifiers.small_pictures import SmallPictures, small_pictures
from engines._classifiers.validation import cross_validate, evaluate
from engines.errors import ClassifierError

__all__ = [
    "CLASSIFIERS",
    "FOREST",
    "LINEAR_SVM",
    "LOGISTIC",
    "NEAREST",
    "CalibrationCurve",
    "Classifier",
    "ClassifierError",
    "CrossValidation",
    "Evaluation",
    "Fitted",
    "Fold",
    "LayerScore",
    "Point",
    "SmallPictures",
    "calibration",
    "compare_layers",
    "cross_validate",
    "evaluate",
    "fit",
    "groups_of",
    "learning_curve",
    "small_pictures",
]
