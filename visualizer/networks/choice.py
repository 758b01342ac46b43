"""Which network with which weights, as plain values."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from visualizer.frozen import Frozen

EMBEDDED = "efficientnet_lite0"

Weights = Literal["best", "none", "file"]


class ModelChoice(Frozen):
    """Which network with which weights.

    name: of the catalogue, `engines.style.RANDOM_FILTERS`, or the path of a file that holds a whole
    network. weights: "best" are trained ones that are on this computer, "none" untrained ones,
    "file" those of the file `path`. trusted: the person allowed the file to run its code;
    allow_partial: what does not fit stays untrained.
    """

    name: str = EMBEDDED
    weights: Weights = "best"
    path: str = ""
    trusted: bool = False
    allow_partial: bool = False


class NamesModel(Protocol):
    """A panel's state that names a network."""

    @property
    def model(self) -> ModelChoice:
        """The network that the panel shows."""

    def with_model(self, choice: ModelChoice) -> Any:
        """Return the state with another network, and without what only fits the present one."""
