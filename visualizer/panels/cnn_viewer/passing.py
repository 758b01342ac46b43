"""One pass of a picture through a network, with all that the panel shows of it."""

from __future__ import annotations

from dataclasses import dataclass

from engines.network_receptive_field import NetworkField
from visualizer.panels.cnn_viewer.compute import (
    LayerEntry,
    Network,
    Sheet,
    default_layer,
    fields_of,
    layers_of,
    make_sheet,
    run_network,
)
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.pictures.picture import Picture


@dataclass(frozen=True)
class Shown:
    """What one pass through the network gives the panel."""

    run: Run
    layers: tuple[LayerEntry, ...]
    fields: dict[str, NetworkField]
    sheet: Sheet


def sheet_key(state: CnnViewerState) -> tuple[object, ...]:
    """Return what the channels that are shown follow from, the run aside."""
    return state.layer, state.sort, state.scale, state.strongest


def fields_key(run: Run) -> tuple[object, tuple[int, ...]]:
    """Return what the receptive fields follow from."""
    return run.model, tuple(run.batch.shape)


def send(
    network: Network,
    picture: Picture,
    state: CnnViewerState,
    known: tuple[object, dict[str, NetworkField]],
) -> Shown:
    """Send `picture` through `network`; `known`: fields found before, and for what."""
    run = run_network(network, picture, state)
    fields = known[1] if known[0] == fields_key(run) else fields_of(run)
    return Shown(run, layers_of(run), fields, sheet_of(run, state, fields))


def sheet_of(run: Run, state: CnnViewerState, fields: dict[str, NetworkField]) -> Sheet:
    """Return the channels of the layer that `state` names, or of the first that is worth it."""
    layer = state.layer if state.layer in run.activations else default_layer(run)
    return make_sheet(run, layer, state, fields.get(layer))


def status_text(run: Run) -> str:
    """Return what the status bar says of a pass: network, input, layers, time."""
    height, width = run.batch.shape[2:]
    card = run.model.card
    warnings = {"untrained": "UNTRAINED", "partial": "PARTLY UNTRAINED"}
    state = warnings.get(card.weights_state, "trained")
    return (
        f"{card.title}, {state}   {height} × {width}   {len(run.activations)} layers   "
        f"{run.milliseconds:.0f} ms"
    )
