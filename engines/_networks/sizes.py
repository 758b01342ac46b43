"""Input sizes: which layer breaks, why, and the ways out."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor, nn

from engines._networks.recording import INPUT, Call, Operation, Recording, record
from engines._networks.shadow import full_size, sharing_numbers
from engines.errors import NetworkError
from engines.surgery import SizeReport, SizeRow, WayOut

_LARGEST = 1024
# What networks that take one size only are trained for.
_USUAL = (224, 256, 240, 384, 288, 299, 192, 160, 128, 96, 64, 512, 518, 32, 28)


def explain(module: nn.Module, input_size: int | tuple[int, ...]) -> SizeReport:
    """Return the report; see engines.surgery.explain_input_size."""
    recording = record(module, input_size)
    rows = tuple(
        SizeRow(
            name=call.name or type(call.module).__name__,
            kind=type(call.module).__name__,
            input_shape=_alone(call.input_shape),
            output_shape=_alone(call.output_shape),
        )
        for call in recording.calls
        if call.leaf and not isinstance(call.module, nn.Identity)
    )
    if recording.error is None:
        shape = _alone(recording.output_shape)
        return SizeReport(recording.input_size, rows, None, "", (), shape)
    broken = recording.failed.name if recording.failed else ""
    ways = tuple(_ways_out(module, recording))
    return SizeReport(
        recording.input_size, rows, broken or type(module).__name__, reason(recording), ways, None
    )


def _alone(shape: tuple[int, ...] | None) -> tuple[int, ...] | None:
    return None if shape is None else shape[1:]


def reason(recording: Recording) -> str:
    """Return a sentence that says which layer of a failed run does not fit, and why."""
    call = recording.failed
    first = str(recording.error).strip().split("\n")[0] or type(recording.error).__name__
    if call is None:
        return f"The network says: {first}"
    shape, name = call.input_shape, f"{call.name or 'The network'} ({type(call.module).__name__})"
    if shape is not None and isinstance(call.module, nn.Linear):
        flat = _flattening(recording)
        made = _times(flat.input_shapes[0][1:]) + " = " if flat else ""
        return (
            f"{name} reads {call.module.in_features:,} numbers, but is given {made}{shape[-1]:,}."
        )
    if shape is not None and len(shape) == 4:
        channels = getattr(call.module, "in_channels", shape[1])
        if channels != shape[1]:
            return f"{name} reads {channels} channels, but is given {shape[1]}."
        if hasattr(call.module, "kernel_size"):
            sides: Any = call.module.kernel_size
            window = sides if isinstance(sides, tuple) else (sides, sides)
            return (
                f"{name} slides a window of {_times(window)}, but the map that reaches it is only "
                f"{_times(shape[2:])}."
            )
    given = "" if shape is None else f" when given {_times(shape[1:])}"
    return f"{name} fails{given}: {first}"


def _times(sides: tuple[int, ...]) -> str:
    return " × ".join(str(side) for side in sides)


def _flattening(recording: Recording) -> Operation | None:
    """Return the operation that flattened the map which the failed layer reads."""
    by_index = {one.index: one for one in recording.operations}
    call = recording.failed
    current = by_index.get(call.inputs[0]) if call is not None and call.inputs else None
    while current is not None and len(current.shape) == 2:
        if len(current.input_shapes) == 1 and len(current.input_shapes[0]) == 4:
            return current
        current = by_index.get(current.inputs[0]) if current.inputs else None
    return None


def _ways_out(module: nn.Module, recording: Recording) -> list[WayOut]:
    ways = []
    call = recording.failed
    if call is not None and isinstance(call.module, nn.Linear) and call.input_shape is not None:
        if (pooled := _pooled_size(recording)) is not None:
            ways.append(
                WayOut(
                    "adaptive_pooling",
                    f"Average the map to {_times(pooled)} before it is flattened: "
                    "every trained weight stays.",
                )
            )
        if len(call.input_shape) == 2:
            ways.append(
                WayOut(
                    "new_head",
                    f"Put a new {call.name} with {call.input_shape[-1]:,} inputs in its place: "
                    "it starts untrained and must be learned.",
                )
            )
    side = _working_side(module, recording)
    if side is not None:
        text = f"Resize the picture to {side} × {side}, a size that this network takes."
        ways.append(WayOut("resize", text, (side, side)))
    return ways


def _pooled_size(recording: Recording) -> tuple[int, int] | None:
    """Return the map that the failed linear layer was made for, if a pool can be put before it."""
    flat, call = _flattening(recording), recording.failed
    if flat is None or call is None or _owner(recording, flat) is None:
        return None
    assert isinstance(call.module, nn.Linear)
    channels, height, width = flat.input_shapes[0][1:]
    cells, rest = divmod(call.module.in_features, channels)
    side = math.isqrt(cells)
    if rest or side * side != cells or not height or not width:
        return None
    return side, side


def _owner(recording: Recording, flat: Operation) -> Call | None:
    """Return the layer, called once, whose answer is flattened; None where no layer gives it."""
    calls = [one for one in recording.calls if flat.inputs == one.outputs and one.path]
    if not calls or flat.inputs == (INPUT,):
        return None
    owner = calls[0]  # the outermost: what lies around its parts is kept as it is
    again = sum(one.module is owner.module for one in recording.calls)
    return owner if again == 1 else None


def _working_side(module: nn.Module, recording: Recording) -> int | None:
    """Return a square size that the network takes, near to none that it does not; None if none."""
    channels = recording.input_size[0]
    low, high = 1, _LARGEST
    while low <= high:
        side = (low + high) // 2
        direction = _direction(record(module, (channels, side, side)))
        if direction == 0:
            break
        if direction is None:
            return _usual_side(module, channels)
        low, high = (side + 1, high) if direction > 0 else (low, side - 1)
    else:
        return _usual_side(module, channels)
    return _closest(module, recording, side)


def _direction(recording: Recording) -> int | None:
    """Return 0 where the run went through, 1 for larger, −1 for smaller, None for neither."""
    call = recording.failed
    if recording.error is None:
        return 0
    if call is None or call.input_shape is None:
        return None
    if isinstance(call.module, nn.Linear):
        return 1 if call.input_shape[-1] < call.module.in_features else -1
    fits = getattr(call.module, "in_channels", None) in (None, call.input_shape[1])
    return 1 if hasattr(call.module, "kernel_size") and fits else None


def _closest(module: nn.Module, recording: Recording, works: int) -> int:
    """Return the working side closest to the size asked for, between it and `works`."""
    channels, height, width = recording.input_size
    wanted = min(max(round(math.sqrt(height * width)), 1), _LARGEST)
    fails = wanted
    if record(module, (channels, wanted, wanted)).error is None:
        return wanted
    while abs(works - fails) > 1:
        side = (works + fails) // 2
        if record(module, (channels, side, side)).error is None:
            works = side
        else:
            fails = side
    return works


def _usual_side(module: nn.Module, channels: int) -> int | None:
    for side in _USUAL:
        if record(module, (channels, side, side)).error is None:
            return side
    return None


def take_way_out(module: nn.Module, input_size: int | tuple[int, ...], kind: str) -> nn.Module:
    """Return the changed copy; see engines.surgery.take_way_out."""
    size = full_size(module, input_size)  # type: ignore[arg-type]
    recording = record(module, size)
    if kind not in {way.kind for way in explain(module, size).ways_out} or kind == "resize":
        raise NetworkError(f"“{kind}” is no way out for this network at {_times(size)}.")
    copy, call = sharing_numbers(module), recording.failed
    assert call is not None
    assert isinstance(call.module, nn.Linear)
    assert call.input_shape is not None
    if kind == "new_head":
        weight: Tensor = call.module.weight
        new = nn.Linear(
            call.input_shape[-1], call.module.out_features, call.module.bias is not None
        ).to(weight)
        return replaced(copy, call.path, new)
    flat, pooled = _flattening(recording), _pooled_size(recording)
    assert flat is not None
    assert pooled is not None
    owner = _owner(recording, flat)
    assert owner is not None
    before = copy.get_submodule(owner.path)
    return replaced(copy, owner.path, nn.Sequential(before, nn.AdaptiveAvgPool2d(pooled))).eval()


def replaced(module: nn.Module, path: str, part: nn.Module) -> nn.Module:
    """Return `module` after putting `part` at `path`."""
    parent, _, name = path.rpartition(".")
    module.get_submodule(parent).add_module(name, part)
    return module
