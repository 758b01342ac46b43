"""How one output of a convolution or linear layer came to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engines._networks.fields import call_fields
from engines._networks.recording import Call, Operation, Recording, Watch, complete, record
from engines._networks.roles import ACTIVATIONS
from engines._networks.running import evaluating, run
from engines._networks.unit_steps import Step, argument, array, as_maps, step_of
from engines.errors import NetworkError
from engines.network_receptive_field import NetworkField
from engines.unit_trace import Contributions, Stage, UnitTrace

_WEIGHTED = ("conv2d", "conv1d", "linear")
_SILENT = ("dropout", "dropout2d", "contiguous")  # in eval mode they change nothing


def explainable(module: nn.Module) -> bool:
    """Return whether a layer's numbers can be explained."""
    # An attention layer multiplies by its own projection without ever calling it.
    never_called = nn.modules.linear.NonDynamicallyQuantizableLinear
    return isinstance(module, nn.Conv1d | nn.Conv2d | nn.Linear) and not isinstance(
        module, never_called
    )


@dataclass
class Source:
    """One layer at work, brought to the form of a 2D convolution.

    padded: (C, H, W) what the window slides over, with the layer's own padding laid on;
    front: how many of its rows and columns lie before the layer's input, whose size is `size`.
    """

    layer: str
    padded: np.ndarray
    front: tuple[int, int]
    size: tuple[int, int]
    weights: np.ndarray
    bias: np.ndarray | None
    stride: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    output: np.ndarray
    steps: list[Step] = field(default_factory=list)
    field: NetworkField | None = None


@dataclass(frozen=True)
class Plan:
    """Where a layer's numbers are made in the runs of a network, whatever the picture.

    answers: the calls that answer with one of these numbers, and the call that makes it: themselves
    or, where they pass it on as it is, one before them.
    """

    module: nn.Module
    layer: str
    recording: Recording
    weighted: Operation
    followers: list[Operation]
    answers: dict[str, str]
    field: NetworkField | None


def plan_source(module: nn.Module, size: tuple[int, ...], layer: str) -> Plan:
    """Return where `layer` works on pictures of `size` (C, H, W).

    Raises as engines.unit_trace.UnitTracer.
    """
    parts = dict(module.named_modules())
    path = layer.split("#")[0]
    if path not in parts:
        raise NetworkError(f"The network has no layer “{path}”.")
    if not explainable(parts[path]):
        raise NetworkError(
            f"“{path}” is a {type(parts[path]).__name__}. Only convolutions and linear layers make "
            "their numbers by weighted sums; choose one of those."
        )
    recording = complete(record(module, size))
    call = next((one for one in recording.calls if one.name == layer), None)
    if call is None:
        raise NetworkError(f"The network never calls “{layer}” for this picture.")
    weighted = _weighted(recording, call)
    behind = _behind(recording, weighted)
    followers = [one for one in behind if one.name not in _SILENT]
    answers = _answers(recording, call, weighted, behind)
    field = call_fields(recording).get(call.number)
    return Plan(module, layer, recording, weighted, followers, answers, field)


def read_source(plan: Plan, batch: Tensor) -> Source:
    """Return the layer at work on `batch`; see engines.unit_trace.UnitTracer."""
    source = _run(plan.module, batch, plan.recording, plan.weighted, plan.followers)
    source.layer, source.field = plan.layer, plan.field
    return source


def _weighted(recording: Recording, call: Call) -> Operation:
    """Return the weighted sum of a call."""
    for operation in recording.operations[call.first : call.behind]:
        if operation.name in _WEIGHTED:
            return operation
    raise NetworkError(f"“{call.name}” does not multiply its input by weights as usual.")


def _behind(recording: Recording, weighted: Operation) -> list[Operation]:
    """Return the steps behind a weighted sum as long as each is the only way on."""
    behind: list[Operation] = []
    last = weighted
    while True:
        readers = [one for one in recording.operations if last.index in one.inputs]
        if len(readers) != 1 or len(readers[0].inputs) != 1 or last.index in recording.outputs:
            return behind
        last = readers[0]
        if last.name not in (*ACTIVATIONS, "batch_norm", "prelu", *_SILENT):
            return behind
        behind.append(last)


def _answers(
    recording: Recording, call: Call, weighted: Operation, behind: list[Operation]
) -> dict[str, str]:
    """Return which call answers with the number that which call made; see Plan."""
    makers = {weighted.index: call.name}
    maker = call.name
    for operation in behind:
        if operation.name not in _SILENT:
            maker = recording.calls[operation.call].name
        makers[operation.index] = maker
    return {
        one.name: makers[one.outputs[0]]
        for one in recording.calls
        if len(one.outputs) == 1 and one.outputs[0] in makers
    }


def _run(
    module: nn.Module,
    batch: Tensor,
    recording: Recording,
    weighted: Operation,
    followers: list[Operation],
) -> Source:
    """Return the numbers of the chosen operations, copied while the network runs for real."""
    chosen = {operation.index: operation for operation in followers}
    made: dict[int, Source] = {}

    def watch(
        index: int, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], result: Any
    ) -> None:
        if index == weighted.index:
            made[0] = _weighted_sum(recording, weighted, arguments, keywords, result)
        elif index in chosen:
            call = recording.calls[chosen[index].call]
            step = step_of(function, arguments, keywords, result, call.name)
            if type(call.module).__module__ == nn.ReLU.__module__:
                step.name = type(call.module).__name__  # ReLU6 calls itself hardtanh
            made[0].steps.append(step)

    with evaluating(module), torch.no_grad(), Watch(watch):
        run(module, batch)
    return made[0]


def _weighted_sum(
    recording: Recording,
    operation: Operation,
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    result: Tensor,
) -> Source:
    given = array(argument(arguments, keywords, 0, "input", None))
    weights = array(argument(arguments, keywords, 1, "weight", None))
    bias = argument(arguments, keywords, 2, "bias", None)
    bias = None if bias is None else array(bias)
    output = array(result)
    if operation.name == "linear":
        return _linear(recording, operation, given, weights, bias, output)
    stride = _pair(argument(arguments, keywords, 3, "stride", 1))
    padding = argument(arguments, keywords, 4, "padding", 0)
    dilation = _pair(argument(arguments, keywords, 5, "dilation", 1))
    groups = int(argument(arguments, keywords, 6, "groups", 1))
    if operation.name == "conv1d":  # one row
        given, weights, output = given[:, :, None], weights[:, :, None], output[:, :, None]
        stride, dilation = (1, stride[1]), (1, dilation[1])
    widths = _widths(padding, weights.shape[-2:], dilation)
    if operation.name == "conv1d":
        widths = ((0, 0), widths[1])
    before = _padded_before(recording, operation)
    size = (given.shape[-2] - sum(before[0]), given.shape[-1] - sum(before[1]))
    return Source(
        layer="",
        padded=np.pad(given[0], ((0, 0), *widths)),
        front=(widths[0][0] + before[0][0], widths[1][0] + before[1][0]),
        size=size,
        weights=weights,
        bias=bias,
        stride=stride,
        dilation=dilation,
        groups=groups,
        output=output[0],
    )


def _linear(
    recording: Recording,
    operation: Operation,
    given: np.ndarray,
    weights: np.ndarray,
    bias: np.ndarray | None,
    output: np.ndarray,
) -> Source:
    """Return a linear layer as a convolution: 1×1, or as large as the map that was flattened."""
    padded, filters = as_maps(given), weights[:, :, None, None]
    flattened = _flattened_shape(recording, operation)
    if flattened is not None and given.ndim == 2:
        padded, filters = padded.reshape(flattened), weights.reshape(len(weights), *flattened)
    return Source(
        layer="",
        padded=padded,
        front=(0, 0),
        size=(padded.shape[1], padded.shape[2]),
        weights=filters,
        bias=bias,
        stride=(1, 1),
        dilation=(1, 1),
        groups=1,
        output=as_maps(output),
    )


def _flattened_shape(recording: Recording, operation: Operation) -> tuple[int, int, int] | None:
    """Return (C, H, W) of the map whose flattening a linear layer reads, None where it is none."""
    by_index = {one.index: one for one in recording.operations}
    before = by_index.get(operation.inputs[0]) if operation.inputs else None
    while before is not None and before.name in _SILENT and before.inputs:
        before = by_index.get(before.inputs[0])
    if before is None or before.name not in ("flatten", "view", "reshape"):
        return None
    shape = before.input_shapes[0]
    return (shape[1], shape[2], shape[3]) if len(shape) == 4 and len(before.shape) == 2 else None


def _padded_before(
    recording: Recording, operation: Operation
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the (front, back) that an operation of the same layer laid on: (rows, columns)."""
    for one in recording.operations:
        if one.index in operation.inputs and one.name == "pad" and one.call == operation.call:
            widths = [*one.argument(1, "pad"), 0, 0, 0, 0]
            return (widths[2], widths[3]), (widths[0], widths[1])
    return (0, 0), (0, 0)


def _widths(
    padding: Any, kernel: tuple[int, ...], dilation: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    if padding == "valid":
        padding = 0
    if padding == "same":
        reach = [gap * (side - 1) for gap, side in zip(dilation, kernel, strict=True)]
        return (reach[0] // 2, reach[0] - reach[0] // 2), (reach[1] // 2, reach[1] - reach[1] // 2)
    rows, columns = _pair(padding)
    return (rows, rows), (columns, columns)


def _pair(value: Any) -> tuple[int, int]:
    sides = tuple(value) if isinstance(value, tuple | list) else (value, value)
    return int(sides[0]), int(sides[-1])


def _group(source: Source, channel: int) -> np.ndarray:
    """Return the indices of the input channels that `channel` reads."""
    filters, width = source.weights.shape[:2]
    first = channel // (filters // source.groups) * width
    return np.arange(first, first + width)


def _check_channel(source: Source, channel: int) -> None:
    if not 0 <= channel < len(source.output):
        raise NetworkError(
            f"{source.layer} has the channels 0 to {len(source.output) - 1}, not {channel}."
        )


def trace(source: Source, channel: int, row: int, column: int) -> UnitTrace:
    """Return how one output came to be; see engines.unit_trace.UnitTrace."""
    _check_channel(source, channel)
    height, width = source.output.shape[1:]
    if not (0 <= row < height and 0 <= column < width):
        raise NetworkError(
            f"{source.layer} has {height} × {width} positions; ({row}, {column}) is none of them."
        )
    weights = source.weights[channel].astype(np.float64)
    # A linear layer over tokens has one 1×1 window at each of them, as a convolution has.
    reads = [
        position * stride + gap * np.arange(taps)
        for position, stride, gap, taps in zip(
            (row, column), source.stride, source.dilation, weights.shape[1:], strict=True
        )
    ]
    channels = _group(source, channel)
    values = source.padded[np.ix_(channels, reads[0], reads[1])].astype(np.float64)
    products = values * weights
    rows, columns = (read - front for read, front in zip(reads, source.front, strict=True))
    inside = ((rows >= 0) & (rows < source.size[0]))[:, None] & (
        (columns >= 0) & (columns < source.size[1])
    )[None, :]
    total = float(products.sum())
    return UnitTrace(
        layer=source.layer,
        channel=channel,
        row=row,
        column=column,
        input_channels=channels,
        rows=rows,
        columns=columns,
        inside=inside,
        values=values,
        weights=weights,
        products=products,
        total=total,
        stages=_stages(source, channel, row, column, total),
        field=source.field,
    )


def _stages(source: Source, channel: int, row: int, column: int, total: float) -> tuple[Stage, ...]:
    stages = []
    value = total
    if source.bias is not None:
        bias = float(source.bias[channel])
        captured = float(source.output[channel, row, column])
        stages.append(Stage("bias", source.layer, value, value + bias, captured, {"b": bias}))
        value += bias
    for step in source.steps:
        constants = {name: float(numbers[channel]) for name, numbers in step.constants.items()}
        after = step.apply(value, constants)
        captured = float(step.output[channel, row, column])
        stages.append(Stage(step.name, step.layer, value, after, captured, constants))
        value = after
    return tuple(stages)


def contributions(source: Source, channel: int) -> Contributions:
    """Return what each input channel gives; see engines.unit_trace.Contributions."""
    _check_channel(source, channel)
    channels = _group(source, channel)
    given = torch.from_numpy(source.padded[channels])[None]
    weights = torch.from_numpy(source.weights[channel])[:, None]
    maps = nn.functional.conv2d(
        given, weights, stride=source.stride, dilation=source.dilation, groups=len(channels)
    )[0].double()
    mean = maps.mean(dim=(1, 2)).numpy()
    strength = maps.abs().mean(dim=(1, 2)).numpy()
    return Contributions(channels, mean, strength, np.argsort(-strength, kind="stable"))
