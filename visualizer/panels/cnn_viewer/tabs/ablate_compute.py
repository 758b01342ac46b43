"""What "Ablate" computes, away from the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines.activations import capture
from engines.errors import EngineError
from engines.surgery import ChannelEdit, edited
from visualizer.panels.cnn_viewer.compute import class_scores, shares_of
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.tab_settings import Ablation, HeldMap
from visualizer.panels.cnn_viewer.tabs.parts import own_model

if TYPE_CHECKING:
    import torch

TOP = 5


@dataclass(frozen=True)
class Moved:
    """The likeliest classes before and after: (index, name, share before, share after)."""

    before: tuple[tuple[int, str, float, float], ...]
    after: tuple[tuple[int, str, float, float], ...]


def held_map(run: Run, layer: str, channel: int) -> HeldMap:
    """Return a channel's present values, to hold it there. Raises EngineError if there are none."""
    channels = _channels_first(run, layer)
    if not 0 <= channel < len(channels):
        raise EngineError(f"{layer} has the channels 0 to {len(channels) - 1}; not {channel}.")
    return HeldMap.of(channels[channel].numpy())


def misfit(run: Run, change: Ablation) -> str:
    """Return why this network has no place for `change`, "" if it has."""
    layer = next((name for name in run.activations if name.split("#")[0] == change.layer), None)
    if layer is None:
        return f"there is no layer {change.layer}"
    channels = _channels_first(run, layer)
    if change.channel >= len(channels):
        return f"{change.layer} has only the channels 0 to {len(channels) - 1}"
    shape = tuple(channels.shape[1:])
    if change.held is not None and change.held.shape != shape:
        sizes = (" × ".join(map(str, size)) for size in (shape, change.held.shape))
        return "the map of {} [{}] has {} positions, and {} are held".format(
            change.layer, change.channel, *sizes
        )
    return ""


def _channels_first(run: Run, layer: str) -> torch.Tensor:
    """Return a layer's answer to the picture with its channels as the first axis."""
    values = run.activations[layer][0].detach()
    return values.T if values.ndim == 2 else values


def _edit(change: Ablation) -> ChannelEdit:
    import torch

    held = torch.from_numpy(change.held.values()) if change.held is not None else None
    return ChannelEdit(change.layer, change.channel, change.action, change.amount, held)


def move(run: Run, changes: Sequence[Ablation]) -> Moved:
    """Return how the changes in force move the prediction of the run's picture.

    What this network has no place for is left out.
    """
    scores = class_scores(run.model, run.activations)
    if scores is None:
        raise EngineError(
            "This network gives no class scores, so there is no prediction to move. Choose one "
            "that classifies pictures."
        )
    before = shares_of(scores)
    after = before
    in_force = [change for change in changes if change.on and not misfit(run, change)]
    if in_force:
        model = own_model(run.model)
        with edited(model.module, [_edit(change) for change in in_force]):
            answer = class_scores(model, capture(model.module, run.batch))
        if answer is None or not np.isfinite(answer).all():
            raise EngineError("With these changes the scores are no numbers; take one back.")
        after = shares_of(answer)
    names = run.model.categories

    def best(shares: np.ndarray) -> tuple[tuple[int, str, float, float], ...]:
        order = np.argsort(-shares, kind="stable")[:TOP]
        return tuple((int(i), names[i], float(before[i]), float(after[i])) for i in order)

    return Moved(best(before), best(after))
