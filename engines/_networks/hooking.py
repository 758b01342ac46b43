"""Listening to what the layers of a network answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn

Take = Callable[[str, str, Any], None]


@contextmanager
def answering(parts: Mapping[str, nn.Module], take: Take) -> Iterator[None]:
    """Call `take(name, path, answer)` whenever one of the modules, given by path, has answered.

    name: the path, and "path#2" for the second call. Every hook is gone afterwards.
    """
    times = Counter[str]()

    def after_of(path: str) -> Callable[[nn.Module, Any, Any], None]:
        def after(_part: nn.Module, _inputs: Any, answer: Any) -> None:
            times[path] += 1
            take(path if times[path] == 1 else f"{path}#{times[path]}", path, answer)

        return after

    with ExitStack() as hooks:
        for path, part in parts.items():
            hooks.callback(part.register_forward_hook(after_of(path)).remove)
        yield
