"""A forward whose failures are sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from engines.errors import EngineError, NetworkError
from engines.out_of_memory import is_out_of_memory


@contextmanager
def evaluating(module: nn.Module) -> Iterator[nn.Module]:
    """Put every part into eval mode; afterwards each is in the mode in which it was."""
    training = [part for part in module.modules() if part.training]
    if training:  # walking and setting every part costs a small network's forward a twentieth
        module.eval()
    try:
        yield module
    finally:
        for part in training:
            part.training = True


def run(module: nn.Module, batch: Tensor) -> Any:
    """Return what `module` gives. Raises NetworkError for no fit and for too little memory."""
    size = " × ".join(str(side) for side in batch.shape[1:])
    try:
        return module(batch)
    except EngineError:
        raise
    except (
        MemoryError, RuntimeError, AssertionError, ValueError, IndexError, TypeError
    ) as error:  # fmt: skip
        if is_out_of_memory(error):
            raise NetworkError(_no_memory(size)) from error
        first = str(error).strip().split("\n")[0] or type(error).__name__
        raise NetworkError(f"The network does not take an input of {size}: {first}") from error


def _no_memory(size: str) -> str:
    return (
        f"There is not enough memory for an input of {size} with every layer kept. "
        "Take a smaller input size, fewer layers or a smaller network."
    )
