"""What each layer alone keeps of a picture: settings that start from noise and follow one term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engines._style.settings import LayerWeight, StyleSettings
from engines._style.steps import Step, StyleSource
from engines._style.transfer import StyleTransfer
from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor

    from engines.models import LoadedModel


@dataclass(frozen=True)
class Rung:
    """A step on one rung of a ladder: index from 0, `of` all; settings: those of this rung."""

    index: int
    of: int
    settings: StyleSettings
    step: Step


def reconstruct_content(layer: str, settings: StyleSettings | None = None) -> StyleSettings:
    """Return settings under which noise becomes what `layer` alone knows of the content picture.

    settings: whose sizes, steps, optimiser, smoothness, seed and saving are kept; β is 0 and α 1.
    Raises StyleError for what is no name of a layer.
    """
    return replace(
        settings or StyleSettings(),
        content_weight=1.0,
        style_weight=0.0,
        content_layers=(LayerWeight(layer),),
        start="noise",
        colours="style",
    )


def reconstruct_texture(
    layers: Sequence[str | LayerWeight], settings: StyleSettings | None = None
) -> StyleSettings:
    """Return settings under which noise becomes a texture with the statistics of `layers`.

    layers: names, or layers with weights; settings: whose statistic, sizes, steps, optimiser,
    smoothness and seed are kept, and β, or 10 where that is 0; α is 0. Raises StyleError where
    there is no layer, or one twice.
    """
    if not layers:
        raise StyleError("A texture needs at least one layer; choose one.")
    base = settings or StyleSettings()
    chosen = tuple(one if isinstance(one, LayerWeight) else LayerWeight(one) for one in layers)
    if not any(one.weight for one in chosen):
        chosen = tuple(replace(one, weight=1.0) for one in chosen)
    return replace(
        base,
        content_weight=0.0,
        style_weight=base.style_weight or StyleSettings().style_weight,
        style_layers=chosen,
        start="noise",
        colours="style",
    )


def content_ladder(
    layers: Sequence[str | LayerWeight], settings: StyleSettings | None = None
) -> tuple[StyleSettings, ...]:
    """Return for each of `layers` the settings that reconstruct the content from it alone."""
    names = [one.layer if isinstance(one, LayerWeight) else one for one in layers]
    return tuple(reconstruct_content(name, settings) for name in names)


def texture_ladder(
    layers: Sequence[str | LayerWeight], settings: StyleSettings | None = None
) -> tuple[StyleSettings, ...]:
    """Return settings of textures from the first of `layers`, the first two, … all of them."""
    counts = range(1, len(layers) + 1)
    return tuple(reconstruct_texture(layers[:count], settings) for count in counts)


def climb(
    content: Tensor,
    styles: Tensor | Sequence[StyleSource],
    model: LoadedModel,
    ladder: Sequence[StyleSettings],
) -> Iterator[Rung]:
    """Yield every step of one transfer after another, each with its settings of `ladder`.

    content, styles, model: as of StyleTransfer. Raises StyleError.
    """
    for index, settings in enumerate(ladder):
        for step in StyleTransfer(content, styles, model, settings).run():
            yield Rung(index, len(ladder), settings, step)
