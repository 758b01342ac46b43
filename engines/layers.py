"""Every kind of layer as a plain function, and what it costs: parameters, MACs, time."""

from __future__ import annotations

from engines._layers.activations import (
    ACTIVATIONS,
    Activation,
    Activity,
    activate,
    activation_gradient,
    activity,
)
from engines._layers.dense import linear_parameters, linear_to_conv2d
from engines._layers.dropout import dropout
from engines._layers.locally_connected import (
    convolution_parameters,
    locally_connected,
    locally_connected_parameters,
)
from engines._layers.measuring import measured
from engines._layers.normalisation import (
    NORMALISATIONS,
    Normalisation,
    Normalised,
    averaged_together,
    normalisation_parameters,
    normalise,
    running_statistics,
)
from engines._layers.one_unit import UnitTraining, train_unit
from engines._layers.softmax import softmax
from engines._layers.text_convolution import max_over_time, over_channels, over_image, phrase_filter
from engines._layers.word_vectors import (
    SOURCE_TITLE,
    WordVectors,
    documentation_vectors,
    one_hot,
    tokens,
    untrained,
)

__all__ = [
    "ACTIVATIONS",
    "NORMALISATIONS",
    "SOURCE_TITLE",
    "Activation",
    "Activity",
    "Normalisation",
    "Normalised",
    "UnitTraining",
    "WordVectors",
    "activate",
    "activation_gradient",
    "activity",
    "averaged_together",
    "convolution_parameters",
    "documentation_vectors",
    "dropout",
    "linear_parameters",
    "linear_to_conv2d",
    "locally_connected",
    "locally_connected_parameters",
    "max_over_time",
    "measured",
    "normalisation_parameters",
    "normalise",
    "one_hot",
    "over_channels",
    "over_image",
    "phrase_filter",
    "running_statistics",
    "softmax",
    "tokens",
    "train_unit",
    "untrained",
]
