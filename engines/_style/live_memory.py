"""How much memory tensors hold at most while something runs, counted rather than guessed."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class _LiveMemory(TorchDispatchMode):
    """Counts the memory of every tensor that comes into being, until it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.live = 0
        self.peak = 0
        self._known: dict[int, weakref.ref[Any]] = {}

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run the operation, then count what it made."""
        for storage in _storages((args, kwargs)):
            self._watch(storage, 0)  # what is read and not known was there before
        result = func(*args, **(kwargs or {}))
        for storage in _storages(result):
            self._watch(storage, storage.nbytes())
        return result

    def _watch(self, storage: torch.UntypedStorage, size: int) -> None:
        key = storage._cdata
        if key in self._known:
            return

        def gone(_reference: Any) -> None:
            self._known.pop(key, None)
            self.live -= size

        self._known[key] = weakref.ref(storage, gone)
        self.live += size
        self.peak = max(self.peak, self.live)


def _storages(values: Any) -> Iterator[torch.UntypedStorage]:
    for value in tree_leaves(values):
        if isinstance(value, Tensor) and value.layout == torch.strided:
            yield value.untyped_storage()


def peak_bytes(work: Callable[[], object]) -> int:
    """Return the most memory in bytes that tensors made by `work` hold at one time.

    In this thread, on the way back of gradients too. What was there before is not counted, nor
    what libraries take for themselves meanwhile.
    """
    with _LiveMemory() as memory:
        work()
    return memory.peak
