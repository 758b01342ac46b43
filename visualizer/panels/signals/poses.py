"""The states of the Signals panel that are worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from visualizer.panels.signals.state import SignalsState, SourceState, ToolsState

if TYPE_CHECKING:
    from visualizer.panels.signals.panel import SignalsPanel

_SINE = SourceState(name="sine", values=(("length", 120.0), ("period", 24.0)))
_CHIRP = SourceState(name="chirp", values=(("length", 96.0),))
STATES: dict[str, SignalsState] = {
    "": SignalsState(),
    "continuous": SignalsState(view="continuous", t=0.9, f=SourceState(name="triangle")),
    "from_scratch": SignalsState(
        f=SourceState(kind="drawn", drawn=(1.0, 2.0, 3.0, 2.0, 1.0, 0.5)),
        g=SourceState(kind="drawn", drawn=(1.0, 0.5, 0.25, -1.0)),
        t=4.0,
        tools=ToolsState(open="from_scratch", step=14),
    ),
    "autocorrelation": SignalsState(
        f=_SINE, tools=ToolsState(open="autocorrelation", noise=0.3), operation="correlation"
    ),
    "matched_filter": SignalsState(
        f=_CHIRP, tools=ToolsState(open="matched_filter", noise=1.0), operation="correlation"
    ),
    "properties": SignalsState(tools=ToolsState(open="properties")),
}


def poses_of(panel: SignalsPanel) -> Mapping[str, Callable[[], None]]:
    """Return how `panel` takes each pose, by name."""
    return {
        name: partial(panel.edits.apply, state, f"pose {name}") for name, state in STATES.items()
    }
