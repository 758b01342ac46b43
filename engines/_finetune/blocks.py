"""Which parts of a network each method trains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engines._finetune.records import Head, MethodName

if TYPE_CHECKING:
    from torch import nn

# A part that holds so much of its level is no block but the trunk that holds the blocks.
_TRUNK = 0.8


def trained_parts(module: nn.Module, head: Head, method: MethodName) -> tuple[str, ...]:
    """Return the paths of what `method` trains, each part with all in it; "" is everything."""
    if method == "everything":
        return ("",)
    if method == "head":
        return head.paths
    return (*_last_block(module, head.paths, ""), *head.paths)


def _last_block(module: nn.Module, heads: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """Return the last block before the heads, and what lies between it and them.

    Going back from the heads: single layers are taken along, the first larger part is the block;
    where one part is nearly all there is, the block is looked for inside it. In a plain row of
    layers, as VGG's, the block is what follows the last pool that has weights behind it.
    """
    children = [
        (f"{prefix}{name}", part)
        for name, part in module.named_children()
        if f"{prefix}{name}" not in heads
    ]
    blocks = [
        part for path, part in children if not _is_one_layer(part) and not _holds(path, heads)
    ]
    if not blocks:
        return _after_last_pool(children, heads)
    total = sum(_count(part) for part in blocks)
    taken: list[str] = []
    for path, part in reversed(children):
        if _count(part) == 0:
            continue
        if _holds(path, heads):
            taken += _beside(part, heads, f"{path}.")
        elif _is_one_layer(part):
            taken.append(path)
        elif _count(part) > _TRUNK * total and _has_parts(part):
            return (*_last_block(part, heads, f"{path}."), *reversed(taken))
        else:
            return (path, *reversed(taken))
    return tuple(reversed(taken))


def _after_last_pool(
    children: list[tuple[str, nn.Module]], heads: tuple[str, ...]
) -> tuple[str, ...]:
    taken: list[str] = []
    for path, part in reversed(children):
        if "pool" in type(part).__name__.lower() and taken:
            break
        if _holds(path, heads):
            taken += _beside(part, heads, f"{path}.")
        elif _count(part):
            taken.append(path)
    return tuple(reversed(taken))


def _beside(part: nn.Module, heads: tuple[str, ...], prefix: str) -> Iterator[str]:
    """Yield, last first, the parts with weights of a classifier of several layers, but the head."""
    for name, child in reversed(list(part.named_children())):
        path = f"{prefix}{name}"
        if path in heads or _count(child) == 0:
            continue
        if _holds(path, heads):
            yield from _beside(child, heads, f"{path}.")
        else:
            yield path


def _holds(path: str, heads: tuple[str, ...]) -> bool:
    return any(head.startswith(f"{path}.") for head in heads)


def _count(part: nn.Module) -> int:
    return sum(parameter.numel() for parameter in part.parameters())


def _has_parts(part: nn.Module) -> bool:
    return sum(_count(child) > 0 for child in part.children()) > 0


def _is_one_layer(part: nn.Module) -> bool:
    """Whether a part multiplies by weights at most once: a layer, or one and its norm."""
    weighted = [inner for inner in part.modules() if _multiplies(inner)]
    return len(weighted) <= 1


def _multiplies(part: nn.Module) -> bool:
    weight = part._parameters.get("weight")
    return weight is not None and weight.ndim > 1
