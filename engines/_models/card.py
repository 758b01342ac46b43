"""What is told about a network before and after it is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

WeightsState = Literal["trained", "cached", "downloadable", "untrained", "own", "partial"]
Source = Literal["built in", "trained here", "torchvision", "timm", "file"]

STATE_TEXTS: dict[WeightsState, str] = {
    "trained": "trained: the weights come with the application",
    "cached": "trained: the weights are on this computer",
    "downloadable": "the trained weights can be downloaded",
    "untrained": "untrained: random weights",
    "own": "your own weights",
    "partial": "partly trained: what did not fit is random",
}
UNKNOWN_CLASS = "class {index}"


@dataclass(frozen=True)
class ModelCard:
    """A network as the catalogue tells of it.

    name: what `load` takes; title: for people; source: who defines it; weights_state: in the
    catalogue, which weights `load(name)` can reach (for "downloadable" it gives an untrained
    network until `download` has run); on a loaded model, which weights the module holds, never
    "downloadable", and "partial" where some of them are random; parameters: how many weights and
    biases, or None where it would have to be built to know; input_size: (channels, height, width);
    classes: how many; licence and weights_source: of the weights, "" where there are none;
    size_bytes: of the weights file, or None; notes: sentences that a person should know.
    """

    name: str
    title: str
    source: Source
    weights_state: WeightsState
    parameters: int | None = None
    input_size: tuple[int, int, int] = (3, 224, 224)
    classes: int = 1000
    licence: str = ""
    weights_source: str = ""
    size_bytes: int | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def is_trained(self) -> bool:
        """Whether answers mean anything: False for random weights, always to be shown."""
        return self.weights_state in ("trained", "cached", "own")

    @property
    def state_text(self) -> str:
        """The state of the weights in a few words, for a badge."""
        return STATE_TEXTS[self.weights_state]

    def untrained(self) -> ModelCard:
        """Return the card of the same network with random weights."""
        return replace(
            self, weights_state="untrained", licence="", weights_source="", size_bytes=None
        )


def numbered_classes(count: int) -> tuple[str, ...]:
    """Return names for `count` classes that nobody named: "class 0", "class 1" …"""
    return tuple(UNKNOWN_CLASS.format(index=index) for index in range(count))
