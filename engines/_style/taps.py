"""Which layers of a network can be compared, and which give good pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._style.settings import LayerWeight
from engines._style.steps import SuggestedLayers
from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engines.models import LoadedModel

_PROBE = 64  # enough for five halvings
# Beyond these strides maps tell what is there rather than how it looks.
_CONTENT_STRIDE, _COARSEST_STRIDE = 8, 16
# By name: the stem and the last block of each of the first four stages.
_KNOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "efficientnet_lite0": (
        "blocks.2.1",
        ("bn1", "blocks.0.0", "blocks.1.1", "blocks.2.1", "blocks.3.2"),
    ),
}


@dataclass(frozen=True)
class _Tap:
    """A layer's name and its maps' count and sides for the probe."""

    name: str
    channels: int
    height: int
    width: int


def tap_choices(model: LoadedModel) -> tuple[str, ...]:
    """Return all layers that give maps (1, C, H, W) of one picture, in the order they answer.

    Modules made of others come after their parts; "path#2" is a module's second call. Channels
    that lie last count as well. Raises StyleError where there are none.
    """
    return tuple(tap.name for tap in _taps(model)[0])


def suggest_layers(model: LoadedModel) -> SuggestedLayers:
    """Return layers that give good pictures with `model`: one for content, a few for style.

    For VGG those of Gatys et al. (relu1_1 … relu5_1 and relu4_2); for the embedded network the
    stem and its first four stages; for random filters all scales, and for content the finest; for
    others the last layer before each halving of the maps up to a sixteenth, and for content the
    one nearest to an eighth. Raises StyleError where a network has no such layers.
    """
    modules = dict(model.module.named_modules())
    content, style = _KNOWN.get(model.card.name, ("", ()))
    if not style or any(layer not in modules for layer in (content, *style)):
        content, style = _of_vgg(model.module) or _of_filters(model.module) or _by_halvings(model)
    return SuggestedLayers((LayerWeight(content),), tuple(map(LayerWeight, style)))


def _of_vgg(module: nn.Module) -> tuple[str, tuple[str, ...]] | None:
    """Return relu4_2 and relu1_1 … relu5_1 by where they stand, where it is built as VGG."""
    from torch import nn
    from torchvision.models import VGG

    if not isinstance(module, VGG):
        return None
    blocks: list[list[str]] = [[]]
    for name, part in module.features.named_children():
        if isinstance(part, nn.ReLU):
            blocks[-1].append(f"features.{name}")
        elif isinstance(part, nn.MaxPool2d):
            blocks.append([])
    blocks = [block for block in blocks if block]
    if len(blocks) < 5:
        return None
    return blocks[3][min(1, len(blocks[3]) - 1)], tuple(block[0] for block in blocks[:5])


def _of_filters(module: nn.Module) -> tuple[str, tuple[str, ...]] | None:
    """Return the finest scale and all scales, where it is a bank of filters."""
    from engines._style.filter_bank import FilterBank

    if not isinstance(module, FilterBank):
        return None
    # Without depth no layer knows what is where but by its colours: the finest shows it best.
    names = tuple(f"scale_{factor}" for factor in sorted(module.factors))
    return names[0], names


def _by_halvings(model: LoadedModel) -> tuple[str, tuple[str, ...]]:
    taps, side = _taps(model)
    last: dict[int, _Tap] = {}
    for tap in taps:
        # A stride not seen before; what has grown back (a decoder) or been pooled away is left.
        stride = round(side / tap.height)
        if tap.height > 1 and stride <= _COARSEST_STRIDE and stride >= max(last, default=1):
            last[stride] = tap
    kept = list(last.values())
    if len(kept) > 1 and kept[0].channels == model.preprocess.channels:
        kept = kept[1:]  # the picture itself
    if not kept:
        kept = [max(taps, key=lambda tap: tap.height * tap.width)]
    nearest = min(kept, key=lambda tap: abs(side / tap.height - _CONTENT_STRIDE))
    return nearest.name, tuple(tap.name for tap in kept)


def _taps(model: LoadedModel) -> tuple[list[_Tap], int]:
    """Return the layers that give maps, in the order they answer, and the probe's height."""
    own = model.preprocess.height
    for side in (_PROBE, own):
        taps = _probe(model, side)
        # A network of one size alone refuses others, some only once most layers have answered.
        if len({tap.height for tap in taps}) > 1 or (side == own and taps):
            return taps, side
    if taps := _probe(model, _PROBE):
        return taps, _PROBE
    raise StyleError(
        f"No layer of {model.card.title} gives maps that can be compared; choose a network made "
        "of convolutions."
    )


def _probe(model: LoadedModel, side: int) -> list[_Tap]:
    import torch

    from engines._networks.capturing import as_maps
    from engines._visualization.watch import each_output
    from engines.errors import EngineError

    taps: list[_Tap] = []

    def visit(name: str, _part: nn.Module, answer: Tensor) -> None:
        if name and answer.ndim == 4 and len(answer) == 1:
            maps = as_maps(answer).values
            if min(maps.shape[2:]) > 0:
                taps.append(_Tap(name, *maps.shape[1:]))

    picture = torch.full((1, model.preprocess.channels, side, side), 0.5)
    try:
        each_output(model.module, model.preprocess.normalise(picture), visit, blocks=True)
    except (EngineError, AssertionError):
        return (
            taps  # what answered before the network refused the size can be compared all the same
        )
    return taps
