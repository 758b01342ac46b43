"""Neural style transfer: a picture that keeps one's content and takes another's manner.

After L. Gatys, A. Ecker, M. Bethge, "Image Style Transfer Using Convolutional Neural Networks",
CVPR 2016. Settings, losses and results need no torch to be imported; it comes with the work.
"""

from engines._style.losses import content_loss, gram_matrix, style_loss, total_variation
from engines._style.random_filters import RANDOM_FILTERS, random_filters
from engines._style.settings import LayerWeight, StyleSettings
from engines._style.statistics import STATISTICS, Statistic
from engines._style.steps import (
    ContentTarget,
    Losses,
    MemoryEstimate,
    Step,
    StyleSource,
    StyleTarget,
    SuggestedLayers,
    TargetMaps,
)
from engines._style.taps import suggest_layers, tap_choices
from engines._style.transfer import StyleTransfer
from engines.errors import StyleError

__all__ = [
    "RANDOM_FILTERS",
    "STATISTICS",
    "ContentTarget",
    "LayerWeight",
    "Losses",
    "MemoryEstimate",
    "Statistic",
    "Step",
    "StyleError",
    "StyleSettings",
    "StyleSource",
    "StyleTarget",
    "StyleTransfer",
    "SuggestedLayers",
    "TargetMaps",
    "content_loss",
    "gram_matrix",
    "random_filters",
    "style_loss",
    "suggest_layers",
    "tap_choices",
    "total_variation",
]
