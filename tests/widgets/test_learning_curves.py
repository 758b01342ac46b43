"""LearningCurves: what was learnt from is dashed, what was held back solid, the best has a dot."""

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from widgets.curve_plot import CurvePlot
from widgets.learning_curves import TRAINING_DASH, LearningCurves, TrainingRun

LOSS = np.array([2.0, 1.0, 0.5])
HELD_LOSS = np.array([1.8, 0.9, 1.1])
SHARE = np.array([0.2, 0.6, 0.9])
HELD_SHARE = np.array([0.3, 0.7, 0.6])


def run(name="New head", color="blue", **changes):
    given = {
        "train_loss": LOSS,
        "train_accuracy": SHARE,
        "validation_loss": HELD_LOSS,
        "validation_accuracy": HELD_SHARE,
        "best": 2,
    }
    return TrainingRun(name, color, **{**given, **changes})


@pytest.fixture
def view(qtbot):
    made = LearningCurves("learning")
    qtbot.addWidget(made)
    made.resize(700, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def plot(view, which):
    return view.findChild(CurvePlot, f"learning_{which}")


def by_name(view, which):
    return {curve.name: curve for curve in plot(view, which).curves()}


def test_accuracies_are_shown_in_percent_and_the_epochs_count_from_one(view):
    view.set_runs([run()])
    curves = by_name(view, "accuracy")
    np.testing.assert_allclose(curves["New head, validation"].y, [30, 70, 60])
    np.testing.assert_array_equal(curves["New head, training"].x, [1, 2, 3])
    np.testing.assert_array_equal(by_name(view, "loss")["New head, training"].y, LOSS)


def test_training_is_dashed_and_validation_is_solid_in_the_same_colour(view):
    view.set_runs([run(color="red")])
    curves = by_name(view, "loss")
    assert curves["New head, training"].dash == TRAINING_DASH
    assert curves["New head, validation"].dash == 0
    assert {curve.color for curve in curves.values()} == {"red"}


def test_the_best_epoch_is_a_dot_on_the_validation_curve(view):
    view.set_runs([run()])
    dot = by_name(view, "loss")["New head, best"]
    assert dot.style == "points"
    assert (dot.x.tolist(), dot.y.tolist()) == ([2], [0.9])


@pytest.mark.parametrize("changes", [{"best": 0}, {"validation_loss": np.full(3, np.nan)}])
def test_without_a_best_epoch_or_validation_there_is_no_dot(view, changes):
    view.set_runs([run(**changes)])
    assert "New head, best" not in by_name(view, "loss")


def test_the_legend_names_those_that_have_begun_and_what_the_lines_mean(view):
    legend = view.findChild(QLabel, "learning_legend")
    assert "Start" in legend.text()
    view.set_runs([run(), run("Last block", "green"), TrainingRun("Everything", "red")])
    assert "New head" in legend.text()
    assert "Last block" in legend.text()
    assert "Everything" not in legend.text()
    for word in ("validation", "training", "best"):
        assert word in legend.text()


def test_it_names_its_axes(view):
    assert plot(view, "loss").accessibleName() == "Plot: loss (cross entropy) against epoch"
    assert plot(view, "accuracy").accessibleName() == "Plot: accuracy (%) against epoch"


def test_before_the_first_epoch_it_says_so_and_no_scale_is_invented(view):
    legend = view.findChild(QLabel, "learning_legend")
    axes = [plot(view, which)._item.getAxis(side) for which in ("loss", "accuracy") for side in
            ("left", "bottom")]  # fmt: skip
    assert "“Start” begins" in legend.text()
    view.set_runs([TrainingRun("New head", "blue")])
    assert legend.text() == "No epoch has ended yet."
    assert not any(axis.style["showValues"] for axis in axes)
    view.set_runs([run()])
    assert all(axis.style["showValues"] for axis in axes)
