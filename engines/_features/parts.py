"""What is extracted, and what comes back: plain values, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from engines._models.loaded import LoadedModel
    from engines.datasets import SkippedFile

Pooling = Literal["flatten", "average", "max", "gram"]
POOLINGS: dict[Pooling, str] = {
    "flatten": "every number",
    "average": "average of each channel",
    "max": "maximum of each channel",
    "gram": "Gram matrix (style)",
}
# The steps of a preprocessing that can be left out, to see what goes wrong.
LEAVE_OUT = {
    "scale": "Division by 255",
    "resize": "Resize",
    "crop": "Centre crop",
    "normalise": "Normalise",
}
# A network as a part asks for it: name of the catalogue or path, and weights.
NetworkKey = tuple[str, str]
Networks = Mapping[NetworkKey, "LoadedModel"]
BYTES_A_NUMBER = 4


@dataclass(frozen=True)
class FeaturePart:
    """One layer of one network, pooled.

    model: name of the catalogue or path of a file; weights: "best", "none" (random: the honest
    control) or a path; layer: as in `named_modules`, "relu#2" for its second call, "" for the
    network's own answer.
    """

    model: str
    weights: str = "best"
    layer: str = ""
    pooling: Pooling = "average"

    @property
    def network(self) -> NetworkKey:
        """The key under which `Networks` holds the network."""
        return (self.model, self.weights)

    @property
    def title(self) -> str:
        """The part in a few words, for people and for column names."""
        name = Path(self.model).name
        if self.weights == "none":
            name += " (random weights)"
        elif self.weights != "best":
            name += f" ({Path(self.weights).name})"
        return f"{name} · {self.layer or 'output'} · {self.pooling}"


FeatureSpec = tuple[FeaturePart, ...]


@dataclass(frozen=True)
class FeaturePlan:
    """What an extraction will give, told before it runs.

    sizes: numbers of each part, titles beside them; dimensions: their sum; bytes_a_picture and
    bytes_in_all: of the float32 features of one and of all pictures.
    """

    sizes: tuple[int, ...]
    titles: tuple[str, ...]
    dimensions: int
    bytes_a_picture: int
    bytes_in_all: int


@dataclass(frozen=True, eq=False)
class Features:
    """The features of some pictures of a dataset.

    values: (N, D) float32, one row a picture; indices: (N,) int64, which sample of the dataset each
    row belongs to (pictures that were skipped have no row); parts, titles and part_slices: what
    the columns are, in order.
    """

    values: np.ndarray
    indices: np.ndarray
    parts: FeatureSpec
    part_slices: tuple[slice, ...]
    titles: tuple[str, ...]

    def part(self, number: int) -> np.ndarray:
        """Return the columns of one part, (N, d); no copy."""
        return self.values[:, self.part_slices[number]]


@dataclass(frozen=True)
class Extraction:
    """How far an extraction has come.

    done of total pictures, from_cache of them without running a network; skipped: those that could
    not be used, with reasons; notes: sentences such as on a full disk; features: with the last
    step, None before.
    """

    done: int
    total: int
    from_cache: int
    skipped: tuple[SkippedFile, ...] = ()
    notes: tuple[str, ...] = ()
    features: Features | None = field(default=None, compare=False)


def slices_of(sizes: tuple[int, ...]) -> tuple[slice, ...]:
    """Return which columns each part takes, side by side."""
    ends = np.cumsum(sizes).tolist()
    return tuple(slice(end - size, end) for end, size in zip(ends, sizes, strict=True))
