"""What the layers of a network answered, where most of it is never looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


class Answers(Mapping[str, "torch.Tensor"]):
    """Every layer's answer to one picture, in call order; few are kept, the others made when asked.

    While pictures keep coming, keeping all of them takes as long again as half of the network.
    """

    def __init__(
        self,
        kept: dict[str, torch.Tensor],
        shapes: Mapping[str, tuple[int, ...]],
        compute: Callable[[], dict[str, torch.Tensor]],
    ) -> None:
        """kept: some answers; shapes: of every layer's, in order; compute: makes all of them."""
        self._values, self._shapes, self._compute = kept, shapes, compute
        self._complete = False
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> torch.Tensor:
        """Return one answer; the first that was not kept takes a forward pass."""
        if name not in self._shapes:
            raise KeyError(name)
        with self._lock:
            if name not in self._values and not self._complete:
                self._values, self._complete = self._compute(), True
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        """Return whether the network has this layer; nothing is computed."""
        return name in self._shapes

    def __iter__(self) -> Iterator[str]:
        """Yield the layers' names."""
        return iter(self._shapes)

    def __len__(self) -> int:
        """Return how many layers answered."""
        return len(self._shapes)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return an answer's shape, without computing it."""
        return self._shapes[name]


def shape_of(answers: Mapping[str, torch.Tensor], name: str) -> tuple[int, ...]:
    """Return the shape of one answer, without computing what was not kept."""
    return answers.shape(name) if isinstance(answers, Answers) else tuple(answers[name].shape)
