"""The filters of a layer as maps: in colour, by input channel, by filter, or as a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from widgets.colors import quantize
from widgets.mosaic_view import Maps

if TYPE_CHECKING:
    from engines.filters import FilterBank, FilterLayer
    from engines.models import LoadedModel

View = Literal["colour", "input", "filter"]
Order = Literal["index", "norm", "similarity", "alike"]
ORDERS: dict[str, tuple[str, str]] = {
    "index": ("by number", "As the network stores them"),
    "norm": ("by norm", "The longest first: the square root of the sum of squared weights"),
    "similarity": ("neighbours alike", "Each beside the one most like it, up to sign"),
    "alike": ("like the chosen one", "By the cosine to the chosen filter, the most alike first"),
}
FILTERS, INPUTS = ("filter", "filters"), ("input channel", "input channels")
VIEWS: dict[str, tuple[str, str]] = {
    "colour": ("in colour", "All three input channels together; grey is zero"),
    "input": ("one input channel", "What each filter does with one input channel"),
    "filter": ("one filter", "What one filter does with each of its input channels"),
}


@dataclass(frozen=True)
class FilterWish:
    """channel: the input channel of the view "input"; chosen: the filter of the view "filter"."""

    layer: str
    view: View
    order: Order
    channel: int
    chosen: int


@dataclass(frozen=True, eq=False)
class ShownFilters:
    """maps: one per filter, or, for "filter", one per input channel; text: what they are."""

    wish: FilterWish
    layer: FilterLayer
    maps: Maps
    text: str


def list_layers(model: LoadedModel) -> list[FilterLayer]:
    """Return the layers of `model` that have filters."""
    from engines.filters import filter_layers

    return filter_layers(model.module)


def shown_filters(model: LoadedModel, wish: FilterWish) -> ShownFilters:
    """Return the filters as `wish` asks. Raises NetworkError where the layer has none."""
    from engines.filters import filter_bank

    bank = filter_bank(model.module, wish.layer)
    layer = next(entry for entry in list_layers(model) if entry.name == wish.layer)
    return filters_of(bank, layer, wish)


def filters_of(bank: FilterBank, layer: FilterLayer, wish: FilterWish) -> ShownFilters:
    """Return the filters of `bank`, which belong to `layer`, as `wish` asks."""
    from engines.filters import order_filters

    weights = bank.weights
    chosen = min(wish.chosen, layer.filters - 1)
    channel = min(wish.channel, layer.channels - 1)
    if wish.order == "alike":
        order = order_filters(bank, "similarity", chosen)
    else:
        order = order_filters(bank, wish.order)
    size = f"{layer.height} × {layer.width}"
    if wish.view == "colour":
        colours = bank.colours()
        shown = np.moveaxis(weights, 1, -1)
        maps = Maps(_bytes(colours), np.ascontiguousarray(shown), "rgb", order=order, nouns=FILTERS)
        text = f"{layer.filters} filters of {layer.channels} × {size}, each to its own largest"
    elif wish.view == "input":
        maps = _signed(weights[:, channel], np.abs(weights).max(), order, FILTERS)
        text = f"Input channel {channel} of {layer.channels}: {layer.filters} filters of {size}"
    else:
        maps = _signed(weights[chosen], np.abs(weights[chosen]).max(), None, INPUTS)
        text = f"Filter {chosen} of {layer.filters}: {layer.channels} input channels of {size}"
    norms = bank.norms
    text += f" · norm of filter {chosen}: {norms[chosen]:.4g}, of all: "
    text += f"{norms.min():.3g} … {norms.max():.3g}"
    return ShownFilters(wish, layer, maps, text)


def _bytes(pictures: np.ndarray) -> np.ndarray:
    return (np.clip(pictures, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def _signed(
    weights: np.ndarray, limit: float, order: np.ndarray | None, nouns: tuple[str, str]
) -> Maps:
    levels = (-float(limit), float(limit)) if limit > 0 else (-1.0, 1.0)
    values = np.ascontiguousarray(weights)
    return Maps(quantize(values, levels), values, "signed", levels, order=order, nouns=nouns)
