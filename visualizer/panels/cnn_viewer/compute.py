"""What the CNN Viewer computes, away from the GUI thread: plain values in, plain values out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engines.activations import (
    ChannelStatistics,
    as_maps,
    channel_statistics,
    order_channels,
    strongest,
)
from engines.errors import EngineError, NetworkError
from engines.models import LoadedModel
from engines.network_copies import private_copy
from engines.network_receptive_field import NetworkField
from engines.out_of_memory import is_out_of_memory
from engines.unit_trace import Contributions, UnitTrace, UnitTracer, explainable_layers
from visualizer.networks.loading import Network
from visualizer.panels.cnn_viewer.answers import Answers
from visualizer.panels.cnn_viewer.context import Prediction, Run
from visualizer.panels.cnn_viewer.known import Known, looked_at
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.pictures.picture import Picture
from widgets.mosaic_view import Maps

if TYPE_CHECKING:
    import torch

TOP = 5
BINS = 64
TINY = 1e-30
REACH = 6  # layers between a convolution and what still passes its activation on
LIKELY_SUM = 1e-3  # how far from 1 the outputs of a network with its own softmax may sum


@dataclass(frozen=True)
class Sheet:
    """The channels of one layer, ready to be shown.

    maps: (C, H, W) float32; tiles: the same for the screen, in the order that is shown; levels: of
    all channels together; signed: whether any is below zero; kind: as of
    `engines.activations.Maps`, with its note; field: where the units lie, None where unknown;
    seen_pixels: (H, W, 3) uint8, the picture as the network sees it;
    histogram: (edges (65,), counts (64,)) of all values.
    """

    run: Run
    state: CnnViewerState
    layer: str
    maps: np.ndarray
    tiles: Maps
    statistics: ChannelStatistics
    levels: tuple[float, float]
    signed: bool
    kind: str
    note: str
    field: NetworkField | None
    seen_pixels: np.ndarray
    histogram: tuple[np.ndarray, np.ndarray]

    @property
    def total(self) -> int:
        """How many channels the layer has."""
        return len(self.maps)

    @property
    def dead(self) -> int:
        """How many of them are zero everywhere."""
        return int(self.statistics.dead.sum())

    def channel_levels(self, channel: int) -> tuple[float, float]:
        """Return the levels of one channel alone, about zero where the layer is signed."""
        values = self.maps[channel]
        return levels_of(values, self.signed)


@dataclass(frozen=True)
class UnitExplainer:
    """What explains the units of a channel.

    tracer: of the layer that has the weights, which may lie before the shown `layer`;
    contributions: of the input channels, over all positions; tokens: (columns, how many lie before
    the grid) where the layer answers with tokens that are shown as a map.
    """

    run: Run
    layer: str
    channel: int
    tracer: UnitTracer
    contributions: Contributions
    tokens: tuple[int, int] | None = None

    def trace(self, row: int, column: int) -> UnitTrace:
        """Return how the number at a position of the map came to be. Raises NetworkError."""
        if self.tokens is not None:
            columns, before = self.tokens
            row, column = 0, before + row * columns + column
        return self.tracer.trace(self.channel, row, column)

    @property
    def maker(self) -> str:
        """The layer that makes the number: `layer`, or the one whose number that passes on."""
        return self.tracer.answers.get(self.layer, self.tracer.layer)

    def filter(self) -> np.ndarray:
        """Return the weights of the channel, (I, kh, kw) float32."""
        return self.tracer.trace(self.channel).weights.astype(np.float32)


def run_network(
    network: Network, picture: Picture, state: CnnViewerState, known: Known | None = None
) -> Run:
    """Return one picture through one network, every layer captured.

    With what is `known` of an earlier run, only the layer that `state` shows and the network's
    answer are kept; the others are computed when they are asked for.
    """
    import torch

    from engines.activations import capture

    model = network.model
    preprocess = model.preprocess
    if state.input_size is not None:
        preprocess = preprocess.with_size(*state.input_size)
    image = torch.from_numpy(picture.values("colour")).permute(2, 0, 1)
    visible = preprocess.visible(image)
    batch = preprocess.normalise(visible)[None]
    started = time.perf_counter()
    try:
        alone = looked_at(known, model, batch, state.layer)
        if known is not None and alone:
            kept = capture(model.module, batch, alone)
            # A copy, for the next picture may be on its way through the network itself.
            everything = partial(_capture_apart, model, batch)
            activations: Mapping[str, torch.Tensor] = Answers(kept, known.shapes, everything)
        else:
            activations = capture(model.module, batch)
    except NetworkError as error:
        raise _refused(model, batch, error) from error
    milliseconds = (time.perf_counter() - started) * 1e3
    if not activations:
        raise EngineError(
            f"{model.card.title} gave no layer's answer that could be captured: it has no parts "
            "that hold tensors. Choose another network."
        )
    scores = class_scores(model, activations)
    return Run(
        model, picture, state, batch, _seen(visible), activations,
        predict(model, activations), milliseconds,
        scores is None or bool(np.isfinite(scores).all()),
    )  # fmt: skip


def _capture_apart(model: LoadedModel, batch: torch.Tensor) -> dict[str, torch.Tensor]:
    from engines.activations import capture

    return capture(private_copy(model.module), batch)


def _refused(model: LoadedModel, batch: torch.Tensor, error: NetworkError) -> NetworkError:
    """Return `error`, or what is known of the layer at which a picture of this size breaks."""
    from engines.surgery import explain_input_size

    if is_out_of_memory(error):
        return error
    channels, height, width = batch.shape[1:]
    try:
        report = explain_input_size(model.module, (channels, height, width))
    except EngineError:
        return error  # its inside cannot be seen
    if not report.broken:
        return error
    return NetworkError(
        f"{model.card.title} does not take {height} × {width} pixels. {report.why} Choose "
        "another input size; the tab “Input size” shows the ways out."
    )


def _seen(visible: torch.Tensor) -> np.ndarray:
    """Return what the network sees as (H, W, 3) float32 in [0, 1]."""
    array = visible.permute(1, 2, 0).numpy()
    return np.ascontiguousarray(np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array)


def predict(model: LoadedModel, activations: Mapping[str, torch.Tensor]) -> tuple[Prediction, ...]:
    """Return the best classes by the last layer's answer.

    None where it is no list of classes, or holds NaN or infinity, of which no class is the best.
    """
    scores = class_scores(model, activations)
    if scores is None or not np.isfinite(scores).all():
        return ()
    shares = shares_of(scores)
    best = np.argsort(-shares, kind="stable")[:TOP]
    return tuple(
        Prediction(int(index), model.categories[index], float(shares[index])) for index in best
    )


def shares_of(scores: np.ndarray) -> np.ndarray:
    """Return (classes,) probabilities: the softmax of `scores`, unless they are shares already."""
    if scores.min() >= 0 and abs(float(scores.sum()) - 1.0) < LIKELY_SUM:
        return scores
    spread = np.exp(scores - scores.max())
    return spread / spread.sum()


def class_scores(model: LoadedModel, activations: Mapping[str, torch.Tensor]) -> np.ndarray | None:
    """Return (classes,) of the last answer that has one number for every category, or None."""
    count = len(model.categories)
    if not count:
        return None
    for name in reversed(list(activations)):
        values = activations[name]
        if values.numel() == count and values.shape[0] == 1:
            return values.detach().double().reshape(-1).numpy()
    return None


def levels_of(values: np.ndarray, signed: bool) -> tuple[float, float]:
    """Return the levels that hold all finite `values`: about zero if signed, else from zero."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (-1.0, 1.0) if signed else (0.0, 1.0)
    if signed:
        limit = float(np.abs(finite).max()) or 1.0
        return -limit, limit
    return 0.0, float(finite.max()) or 1.0


def make_sheet(
    run: Run, layer: str, state: CnnViewerState, field: NetworkField | None = None
) -> Sheet:
    """Return the channels of `layer` as they are to be shown. Raises NetworkError with a reason."""
    values = run.activations[layer]
    maps = as_maps(values)
    statistics = channel_statistics(maps.values)
    array = np.ascontiguousarray(maps.values[0].detach().float().numpy())
    order = order_channels(statistics, state.sort)
    if state.strongest:
        best = strongest(statistics, state.strongest)
        order = order[np.isin(order, best)]
    signed = bool(array.min() < 0)
    levels = levels_of(array, signed)
    # Where a channel is one number, its own scale would show nothing but its sign.
    relative = state.scale == "channel" and array[0].size > 1
    tiles = Maps(
        tiles_of(array, levels, signed=signed, relative=relative),
        array,
        colors="signed" if signed else "magnitude",
        levels=levels,
        order=order,
        dead=statistics.dead,
        relative=relative,
    )
    return Sheet(
        run, state, layer, array, tiles, statistics, levels, signed, maps.kind,
        f"{maps.note} {_not_finite(array, statistics)}".strip(), field,
        (run.seen * 255.0 + 0.5).astype(np.uint8), histogram_of(array, levels),
    )  # fmt: skip


def _not_finite(array: np.ndarray, statistics: ChannelStatistics) -> str:
    """Return a sentence on values that are no numbers, "" where there are none."""
    if np.isfinite(statistics.mean).all():  # which a single one would spoil
        return ""
    bad = array.size - int(np.isfinite(array).sum())
    return f"{bad:,} of {array.size:,} values are NaN or infinite; NaN is drawn as 0."


def tiles_of(
    maps: np.ndarray, levels: tuple[float, float], *, signed: bool, relative: bool
) -> np.ndarray:
    """Return `maps` (C, H, W) as uint8, each to its own largest value if relative."""
    limits = np.array(levels[1])
    if relative:
        flat = np.abs(maps).reshape(len(maps), -1)
        limits = np.nan_to_num(flat.max(axis=1), posinf=levels[1])[:, None, None]
    scale, middle = (127.5, 128.0) if signed else (255.0, 0.5)
    factors = np.where(limits > TINY, scale / np.maximum(limits, TINY), 0.0).astype(np.float32)
    shares = np.nan_to_num(maps * factors, nan=0.0, posinf=1e9, neginf=-1e9)
    shares += np.float32(middle)
    return np.clip(shares, 0.0, 255.0, out=shares).astype(np.uint8)


def histogram_of(values: np.ndarray, levels: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return (edges (65,), counts (64,)) of the finite `values` between their extremes."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.linspace(*levels, BINS + 1), np.zeros(BINS, dtype=int)
    counts, edges = np.histogram(finite, bins=BINS)
    return edges, counts


def make_explainer(
    run: Run, layer: str, channel: int, former: UnitExplainer | None = None
) -> UnitExplainer:
    """Return what explains the units of `channel`. Raises EngineError where there are no weights.

    The layer itself if it has weights, else the nearest layer before it whose answer only its
    normalisation and activation lie between, and layers that change nothing. `former`: of an
    earlier picture, whose knowledge of the network is taken over where it is of the same layer.
    """
    tokens = _tokens_of(run.activations[layer])
    if former is not None and former.layer == layer and former.run.model is run.model:
        tracer = former.tracer.with_batch(run.batch)
        return UnitExplainer(run, layer, channel, tracer, tracer.contributions(channel), tokens)
    with_weights = set(explainable_layers(run.model.module))
    names = list(run.activations)
    place = names.index(layer)
    for name in reversed(names[max(place - REACH, 0) : place + 1]):
        if name.split("#")[0] in with_weights:
            # A copy, for the next picture may be on its way through the network itself.
            tracer = UnitTracer(private_copy(run.model.module), run.batch, name)
            if name == layer or layer in tracer.answers:
                contributions = tracer.contributions(channel)
                return UnitExplainer(run, layer, channel, tracer, contributions, tokens)
            break
    raise EngineError(
        f"{layer or 'The network itself'} is no convolution or linear layer, nor the "
        "normalisation or activation right behind one. Choose one of those to see the products "
        "behind a number."
    )


def _tokens_of(values: torch.Tensor) -> tuple[int, int] | None:
    """Return (columns of the grid, tokens before it) of tokens shown as a map, None for others."""
    maps = as_maps(values)
    if maps.kind != "tokens":
        return None
    rows, columns = maps.values.shape[2:]
    return columns, values.shape[1] - rows * columns
