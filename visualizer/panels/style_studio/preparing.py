"""What is worked out before Start: the usual layers, the engine for the present pictures, costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from visualizer.panels.style_studio.making import settings_of
from visualizer.panels.style_studio.run_control import RunOrder, transfer_of
from visualizer.panels.style_studio.state import RunSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from engines.models import LoadedModel
    from engines.style import MemoryEstimate, StyleSettings, StyleTransfer, SuggestedLayers
    from visualizer.panels.style_studio.context import StylePicture
    from visualizer.pictures.picture import Picture


@dataclass(frozen=True)
class KnownLayers:
    """The layers of `network` that give maps, in call order, and which of them are usual."""

    network: LoadedModel
    all: tuple[str, ...]
    suggested: SuggestedLayers


@dataclass(frozen=True)
class Measured:
    """What runs of all sizes with the pictures, network and layers of `order` would cost."""

    order: RunOrder
    estimate: Callable[[StyleSettings], MemoryEstimate]


@dataclass(frozen=True)
class Prepared:
    """An engine that no run uses, and what a run would cost."""

    order: RunOrder
    transfer: StyleTransfer
    estimate: MemoryEstimate
    measured: Measured


def know_layers(network: LoadedModel) -> KnownLayers:
    """Return the layers of `network`; takes time. Raises EngineError where there are none."""
    from engines.style import suggest_layers, tap_choices

    return KnownLayers(network, tap_choices(network), suggest_layers(network))


def order_of(
    content: Picture,
    styles: tuple[StylePicture, ...],
    known: KnownLayers,
    settings: RunSettings,
) -> RunOrder:
    """Return what a run would be made of. Raises StyleError for settings that cannot be."""
    return RunOrder(content, styles, known.network, settings_of(settings, known.suggested))


def prepare(order: RunOrder, measured: Measured | None) -> Prepared:
    """Return the engine for `order` and its cost; takes time, less where `measured` tells it."""
    transfer = transfer_of(order)
    if measured is None or not measured_alike(measured.order, order):
        measured = Measured(order, transfer.estimator())
    return Prepared(order, transfer, measured.estimate(order.settings), measured)


def costs_alike(one: RunOrder, other: RunOrder) -> bool:
    """Return whether both compare the same maps at the same sizes, so that one engine does."""
    return _made_of_the_same(one, other) and _without_weights(one) == _without_weights(other)


def measured_alike(one: RunOrder, other: RunOrder) -> bool:
    """Return whether both compare the same maps, at whatever sizes."""
    return _made_of_the_same(one, other) and _without_sizes(one) == _without_sizes(other)


def _made_of_the_same(one: RunOrder, other: RunOrder) -> bool:
    return (
        one.content is other.content
        and one.network is other.network
        and _pictures(one) == _pictures(other)
    )


def _pictures(order: RunOrder) -> list[tuple[int, float, int]]:
    return [(id(style.picture), style.weight, id(style.mask)) for style in order.styles]


def _without_weights(order: RunOrder) -> StyleSettings:
    """Return the settings without what changes neither targets nor costs."""
    return replace(
        order.settings, content_weight=1.0, style_weight=1.0, tv_weight=1.0, learning_rate=None,
        seed=0,
    )  # fmt: skip


def _without_sizes(order: RunOrder) -> StyleSettings:
    """Return the settings without what the estimate reckons with by itself."""
    return replace(
        _without_weights(order), size=256, sizes=None, steps=None, start="content",
        optimiser="lbfgs", saving="auto",
    )  # fmt: skip
