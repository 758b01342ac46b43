"""Loading a network, away from the GUI thread."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cache

from engines.device import give_back_memory
from engines.models import LoadedModel, load
from engines.style import RANDOM_FILTERS, random_filters
from visualizer.networks.choice import ModelChoice


@dataclass(frozen=True)
class Network:
    """A loaded network and the choice that it was loaded for."""

    choice: ModelChoice
    model: LoadedModel


def load_network(choice: ModelChoice) -> Network:
    """Return the network that `choice` names. Raises ModelError and its kin with a sentence."""
    give_back_memory()  # what was freed since the last one came
    if choice.name == RANDOM_FILTERS:
        return Network(choice, random_filters())
    weights = choice.path if choice.weights == "file" else choice.weights
    model = load(choice.name, weights, trusted=choice.trusted, allow_partial=choice.allow_partial)
    _spare_the_imports()
    return Network(choice, model)


@cache
def _spare_the_imports() -> None:
    """Let Python's collector pass over what is there once the first network has been loaded.

    The modules of torch, torchvision and timm are 380,000 objects that never go. Looking at them
    all takes 0.1 s each time, in which the window stands still, whatever thread set it off.
    """
    gc.freeze()
