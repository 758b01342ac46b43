"""Changes to a network: channels switched off, other input sizes, a head made of convolutions.

Importing this module does not import torch; calling its functions does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor, nn

Size = int | tuple[int, int] | tuple[int, int, int]


@dataclass(frozen=True)
class ChannelEdit:
    """What is done to one channel of a layer's answer.

    action: "ablate" sets it to 0, "scale" multiplies it by `amount`, "freeze" holds every position
    at `amount`, or at `values` (H, W) where given (of another picture, say). layer as in
    `named_modules`; every call of it is edited.
    """

    layer: str
    channel: int
    action: Literal["ablate", "scale", "freeze"] = "ablate"
    amount: float = 1.0
    values: Tensor | None = None


@contextmanager
def edited(module: nn.Module, edits: Sequence[ChannelEdit]) -> Iterator[nn.Module]:
    """Give the network with `edits` in force, in their order; afterwards it is as before.

    The channel axis is the second of the answer, the last for tokens (N, T, C). Raises NetworkError
    for unknown layers or channels (the latter when the network runs).
    """
    from engines._networks.edits import edit_hooks

    handles = edit_hooks(module, edits)
    try:
        yield module
    finally:
        for handle in handles:
            handle.remove()


@dataclass(frozen=True)
class SizeRow:
    """One layer at an input size: shapes without the batch, None from the broken layer on."""

    name: str
    kind: str
    input_shape: tuple[int, ...] | None
    output_shape: tuple[int, ...] | None


@dataclass(frozen=True)
class WayOut:
    """A way to run the network at this size.

    kind: "adaptive_pooling" (trained weights stay), "new_head" (its first layer must be learned
    anew) or "resize" (the picture is brought to `size`); text: a sentence.
    """

    kind: Literal["adaptive_pooling", "new_head", "resize"]
    text: str
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class SizeReport:
    """What an input size does to a network.

    input_size: (channels, height, width); rows: the layers in call order, those that ran; broken:
    name of the layer that does not fit, None when all do; why: a sentence, "" when all fit;
    ways_out: in the order in which they keep what was learned; output_shape: None when broken.
    """

    input_size: tuple[int, int, int]
    rows: tuple[SizeRow, ...]
    broken: str | None
    why: str
    ways_out: tuple[WayOut, ...]
    output_shape: tuple[int, ...] | None


def explain_input_size(module: nn.Module, input_size: Size) -> SizeReport:
    """Return every layer's shapes at `input_size`, or which layer breaks, why, and the ways out.

    Runs without memory for activations; the module is left as it was.
    """
    from engines._networks.sizes import explain

    return explain(module, input_size)


def why_it_fits(own: SizeReport, here: SizeReport) -> str:
    """Return why a network takes another size than its own: which pool keeps what a Linear reads.

    own, here: reports at both sizes. "" where nothing of the kind decides: an adaptive pool whose
    output is the same at both while its input is not, with a Linear that reads it behind.
    """
    reached = {row.name: row for row in here.rows}
    for place, row in enumerate(own.rows):
        now = reached.get(row.name)
        if "Adaptive" not in row.kind or now is None or not row.output_shape or not now.input_shape:
            continue
        if row.output_shape != now.output_shape or row.input_shape == now.input_shape:
            continue
        kept, given = math.prod(row.output_shape), math.prod(now.input_shape)
        for later in own.rows[place + 1 :]:
            if later.kind == "Linear" and later.input_shape == (kept,):
                return (
                    f"{row.name} makes {_shape_text(now.input_shape)} into "
                    f"{_shape_text(row.output_shape)}, as at its own size, so that {later.name} "
                    f"still reads {kept:,} numbers; without it, {given:,} would break {later.name}."
                )
    return ""


def _shape_text(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{side:,}" for side in shape)


def take_way_out(module: nn.Module, input_size: Size, kind: str) -> nn.Module:
    """Return a copy of `module`, sharing its weights, that runs at `input_size`.

    kind: "adaptive_pooling" or "new_head", one of those that `explain_input_size` gives (a picture
    is resized by the caller). Raises NetworkError for others.
    """
    from engines._networks.sizes import take_way_out as run

    return run(module, input_size, kind)


@dataclass(frozen=True)
class HeadStep:
    """One layer of the head, before and after: texts as "Linear 25,088 → 4,096"."""

    before: str
    after: str


@dataclass(frozen=True)
class ConvolutionalNetwork:
    """A classifier whose head slides.

    module: (N, C, H, W) → (N, classes, h, w), h = w = 1 at `input_size`; it shares the body's
    weights with the original; steps: what became of each layer of the head; window: (rows, columns)
    of the last map that the head reads; stride: input pixels (rows, columns) from one score to the
    next.
    """

    module: nn.Module
    steps: tuple[HeadStep, ...]
    input_size: tuple[int, int, int]
    window: tuple[int, int]
    stride: tuple[int, int]


def convolutional_head(module: nn.Module, input_size: Size) -> ConvolutionalNetwork:
    """Return `module` with its linear head written as convolutions, equal at `input_size`.

    For heads of flattening (or a global average) and linear layers, as in VGG, AlexNet, ResNet,
    EfficientNet. Raises NetworkError with the reason for others.
    """
    from engines._networks.heads import convolutional

    return convolutional(module, input_size)


def score_map(network: ConvolutionalNetwork, batch: Tensor) -> Tensor:
    """Return (N, classes, h, w): the scores of every window of a picture of any larger size.

    Raises NetworkError for a picture smaller than one window.
    """
    from engines._networks.heads import score_map as run

    return run(network, batch)
