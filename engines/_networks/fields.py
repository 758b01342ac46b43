"""Receptive fields along the recorded operations of a network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engines._geometry.stack import Layer, ReceptiveField, receptive_field
from engines._networks.recording import INPUT, Operation, Recording, complete, record
from engines.network_receptive_field import NetworkField

_START = ReceptiveField(1, 1, 0.5)


@dataclass(frozen=True)
class _Reach:
    """What the result of an operation sees; axes: which of its axes are rows and columns.

    axes None: the positions lie in no relation to the picture's any more. whole: it sees all of the
    picture; rows and columns are then what it would see without the numbers that saw everything and
    scale its map, so that the places of its units are still known.
    """

    rows: ReceptiveField
    columns: ReceptiveField
    axes: tuple[int, int] | None
    whole: bool = False
    exact: bool = True


def network_fields(module: Any, input_size: int | tuple[int, ...]) -> dict[str, NetworkField]:
    """Return name → field; see engines.network_receptive_field."""
    recording = complete(record(module, input_size))
    fields = call_fields(recording)
    return {
        call.name: fields[call.number]
        for call in recording.calls
        if call.name and call.number in fields
    }


def call_fields(recording: Recording) -> dict[int, NetworkField]:
    """Return call number → the field of what the call gave."""
    reaches = operation_reaches(recording)
    found = {}
    for call in recording.calls:
        reach = reaches.get(call.outputs[0]) if call.outputs else None
        if reach is not None:
            rows, columns = reach.rows, reach.columns
            if reach.whole:
                height, width = recording.input_size[1:]
                rows = ReceptiveField(height, rows.jump, height / 2)
                columns = ReceptiveField(width, columns.jump, width / 2)
            found[call.number] = NetworkField(rows, columns, reach.whole, reach.exact)
    return found


def operation_reaches(recording: Recording) -> dict[int, _Reach]:
    """Return operation number → what its result sees, with INPUT for the picture itself."""
    height, width = recording.input_size[1:]
    rules = _Rules(height, width)
    reaches = {INPUT: _Reach(_START, _START, (2, 3))}
    for operation in recording.operations:
        known = [
            (reaches[number], shape)
            for number, shape in zip(operation.inputs, operation.input_shapes, strict=True)
            if number in reaches
        ]
        if known:
            reaches[operation.index] = rules.after(operation, known)
    return reaches


Known = Sequence[tuple[_Reach, tuple[int, ...]]]
# Operations that mix positions, whatever the shapes say.
_MIXING = frozenset({
    "matmul", "bmm", "mm", "einsum", "scaled_dot_product_attention",
    "multi_head_attention_forward", "fft", "sort", "roll", "flip", "interpolate",
    "upsample", "grid_sample", "cumsum", "normalize",
})  # fmt: skip
# Operations whose numbers follow from the whole map, but which leave each where it is.
_NORMALISING = frozenset({"instance_norm", "group_norm"})
_REDUCTIONS = frozenset({"mean", "sum", "amax", "max", "amin", "min", "var", "std", "norm"})


class _Rules:
    """How each kind of operation changes what is seen of a picture of height × width."""

    def __init__(self, height: int, width: int) -> None:
        self.everything = _Reach(
            ReceptiveField(height, max(height, 1), height / 2),
            ReceptiveField(width, max(width, 1), width / 2),
            None,
            whole=True,
        )

    def after(self, operation: Operation, known: Known) -> _Reach:
        """Return what the operation's result sees."""
        name = operation.name
        reach = _union(known)
        if reach.axes is None:
            return self._beyond(reach, operation)
        if name in ("conv2d", "max_pool2d", "avg_pool2d", "lp_pool2d", "max_pool2d_with_indices"):
            return _windowed(reach, operation, known[0][1])
        if name == "boolean_dispatch":  # what torch.nn.functional.max_pool2d calls itself
            return _windowed(reach, operation, known[0][1])
        if name.startswith("adaptive_"):
            return self._adaptive(reach, operation, known[0][1])
        if name == "pad":
            return _padded(reach, operation)
        if name in _NORMALISING:
            return replace(reach, whole=True)
        if name in _MIXING or name.startswith("conv"):
            return self.everything
        if name in ("permute", "transpose"):
            return self._moved(reach, operation, known[0][1])
        if name in _REDUCTIONS:
            return self._reduced(reach, operation, known[0][1])
        if name == "linear":
            return reach if len(known[0][1]) - 1 not in reach.axes else self.everything
        if name == "layer_norm":
            normalised = len(operation.argument(1, "normalized_shape"))
            kept = len(known[0][1]) - normalised
            return reach if max(reach.axes) < kept else self.everything
        return self._positions_kept(reach, operation, known)

    def _beyond(self, reach: _Reach, operation: Operation) -> _Reach:
        """Return the reach where positions were lost before."""
        mixing = operation.name in _MIXING or operation.name == "linear"
        return self.everything if mixing or reach.whole else reach

    def _lost(self, reach: _Reach) -> _Reach:
        """Return the reach of positions laid flat: together they see all that the map could."""
        return replace(self.everything, exact=reach.exact)

    def _adaptive(self, reach: _Reach, operation: Operation, shape: tuple[int, ...]) -> _Reach:
        fields, exact = [], reach.exact
        sides = list(zip(shape[-2:], operation.shape[-2:], strict=True))
        if all(after == 1 for _, after in sides) and any(before > 1 for before, _ in sides):
            return replace(self.everything, axes=reach.axes, exact=exact)
        for field, (before, after) in zip((reach.rows, reach.columns), sides, strict=True):
            if before % after == 0:
                layer = Layer(before // after, before // after)
            else:  # windows of two sizes that start at uneven steps: the larger is a bound
                layer, exact = Layer(-(-before // after) + 1, max(before // after, 1)), False
            fields.append(_compose(field, layer, 0))
        return replace(reach, rows=fields[0], columns=fields[1], exact=exact)

    def _moved(self, reach: _Reach, operation: Operation, shape: tuple[int, ...]) -> _Reach:
        dims = [part for part in _flat(operation.arguments[1:]) if isinstance(part, int)]
        dims += [
            part for part in _flat(tuple(operation.keywords.values())) if isinstance(part, int)
        ]
        dims = [dim % len(shape) for dim in dims]
        order = list(range(len(shape)))
        if operation.name == "permute":
            order = dims
        elif len(dims) == 2:
            order[dims[0]], order[dims[1]] = order[dims[1]], order[dims[0]]
        if reach.axes is None or sorted(order) != list(range(len(shape))):
            return self._lost(reach)
        return replace(reach, axes=(order.index(reach.axes[0]), order.index(reach.axes[1])))

    def _reduced(self, reach: _Reach, operation: Operation, shape: tuple[int, ...]) -> _Reach:
        dims = operation.argument(1, "dim")
        keep = bool(operation.argument(2, "keepdim", False))
        if dims is None:
            return self.everything
        gone = {dim % len(shape) for dim in _flat((dims,))}
        if reach.axes is None or gone & set(reach.axes):
            axes = reach.axes if keep else None
            return replace(self.everything, axes=axes, exact=reach.exact)
        if keep:
            return reach
        rows, columns = (axis - sum(dim < axis for dim in gone) for axis in reach.axes)
        return replace(reach, axes=(rows, columns))

    def _positions_kept(self, reach: _Reach, operation: Operation, known: Known) -> _Reach:
        """Return the reach of a step that leaves positions where they are, if the shapes allow."""
        axes, shape = reach.axes, operation.shape
        if axes is None:
            return self._lost(reach)
        # The largest map: what is broadcast over it lies nowhere.
        map_shape = max(known, key=lambda one: (_cells(*one), len(one[1])))[1]
        sides = tuple(map_shape[axis] for axis in axes)
        same_rank = len(shape) == len(map_shape)
        if same_rank and tuple(shape[axis] for axis in axes) == sides:
            return reach
        last = axes == (len(map_shape) - 2, len(map_shape) - 1)
        if last and len(shape) >= 3 and shape[-2:] == sides:  # channels regrouped, as in shuffles
            return replace(reach, axes=(len(shape) - 2, len(shape) - 1))
        return self._lost(reach)


def _compose(field: ReceptiveField, layer: Layer, before: int) -> ReceptiveField:
    """Return the field of `layer`, `before` cells padded in front, over units that see `field`."""
    if before < 0:  # a crop: the first unit lies further in
        field, before = replace(field, start=field.start - before * field.jump), 0
    alone = receptive_field([replace(layer, padding=before)])[-1]
    return ReceptiveField(
        field.size + (alone.size - 1) * field.jump,
        field.jump * alone.jump,
        field.start + (alone.start - 0.5) * field.jump,
    )


def _windowed(reach: _Reach, operation: Operation, shape: tuple[int, ...]) -> _Reach:
    if operation.name == "conv2d":
        weight = operation.argument(1, "weight")
        kernel = _pair(weight.shape[-2:])
        stride = _pair(operation.argument(3, "stride", 1))
        padding = operation.argument(4, "padding", 0)
        dilation = _pair(operation.argument(5, "dilation", 1))
    else:
        kernel = _pair(operation.argument(1, "kernel_size"))
        stride = _pair(operation.argument(2, "stride") or kernel)
        padding = operation.argument(3, "padding", 0)
        pooled_average = "avg" in operation.name or "lp" in operation.name
        dilation = (1, 1) if pooled_average else _pair(operation.argument(4, "dilation", 1))
    if padding == "valid":
        padding = 0
    fronts = (
        tuple(gap * (side - 1) // 2 for gap, side in zip(dilation, kernel, strict=True))
        if padding == "same"
        else _pair(padding)
    )
    fields = [
        _compose(field, Layer(kernel[axis], stride[axis], 0, dilation[axis]), fronts[axis])
        for axis, field in enumerate((reach.rows, reach.columns))
    ]
    return replace(reach, rows=fields[0], columns=fields[1])


def _padded(reach: _Reach, operation: Operation) -> _Reach:
    widths = list(operation.argument(1, "pad"))
    if reach.axes is None:
        return reach
    rank = len(operation.shape)
    fields = []
    for axis, field in zip(reach.axes, (reach.rows, reach.columns), strict=True):
        place = 2 * (rank - 1 - axis)  # pad counts from the last axis, front before back
        before = widths[place] if place < len(widths) else 0
        fields.append(replace(field, start=field.start - before * field.jump))
    return replace(reach, rows=fields[0], columns=fields[1])


def _union(known: Known) -> _Reach:
    """Return what all of `known` see together, on the grid of the largest map.

    Squeeze-and-excitation: numbers that saw everything scale a map, whose units stay in place.
    """
    most = max(_cells(reach, shape) for reach, shape in known)
    reaches = [reach for reach, shape in known if not reach.whole or _cells(reach, shape) == most]
    first = reaches[0]
    for other in reaches[1:]:
        first = replace(
            first,
            rows=_joined(first.rows, other.rows),
            columns=_joined(first.columns, other.columns),
            axes=first.axes or other.axes,
            exact=first.exact and other.exact and first.rows.jump == other.rows.jump,
        )
    whole = any(reach.whole for reach, _ in known)
    return replace(first, whole=whole, exact=first.exact and all(one.exact for one, _ in known))


def _cells(reach: _Reach, shape: tuple[int, ...]) -> int:
    """Return how many positions a result has, 0 where they are lost."""
    return 0 if reach.axes is None else shape[reach.axes[0]] * shape[reach.axes[1]]


def _joined(one: ReceptiveField, other: ReceptiveField) -> ReceptiveField:
    low = min(one.start - one.size / 2, other.start - other.size / 2)
    high = max(one.start + one.size / 2, other.start + other.size / 2)
    return ReceptiveField(math.ceil(high - low), max(one.jump, other.jump), (low + high) / 2)


def _pair(value: Any) -> tuple[int, int]:
    sides = tuple(value) if isinstance(value, tuple | list) else (value, value)
    return (int(sides[0]), int(sides[-1]))


def _flat(value: Any) -> list[Any]:
    if isinstance(value, tuple | list):
        return [part for inner in value for part in _flat(inner)]
    return [value]
