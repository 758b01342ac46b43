"""What the tabs "Map" and "Similarity" are set to, as plain values: part of the panel's state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen


class MapSettings(Frozen):
    """How features become places, and what the points' colours stand for.

    perplexity, seed: of t-SNE. color: "predicted" is what the classifier chosen in "Classify" says.
    """

    method: Literal["pca", "tsne"] = "pca"
    perplexity: Annotated[int, Field(ge=2, le=100)] = 30
    seed: Annotated[int, Field(ge=0)] = 0
    color: Literal["class", "part", "predicted"] = "class"

    def looking_like(self, present: MapSettings) -> MapSettings:
        """Return these with what is only looked at as in `present`."""
        return self.replace(color=present.color)


class SimilaritySettings(Frozen):
    """By what pictures are compared."""

    metric: Literal["cosine", "gram"] = "cosine"
