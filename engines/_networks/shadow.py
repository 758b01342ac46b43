"""Copies of a network that cost no memory: without numbers, or sharing them."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from engines.errors import NetworkError


def _tensors(module: nn.Module) -> Iterator[Tensor]:
    """Yield parameters, buffers, and tensors that modules keep as plain attributes."""
    for part in module.modules():
        yield from part.parameters(recurse=False)
        yield from part.buffers(recurse=False)
        yield from (value for value in vars(part).values() if isinstance(value, Tensor))


def _copied(module: nn.Module, memo: dict[int, object]) -> nn.Module:
    for part in module.modules():
        # The hooks of a panel, or of an edit in force, belong to the original alone.
        for hooks in (part._forward_hooks, part._backward_hooks):
            memo[id(hooks)] = OrderedDict()
    return copy.deepcopy(module, memo)


def without_numbers(module: nn.Module) -> nn.Module:
    """Return a copy on the meta device, in eval mode: shapes, but neither numbers nor memory."""
    memo: dict[int, object] = {}
    for tensor in _tensors(module):
        empty: Tensor = torch.empty_like(tensor, device="meta")
        if isinstance(tensor, nn.Parameter):
            empty = nn.Parameter(empty, requires_grad=tensor.requires_grad)
        memo[id(tensor)] = empty
    return _copied(module, memo).eval()


def sharing_numbers(module: nn.Module) -> nn.Module:
    """Return a copy with modules of its own that hold the same parameters; in eval mode."""
    return _copied(module, {id(tensor): tensor for tensor in _tensors(module)}).eval()


def full_size(
    module: nn.Module, size: int | tuple[int, int] | tuple[int, int, int]
) -> tuple[int, int, int]:
    """Return (channels, height, width); channels as the first convolution takes where not given.

    Raises NetworkError for sides below 1.
    """
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if len(sides) == 2:
        sides = (input_channels(module), *sides)
    if len(sides) != 3 or min(sides) < 1:
        raise NetworkError("An input size is (channels, height, width), each at least 1.")
    channels, height, width = (int(side) for side in sides)
    return channels, height, width


def input_channels(module: nn.Module) -> int:
    """Return how many channels the first convolution reads; 3 without one."""
    for part in module.modules():
        weight = getattr(part, "weight", None)
        if isinstance(part, nn.modules.conv._ConvNd) and isinstance(weight, Tensor):
            return part.in_channels
    return 3
