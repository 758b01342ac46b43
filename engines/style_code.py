"""Runnable PyTorch for a style transfer as it is set.

Importing this module does not import torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.errors import StyleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engines._style.settings import StyleSettings
    from engines.models import LoadedModel

__all__ = ["StyleError", "code_for"]


def code_for(
    settings: StyleSettings,
    model: LoadedModel,
    *,
    weights: str = "best",
    style_weights: Sequence[float] = (),
) -> str:
    """Return a program of plain PyTorch that does what `settings` say with `model`.

    It needs torch, Pillow and the library that the network is from, and nothing of this one, unless
    the weights are a person's own: `weights` is then what `load` was given. style_weights: how much
    each style counts; by default all alike, however many are given. Its losses for a picture are
    those of StyleTransfer for as many styles without masks; its optimiser is torch's own, so the
    picture comes out alike, not the same. Random filters are drawn by seed 0. Raises StyleError for
    layers that do not exist.
    """
    from engines._style.code import code_for as written

    return written(settings, model, weights, style_weights)
