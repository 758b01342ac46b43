"""For which input the tabs about the network itself compute."""

from __future__ import annotations

from visualizer.panels.cnn_viewer.context import Context


def input_size(context: Context) -> tuple[int, int, int] | None:
    """Return (channels, rows, columns) of what the network reads at present; None without one."""
    run = context.run
    if context.model is None:
        return None
    if run is not None and run.model is context.model:
        channels, rows, columns = run.batch.shape[1:]
        return int(channels), int(rows), int(columns)
    channels, rows, columns = context.model.card.input_size
    return (channels, *(context.state.input_size or (rows, columns)))
