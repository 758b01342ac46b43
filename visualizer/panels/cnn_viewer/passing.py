"""One pass of a picture through a network, with all that the panel shows of it."""

from __future__ import annotations

from dataclasses import dataclass

from engines.device import at_most_threads, spare_cores
from visualizer.networks.loading import Network
from visualizer.panels.cnn_viewer.compute import Sheet, make_sheet, run_network
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.known import Known, known_of
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.pictures.picture import Picture


@dataclass(frozen=True)
class Shown:
    """What one pass through the network gives the panel."""

    run: Run
    known: Known
    sheet: Sheet


def sheet_key(state: CnnViewerState) -> tuple[object, ...]:
    """Return what the channels that are shown follow from, the run aside."""
    return state.layer, state.sort, state.scale, state.strongest


def send(network: Network, picture: Picture, state: CnnViewerState, known: Known | None) -> Shown:
    """Send `picture` through `network`; known: of an earlier pass.

    Of live pictures only what is looked at is kept, unless an open tab may look at anything.
    """
    if picture.source.is_live:
        # Pictures are decoded and painted beside the network.
        with at_most_threads(spare_cores()):
            return _send(network, picture, state, known, sparing=not state.tab)
    return _send(network, picture, state, known, sparing=False)


def _send(
    network: Network,
    picture: Picture,
    state: CnnViewerState,
    known: Known | None,
    *,
    sparing: bool,
) -> Shown:
    run = run_network(network, picture, state, known if sparing else None)
    if known is None or not known.fits(run.model, run.batch):
        known = known_of(run)
    return Shown(run, known, sheet_of(run, state, known))


def sheet_of(run: Run, state: CnnViewerState, known: Known) -> Sheet:
    """Return the channels of the layer that `state` names, or of the first that is worth it."""
    layer = state.layer if state.layer in run.activations else known.default
    return make_sheet(run, layer, state, known.fields.get(layer))


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
