"""What the Feature Lab knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen
from visualizer.networks.choice import EMBEDDED, ModelChoice
from visualizer.panels.feature_lab.tab_settings import TabSettings

PENULTIMATE = "global_pool.flatten"  # of the embedded network: what its classifier reads
MOST_PARTS = 12

TaskKind = Literal["textures", "digits", "folder"]
Pooling = Literal["flatten", "average", "max", "gram"]
Index = Annotated[int, Field(ge=0)]
Percent = Annotated[int, Field(ge=0, le=100)]


class TaskChoice(Frozen):
    """Which pictures: a task that ships with the application, or a `folder` of the person's."""

    kind: TaskKind = "textures"
    folder: str = ""


class SplitChoice(Frozen):
    """How the pictures are divided into those to learn from, to choose by and to be tested on.

    given: the division that the pictures come with, where they come with one; else by these shares,
    in per cent; the test part is what remains.
    """

    given: bool = True
    train: Annotated[int, Field(ge=1, le=100)] = 60
    validation: Percent = 20
    seed: Index = 0

    @property
    def fractions(self) -> tuple[float, float, float]:
        """The shares of train, validation and test; together 1."""
        validation = min(self.validation, 100 - self.train)
        return self.train / 100, validation / 100, (100 - self.train - validation) / 100


class PartChoice(Frozen):
    """One layer of one network, pooled: a part of the features.

    model: of the catalogue, or the path of a file; weights: "best", "none" or the path of a file;
    layer: "" for the network's answer.
    """

    model: str = EMBEDDED
    weights: str = "best"
    layer: str = PENULTIMATE
    pooling: Pooling = "flatten"

    @property
    def network(self) -> tuple[str, str]:
        """Which network, as `engines.features` names it."""
        return self.model, self.weights


def network_key(choice: ModelChoice) -> tuple[str, str]:
    """Return how `engines.features` names the network that `choice` loads."""
    return choice.name, choice.path if choice.weights == "file" else choice.weights


class FeatureLabState(Frozen):
    """Everything the Feature Lab shows follows from these values, the pictures and the networks.

    model: the network that new parts are taken from; parts: what the features are, side by side;
    selected: the pictures that are shown at the right; tab: the open one; tabs: what each is set
    to.
    """

    task: TaskChoice = TaskChoice()
    model: ModelChoice = ModelChoice()
    split: SplitChoice = SplitChoice()
    parts: Annotated[tuple[PartChoice, ...], Field(max_length=MOST_PARTS)] = (PartChoice(),)
    selected: tuple[Index, ...] = ()
    tab: str = "data"
    tabs: TabSettings = TabSettings()

    def with_model(self, choice: ModelChoice) -> FeatureLabState:
        """Return this state with another network.

        Features of the former network alone become the answer of the new one; of several networks
        they stay, for those are put together by hand, and so they do where that is asked for.
        """
        former, new = network_key(self.model), network_key(choice)
        parts, kept = self.parts, self.tabs.extract.keep_parts
        if parts and not kept and all(part.network == former for part in parts):
            layer = PENULTIMATE if choice.name == EMBEDDED else ""
            parts = (PartChoice(model=new[0], weights=new[1], layer=layer),)
        return self.replace(model=choice, parts=parts)

    def looking_like(self, present: FeatureLabState) -> FeatureLabState:
        """Return this state with what is only looked at as in `present`."""
        selected = present.selected if self.task == present.task else ()
        return self.replace(
            selected=selected, tab=present.tab, tabs=self.tabs.looking_like(present.tabs)
        )
