"""What "Input size" computes, away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engines.surgery import SizeReport, WayOut, explain_input_size, take_way_out, why_it_fits

if TYPE_CHECKING:
    from engines.models import LoadedModel

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerSizes:
    """One layer: its output at the network's own size and here; None where it does not run."""

    name: str
    kind: str
    own: Shape | None
    here: Shape | None
    broken: bool


@dataclass(frozen=True)
class Sizes:
    """What a size does to a network, layer by layer.

    why_it_fits: a sentence, "" where the size breaks it, is its own, or nothing needs explaining.
    """

    report: SizeReport
    own_size: tuple[int, int]
    layers: tuple[LayerSizes, ...]
    why_it_fits: str


def sizes_at(model: LoadedModel, height: int, width: int) -> Sizes:
    """Return every layer's output at the network's own size and at (height, width)."""
    preprocess = model.preprocess
    own = explain_input_size(
        model.module, (preprocess.channels, preprocess.height, preprocess.width)
    )
    here = explain_input_size(model.module, (preprocess.channels, height, width))
    reached = {row.name: row.output_shape for row in here.rows}
    layers = [
        LayerSizes(
            row.name, row.kind, row.output_shape,
            None if row.name == here.broken else reached.get(row.name), row.name == here.broken,
        )
        for row in own.rows
    ]  # fmt: skip
    why = why_it_fits(own, here) if here.broken is None else ""
    return Sizes(here, (preprocess.height, preprocess.width), tuple(layers), why)


def changed_model(model: LoadedModel, height: int, width: int, way: WayOut) -> LoadedModel:
    """Return the network with the way out taken, which reads pictures of (height, width).

    A network with a new head is untrained as a whole: what it answers means nothing.
    """
    preprocess = model.preprocess
    module = take_way_out(model.module, (preprocess.channels, height, width), way.kind)
    card = replace(
        model.card,
        title=f"{model.card.title} at {width} × {height}",
        input_size=(preprocess.channels, height, width),
        notes=(*model.card.notes, way.text),
    )
    if way.kind == "new_head":
        card = replace(card.untrained(), title=card.title, notes=card.notes)
    return replace(
        model, module=module.eval(), preprocess=preprocess.with_size(height, width), card=card
    )
