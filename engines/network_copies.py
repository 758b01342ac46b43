"""A copy of a network for work of its own, beside whatever else runs the same network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def private_copy(module: nn.Module) -> nn.Module:
    """Return a copy of `module` in eval mode that holds the same weights, not copies of them.

    Hooks belong to one copy alone: channels that are switched off in one, or a run that is ended
    early, are not noticed by another thread that runs the original.
    """
    from engines._networks.shadow import sharing_numbers

    return sharing_numbers(module)
