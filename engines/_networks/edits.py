"""Channels switched off, scaled or held still while a network runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from engines.errors import NetworkError
from engines.surgery import ChannelEdit


def edit_hooks(module: nn.Module, edits: Sequence[ChannelEdit]) -> list[RemovableHandle]:
    """Return the handles of the hooks that make the edits; see engines.surgery.edited."""
    parts = dict(module.named_modules())
    by_layer: defaultdict[str, list[ChannelEdit]] = defaultdict(list)
    for edit in edits:
        if edit.layer not in parts:
            raise NetworkError(f"The network has no layer “{edit.layer}”.")
        by_layer[edit.layer].append(edit)
    handles = []
    for layer, own in by_layer.items():

        def after(part: nn.Module, args: Any, result: Any, own: list[ChannelEdit] = own) -> Any:
            return _changed(result, own)

        handles.append(parts[layer].register_forward_hook(after))
    return handles


def _changed(result: Any, edits: list[ChannelEdit]) -> Any:
    """Return a layer's answer with the edits made; of a tuple the first part is edited."""
    if isinstance(result, tuple):
        return (_changed(result[0], edits), *result[1:])
    if not isinstance(result, Tensor):
        raise NetworkError(f"The answer of “{edits[0].layer}” has no channels to edit.")
    values = result.clone()
    axis = channel_axis(values)
    for edit in edits:
        if not 0 <= edit.channel < values.shape[axis]:
            raise NetworkError(
                f"“{edit.layer}” has the channels 0 to {values.shape[axis] - 1}, "
                f"not {edit.channel}."
            )
        channel = values.select(axis, edit.channel)
        if edit.action == "ablate":
            channel.zero_()
        elif edit.action == "scale":
            channel.mul_(edit.amount)
        elif edit.values is None:
            channel.fill_(edit.amount)
        else:
            _hold(channel, edit)
    return values


def _hold(channel: Tensor, edit: ChannelEdit) -> None:
    held = edit.values
    if held is None or channel.shape[1:] != held.shape:
        raise NetworkError(
            f"What channel {edit.channel} of “{edit.layer}” is held at was taken at another size. "
            "Freeze it again at this one."
        )
    channel.copy_(held.to(channel).expand_as(channel))


def channel_axis(values: Tensor) -> int:
    """Return which axis of an answer counts channels, by the rules of `as_maps`."""
    if values.ndim == 3:
        return 2
    if values.ndim == 4 and values.shape[1] == values.shape[2] != values.shape[3]:
        return 3
    return 1
