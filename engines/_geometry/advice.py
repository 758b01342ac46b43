"""What is lost along an axis, and what to change so that nothing is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engines._geometry.plan import POOLS, Axis, AxisPlan, plan
from engines.errors import GeometryError


@dataclass(frozen=True)
class Remedy:
    """A change after which no cell is lost: how it is said, and the axis so changed."""

    text: str
    axis: Axis


def remedies(part: AxisPlan, name: str = "rows") -> list[Remedy]:
    """Return the nearest padding, stride and size with which the windows reach the last cell.

    name: "rows" or "columns". Empty where nothing is lost.
    """
    if not part.lost:
        return []
    axis = part.axis
    missing = axis.stride - part.lost
    room = axis.size + axis.before + axis.after - axis.extent
    strides = [stride for stride in range(1, room + 1) if room % stride == 0]
    end = "bottom" if name == "rows" else "right"
    paddings = [
        Remedy(f"{missing} more of padding at the {end}", replace(axis, after=axis.after + missing))
    ]
    if axis.after >= part.lost:
        less = replace(axis, after=axis.after - part.lost)
        paddings.append(Remedy(f"{part.lost} less of padding at the {end}", less))
    sizes = [
        Remedy(f"an input of {size} {name}", replace(axis, size=size))
        for size in (axis.size - part.lost, axis.size + missing)
    ]
    paces = [
        Remedy(f"a stride of {stride}", replace(axis, stride=stride))
        for stride in sorted(strides, key=lambda stride: abs(stride - axis.stride))
    ]
    found = []
    for choices, change in ((paddings, "after"), (paces, "stride"), (sizes, "size")):
        nearest = sorted(choices, key=lambda one: _distance(one.axis, axis, change))
        found += [remedy for remedy in nearest if _loses_nothing(remedy.axis, part)][:1]
    return found


def _distance(changed: Axis, axis: Axis, field: str) -> int:
    return abs(int(getattr(changed, field)) - int(getattr(axis, field)))


def _loses_nothing(axis: Axis, part: AxisPlan, *, ceil_mode: bool = False) -> bool:
    try:
        return plan(axis, part.kind, ceil_mode=ceil_mode).lost == 0
    except GeometryError:  # the change would break another rule: no remedy
        return False


def advise(part: AxisPlan, name: str) -> list[str]:
    """Return sentences: what is lost along the axis `name` ("rows", "columns"), what would help."""
    if part.kind == "transposed":
        return _of_transposed(part, name)
    said = []
    if part.lost:
        said.append(_of_lost(part, name))
    said += _of_gaps(part, name)
    axis = part.axis
    missing = axis.size - part.positions
    if axis.stride == 1 and missing > 0:
        said.append(
            f"The output has {missing} {_noun(name, missing)} fewer than the input: the kernel's "
            f"centre cannot stand on the border. Padding of {axis.extent - 1} in all would keep "
            "the size."
        )
    if axis.before != axis.after and axis.before + axis.after == axis.extent - 1:
        said.append(
            f"A kernel that reaches over an even number of {name} ({axis.extent}) pads unequally: "
            f"{axis.before} before and {axis.after} after."
            if axis.extent % 2 == 0
            else f"The padding is unequal: {axis.before} before and {axis.after} after."
        )
    return said


def _noun(name: str, count: int) -> str:
    return name[:-1] if count == 1 else name


def _are(count: int, name: str, where: str) -> str:
    return f"{count} {_noun(name, count)} of the {where} {'is' if count == 1 else 'are'}"


def _of_lost(part: AxisPlan, name: str) -> str:
    axis = part.axis
    end = "bottom" if name == "rows" else "right"
    lost = "1 is" if part.lost == 1 else f"{part.lost} are"
    only = ""
    if not part.lost_cells:
        only = ", but only padding is lost"
    elif part.lost_cells < part.lost:
        only = f", {part.lost - part.lost_cells} of them padding"
    room = axis.size + axis.before + axis.after - axis.extent
    choices = [remedy.text for remedy in remedies(part, name)]
    if part.kind in POOLS and _loses_nothing(axis, part, ceil_mode=True):
        choices.append("ceil mode, whose last window hangs over the edge")
    helped = ", or ".join([", ".join(choices[:-1]), choices[-1]]) if choices[1:] else choices[0]
    return (
        f"Of the {name}, {lost} lost at the {end}{only}: the stride {axis.stride} does not divide "
        f"the {room} {_noun(name, room)} that the window can move. It fits with {helped}."
    )


def _of_gaps(part: AxisPlan, name: str) -> list[str]:
    """Return what is said of cells between the windows that none of them reads."""
    axis = part.axis
    reached = (part.positions - 1) * axis.stride + axis.extent - axis.before
    unread = int((part.counts[: max(reached, 0)] == 0).sum())
    if not unread:
        return []
    cause = (
        f"the stride {axis.stride} steps over more than the kernel's {axis.extent}"
        if axis.stride > axis.extent
        else f"with stride {axis.stride} and dilation {axis.dilation} no tap falls on them"
    )
    return [f"{_are(unread, name, 'input')} read by no window: {cause}."]


def _of_transposed(part: AxisPlan, name: str) -> list[str]:
    axis = part.axis
    said = []
    empty = int((~part.there.any(axis=1)).sum())
    if empty:
        said.append(
            f"{_are(empty, name, 'output')} reached by no input and "
            f"{'holds' if empty == 1 else 'hold'} the bias alone."
        )
    if axis.stride > 1 and axis.dilation == 1 and axis.size > 1 and axis.kernel % axis.stride:
        fewest, most = axis.kernel // axis.stride, -(-axis.kernel // axis.stride)
        nearest = -(-axis.kernel // axis.stride) * axis.stride
        said.append(
            f"Along the {name}, outputs sum {fewest} and {most} products in turn (a checkerboard): "
            f"the stride {axis.stride} does not divide the kernel. A kernel of {nearest} sums "
            "equally many everywhere but at the ends."
        )
    unused = int((part.counts == 0).sum())
    if unused:
        said.append(
            f"{_are(unused, name, 'input')} used by no output: all that "
            f"{'it lays' if unused == 1 else 'they lay'} down falls on the padding, which is cut "
            "off."
        )
    return said
