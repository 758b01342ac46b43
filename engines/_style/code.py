"""The program of a style transfer, put together from what its settings need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engines._models.network_code import network_code
from engines._style import code_parts as parts
from engines._style.filter_bank import Scale
from engines._style.network import always_even
from engines._style.random_filters import RANDOM_FILTERS
from engines._style.taps import suggest_layers
from engines._style.targets import Layers, counting
from engines._visualization.watch import outputs_of
from engines.errors import StyleError

if TYPE_CHECKING:
    from engines._style.settings import LayerWeight, StyleSettings
    from engines.models import LoadedModel


def code_for(
    settings: StyleSettings,
    model: LoadedModel,
    weights: str = "best",
    style_weights: Sequence[float] = (),
) -> str:
    """Return the program; see engines.style_code.code_for."""
    layers = _layers(settings, model)
    needed, made = _network(model, weights)
    # "from torch import nn" and the like stand in the order that a linter wants.
    imports = sorted({"import torch", "from PIL import Image", *needed}, key=_by_module)
    ready, even = model.preprocess, always_even(model.module)
    first = ["import math", "import sys"] if even else ["import sys"]
    weighed = len(set(style_weights)) > 1
    blocks = [
        parts.HEAD.format(
            title=model.card.title,
            imports="\n".join([*first, "", *imports]),
            mixed="by STYLE_PARTS" if weighed else "in equal parts",
        ),
        parts.NUMBERS.format(
            content_weight=settings.content_weight,
            style_weight=settings.style_weight,
            tv_weight=settings.tv_weight,
            content_layers=_table(layers.content),
            style_layers=_table(layers.style),
            sizes=settings.resolved_sizes(),
            steps=settings.resolved_steps(),
        )
        + (_style_parts(style_weights) if weighed else ""),
        _filters() if model.card.name == RANDOM_FILTERS else "",
        parts.NETWORK.format(title=model.card.title, state=model.card.state_text, body=made),
        parts.AVERAGE_POOLING if settings.pooling == "average" else "",
        parts.TAPS.format(
            mean=list(ready.mean),
            std=list(ready.std),
            channels=parts.TO_GREY if ready.channels == 1 else "",
            even=parts.EVEN if even else "",
            part=parts.PART if even else "",
            to_maps=".permute(0, 3, 1, 2)" if _channels_last(model, layers.names) else "",
        ),
        parts.STATISTICS[settings.statistic],
        parts.VARIATION,
        parts.COLOURS[settings.colours],
        parts.targets(settings.colours, weighed=weighed),
        parts.LOSSES.format(grey=parts.GREY[settings.colours]),
        parts.STARTS[settings.start].format(seed=settings.seed),
        parts.OPTIMISERS[settings.optimiser].format(rate=settings.resolved_rate()),
        parts.MAIN.format(shown=parts.SHOWN[settings.colours]),
    ]
    return "\n\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


def _style_parts(weights: Sequence[float]) -> str:
    whole = sum(weights)
    return parts.STYLE_PARTS.format(parts=tuple(one / whole for one in weights)).lstrip("\n")


def _layers(settings: StyleSettings, model: LoadedModel) -> Layers:
    """Return the layers that count, their weights 1 together."""
    content, style = settings.content_layers, settings.style_layers
    if not content or not style:
        suggested = suggest_layers(model)
        content, style = content or suggested.content, style or suggested.style
    modules = dict(model.module.named_modules())
    for one in (*content, *style):
        if one.layer.partition("#")[0] not in modules:
            raise StyleError(f"{model.card.title} has no layer “{one.layer}”; choose one it has.")
    return Layers(
        counting(content, settings.content_weight), counting(style, settings.style_weight)
    )


def _by_module(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _network(model: LoadedModel, weights: str) -> tuple[set[str], str]:
    """Return the imports and the body of a function that makes the network."""
    nets = {"from torch import nn", "from torch.nn import functional"}
    if model.card.name == RANDOM_FILTERS:
        scales = [part for part in model.module.modules() if isinstance(part, Scale)]
        filters = scales[0].filters
        factors = tuple(scale.factor for scale in scales)
        drawn = f"FilterBank({factors}, {filters.out_channels}, {filters.kernel_size[0]})"
        return nets, f"    torch.manual_seed(0)\n    return {drawn}\n"
    trained = model.card.weights_state in ("trained", "cached", "own", "partial")
    needed, body = network_code((model.card.name, weights if trained else "none"), model)
    return nets | needed, body


def _filters() -> str:
    """Return the classes of the random filters as they are written in their own file."""
    text = (Path(__file__).parent / "filter_bank.py").read_text(encoding="utf-8")
    return text[text.index("class Scale") :].replace("Tensor", "torch.Tensor")


def _table(layers: tuple[LayerWeight, ...]) -> str:
    entries = "".join(f"    {one.layer!r}: {one.weight!r},\n" for one in layers)
    return f"{{\n{entries}}}" if entries else "{}"


def _channels_last(model: LoadedModel, names: tuple[str, ...]) -> bool:
    """Return whether the layers answer (1, H, W, C), as a Swin transformer's."""
    if not names:
        return False
    ready = model.preprocess
    size = (1, ready.channels, ready.height, ready.width)
    with torch.no_grad():
        answers = outputs_of(model.module, torch.zeros(size), names)
    return any(
        answer.ndim == 4 and answer.shape[1] == answer.shape[2] != answer.shape[3]
        for answer in answers.values()
    )
