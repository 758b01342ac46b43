"""Less memory for more time: maps are computed again on the way back rather than kept.

A gradient needs what every layer gave. Kept at once, that is most of the memory of a step; here
each block keeps only what came in, and runs again when the way back reaches it (T. Chen et al.,
"Training Deep Nets with Sublinear Memory Cost", 2016).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from torch import Tensor, is_grad_enabled, nn
from torch.utils.checkpoint import checkpoint

_HOLDERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
# Layers after which maps are smaller: a group of layers ends with one.
_SHRINKING = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)
# A network without pooling (strided convolutions) still gets groups of a bearable size.
_LONGEST_GROUP = 8

_thread = threading.local()


def recomputing() -> bool:
    """Return whether this thread is running a block again, for a second time: hooks must wait."""
    return bool(getattr(_thread, "recomputing", 0))


@contextmanager
def checkpointed(module: nn.Module) -> Iterator[None]:
    """Let `module` keep only what goes into its blocks; forward and backward both within.

    A block is a module made of parts that is called with tensors (a residual block, say), and in a
    plain sequence a group of layers up to a pooling. Values and gradients are as without, to the
    last bit. A hook on a part within a block is called again on the way back, when `recomputing()`
    is True. What ends the forward early passes through, as long as it is no Exception.

    `module` must be a copy that no other thread runs meanwhile; afterwards it is as before.
    """
    with ExitStack() as stack:
        for part in _blocks(module):
            row = isinstance(part, nn.Sequential) and _is_row_of_layers(part)
            forward = _grouped(list(part.children())) if row else _once_more(part.forward)
            stack.enter_context(_replaced(part, forward))
        yield


def _blocks(module: nn.Module) -> list[nn.Module]:
    """Return the parts whose forward is replaced; none lies within another."""
    found: list[nn.Module] = []
    parts = list(module.children())
    if _is_row_of_layers(module):
        return [module]
    for part in parts:
        if _is_row_of_layers(part):
            found.append(part)
        elif isinstance(part, _HOLDERS):
            found += _blocks(part)
        elif next(part.children(), None) is not None:
            found.append(part)
    return list(dict.fromkeys(found))


def _is_row_of_layers(part: nn.Module) -> bool:
    """Return whether this is a plain sequence of single layers, as VGG's."""
    if type(part) is not nn.Sequential or len(part) == 0:
        return False
    return all(next(child.children(), None) is None for child in part)


@contextmanager
def _replaced(part: nn.Module, forward: Callable[..., Any]) -> Iterator[None]:
    own = part.__dict__.get("forward")
    part.forward = forward
    try:
        yield
    finally:
        if own is None:
            del part.__dict__["forward"]
        else:
            part.forward = own


def _grouped(layers: Sequence[nn.Module]) -> Callable[[Any], Any]:
    """Return the forward of a plain sequence that keeps what goes into its groups of layers."""
    groups = [_once_more(_row(group)) for group in _groups(layers)]

    def forward(value: Any) -> Any:
        for group in groups:
            value = group(value)
        return value

    return forward


def _row(layers: Sequence[nn.Module]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        for layer in layers:
            value = layer(value)
        return value

    return run


def _groups(layers: Sequence[nn.Module]) -> list[list[nn.Module]]:
    groups: list[list[nn.Module]] = [[]]
    for layer in layers:
        groups[-1].append(layer)
        if isinstance(layer, _SHRINKING) or len(groups[-1]) == _LONGEST_GROUP:
            groups.append([])
    return [group for group in groups if group]


def _once_more(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return `forward` that keeps its arguments and runs again on the way back."""

    def run(*arguments: Any, **keywords: Any) -> Any:
        if not (is_grad_enabled() and _asks_for_gradient(arguments)):
            return forward(*arguments, **keywords)
        ended: list[BaseException] = []

        def body(*again: Any, **words: Any) -> Any:
            try:
                return forward(*again, **words)
            except Exception:
                raise
            except BaseException as signal:  # noqa: BLE001  raised again below
                # Checkpointing must end in good order, or its hooks on saved tensors stay.
                ended.append(signal)
                return None

        result = checkpoint(
            body,
            *arguments,
            use_reentrant=False,
            preserve_rng_state=False,
            context_fn=_first_and_second,
            **keywords,
        )
        if ended and not recomputing():
            raise ended.pop()
        return result

    return run


def _asks_for_gradient(arguments: Sequence[Any]) -> bool:
    return any(isinstance(value, Tensor) and value.requires_grad for value in arguments)


def _first_and_second() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    return nullcontext(), _marked()


@contextmanager
def _marked() -> Iterator[None]:
    _thread.recomputing = getattr(_thread, "recomputing", 0) + 1
    try:
        yield
    finally:
        _thread.recomputing -= 1
