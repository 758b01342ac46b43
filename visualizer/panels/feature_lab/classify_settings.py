"""What the tabs "Classify", "Compare", "Code" and "Large picture" are set to, as plain values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen

MOST_LAYERS = 12  # compared at once

ClassifierName = Literal["logistic", "linear_svm", "knn", "forest"]
TestedBy = Literal["folds", "split"]
Folds = Annotated[int, Field(ge=2, le=20)]
Seed = Annotated[int, Field(ge=0, le=9999)]


class ClassifySettings(Frozen):
    """by: cross-validation, or train against test; control: random weights beside the trained."""

    classifier: ClassifierName = "logistic"
    by: TestedBy = "folds"
    folds: Folds = 5
    seed: Seed = 0
    control: bool = False


class CompareSettings(Frozen):
    """what: layers of the network, or learning from few pictures; the rest as asked by each.

    named: the layers that a person chose; empty: as many as `layers`, evenly spread. control: the
    same network with random weights beside the trained one.
    """

    what: Literal["layers", "learning"] = "layers"
    classifier: ClassifierName = "logistic"
    layers: Annotated[int, Field(ge=2, le=MOST_LAYERS)] = 6
    named: Annotated[tuple[str, ...], Field(max_length=MOST_LAYERS)] = ()
    folds: Folds = 5
    most: Annotated[int, Field(ge=1, le=500)] = 20
    seeds: Annotated[int, Field(ge=1, le=20)] = 3
    scratch: bool = True
    control: bool = True


class CodeSettings(Frozen):
    """program: "" for what is on screen, else the name of a template."""

    program: str = ""


class LargeSettings(Frozen):
    """path: the picture; side, stride: of the tiles, in pixels; category: whose map is shown."""

    path: str = ""
    side: Annotated[int, Field(ge=16, le=2048)] = 64
    stride: Annotated[int, Field(ge=8, le=2048)] = 64
    drop_background: bool = True
    pooling: Literal["mean", "majority", "max"] = "mean"
    category: Annotated[int, Field(ge=0)] = 0
    opacity: Annotated[float, Field(ge=0, le=1)] = 0.6

    def looking_like(self, present: LargeSettings) -> LargeSettings:
        """Return these with what is only looked at as in `present`."""
        return self.replace(category=present.category, opacity=present.opacity)
