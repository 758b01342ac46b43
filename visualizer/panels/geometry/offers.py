"""Changes of a setting that would help, each ready to be applied."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from engines import geometry
from engines.errors import GeometryError
from visualizer.panels.geometry.compute import GeometryResult, layout_of, resolved_axes
from visualizer.panels.geometry.state import GeometryState


@dataclass(frozen=True)
class Offer:
    """A change: how it is said on a button and in its tooltip, and the setting that it makes."""

    text: str
    tip: str
    state: GeometryState


def offers_of(result: GeometryResult) -> list[Offer]:
    """Return what would let the windows reach the last cell, or else keep the input's size.

    Where both axes are alike they are changed together.
    """
    state, layout = result.state, result.layout
    parts = {"rows": layout.rows, "columns": layout.columns}
    alike = layout.rows.axis == layout.columns.axis
    found = []
    for name, part in parts.items():
        if alike and name == "columns":
            break
        names = tuple(parts) if alike else (name,)
        for remedy in geometry.remedies(part, name):
            changed = _with_axis(state, remedy.axis, names)
            if changed is not None:
                said = _said(part.axis, remedy.axis)
                text = f"Use {said}" if alike else f"{name.capitalize()}: {said}"
                found.append(Offer(text, f"{remedy.text}; undo takes it back", changed))
    if not found and _is_short(layout):
        same = state.replace(padding="same")
        if _fits(same):
            tip = "As many outputs as inputs; undo takes it back"
            found.append(Offer("Use “same” padding", tip, same))
    return found


def _is_short(layout: geometry.Layout) -> bool:
    """Return whether an axis of stride 1 gives fewer outputs than inputs."""
    return layout.kind != "transposed" and any(
        part.axis.stride == 1 and part.positions < part.axis.size
        for part in (layout.rows, layout.columns)
    )


def _fits(state: GeometryState) -> bool:
    try:
        layout_of(state)
    except GeometryError:
        return False
    return True


def _said(before: geometry.Axis, after: geometry.Axis) -> str:
    """Return the change of one axis in so few words that they fit a narrow column."""
    more = after.after - before.after
    if more:
        return f"{abs(more)} {'more' if more > 0 else 'less'} padding"
    if after.stride != before.stride:
        return f"stride {after.stride}"
    return f"input size {after.size}"


def _with_axis(
    state: GeometryState, axis: geometry.Axis, names: tuple[str, ...]
) -> GeometryState | None:
    """Return `state` with the axes `names` as `axis`; None where that is beyond its limits."""
    wanted = dict(zip(("rows", "columns"), resolved_axes(state), strict=True))
    wanted |= dict.fromkeys(names, axis)
    try:
        changed = state.replace(
            **{
                name: getattr(state, name).replace(size=axis.size, stride=axis.stride)
                for name in names
            }
        )
        if not _comes_out(changed, wanted):  # the padding has to be said in numbers
            changed = changed.replace(
                padding="number",
                **{
                    name: getattr(changed, name).replace(before=one.before, after=one.after)
                    for name, one in wanted.items()
                },
            )
        return _unlinked(changed) if _comes_out(changed, wanted) else None
    except ValidationError:
        return None


def _comes_out(state: GeometryState, wanted: dict[str, geometry.Axis]) -> bool:
    present = dict(zip(("rows", "columns"), resolved_axes(state), strict=True))
    return present == wanted


def _unlinked(state: GeometryState) -> GeometryState:
    """Return `state` with no link between fields that are not equal."""
    rows, columns = state.rows, state.columns
    apart = {
        field
        for field in state.linked
        if field != "padding" and getattr(rows, field) != getattr(columns, field)
    }
    sides = {rows.before, rows.after, columns.before, columns.after}
    if state.padding == "number" and len(sides) > 1:
        apart.add("padding")
    made: GeometryState = state.replace(linked=tuple(f for f in state.linked if f not in apart))
    return made
