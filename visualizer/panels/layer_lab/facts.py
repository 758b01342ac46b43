"""What is said in a line or two about what an experiment shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from visualizer.panels.layer_lab.controls import Choice, Control, Numbers, Slider, Text, Toggle
from visualizer.panels.layer_lab.pieces import Found

MOST_LETTERS = 30  # of a text that is told


def shape_text(shape: tuple[int, ...]) -> str:
    """Return "3 × 64 × 64"."""
    return " × ".join(f"{side:,}" for side in shape)


def seconds_text(seconds: float) -> str:
    """Return a time in µs, ms or s, with three digits."""
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        if seconds * factor < 999.5:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def facts_text(found: Found) -> str:
    """Return shapes, parameters, MACs and time, as far as they are known, in one line."""
    parts = []
    if found.shape_in and found.shape_out:
        parts.append(f"{shape_text(found.shape_in)} → {shape_text(found.shape_out)}")
    if found.parameters is not None:
        parts.append(f"{found.parameters:,} parameter{'' if found.parameters == 1 else 's'}")
    if found.macs is not None:
        parts.append(f"{found.macs:,} MAC{'' if found.macs == 1 else 's'}")
    if found.seconds is not None:
        parts.append(seconds_text(found.seconds))
    return " · ".join(parts)


def earlier_text(
    controls: Sequence[Control], shown: Mapping[str, Any], wanted: Mapping[str, Any]
) -> str:
    """Return that what is shown belongs to the values `shown`, though others are set now."""
    differing = [one for one in controls if shown[one.name] != wanted[one.name]]
    if not differing:
        return "Below is the last result that could be had, of another input."
    told = ", ".join(f"{one.label} {value_text(one, shown[one.name])}" for one in differing)
    return f"Below is the last result that could be had, with {told}."


def value_text(control: Control, value: Any) -> str:
    """Return in words what a control is set to."""
    match control:
        case Slider():
            return f"{value:g} {control.suffix}".rstrip()
        case Choice():
            return f"“{next(text for key, text in control.options if key == value)}”"
        case Toggle():
            return "on" if value else "off"
        case Text():
            return f"“{value[:MOST_LETTERS]}{'…' if len(value) > MOST_LETTERS else ''}”"
        case Numbers():
            return "as before"
