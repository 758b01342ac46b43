"""What the tab “Extract” computes away from the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engines.errors import EngineError

if TYPE_CHECKING:
    from engines.datasets import Dataset
    from engines.feature_store import FeatureStore
    from engines.features import (
        FeaturePart,
        FeaturePlan,
        Networks,
        PictureStage,
        Prediction,
    )
    from engines.models import LoadedModel

TOP = 5
KILO = 1000.0


@dataclass(frozen=True)
class Planned:
    """What is known before running.

    layers: the names of every network's layers in call order; untrained: networks whose weights
    are random; plan: None where the parts cannot be, and `problem` says why.
    """

    layers: Mapping[tuple[str, str], tuple[str, ...]]
    untrained: frozenset[tuple[str, str]]
    plan: FeaturePlan | None
    problem: str = ""


def plan(networks: Networks, parts: tuple[FeaturePart, ...], count: int) -> Planned:
    """Return sizes and memory of the features of `count` pictures, or why there are none."""
    from engines.activations import layer_names
    from engines.features import feature_plan

    layers = {key: tuple(layer_names(model.module)) for key, model in networks.items()}
    untrained = frozenset(key for key, model in networks.items() if not model.card.is_trained)
    try:
        return Planned(layers, untrained, feature_plan(networks, parts, count))
    except EngineError as error:
        return Planned(layers, untrained, None, str(error))


@dataclass(frozen=True)
class Steps:
    """One picture on its way into a network.

    whole, changed: the answers after all steps, and after those that were not left out; problem:
    why there is no such answer.
    """

    name: str
    stages: tuple[PictureStage, ...]
    whole: tuple[Prediction, ...]
    changed: tuple[Prediction, ...]
    problem: str = ""


def steps(model: LoadedModel, dataset: Dataset, index: int, leave_out: tuple[str, ...]) -> Steps:
    """Return the preprocessing of picture `index`, and what leaving steps out does to the answer.

    Raises DatasetError where the picture cannot be read.
    """
    from engines.features import predictions, preprocessing_stages
    from engines.network_copies import private_copy

    own = replace(model, module=private_copy(model.module))
    pixels = dataset.pixels(index)
    stages = preprocessing_stages(own, pixels, leave_out=leave_out)
    name = dataset.samples[index].name
    whole: tuple[Prediction, ...] = ()
    try:
        whole = predictions(own, pixels, count=TOP)
        changed = predictions(own, pixels, leave_out=leave_out, count=TOP) if leave_out else whole
    except EngineError as error:
        return Steps(name, stages, whole, (), str(error))
    return Steps(name, stages, whole, changed)


def painted(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W, 3 or 1) in [0, 1] as uint8 (H, W, 3)."""
    wide = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    return np.ascontiguousarray(np.round(np.clip(wide, 0.0, 1.0) * 255.0).astype(np.uint8))


@dataclass(frozen=True)
class Kept:
    """What lies in the cache: entries and bytes, and why nothing more is kept."""

    count: int
    size: int
    notes: tuple[str, ...]


def kept(store: FeatureStore, *, clear: bool = False) -> Kept:
    """Return what lies in the cache, after removing all of it if `clear`."""
    if clear:
        store.clear()
    return Kept(store.count(), store.size(), store.notes)


def bytes_text(count: float) -> str:
    """Return a number of bytes in words: 812 bytes, 2.3 MB."""
    if count < KILO:
        return f"{count:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        count /= KILO
        if count < KILO:
            return f"{count:.3g} {unit}"
    return f"{count / KILO:.3g} TB"
