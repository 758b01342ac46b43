"""One run of an experiment: the input made, the numbers found, the program written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Found
from visualizer.panels.layer_lab.state import LayerLabState
from visualizer.pictures.picture import Picture

PREAMBLE = """import numpy as np
import torch

# What the experiment works on, as "Save…" writes it beside this program.
x = torch.from_numpy(np.load("input.npy"))[None]
"""


@dataclass(frozen=True)
class Run:
    """What came of it. code: the whole program; body: the part that needs `x` given."""

    experiment: Experiment
    given: Given
    found: Found
    code: str


def kind_for(experiment: Experiment, state: LayerLabState) -> str:
    """Return the kind of input: the state's where the experiment takes it, else its first."""
    if not experiment.inputs:
        return "none"
    wanted = "crop" if state.kind == "map" and state.handed is None else state.kind
    return wanted if wanted in experiment.inputs else experiment.inputs[0]


def make_given(experiment: Experiment, state: LayerLabState, picture: Picture | None) -> Given:
    """Return the input that `state` asks for. Raises EngineError where it cannot be had."""
    values = experiment.cleaned(state.values.get(experiment.name, {}))
    kind = kind_for(experiment, state)
    if kind == "none":
        return Given(np.zeros((0, 0, 0), np.float32), "", "numbers", values)
    if kind == "numbers":
        return Given(np.asarray(state.numbers, np.float32)[None], "Typed numbers", kind, values)
    if kind == "map":
        assert state.handed is not None
        return Given(_read_maps(state.handed.path), state.handed.title, kind, values)
    assert picture is not None
    pixels = picture.values("colour").transpose(2, 0, 1)
    title = picture.image.source
    if kind == "crop":
        crop = state.crop.within(*pixels.shape[1:])
        pixels = pixels[:, crop.row : crop.row + crop.side, crop.column : crop.column + crop.side]
        title = f"{title}, crop of {crop.side} × {crop.side}"
    return Given(np.ascontiguousarray(pixels, np.float32), title, kind, values)


def _read_maps(path: str) -> np.ndarray:
    from engines.errors import EngineError

    try:
        return np.load(Path(path), allow_pickle=False)
    except (OSError, ValueError) as error:
        raise EngineError(
            "The activation maps that were handed over are not there any more. Hand them over once "
            "more from the CNN Viewer, or choose another input."
        ) from error


def perform(experiment: Experiment, state: LayerLabState, picture: Picture | None) -> Run:
    """Return what the experiment comes to. Raises EngineError where there is nothing to show."""
    given = make_given(experiment, state, picture)
    found = experiment.find(given)
    body = experiment.code(given)
    code = body if kind_for(experiment, state) == "none" else with_input(body)
    return Run(experiment, given, found, code)


def with_input(body: str) -> str:
    """Return a program that loads its input: imports first, then `x`, then the rest of `body`."""
    lines = body.strip().splitlines()
    head = [line for line in lines if line.startswith(("import ", "from "))]
    rest = "\n".join(line for line in lines if line not in head).strip()
    imports = sorted({"import numpy as np", "import torch", *head}, key=_import_order)
    return "\n".join(imports) + "\n\n" + PREAMBLE.split("\n", 3)[3].strip() + "\n\n" + rest + "\n"


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from "), line
