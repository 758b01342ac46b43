"""What the Feature Lab's tabs are handed: pictures, network, split, features, selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.panels.feature_lab.state import FeatureLabState

if TYPE_CHECKING:
    from engines.datasets import Dataset, Leak, Split
    from engines.features import FeaturePart, Features, Networks
    from engines.models import LoadedModel


@dataclass(frozen=True)
class Division:
    """The pictures, divided.

    split: None where they cannot be, and `problem` says why; leaks: what lies in several parts;
    duplicates: indices of pictures with the same content; given: it came with the pictures.
    """

    split: Split | None
    leaks: tuple[Leak, ...] = ()
    duplicates: tuple[tuple[int, ...], ...] = ()
    problem: str = ""
    given: bool = False


@dataclass(frozen=True)
class Context:
    """What is shown at present; None until it is there.

    network: that of the column at the left; parts: what the features are to be; networks: those
    that the parts need and that are loaded; features: None until extracted from just these pictures
    and parts; selected: indices of `dataset`, all within it.
    """

    state: FeatureLabState
    dataset: Dataset | None = None
    network: LoadedModel | None = None
    parts: tuple[FeaturePart, ...] = ()
    networks: Networks | None = None
    features: Features | None = None
    division: Division | None = None
    selected: tuple[int, ...] = ()

    @property
    def split(self) -> Split | None:
        """Which pictures to learn from, to choose by and to be tested on."""
        return self.division.split if self.division is not None else None
