"""Reading the maps of chosen layers, quickly and again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines._style.steps import SuggestedLayers

if TYPE_CHECKING:
    from engines.models import LoadedModel


def tap_choices(model: LoadedModel) -> tuple[str, ...]:
    """Return all layers that give maps (1, C, H, W) of one picture, in the order they answer."""
    raise NotImplementedError


def suggest_layers(model: LoadedModel) -> SuggestedLayers:
    """Return layers that give good pictures with `model`: some for content, some for style."""
    raise NotImplementedError
