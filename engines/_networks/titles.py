"""The textbook's names for the layers of plain chains: conv1_1, pool5, fc6."""

from __future__ import annotations

from collections.abc import Sequence

from engines.layer_table import LayerRow

_CHAIN = {"convolution", "linear", "activation", "pooling", "dropout", "normalisation", "reshape"}


def titles(rows: Sequence[LayerRow]) -> dict[str, str]:
    """Return name → title; empty for networks that are no plain chain of two hidden linear layers.

    VGG's names where all kernels are 3×3: block and place (conv3_2, pool3), then fc6 after the
    fifth pool. AlexNet's else: the number of the layer with weights (conv2, pool2, fc6).
    """
    kernels = [row.settings.split(",")[0] for row in rows if row.role == "convolution"]
    linear = sum(row.role == "linear" for row in rows)
    if (
        not kernels
        or linear < 2
        or len(kernels) > 20
        or any(row.role not in _CHAIN for row in rows)
    ):
        return {}
    return _by_block(rows) if set(kernels) == {"3×3"} else _by_number(rows)


_SHORT = {"activation": "relu", "normalisation": "norm", "dropout": "drop", "reshape": "flatten"}


def _by_block(rows: Sequence[LayerRow]) -> dict[str, str]:
    names: dict[str, str] = {}
    block, place, label = 1, 0, "1"
    for row in rows:
        if row.role == "convolution":
            place += 1
            label = f"{block}_{place}"
            names[row.name] = f"conv{label}"
        elif row.role == "pooling" and not row.kind.startswith("Adaptive"):
            names[row.name] = f"pool{block}"
            block, place = block + 1, 0
        elif row.role == "linear":
            label = str(block)
            names[row.name] = f"fc{label}"
            block += 1
        elif row.role != "pooling":
            names[row.name] = f"{_SHORT[row.role]}{label}"
    return names


def _by_number(rows: Sequence[LayerRow]) -> dict[str, str]:
    names: dict[str, str] = {}
    number = 0
    for row in rows:
        if row.role in ("convolution", "linear"):
            number += 1
            names[row.name] = f"{'conv' if row.role == 'convolution' else 'fc'}{number}"
        elif row.role == "pooling" and not row.kind.startswith("Adaptive"):
            names[row.name] = f"pool{number}"
        elif row.role != "pooling":
            names[row.name] = f"{_SHORT[row.role]}{number}"
    return names
