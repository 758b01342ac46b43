"""One transfer after another, each from noise with the terms of one layer, or of the first few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engines.errors import StyleError
from visualizer.panels.style_studio.tabs.parts import compared_layers

if TYPE_CHECKING:
    from engines.style import StyleSettings, StyleTransfer
    from visualizer.panels.style_studio.context import Context

# Of contents: so little that it is the layer that is seen, so much that its gaps are not noise.
SMOOTHNESS = 0.3


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be made.

    names: what each picture is made of; short: the same for a caption; transfer: has the pictures
    and the network; settings: of each picture; of: see `sources`.
    """

    kind: str
    of: tuple[object, ...]
    names: tuple[str, ...]
    short: tuple[str, ...]
    transfer: StyleTransfer
    settings: tuple[StyleSettings, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """A picture on its way: index of the order's; done of total: steps of all pictures."""

    index: int
    pixels: np.ndarray
    loss: float
    steps: int
    of: int
    done: int
    total: int


def order_of(context: Context) -> Order:
    """Return what is made for the context's settings. Raises StyleError where there is nothing."""
    from engines.style import content_ladder, texture_ladder

    assert context.transfer is not None, "asked only with one"
    assert context.settings is not None, "which comes with the transfer"
    wanted = context.state.tabs.layers
    layers, of = _layers(context), sources(context, wanted.kind)
    if not layers:
        raise StyleError("No layer is compared; choose some at the left.")
    base = replace(
        context.settings, size=wanted.size, sizes=(wanted.size,), steps=(wanted.steps,),
        saving="auto",
    )  # fmt: skip
    if wanted.kind == "content":
        base = replace(base, tv_weight=SMOOTHNESS)
        return Order(
            wanted.kind, of, layers, layers, context.transfer, content_ladder(layers, base)
        )
    names = tuple(", ".join(layers[: n + 1]) for n in range(len(layers)))
    short = tuple("1" if n == 0 else f"1…{n + 1}" for n in range(len(layers)))
    return Order(wanted.kind, of, names, short, context.transfer, texture_ladder(layers, base))


def sources(context: Context, kind: str) -> tuple[object, ...]:
    """Return the network and the pictures that a ladder is made of, to be told by identity."""
    if kind == "content":
        return context.network, context.content
    return context.network, *(style.picture for style in context.styles)


def _layers(context: Context) -> tuple[str, ...]:
    """Return the layers that are compared, in the order of the network."""
    content, style = compared_layers(context)
    used = {*content, *style} if context.state.tabs.layers.kind == "content" else {*style}
    return tuple(name for name in context.layers if name in used)


def make(order: Order) -> Iterator[Made]:
    """Yield the picture of every step, one picture after another."""
    from engines.style import climb

    transfer = order.transfer
    total = sum(sum(one.resolved_steps()) for one in order.settings)
    rungs = climb(transfer.content, transfer.styles, transfer.model, order.settings)
    for done, rung in enumerate(rungs, start=1):
        step = rung.step
        image = np.asarray(step.image).transpose(1, 2, 0)
        pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
        yield Made(
            rung.index, pixels, float(step.losses.total), step.iteration, step.of, done, total
        )
