"""ReliabilityPlot: what scikit-learn's calibration curve says, without empty bins."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from engines.classifiers import calibration
from widgets.curve_plot import CurvePlot
from widgets.reliability_plot import ReliabilityPlot


@pytest.fixture
def plot(qtbot):
    made = ReliabilityPlot("reliability")
    qtbot.addWidget(made)
    return made


def test_points_are_those_of_scikit_learn(plot):
    random = np.random.default_rng(0)
    sure = random.uniform(0.5, 0.999, 300)
    right = random.uniform(size=300) < sure
    probabilities = np.stack([sure, 1 - sure], axis=1)
    curve = calibration(probabilities, np.where(right, 0, 1), bins=10)
    plot.set_curve(curve.edges, curve.confidence, curve.accuracy, curve.counts)
    _diagonal, shown = plot.findChild(CurvePlot, "reliability_accuracy").curves()
    accuracy, confidence = calibration_curve(right, sure, n_bins=10)
    np.testing.assert_allclose(shown.x, confidence)
    np.testing.assert_allclose(shown.y, accuracy)
    (counts,) = plot.findChild(CurvePlot, "reliability_counts").curves()
    assert counts.y.sum() == 300


def test_cleared_shows_nothing(plot):
    edges = np.linspace(0, 1, 3)
    plot.set_curve(edges, np.array([0.2, 0.8]), np.array([0.3, 0.6]), np.array([1, 2]))
    plot.clear()
    assert plot.accuracy.curves() == plot.counts.curves() == ()
