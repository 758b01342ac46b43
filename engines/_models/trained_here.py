"""The network that is trained in the application, on scikit-learn's handwritten digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines._models.architecture import Architecture
from engines._models.card import ModelCard
from engines._models.preprocessing import Preprocessing

if TYPE_CHECKING:
    import torch

DIGITS = "digits"
SIDE = 8
CATEGORIES = tuple(str(digit) for digit in range(10))
PREPROCESS = Preprocessing(height=SIDE, width=SIDE, resize=SIDE, mean=(0.0,), std=(1.0,))
CARD = ModelCard(
    name=DIGITS,
    title="Digits (train it yourself)",
    source="trained here",
    weights_state="untrained",
    input_size=(1, SIDE, SIDE),
    classes=10,
    parameters=9_810,
    notes=("It learns within seconds, from scikit-learn's handwritten digits.",),
)


def cards(query: str = "") -> list[ModelCard]:
    """Return the card of the digits' network."""
    del query
    return [CARD]


def find(name: str) -> Architecture | None:
    """Return the digits' network, if `name` is its name."""
    if name != DIGITS:
        return None
    return Architecture(CARD, PREPROCESS, CATEGORIES, _build)


def _build(classes: int | None) -> torch.nn.Module:
    from engines._models.digit_network import DigitNetwork

    return DigitNetwork(classes or len(CATEGORIES))
