"""Which errors are told as too little memory: torch's own, of the CPU and of other devices."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engines.activations import capture
from engines.errors import EngineError, NetworkError
from engines.feature_visualization import maximize
from engines.out_of_memory import is_out_of_memory

CUDA = "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 7.79 GiB"


def of_the_cpu() -> Exception:
    """Return what torch raises here when it is asked for 2⁵⁸ bytes."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**58, dtype=torch.uint8)
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        of_the_cpu(),
        MemoryError(),
        torch.OutOfMemoryError(CUDA),
        RuntimeError(CUDA),
        RuntimeError("std::bad_alloc"),
        RuntimeError("could not create a primitive"),
        RuntimeError("could not create a memory object"),
    ],
    ids=lambda error: f"{type(error).__name__} {str(error)[:12]}",
)
def test_every_way_of_running_out_is_told_as_such(error):
    assert is_out_of_memory(error)

    class Hungry(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(3, 4, 3)

        def forward(self, batch):
            raise error

    with pytest.raises(NetworkError, match=r"3 × 8 × 8 .*smaller input size"):
        capture(Hungry(), torch.zeros(1, 3, 8, 8))
    with pytest.raises(EngineError, match="smaller picture or fewer at once"):
        list(maximize(Hungry(), "first", 0, steps=2, size=32, seed=0))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied (1x9 and 8x4)"),
        RuntimeError("could not create a descriptor for a memory object"),
        ValueError("out of memory of yesterday"),
    ],
)
def test_other_errors_are_not(error):
    assert not is_out_of_memory(error)


def test_what_an_error_was_raised_from_counts():
    outer = RuntimeError("the layer failed")
    outer.__cause__ = MemoryError()
    assert is_out_of_memory(outer)
