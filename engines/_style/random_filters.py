"""No training at all: random filters at several scales as a network.

That even these make textures: I. Ustyuzhaninov et al., "What does it take to generate natural
textures?", ICLR 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engines.errors import StyleError

if TYPE_CHECKING:
    from engines.models import LoadedModel

RANDOM_FILTERS, RANDOM_TITLE = "random_filters", "Random filters (no training)"
SCALES = (1, 2, 4, 8)
_SIDE = 7


def random_filters(
    seed: int = 0, scales: Sequence[int] = SCALES, channels: int = 64
) -> LoadedModel:
    """Return random filters as a network: one layer "scale_1", "scale_2" … for each of `scales`.

    In each the picture is scaled down by that factor and goes through `channels` filters of
    7 × 7, drawn by `seed`, then a ReLU. It has no classes. Raises StyleError for scales below 1 or
    given twice, and for less than one channel.
    """
    import torch

    from engines._models.filling import seeding
    from engines._models.finishing import finish
    from engines._style.filter_bank import FilterBank
    from engines.models import ModelCard, Preprocessing

    if not scales or len(set(scales)) < len(scales) or min(scales) < 1 or channels < 1:
        raise StyleError("Random filters need different scales of 1 or more, and some channels.")
    with seeding(seed), torch.no_grad():
        module = FilterBank(tuple(scales), channels, _SIDE)
    card = ModelCard(
        name=RANDOM_FILTERS,
        title=RANDOM_TITLE,
        source="built in",
        weights_state="untrained",
        classes=0,
        notes=("What style transfer gets from random filters alone, without depth or training.",),
    )
    preprocess = Preprocessing(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    return finish(module, preprocess, (), card)
