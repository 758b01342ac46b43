"""Neural style transfer: a picture that keeps one's content and takes another's manner.

After L. Gatys, A. Ecker, M. Bethge, "Image Style Transfer Using Convolutional Neural Networks",
CVPR 2016. Settings, losses and results need no torch to be imported; it comes with the work.
"""

from engines._style.channel_pairs import (
    GramEntry,
    content_loss_by_channel,
    gram_cosine,
    gram_entry,
    strongest_differences,
)
from engines._style.explain import Term, loss_terms
from engines._style.losses import content_loss, gram_matrix, style_loss, total_variation
from engines._style.random_filters import RANDOM_FILTERS, RANDOM_TITLE, random_filters
from engines._style.reconstruct import (
    Rung,
    climb,
    content_ladder,
    reconstruct_content,
    reconstruct_texture,
    texture_ladder,
)
from engines._style.seen import seen_content, seen_mask, seen_picture, seen_style
from engines._style.settings import LayerWeight, StyleSettings
from engines._style.shuffle import ShuffleLosses, shuffle, shuffle_losses
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
    "RANDOM_TITLE",
    "STATISTICS",
    "ContentTarget",
    "GramEntry",
    "LayerWeight",
    "Losses",
    "MemoryEstimate",
    "Rung",
    "ShuffleLosses",
    "Statistic",
    "Step",
    "StyleError",
    "StyleSettings",
    "StyleSource",
    "StyleTarget",
    "StyleTransfer",
    "SuggestedLayers",
    "TargetMaps",
    "Term",
    "climb",
    "content_ladder",
    "content_loss",
    "content_loss_by_channel",
    "gram_cosine",
    "gram_entry",
    "gram_matrix",
    "loss_terms",
    "random_filters",
    "reconstruct_content",
    "reconstruct_texture",
    "seen_content",
    "seen_mask",
    "seen_picture",
    "seen_style",
    "shuffle",
    "shuffle_losses",
    "strongest_differences",
    "style_loss",
    "suggest_layers",
    "tap_choices",
    "texture_ladder",
    "total_variation",
]
