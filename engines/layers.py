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
from engines._layers.counting import LayerCost, convolution_cost, divisors_of_both
from engines._layers.dense import linear_parameters, linear_to_conv2d
from engines._layers.digit_stacks import (
    DIGIT_STACKS,
    DigitStackStep,
    StackScore,
    train_digit_stacks,
)
from engines._layers.dilated import (
    channel_shuffle,
    coverage,
    dilated,
    dilated_extent,
    filled_kernel,
    grouped_connections,
    stacked_field,
)
from engines._layers.dropout import dropout
from engines._layers.kernel_stacks import (
    StackFit,
    compose_kernels,
    nearest_stack,
    run_stack,
    stack_macs,
)
from engines._layers.learnt_pooling import LearntPooling, learn_pooling
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
from engines._layers.pixel_shuffle import SubPixel, learn_sub_pixel, pixel_shuffle
from engines._layers.pointwise import (
    COLOUR_MATRICES,
    ColourMatrix,
    RecoveredMix,
    pointwise,
    recover_pointwise,
)
from engines._layers.pooling import (
    adaptive_average,
    adaptive_windows,
    binomial,
    blur_pool,
    pool,
    pooling_macs,
)
from engines._layers.residual import (
    SKIPS,
    DepthProfile,
    Skip,
    depth_profile,
    expected_growth,
    random_layers,
)
from engines._layers.separable import (
    SeparableKernel,
    depthwise_separable_parameters,
    separable_cost,
    separable_errors,
    separable_rank,
    separable_singular_values,
    separate_channels,
)
from engines._layers.shifting import ShiftTest, compare_shifted, shift_stability
from engines._layers.softmax import softmax
from engines._layers.text_convolution import max_over_time, over_channels, over_image, phrase_filter
from engines._layers.trained import SeparatedNetwork, separate_digits, stem_kernel
from engines._layers.transposed import (
    measured_unevenness,
    overlap_counts,
    phase_sums,
    resize_convolution,
    transposed_convolution,
    transposed_padding,
    transposed_weights,
    unevenness,
)
from engines._layers.upsampling import shrink, unpool, upsample, upsampling_macs
from engines._layers.winograd import (
    Transforms,
    WinogradTile,
    direct_filter,
    multiplications_per_output,
    winograd_filter,
    winograd_tile,
    winograd_transforms,
)
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
    "COLOUR_MATRICES",
    "DIGIT_STACKS",
    "NORMALISATIONS",
    "SKIPS",
    "SOURCE_TITLE",
    "Activation",
    "Activity",
    "ColourMatrix",
    "DepthProfile",
    "DigitStackStep",
    "LayerCost",
    "LearntPooling",
    "Normalisation",
    "Normalised",
    "RecoveredMix",
    "SeparableKernel",
    "SeparatedNetwork",
    "ShiftTest",
    "Skip",
    "StackFit",
    "StackScore",
    "SubPixel",
    "Transforms",
    "UnitTraining",
    "WinogradTile",
    "WordVectors",
    "activate",
    "activation_gradient",
    "activity",
    "adaptive_average",
    "adaptive_windows",
    "averaged_together",
    "binomial",
    "blur_pool",
    "channel_shuffle",
    "compare_shifted",
    "compose_kernels",
    "convolution_cost",
    "convolution_parameters",
    "coverage",
    "depth_profile",
    "depthwise_separable_parameters",
    "dilated",
    "dilated_extent",
    "direct_filter",
    "divisors_of_both",
    "documentation_vectors",
    "dropout",
    "expected_growth",
    "filled_kernel",
    "grouped_connections",
    "learn_pooling",
    "learn_sub_pixel",
    "linear_parameters",
    "linear_to_conv2d",
    "locally_connected",
    "locally_connected_parameters",
    "max_over_time",
    "measured",
    "measured_unevenness",
    "multiplications_per_output",
    "nearest_stack",
    "normalisation_parameters",
    "normalise",
    "one_hot",
    "over_channels",
    "over_image",
    "overlap_counts",
    "phase_sums",
    "phrase_filter",
    "pixel_shuffle",
    "pointwise",
    "pool",
    "pooling_macs",
    "random_layers",
    "recover_pointwise",
    "resize_convolution",
    "run_stack",
    "running_statistics",
    "separable_cost",
    "separable_errors",
    "separable_rank",
    "separable_singular_values",
    "separate_channels",
    "separate_digits",
    "shift_stability",
    "shrink",
    "softmax",
    "stack_macs",
    "stacked_field",
    "stem_kernel",
    "tokens",
    "train_digit_stacks",
    "train_unit",
    "transposed_convolution",
    "transposed_padding",
    "transposed_weights",
    "unevenness",
    "unpool",
    "untrained",
    "upsample",
    "upsampling_macs",
    "winograd_filter",
    "winograd_tile",
    "winograd_transforms",
]
