"""One number of a network, explained: its inputs, weights, products, sum, bias, and what follows.

Importing this module does not import torch; making a `UnitTracer` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines.errors import NetworkError
from engines.network_receptive_field import NetworkField

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engines._networks.units import Plan, Source


@dataclass(frozen=True)
class Stage:
    """One step behind the weighted sum.

    name: "bias", "BatchNorm", "ReLU6" …; layer: the path of its module; before, after: computed
    in float64; captured: what the network itself computed in this run, None where it computes no
    such number (the bias is added inside the layer); constants: name → number, as γ, β, μ, σ², ε.
    """

    name: str
    layer: str
    before: float
    after: float
    captured: float | None
    constants: dict[str, float]

    @property
    def formula(self) -> str:
        """The step with its numbers."""
        if self.name == "bias":
            return f"{self.before:.4g} + {self.constants['b']:.4g} = {self.after:.4g}"
        if "μ" in self.constants:
            c = self.constants
            return (
                f"({self.before:.4g} − {c['μ']:.4g}) / √({c['σ²']:.4g} + {c['ε']:.4g}) "
                f"· {c['γ']:.4g} + {c['β']:.4g} = {self.after:.4g}"
            )
        return f"{self.name}({self.before:.4g}) = {self.after:.4g}"


@dataclass(frozen=True)
class UnitTrace:
    """How one output of a convolution or linear layer came to be.

    channel, row, column: the unit (row = column = 0 for a vector); input_channels: (I,) indices of
    the channels that it reads (those of its group); rows (kh,), columns (kw,): the positions on the
    layer's input that the window reads, outside where the padding is; inside: (kh, kw) bool;
    values, weights, products: (I, kh, kw) float64, values outside as the padding mode gives;
    total: the sum of the products; stages: bias, normalisation, activation, in order; field: what
    the unit sees of the picture, None where that has no meaning.
    """

    layer: str
    channel: int
    row: int
    column: int
    input_channels: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    inside: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    products: np.ndarray
    total: float
    stages: tuple[Stage, ...]
    field: NetworkField | None

    @property
    def channel_sums(self) -> np.ndarray:
        """(I,): the products of each input channel, summed."""
        return np.asarray(self.products.sum(axis=(1, 2)))

    @property
    def ranking(self) -> np.ndarray:
        """(I,): places in `input_channels`, the largest contribution (absolute) first."""
        return np.argsort(-np.abs(self.channel_sums), kind="stable")

    @property
    def result(self) -> float:
        """The number behind the last stage."""
        return self.stages[-1].after if self.stages else self.total


@dataclass(frozen=True)
class Contributions:
    """What the input channels give to one output channel, over all positions.

    channels: (I,) indices of the input channels; mean: (I,) mean contribution; strength: (I,) mean
    absolute contribution; ranking: (I,) places in `channels`, the strongest first.
    """

    channels: np.ndarray
    mean: np.ndarray
    strength: np.ndarray
    ranking: np.ndarray


class UnitTracer:
    """Answers for one layer and one picture; one forward when made, then NumPy only.

    layer: the path of a convolution (1D, 2D) or linear layer; "name#2" for its second call. batch:
    (1, C, H, W). Raises NetworkError for other layers and batches that do not fit.
    output: (C, H, W) the layer's own answer; final: (C, H, W) the answer behind the last stage.
    """

    def __init__(self, module: nn.Module, batch: Tensor, layer: str) -> None:
        from engines._networks.units import plan_source, read_source

        self.layer = layer
        self._plan: Plan = plan_source(module, _size(batch), layer)
        self._source: Source = read_source(self._plan, batch)

    def with_batch(self, batch: Tensor) -> UnitTracer:
        """Return the same for another picture of the same size, by a forward alone."""
        from engines._networks.units import read_source

        if _size(batch) != self._plan.recording.input_size:
            return UnitTracer(self._plan.module, batch, self.layer)
        made = copy(self)
        made._source = read_source(self._plan, batch)
        return made

    @property
    def output(self) -> np.ndarray:
        """(C, H, W): the layer's own answer, before normalisation and activation."""
        return self._source.output

    @property
    def final(self) -> np.ndarray:
        """(C, H, W): the answer behind the last stage."""
        return self._source.steps[-1].output if self._source.steps else self._source.output

    @property
    def stage_layers(self) -> tuple[str, ...]:
        """The paths of the modules that follow: normalisation, activation."""
        return tuple(step.layer for step in self._source.steps)

    @property
    def answers(self) -> Mapping[str, str]:
        """The paths of all modules that answer with one of the numbers, and of what made it.

        That is the layer or one of `stage_layers`: the module itself, or the one whose number it
        passes on as it is, as an identity does.
        """
        return self._plan.answers

    def trace(self, channel: int, row: int = 0, column: int = 0) -> UnitTrace:
        """Return how output (channel, row, column) came to be. Raises NetworkError outside."""
        from engines._networks.units import trace

        return trace(self._source, channel, row, column)

    def contributions(self, channel: int) -> Contributions:
        """Return what each input channel gives to `channel`, over all positions."""
        from engines._networks.units import contributions

        return contributions(self._source, channel)


def _size(batch: Tensor) -> tuple[int, ...]:
    if batch.ndim != 4 or batch.shape[0] != 1:
        raise NetworkError("A number is explained for one picture: a batch of (1, C, H, W).")
    return tuple(batch.shape[1:])


def unit_trace(
    module: nn.Module, batch: Tensor, layer: str, channel: int, row: int = 0, column: int = 0
) -> UnitTrace:
    """Return how one number of `layer` came to be; for many of one layer make a `UnitTracer`."""
    return UnitTracer(module, batch, layer).trace(channel, row, column)


def explainable_layers(module: nn.Module) -> list[str]:
    """Return the paths of the layers that can be explained: convolutions and linear layers."""
    from engines._networks.units import explainable

    return [name for name, part in module.named_modules() if explainable(part)]
