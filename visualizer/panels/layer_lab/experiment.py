"""What an experiment is: controls, one function from an input to what is shown, and its program."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from visualizer.panels.layer_lab.controls import Control, defaults_of
from visualizer.panels.layer_lab.pieces import Found

InputKind = Literal["picture", "crop", "map", "numbers"]
ALL_INPUTS: tuple[InputKind, ...] = ("picture", "crop", "map", "numbers")


@dataclass(frozen=True)
class Given:
    """What an experiment works on.

    maps: (C, H, W) float32; in [0, 1] for a picture or a crop of one; title: what they are; kind:
    where they come from; values: what each control is set to, by name.
    """

    maps: np.ndarray
    title: str
    kind: InputKind
    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def in_colour(self) -> bool:
        """Whether the maps are red, green and blue of a picture."""
        return self.kind in ("picture", "crop") and len(self.maps) == 3

    def changed(self, **values: Any) -> Given:
        """Return the same with some controls set to other values."""
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class StudyStep:
    """One step of long work: how far it has come, and what is known by now."""

    done: int
    of: int
    found: Found
    text: str = ""


@dataclass(frozen=True)
class Experiment:
    """One entry of the picker.

    name: as its file; topic: of the curriculum; question: what can be found out, in one sentence.
    inputs: the kinds of input that make sense; none for an experiment that needs none (it is given
    an empty block then).
    find: what is shown, computed in a lane; raises EngineError, whose sentence is shown instead.
    code: the PyTorch that does the same to a tensor `x` (1, C, H, W) and ends with `result = …`,
    which equals the piece named by `Found.result`; imports stand at its head.
    study: long work behind a button named `study_title`, with progress, pause and cancel.
    relevant: names of the controls that matter as they are set; all where it is None.
    """

    name: str
    title: str
    topic: str
    question: str
    controls: tuple[Control, ...]
    find: Callable[[Given], Found]
    code: Callable[[Given], str]
    inputs: tuple[InputKind, ...] = ALL_INPUTS
    study: Callable[[Given], Iterator[StudyStep]] | None = None
    study_title: str = ""
    relevant: Callable[[Mapping[str, Any]], Collection[str]] | None = None

    def defaults(self) -> dict[str, Any]:
        """Return what its controls are set to at first."""
        return defaults_of(self.controls)

    def cleaned(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a value for each control: that of `values` where it fits, else the default."""
        return {
            control.name: control.cleaned(values.get(control.name, control.value))
            for control in self.controls
        }
