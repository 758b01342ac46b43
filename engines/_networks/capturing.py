"""What layers answer, kept as they answered it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from weakref import WeakSet

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from engines._networks.hooking import answering
from engines._networks.recording import is_leaf, name_of, overwritten
from engines._networks.running import evaluating, run
from engines.activations import Maps
from engines.errors import NetworkError


class _BeforeOverwriting(TorchFunctionMode):
    """Copies what was captured just before an operation writes over it."""

    def __init__(self, store: _Store) -> None:
        super().__init__()
        self.store = store

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Copy where needed, then run the operation."""
        target = overwritten(name_of(func), args, kwargs or {})
        if target is not None:
            self.store.save(target)
        return func(*args, **(kwargs or {}))


class _Store:
    """The captured tensors by name, which names lie in which memory, and how often written."""

    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self.names: defaultdict[int, list[str]] = defaultdict(list)
        self.versions: dict[str, int] = {}
        self.late: list[str] = []

    def add(self, name: str, value: Any) -> None:
        """Keep a layer's answer: a tensor, or the tensors of a tuple or dict under its keys."""
        if isinstance(value, Tensor):
            tensor = value.detach()
            self.tensors[name] = tensor
            self.versions[name] = tensor._version
            self.names[tensor.untyped_storage().data_ptr()].append(name)
        elif isinstance(value, dict | tuple | list):
            items = list(value.items() if isinstance(value, dict) else enumerate(value))
            items = [(key, part) for key, part in items if part is not None]
            for key, part in items:
                self.add(name if len(items) == 1 else f"{name}.{key}", part)

    def save(self, target: Tensor) -> None:
        """Copy every captured tensor that lies in the memory of `target`."""
        for name in self.names.pop(target.untyped_storage().data_ptr(), ()):
            tensor = self.tensors[name]
            if tensor._version == self.versions.pop(name):
                self.tensors[name] = tensor.clone()
            else:
                self.late.append(name)

    def complete(self) -> bool:
        """Return whether every captured value was kept before something wrote over it.

        torch counts the writes to a tensor and to every view of it, hence `_version`.
        """
        return not self.late and all(
            self.tensors[name]._version == then for name, then in self.versions.items()
        )


def _wanted(
    parts: dict[str, nn.Module], layers: Iterable[str] | None
) -> tuple[set[str], set[str] | None]:
    """Return the paths to listen at and, where calls were chosen, the names to keep."""
    if layers is None:
        return {name for name, part in parts.items() if is_leaf(part)}, None
    names = list(layers)
    unknown = [name for name in names if name.split("#")[0] not in parts]
    if unknown:
        raise NetworkError(
            f"The network has no layer “{unknown[0]}”. Its layers are named as in "
            f"{', '.join(list(parts)[1:4])} …"
        )
    return {name.split("#")[0] for name in names}, set(names)


# Networks that write over tensors by other ways than their in-place modules.
_watched: WeakSet[nn.Module] = WeakSet()


def capture(module: nn.Module, batch: Tensor, layers: Iterable[str] | None) -> dict[str, Tensor]:
    """Return the answers; see engines.activations.capture.

    Watching every operation for writes costs as much as a fifth of a small network's forward, so
    only in-place modules are watched until a network turns out to write elsewhere, too.
    """
    modules = dict(module.named_modules())
    paths, names = _wanted(modules, layers)
    parts = {path: part for path, part in modules.items() if path in paths}
    in_place = [part for part in modules.values() if getattr(part, "inplace", False) is True]
    with evaluating(module), torch.no_grad():
        store = _Store()
        if module not in _watched:
            with _kept_in(store, parts, names, in_place):
                run(module, batch)
        if module in _watched or not store.complete():
            _watched.add(module)
            store = _Store()
            with _kept_in(store, parts, names, in_place), _BeforeOverwriting(store):
                run(module, batch)
    missing = sorted((names or set()) - set(store.tensors))
    if names is not None and not store.tensors:
        raise NetworkError(f"The network never calls “{missing[0]}” for this picture.")
    return store.tensors


@contextmanager
def _kept_in(
    store: _Store,
    parts: dict[str, nn.Module],
    names: set[str] | None,
    in_place: Iterable[nn.Module],
) -> Iterator[None]:
    """Let `store` keep the answers of `parts`, and copy them before `in_place` modules write."""

    def take(name: str, path: str, answer: Any) -> None:
        if names is None or name in names or path in names:
            store.add(name, answer)

    def before(_part: nn.Module, inputs: tuple[Any, ...]) -> None:
        for value in inputs:
            if isinstance(value, Tensor):
                store.save(value)

    with answering(parts, take), ExitStack() as hooks:
        for part in in_place:
            hooks.callback(part.register_forward_pre_hook(before).remove)
        yield


_EXTRA_TOKENS = 8


def as_maps(values: Tensor) -> Maps:
    """Return a layer's answer as maps; see engines.activations.as_maps."""
    if values.ndim == 4:
        _, first, second, third = values.shape
        if first == second != third:
            return Maps(values.permute(0, 3, 1, 2), "maps", "The channels lie last in this layer.")
        return Maps(values, "maps", "")
    if values.ndim == 2:
        return Maps(values[:, :, None, None], "vector", "One number a channel, without position.")
    if values.ndim == 3:
        return _tokens(values)
    raise NetworkError(
        f"An answer of shape {' × '.join(map(str, values.shape))} has no channels of maps."
    )


def _tokens(values: Tensor) -> Maps:
    count, width = values.shape[1], values.shape[2]
    for extra in range(_EXTRA_TOKENS + 1):
        side = math.isqrt(max(count - extra, 0))
        if side > 1 and side * side == count - extra:
            grid = values[:, extra:].transpose(1, 2).reshape(-1, width, side, side)
            left_out = f" {extra} leading extra token(s) left out." if extra else ""
            return Maps(grid, "tokens", f"{count - extra} tokens as {side} × {side}.{left_out}")
    return Maps(
        values.transpose(1, 2)[:, :, None], "sequence", f"{count} tokens that form no square grid."
    )
