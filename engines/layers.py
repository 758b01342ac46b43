"""Every kind of layer as a plain function, and what it costs: parameters, MACs, time."""

from __future__ import annotations

from engines._layers.measuring import measured
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
    "SOURCE_TITLE",
    "WordVectors",
    "documentation_vectors",
    "max_over_time",
    "measured",
    "one_hot",
    "over_channels",
    "over_image",
    "phrase_filter",
    "softmax",
    "tokens",
    "untrained",
]
