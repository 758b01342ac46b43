"""What an unknown network takes and gives, found by running it on empty pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from engines.errors import ModelError
from engines.out_of_memory import is_out_of_memory

_SIDES = (224, 32, 28, 64, 8, 16, 96, 128, 256, 299, 384, 512)


def find_input_size(module: torch.nn.Module, name: str) -> tuple[int, int, int]:
    """Return the first (channels, height, width) that the network answers. Raises ModelError."""
    channels = _channels(module)
    said = "it has no weights that take a picture"
    for side in _SIDES:
        for count in channels:
            try:
                run(module, torch.zeros(1, count, side, side))
            except Exception as error:  # a foreign program may raise anything
                if is_out_of_memory(error):
                    raise
                said = (str(error).strip().splitlines() or [type(error).__name__])[-1]
                continue
            return count, side, side
    raise ModelError(
        f"{name} answers no picture of {_SIDES[4]} to {_SIDES[-1]} pixels ({said}). If it is a "
        "Python file, write input_size = (channels, height, width) into it."
    )


def answer_width(module: torch.nn.Module, size: tuple[int, int, int], name: str) -> int:
    """Return how many numbers the network answers a picture with. Raises ModelError."""
    try:
        answer = first_tensor(run(module, torch.zeros(1, *size)))
    except Exception as error:  # a foreign program may raise anything
        if is_out_of_memory(error):
            raise
        said = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        channels, height, width = size
        raise ModelError(
            f"{name} fails on a picture of {channels} × {height} × {width}: {said}"
        ) from error
    if answer is None or answer.ndim == 0:
        raise ModelError(f"{name} answers with no tensor, so there is nothing to show of it.")
    return int(answer.shape[1] if answer.ndim > 1 else answer.shape[0])


def run(module: torch.nn.Module, batch: torch.Tensor) -> Any:
    """Return the module's answer, without gradients."""
    with torch.no_grad():
        return module(batch)


def first_tensor(answer: object) -> torch.Tensor | None:
    """Return the first tensor in a tensor, tuple, list or mapping, however deep, or None."""
    if isinstance(answer, torch.Tensor):
        return answer
    parts: Sequence[object] = ()
    if isinstance(answer, Mapping):
        parts = tuple(answer.values())
    elif isinstance(answer, tuple | list):
        parts = answer
    for part in parts:
        found = first_tensor(part)
        if found is not None:
            return found
    return None


def _channels(module: torch.nn.Module) -> tuple[int, ...]:
    """Return how many channels a picture may have, the likeliest first."""
    for parameter in module.parameters():
        if parameter.ndim == 4:
            first = int(parameter.shape[1])
            return (first,) if first not in (1, 3) else (first, 4 - first)
        if parameter.ndim == 2:
            break
    return (3, 1)
