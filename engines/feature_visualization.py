"""What excites a channel, neuron, class or direction: a picture made by climbing its gradient.

The network stays as it is; only the picture changes. Method and switches after C. Olah,
A. Mordvintsev, L. Schubert, "Feature Visualization", Distill 2017.
"""

from engines._visualization.objectives import (
    Objective,
    Term,
    channel,
    class_score,
    direction,
    neuron,
)
from engines._visualization.run import maximize, maximize_objective, measure
from engines._visualization.settings import Regularisers, Step
from engines.errors import VisualizationError

__all__ = [
    "Objective",
    "Regularisers",
    "Step",
    "Term",
    "VisualizationError",
    "channel",
    "class_score",
    "direction",
    "maximize",
    "maximize_objective",
    "measure",
    "neuron",
]
