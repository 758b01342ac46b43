"""One run of an experiment: the input made, the numbers found, the program written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visualizer.panels.layer_lab.experiment import Experiment, Given, StudyStep
from visualizer.panels.layer_lab.input_maps import cropped_picture, whole_picture
from visualizer.panels.layer_lab.pieces import Found
from visualizer.panels.layer_lab.preparing import Drawing, prepare
from visualizer.panels.layer_lab.program import Program
from visualizer.panels.layer_lab.state import LayerLabState
from visualizer.pictures.picture import Picture

GONE = (
    "The activation maps that were handed over are not there any more. Hand them over once more "
    "from the CNN Viewer, or choose another input."
)
NONE_HANDED = (
    "This experiment works on activation maps. Choose a layer in the CNN Viewer and hand its maps "
    "over to the Layer Lab."
)
NOT_FINITE = (
    "The activation maps that were handed over hold numbers that are not finite. Hand over those "
    "of another layer, or choose another input."
)


@dataclass(frozen=True)
class Run:
    """What came of it, and what is painted of its pieces."""

    experiment: Experiment
    given: Given
    found: Found
    program: Program
    drawings: tuple[Drawing, ...] = ()

    @property
    def code(self) -> str:
        """The whole program, as it is shown."""
        return self.program.shown


def kind_for(experiment: Experiment, state: LayerLabState) -> str:
    """Return the kind of input: the state's where the experiment takes it, else its first."""
    if not experiment.inputs:
        return "none"
    wanted = "crop" if state.kind == "map" and state.handed is None else state.kind
    usual = next((kind for kind in experiment.inputs if kind != "map"), "map")
    return wanted if wanted in experiment.inputs else usual


def needs_picture(experiment: Experiment, state: LayerLabState) -> bool:
    """Return whether it works on the picture or a part of it."""
    return kind_for(experiment, state) in ("picture", "crop")


def make_given(experiment: Experiment, state: LayerLabState, picture: Picture | None) -> Given:
    """Return the input that `state` asks for. Raises EngineError where it cannot be had."""
    from engines.errors import LayerError

    values = experiment.cleaned(state.values.get(experiment.name, {}))
    kind = kind_for(experiment, state)
    if kind == "none":
        return Given(np.zeros((0, 0, 0), np.float32), "", "numbers", values)
    if kind == "numbers":
        return Given(np.asarray(state.numbers, np.float32)[None], "Typed numbers", kind, values)
    if kind == "map":
        if state.handed is None:
            raise LayerError(NONE_HANDED)
        return Given(_read_maps(state.handed.path), state.handed.title, kind, values)
    assert picture is not None
    if kind == "crop":
        maps, title = cropped_picture(picture, state.crop)
    else:
        maps, title = whole_picture(picture)
    return Given(maps, title, kind, values)


def _read_maps(path: str) -> np.ndarray:
    from engines.errors import LayerError

    try:
        maps = np.load(Path(path), allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise LayerError(GONE) from error
    if maps.ndim != 3 or not maps.size or maps.dtype.kind not in "fiu":
        raise LayerError(GONE)
    if not np.isfinite(maps).all():
        raise LayerError(NOT_FINITE)
    return np.ascontiguousarray(maps, np.float32)


def perform(experiment: Experiment, state: LayerLabState, picture: Picture | None) -> Run:
    """Return what the experiment comes to. Raises EngineError where there is nothing to show."""
    from engines.device import at_most_threads, spare_cores

    given = make_given(experiment, state, picture)
    with at_most_threads(spare_cores()):
        found = experiment.find(given)
    maps = given.maps if experiment.inputs else None
    program = Program(experiment.code(given), maps)
    _ = program.shown  # written here rather than on the GUI thread
    return Run(experiment, given, found, program, prepare(found.pieces))


@dataclass(frozen=True)
class Studied:
    """A step of long work, with the input that it works on and what is drawn of it."""

    given: Given
    step: StudyStep
    drawings: tuple[Drawing, ...]


def study(
    experiment: Experiment, state: LayerLabState, picture: Picture | None
) -> Iterator[Studied]:
    """Yield the steps of the experiment's long work. Raises EngineError where it cannot be done."""
    assert experiment.study is not None
    given = make_given(experiment, state, picture)
    for step in experiment.study(given):
        yield Studied(given, step, prepare(step.found.pieces))
