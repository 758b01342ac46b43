"""What "Compare" computes, away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from engines.errors import EngineError
from engines.images import LoadedImage, load_image, load_sample
from visualizer.networks.choice import ModelChoice
from visualizer.networks.loading import load_network
from visualizer.panels.cnn_viewer.compute import (
    Network,
    Sheet,
    make_sheet,
    run_network,
)
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.tabs.parts import own_model
from visualizer.pictures.picture import Picture
from visualizer.pictures.source import PictureSource

Kind = Literal["picture", "network", "untrained"]


@dataclass(frozen=True)
class Other:
    """What is compared with: another picture (a sample's name or a file), or another network.

    kind "untrained": the same network before any training. layer: of the other that is wanted, ""
    for the counterpart of the one that is shown.
    """

    kind: Kind
    name: str
    layer: str = ""


@dataclass(frozen=True)
class Pair:
    """The same layer in both; layer: of the other's, which is another in another network.

    similarity: (C,) the cosine of each channel with the same channel of the other, NaN where one
    is silent; None where the layers' shapes differ.
    """

    here: Sheet
    there: Sheet
    layer: str
    similarity: np.ndarray | None


class Comparer:
    """Keeps the last other run, so that another layer is quick; used by one lane alone."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] | None = None
        self._run: Run | None = None

    def compare(self, run: Run, layer: str, other: Other) -> Pair:
        """Return `layer` in the run and in the other. Raises EngineError with a sentence."""
        against = self._other(run, other)
        there = counterpart(run, layer, against)
        if other.layer in against.activations and layer == counterpart(against, other.layer, run):
            there = other.layer
        state = run.state.replace(sort="index", strongest=0)
        sheets = (make_sheet(run, layer, state), make_sheet(against, there, state))
        return Pair(*sheets, there, _similarity(sheets[0].maps, sheets[1].maps))

    def _other(self, run: Run, other: Other) -> Run:
        key = (run if other.kind != "picture" else run.model, replace(other, layer=""))
        if self._run is None or self._key is None or not _same(self._key, key):
            self._run, self._key = _run_other(run, other), key
        return self._run


def _same(one: tuple[object, ...], two: tuple[object, ...]) -> bool:
    return one[0] is two[0] and one[1] == two[1]


def _run_other(run: Run, other: Other) -> Run:
    if other.kind == "picture":
        image = load_image(other.name) if Path(other.name).suffix else load_sample(other.name)
        network = Network(run.state.model, own_model(run.model))
        return run_network(network, _picture(image, other.name), run.state)
    weights: Literal["best", "none"] = "none" if other.kind == "untrained" else "best"
    name = run.model.card.name if other.kind == "untrained" else other.name
    network = load_network(ModelChoice(name=name, weights=weights))
    state = run.state.replace(input_size=None) if other.kind == "network" else run.state
    return run_network(network, run.picture, state)


def _picture(image: LoadedImage, name: str) -> Picture:
    kind: Literal["file", "sample"] = "file" if Path(name).suffix else "sample"
    return Picture(PictureSource(kind=kind, name=name), image)


def counterpart(run: Run, layer: str, other: Run) -> str:
    """Return the layer of the same name in the other run, else one with maps as far along."""
    if layer in other.activations:
        return layer
    names = [name for name, values in other.activations.items() if values.ndim == 4]
    if not names:
        raise EngineError("The other network has no layers with maps to compare with.")
    own = list(run.activations)
    share = own.index(layer) / max(1, len(own) - 1)
    return names[round(share * (len(names) - 1))]


def _similarity(one: np.ndarray, two: np.ndarray) -> np.ndarray | None:
    if one.shape != two.shape:
        return None
    first, second = (maps.reshape(len(maps), -1).astype(np.float64) for maps in (one, two))
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    products = (first * second).sum(1)
    return np.divide(products, lengths, out=np.full(len(first), np.nan), where=lengths > 0)
