"""The line of facts above what an experiment shows."""

from __future__ import annotations

from visualizer.panels.layer_lab.pieces import Found


def shape_text(shape: tuple[int, ...]) -> str:
    """Return "3 × 64 × 64"."""
    return " × ".join(f"{side:,}" for side in shape)


def facts_text(found: Found) -> str:
    """Return shapes, parameters, MACs and time, as far as they are known, in one line."""
    parts = []
    if found.shape_in and found.shape_out:
        parts.append(f"{shape_text(found.shape_in)} → {shape_text(found.shape_out)}")
    if found.parameters is not None:
        parts.append(f"{found.parameters:,} parameters")
    if found.macs is not None:
        parts.append(f"{found.macs:,} MACs")
    if found.seconds is not None:
        parts.append(f"{found.seconds * 1e3:.3g} ms")
    return " · ".join(parts)
