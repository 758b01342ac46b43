"""The first filters of two networks, found away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines.errors import NetworkError
from visualizer.panels.cnn_viewer.tabs.filters_compute import (
    FilterWish,
    Order,
    ShownFilters,
    filters_of,
    list_layers,
)

if TYPE_CHECKING:
    from engines.filters import FilterBank, FilterLayer
    from engines.models import LoadedModel, ModelCard

USUAL = ("alexnet", "vgg19")
"""The networks to set beside another: the first that is not the shown one."""


@dataclass(frozen=True, eq=False)
class FirstFilters:
    """The layer of a network that reads the picture, with its weights copied."""

    card: ModelCard
    layer: FilterLayer
    bank: FilterBank

    def shown(self, order: Order, chosen: int) -> ShownFilters:
        """Return the filters in `order`, in colour where they read three channels."""
        view = "colour" if self.layer.in_colour else "input"
        wish = FilterWish(self.layer.name, view, order, 0, min(chosen, self.layer.filters - 1))
        return filters_of(self.bank, self.layer, wish)


@dataclass(frozen=True)
class BesideWish:
    """name: of the catalogue, "" before one is chosen; untrained: random weights are wanted."""

    name: str
    untrained: bool
    order: Order
    chosen: int


@dataclass(frozen=True, eq=False)
class Beside:
    """Both networks' first filters, with the cards of what is shown.

    card: what the catalogue says of the other network now; other and other_card are None where its
    trained weights are not on this computer.
    """

    wish: BesideWish
    here: ShownFilters
    here_card: ModelCard
    card: ModelCard
    other: ShownFilters | None = None
    other_card: ModelCard | None = None


def usual_beside(name: str) -> str:
    """Return the network that is set beside the network `name` before a person chooses one."""
    return next(usual for usual in USUAL if usual != name.split(".")[0])


def catalogue_cards() -> list[ModelCard]:
    """Return the networks of the catalogue, each with where its weights are now."""
    from engines.models import catalogue

    return catalogue()


def first_filters(model: LoadedModel) -> FirstFilters:
    """Return the first filters of `model`. Raises NetworkError where it has no convolutions."""
    from engines.filters import filter_bank, first_layer

    layer = first_layer(list_layers(model))
    if layer is None:
        raise NetworkError(
            f"{model.card.title} has no 2D convolutions, so no filters that could be shown. "
            "Choose another network."
        )
    return FirstFilters(model.card, layer, filter_bank(model.module, layer.name))


class Neighbours:
    """Loads networks for their first filters and keeps only those: a whole one takes seconds."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bool], FirstFilters] = {}

    def beside(self, model: LoadedModel, wish: BesideWish) -> Beside:
        """Return the first filters of `model` and of the network that `wish` names.

        Random weights only where they are wished for. Raises ModelError and NetworkError.
        """
        from engines.models import card

        here = first_filters(model).shown(wish.order, wish.chosen)
        found = card(wish.name)
        if not (found.is_trained or wish.untrained):
            return Beside(wish, here, model.card, found)
        first = self._first(wish.name, wish.untrained and not found.is_trained)
        return Beside(
            wish, here, model.card, found, first.shown(wish.order, wish.chosen), first.card
        )

    def _first(self, name: str, untrained: bool) -> FirstFilters:
        from engines.models import load

        key = (name, untrained)
        if key not in self._kept:
            loaded = load(name, "none" if untrained else "best")
            self._kept[key] = first_filters(loaded)
        return self._kept[key]
