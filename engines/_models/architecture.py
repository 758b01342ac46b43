"""A named network of any family, as the loader needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._models.card import ModelCard
from engines._models.preprocessing import Preprocessing

if TYPE_CHECKING:
    import torch

    State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Offer:
    """Weights that can be fetched: url; file_name in the cache; sha256_prefix or ""."""

    url: str
    file_name: str
    sha256_prefix: str = ""


@dataclass(frozen=True)
class Architecture:
    """How to build one network and what belongs to it.

    build(classes) gives the module with random weights, None standing for its own count of
    classes; best() gives it filled with the trained weights on this computer, and is None where
    there are none; adapt renames the entries of an older file.
    """

    card: ModelCard
    preprocess: Preprocessing
    categories: tuple[str, ...]
    build: Callable[[int | None], torch.nn.Module]
    best: Callable[[], torch.nn.Module] | None = None
    offer: Offer | None = None
    adapt: Callable[[Mapping[str, torch.Tensor]], State] | None = None
