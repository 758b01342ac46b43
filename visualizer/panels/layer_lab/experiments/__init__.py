"""The experiments, in the order of the picker. A new one is a file here and an entry below."""

from __future__ import annotations

from visualizer.panels.layer_lab.experiment import Experiment
from visualizer.panels.layer_lab.experiments.activations import EXPERIMENT as ACTIVATIONS
from visualizer.panels.layer_lab.experiments.dead_relu import EXPERIMENT as DEAD_RELU
from visualizer.panels.layer_lab.experiments.dense import EXPERIMENT as DENSE
from visualizer.panels.layer_lab.experiments.dilated import EXPERIMENT as DILATED
from visualizer.panels.layer_lab.experiments.dropout import EXPERIMENT as DROPOUT
from visualizer.panels.layer_lab.experiments.fast_convolution import EXPERIMENT as FAST_CONVOLUTION
from visualizer.panels.layer_lab.experiments.filter_size import EXPERIMENT as FILTER_SIZE
from visualizer.panels.layer_lab.experiments.grouped import EXPERIMENT as GROUPED
from visualizer.panels.layer_lab.experiments.local import EXPERIMENT as LOCAL
from visualizer.panels.layer_lab.experiments.normalisation import EXPERIMENT as NORMALISATION
from visualizer.panels.layer_lab.experiments.pointwise import EXPERIMENT as POINTWISE
from visualizer.panels.layer_lab.experiments.pooling import EXPERIMENT as POOLING
from visualizer.panels.layer_lab.experiments.receptive_growth import EXPERIMENT as RECEPTIVE_GROWTH
from visualizer.panels.layer_lab.experiments.residual import EXPERIMENT as RESIDUAL
from visualizer.panels.layer_lab.experiments.separable import EXPERIMENT as SEPARABLE
from visualizer.panels.layer_lab.experiments.softmax import EXPERIMENT as SOFTMAX
from visualizer.panels.layer_lab.experiments.text import EXPERIMENT as TEXT
from visualizer.panels.layer_lab.experiments.upsampling import EXPERIMENT as UPSAMPLING

EXPERIMENTS: tuple[Experiment, ...] = (
    POOLING,
    UPSAMPLING,
    POINTWISE,
    SEPARABLE,
    GROUPED,
    DILATED,
    LOCAL,
    DENSE,
    FILTER_SIZE,
    RECEPTIVE_GROWTH,
    RESIDUAL,
    ACTIVATIONS,
    DEAD_RELU,
    NORMALISATION,
    DROPOUT,
    SOFTMAX,
    TEXT,
    FAST_CONVOLUTION,
)
