"""A network in a few lines, worked out from the network itself, and the questions about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines.layer_table import LayerRow, totals
from engines.network_answer import AnswerKind, answer_kind
from visualizer.panels.cnn_viewer.tabs.parts import own_model

if TYPE_CHECKING:
    from engines.models import LoadedModel, Preprocessing


@dataclass(frozen=True)
class Fact:
    """One line of the card: what is asked, and the answer in full."""

    name: str
    answer: str


@dataclass(frozen=True)
class Card:
    """The facts of one network, in order. percentages: how those beside the classes are made."""

    title: str
    facts: tuple[Fact, ...]
    percentages: str


PERCENTAGES: dict[AnswerKind, str] = {
    "logits": (
        "The network gives logits z, one a class, that may be any numbers; there is no softmax in "
        "it. The percentages shown are the softmax of them, made here: e^z ÷ Σ e^z."
    ),
    "softmax": (
        "The network ends in a softmax: its answers e^z ÷ Σ e^z are shares that sum to 1. The "
        "percentages shown are these shares."
    ),
    "log-softmax": (
        "The network gives the logarithms of a softmax. The percentages shown are e to the power "
        "of them, which sum to 1."
    ),
}


def card_of(model: LoadedModel, size: tuple[int, int, int]) -> Card:
    """Return the card of `model` for an input of `size`. Raises NetworkError where it breaks."""
    from engines.layer_table import layer_table

    rows = layer_table(model.module, size)
    facts = [*_layers(rows), Fact("Input (rows × columns × channels)", _sides(size))]
    facts += _preprocessing(model.preprocess)
    facts += [fact for fact in (_kernels(rows), *_pools(rows)) if fact is not None]
    activations = _kinds(rows, "activation")
    if activations:
        facts.append(Fact("Activation", activations))
    facts += _ends(rows)
    kind = answer_kind(own_model(model).module, size)
    if kind is not None:
        facts.append(Fact("Softmax or logits", kind))
    total = totals(rows)
    facts.append(Fact("Weights and biases", f"{total.parameters:,}"))
    facts.append(Fact("Size as float32 (MB)", f"{total.megabytes():,.1f}"))
    made = PERCENTAGES[kind] if kind is not None and model.categories else ""
    return Card(model.card.title, tuple(facts), made)


def _sides(size: tuple[int, int, int]) -> str:
    channels, rows, columns = size
    return f"{rows} × {columns} × {channels}"


def _weighted(rows: Sequence[LayerRow], role: str) -> list[LayerRow]:
    return [row for row in rows if row.role == role and row.output_shape and not row.shared]


def _layers(rows: Sequence[LayerRow]) -> list[Fact]:
    convolutions, linear = _weighted(rows, "convolution"), _weighted(rows, "linear")
    return [
        Fact("Layers with weights", str(len(convolutions) + len(linear))),
        Fact("Convolutions", str(len(convolutions))),
        Fact("Fully connected layers", str(len(linear))),
    ]


def _preprocessing(preprocess: Preprocessing) -> list[Fact]:
    mean = getattr(preprocess, "mean", None)
    if not mean:
        return []
    return [Fact("Mean subtracted (each channel)", " ".join(f"{value:.3g}" for value in mean))]


def _common(texts: Sequence[str]) -> str:
    """Return the texts, the most frequent first, with how often each is there."""
    counts = Counter(texts)
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{count} of {text}" for text, count in counts.most_common(4))


def _part(settings: str, name: str, default: str) -> str:
    found = re.search(rf"{name} (\S+?)(?:,|$)", settings)
    return found.group(1) if found else default


def _kernels(rows: Sequence[LayerRow]) -> Fact | None:
    convolutions = _weighted(rows, "convolution")
    if not convolutions:
        return None
    texts = [
        f"{row.settings.split(',')[0]}, padding {_part(row.settings, 'padding', '0')}, "
        f"stride {_part(row.settings, 'stride', '1')}"
        for row in convolutions
    ]
    counts = Counter(texts)
    name = "Kernels, padding, stride"
    return Fact(name, texts[0] if len(counts) == 1 else "; ".join(
        f"{count} of {text}" for text, count in counts.most_common(3)
    ))  # fmt: skip


def _pools(rows: Sequence[LayerRow]) -> list[Fact]:
    pools = [row for row in rows if row.role == "pooling" and row.kind.startswith("MaxPool")]
    facts = []
    if pools:
        facts = [
            Fact("Max pools", str(len(pools))),
            Fact("Window and stride of the max pools", _common([row.settings for row in pools])),
        ]
    return facts


def _kinds(rows: Sequence[LayerRow], role: str) -> str:
    counts = Counter(row.kind for row in rows if row.role == role)
    return ", ".join(kind for kind, _ in counts.most_common(3))


def _ends(rows: Sequence[LayerRow]) -> list[Fact]:
    """The head: sizes of the fully connected layers, and dropout between them."""
    linear = _weighted(rows, "linear")
    facts = []
    if 0 < len(linear) <= 4:
        widths = " ".join(f"{row.filters:,}" for row in linear if row.filters)
        facts.append(Fact("Units of the fully connected layers", widths))
    dropped = sum(row.role == "dropout" for row in rows)
    facts.append(Fact("Dropout layers", str(dropped)))
    return facts
