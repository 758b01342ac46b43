"""What "Ablate" computes, away from the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from engines.activations import capture
from engines.errors import EngineError
from engines.surgery import ChannelEdit, edited
from visualizer.panels.cnn_viewer.compute import class_scores, shares_of
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.tabs.parts import own_model

if TYPE_CHECKING:
    import torch

Action = Literal["ablate", "scale", "freeze"]
TOP = 5


@dataclass(frozen=True, eq=False)
class Change:
    """One entry of the list: what is done to a channel; `on` False: kept, but not in force.

    held: for "freeze" the channel's map, (H, W) or a single number's tensor, as it was then.
    """

    layer: str
    channel: int
    action: Action
    amount: float = 1.0
    held: torch.Tensor | None = None
    on: bool = True

    def text(self) -> str:
        """Return the entry as it is written in the list."""
        what = {
            "ablate": "= 0", "scale": f"× {self.amount:g}", "freeze": "held as it was",
        }  # fmt: skip
        return f"{self.layer} [{self.channel}] {what[self.action]}"

    def edit(self) -> ChannelEdit:
        """Return it as the engine takes it."""
        return ChannelEdit(self.layer, self.channel, self.action, self.amount, self.held)


@dataclass(frozen=True)
class Moved:
    """The likeliest classes before and after: (index, name, share before, share after)."""

    before: tuple[tuple[int, str, float, float], ...]
    after: tuple[tuple[int, str, float, float], ...]


def held_map(run: Run, layer: str, channel: int) -> torch.Tensor:
    """Return a channel's present values, to hold it there. Raises EngineError if there are none."""
    values = run.activations[layer][0]
    turned = values.T if values.ndim == 2 else values
    if not 0 <= channel < len(turned):
        raise EngineError(f"{layer} has the channels 0 to {len(turned) - 1}; not {channel}.")
    return turned[channel].clone()


def move(run: Run, changes: Sequence[Change]) -> Moved:
    """Return how the changes in force move the prediction of the run's picture."""
    scores = class_scores(run.model, run.activations)
    if scores is None:
        raise EngineError(
            "This network gives no class scores, so there is no prediction to move. Choose one "
            "that classifies pictures."
        )
    before = shares_of(scores)
    after = before
    if any(change.on for change in changes):
        model = own_model(run.model)
        with edited(model.module, [change.edit() for change in changes if change.on]):
            answer = class_scores(model, capture(model.module, run.batch))
        if answer is None or not np.isfinite(answer).all():
            raise EngineError("With these changes the scores are no numbers; take one back.")
        after = shares_of(answer)
    names = run.model.categories

    def best(shares: np.ndarray) -> tuple[tuple[int, str, float, float], ...]:
        order = np.argsort(-shares, kind="stable")[:TOP]
        return tuple((int(i), names[i], float(before[i]), float(after[i])) for i in order)

    return Moved(best(before), best(after))
