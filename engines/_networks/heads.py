"""Linear heads written as convolutions, so that a classifier slides over larger pictures."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engines._networks.fields import operation_reaches
from engines._networks.recording import (
    Operation,
    Recording,
    Stop,
    Watch,
    complete,
    name_of,
    plain_name,
    record,
)
from engines._networks.running import evaluating, run
from engines._networks.shadow import sharing_numbers
from engines.errors import NetworkError
from engines.surgery import ConvolutionalNetwork, HeadStep

_SILENT = ("dropout", "contiguous", "flatten", "view", "reshape", "squeeze", "dropout2d")
_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU, "relu6": nn.ReLU6, "hardswish": nn.Hardswish, "silu": nn.SiLU,
    "gelu": nn.GELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
}  # fmt: skip


class _Sliding(nn.Module):
    """The body up to the last map, then the head as convolutions."""

    def __init__(self, body: nn.Module, last: Operation, head: nn.Sequential) -> None:
        super().__init__()
        self.body, self.head = body, head
        self._last = last.index
        self._name, self._channels = last.name, last.shape[1]

    def forward(self, batch: Tensor) -> Tensor:
        """Return (N, classes, h, w)."""
        found: list[Tensor] = []

        def watch(index: int, function: Any, arguments: Any, keywords: Any, result: Any) -> None:
            if index == self._last:
                if self._is_the_map(function, result):
                    found.append(result)
                raise Stop

        try:
            with Watch(watch):
                self.body(batch)
        except Stop:
            pass
        if not found:
            raise NetworkError(
                "This network takes another way through a picture of "
                f"{batch.shape[3]} × {batch.shape[2]} than at its own size (as those with shifted "
                "windows do), so its head cannot slide over it. Choose a picture × 1."
            )
        answer: Tensor = self.head(found[0])
        return answer

    def _is_the_map(self, function: Any, result: Any) -> bool:
        same = plain_name(name_of(function)) == self._name and isinstance(result, Tensor)
        return same and result.ndim == 4 and result.shape[1] == self._channels


def convolutional(module: nn.Module, input_size: int | tuple[int, ...]) -> ConvolutionalNetwork:
    """Return the sliding network; see engines.surgery.convolutional_head."""
    recording = complete(record(module, input_size))
    chain = _head(recording)
    source, shape = chain[0].inputs[0], chain[0].input_shapes[0]
    parts: list[nn.Module] = []
    steps: list[HeadStep] = []
    window = (shape[2], shape[3])
    if window == (1, 1):
        raise NetworkError(
            f"The last map that the head reads is a single cell at "
            f"{recording.input_size[1]} × {recording.input_size[2]}: what comes before averages "
            "the whole picture, so there is nothing to slide over."
        )
    map_shape: tuple[int, ...] = shape[1:]
    for operation in chain:
        part, step = _converted(recording, operation, map_shape)
        if part is not None:
            parts.append(part)
        if step is not None:
            steps.append(step)
        map_shape = _after(operation, map_shape)
    last = next(one for one in recording.operations if one.index == source)
    network = _Sliding(sharing_numbers(module), last, nn.Sequential(*parts)).eval()
    reach = operation_reaches(recording)[source]
    stride = (reach.rows.jump, reach.columns.jump)
    return ConvolutionalNetwork(network, tuple(steps), recording.input_size, window, stride)


def _head(recording: Recording) -> list[Operation]:
    """Return the operations from the last map to the output, in order."""
    by_index = {one.index: one for one in recording.operations}
    chain: list[Operation] = []
    current = by_index.get(recording.outputs[0]) if len(recording.outputs) == 1 else None
    while current is not None and (len(current.shape) != 4 or _pools(current, chain)):
        if len(current.inputs) != 1:
            raise NetworkError(
                "The head is no plain chain: several tensors meet behind the last map, so it "
                "cannot be written as convolutions."
            )
        chain.append(current)
        current = by_index.get(current.inputs[0])
    chain.reverse()
    if current is None or not any(operation.name == "linear" for operation in chain):
        raise NetworkError(
            "Only a head of linear layers over a flattened or averaged map can be written as "
            "convolutions; this network has none."
        )
    return chain


def _pools(operation: Operation, chain: list[Operation]) -> bool:
    """Whether an operation with a map as result is a pool or dropout that belongs to the head."""
    return bool(chain) and (
        operation.name.startswith("adaptive_avg_pool2d")
        or operation.name == "mean"
        or operation.name in _SILENT
    )


def _after(operation: Operation, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the map behind one step of the head: (C, h, w)."""
    if operation.name == "linear":
        return (operation.shape[-1], 1, 1)
    if operation.name.startswith("adaptive_avg_pool2d"):
        return operation.shape[1:]
    return (shape[0], 1, 1) if operation.name == "mean" else shape


def _converted(
    recording: Recording, operation: Operation, shape: tuple[int, ...]
) -> tuple[nn.Module | None, HeadStep | None]:
    """Return one step as a layer that slides, and what to say of it; (None, None) for none."""
    name = operation.name
    if name in _SILENT:
        return None, None
    if name in _ACTIVATIONS:
        extra = {"approximate": operation.keywords["approximate"]} if operation.keywords.get(
            "approximate") else {}  # fmt: skip
        return _ACTIVATIONS[name](**extra), None
    if name == "linear":
        linear = recording.calls[operation.call].module
        if isinstance(linear, nn.Linear):
            return _convolution(linear, shape)
    if name == "mean" or name.startswith("adaptive_avg_pool2d"):
        return _pool(operation, shape)
    raise NetworkError(f"The head's step “{name}” cannot be written as a convolution.")


def _convolution(linear: nn.Linear, shape: tuple[int, ...]) -> tuple[nn.Module, HeadStep]:
    channels, height, width = shape
    if channels * height * width != linear.in_features:
        raise NetworkError("The head rearranges the map before its linear layer; it cannot slide.")
    convolution = nn.Conv2d(channels, linear.out_features, (height, width), device="meta")
    weight = linear.weight.view(linear.out_features, channels, height, width)
    convolution.weight = nn.Parameter(weight.detach(), requires_grad=False)
    bias = linear.bias
    zeros = torch.zeros(linear.out_features, dtype=weight.dtype, device=weight.device)
    values = zeros if bias is None else bias.detach()
    convolution.bias = nn.Parameter(values, requires_grad=False)
    return convolution, HeadStep(
        f"Linear {linear.in_features:,} → {linear.out_features:,}",
        f"Conv2d {height}×{width}×{channels:,}, {linear.out_features:,} filters",
    )


def _pool(operation: Operation, shape: tuple[int, ...]) -> tuple[nn.Module | None, HeadStep | None]:
    before, after = shape[1:], _after(operation, shape)[1:]
    text = f"average of {before[0]}×{before[1]} to {after[0]}×{after[1]}"
    if before == after:
        if before == (1, 1):
            return None, None
        return None, HeadStep(text, "nothing: the map already has this size")
    if after != (1, 1):
        raise NetworkError(
            f"At this size the head averages {before[0]} × {before[1]} to {after[0]} × {after[1]}; "
            "take the size that the network was trained for."
        )
    window = (before[0], before[1])
    return nn.AvgPool2d(window, 1), HeadStep(text, f"AvgPool2d {window[0]}×{window[1]}, stride 1")


def score_map(network: ConvolutionalNetwork, batch: Tensor) -> Tensor:
    """Return the scores of every window; see engines.surgery.score_map."""
    with evaluating(network.module), torch.no_grad():
        answer: Tensor = run(network.module, batch)
    return answer
