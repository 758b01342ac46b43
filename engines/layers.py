"""Every kind of layer as a plain function, and what it costs: parameters, MACs, time."""

from __future__ import annotations

from engines._layers.measuring import measured
from engines._layers.softmax import softmax

__all__ = [
    "measured",
    "softmax",
]
