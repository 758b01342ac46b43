"""What is to grow: an activation of a channel, neuron, class or direction, or a sum of such."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines.errors import VisualizationError

if TYPE_CHECKING:
    from torch import Tensor

Score = Callable[["Tensor"], "Tensor"]


@dataclass(frozen=True)
class Term:
    """One activation: its name for people, its layer, and score(output (N, …)) -> (N,)."""

    name: str
    layer: str
    score: Score


@dataclass(frozen=True)
class Objective:
    """A weighted sum of activations. Objectives compose: `a + 2 * b - c`; `name` says what it is.

    terms: (weight, term) pairs, in the order they were written.
    """

    terms: tuple[tuple[float, Term], ...]

    @property
    def name(self) -> str:
        """The sum as people write it: "blocks.1.1 channel 3 + 2 × output class 281"."""
        text = ""
        for weight, term in self.terms:
            sign = "−" if weight < 0 else "+"
            factor = "" if abs(weight) == 1 else f"{abs(weight):g} × "
            joint = f" {sign} " if text else ("−" if weight < 0 else "")
            text += f"{joint}{factor}{term.name}"
        return text

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that it looks at, each once."""
        return tuple(dict.fromkeys(term.layer for _, term in self.terms))

    def evaluate(self, outputs: Mapping[str, Tensor]) -> Tensor:
        """Return its value for each picture of the batch, (N,), from the outputs of `layers`."""
        parts = [weight * term.score(outputs[term.layer]) for weight, term in self.terms]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def __str__(self) -> str:
        return self.name

    def __add__(self, other: Objective) -> Objective:
        if not isinstance(other, Objective):
            return NotImplemented
        return Objective(self.terms + other.terms)

    def __sub__(self, other: Objective) -> Objective:
        if not isinstance(other, Objective):
            return NotImplemented
        return self + (-other)

    def __neg__(self) -> Objective:
        return -1.0 * self

    def __mul__(self, factor: float) -> Objective:
        if not isinstance(factor, int | float):
            return NotImplemented
        return Objective(tuple((factor * weight, term) for weight, term in self.terms))

    __rmul__ = __mul__


def channel(layer: str, index: int) -> Objective:
    """Return the objective "channel `index` of `layer`": its mean over all positions.

    Maps are (N, C, H, W) or (N, H, W, C), tokens (N, T, C), vectors (N, C).
    """

    def score(output: Tensor) -> Tensor:
        return _over_positions(_one_channel(output, layer, index))

    return _single(f"{_title(layer)} channel {index}", layer, score)


def neuron(layer: str, index: int, row: int | None = None, column: int | None = None) -> Objective:
    """Return the objective "one position of channel `index`"; the middle unless told.

    Negative rows and columns count from the end. Of tokens, `row` is the token.
    """
    place = "in the middle" if row is None and column is None else f"at {row}, {column}"

    def score(output: Tensor) -> Tensor:
        values = _one_channel(output, layer, index)
        for axis, at in zip(range(values.ndim - 1), (row, column), strict=False):
            size = values.shape[1]
            position = size // 2 if at is None else at
            if not -size <= position < size:
                raise VisualizationError(
                    f"Layer {layer} has {size} {'columns' if axis else 'rows'}; "
                    f"there is no {position}."
                )
            values = values[:, position]
        return values

    return _single(f"{_title(layer)} channel {index} {place}", layer, score)


def class_score(index: int, *, name: str = "", layer: str = "") -> Objective:
    """Return the objective "the network's score for class `index`", before any softmax.

    name: the class's name for people; layer: where the scores are, the network's output unless
    told.
    """
    title = f"class {name or index}"

    def score(output: Tensor) -> Tensor:
        return _over_positions(_one_channel(output, layer, index))

    return _single(title if not layer else f"{layer} {title}", layer, score)


def direction(layer: str, vector: Sequence[float] | np.ndarray, *, name: str = "") -> Objective:
    """Return the objective "along `vector` in the channels of `layer`": the mean projection.

    vector: one number per channel; its length does not matter. Raises VisualizationError for a
    vector without length, and while it runs for one of another number of channels.
    """
    values = np.asarray(vector, np.float32).ravel()
    length = float(np.linalg.norm(values))
    if not np.isfinite(length) or length == 0:
        raise VisualizationError("A direction needs at least one number that is not zero.")
    unit = values / length

    def score(output: Tensor) -> Tensor:
        import torch

        channels = channels_last(output)
        if channels.shape[-1] != unit.size:
            raise VisualizationError(
                f"Layer {layer} has {channels.shape[-1]} channels, the direction {unit.size}."
            )
        weights = torch.from_numpy(unit).to(channels)
        return _over_positions(channels @ weights)

    title = name or f"direction of {unit.size} channels"
    return _single(f"{_title(layer)} {title}", layer, score)


def _single(name: str, layer: str, score: Score) -> Objective:
    return Objective(((1.0, Term(name, layer, score)),))


def _title(layer: str) -> str:
    return layer or "output"


def channels_last(output: Tensor) -> Tensor:
    """Return (N, …, C): maps are turned, unless they are (N, H, W, C) by the rules of `as_maps`.

    Tokens and vectors are so already. Raises VisualizationError for an output without channels.
    """
    from engines._networks.edits import channel_axis

    if output.ndim < 2:
        raise VisualizationError(
            f"The layer's output has the shape {tuple(output.shape)}: it has no channels."
        )
    return output.movedim(channel_axis(output), -1)


def _one_channel(output: Tensor, layer: str, index: int) -> Tensor:
    channels = channels_last(output)
    count = channels.shape[-1]
    if not 0 <= index < count:
        where = f"Layer {layer}" if layer else "The output"
        raise VisualizationError(f"{where} has the channels 0 to {count - 1}; there is no {index}.")
    return channels[..., index]


def _over_positions(values: Tensor) -> Tensor:
    return values.flatten(1).mean(1) if values.ndim > 1 else values
