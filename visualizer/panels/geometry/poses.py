"""The states of the Geometry panel that are worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from visualizer.panels.geometry.pointing import Focus
from visualizer.panels.geometry.state import Axis, GeometryState, PredictState

if TYPE_CHECKING:
    from visualizer.panels.geometry.panel import GeometryPanel


def poses_of(panel: GeometryPanel) -> Mapping[str, Callable[[], None]]:
    """Return how `panel` takes each pose, by name."""
    return {
        "": partial(_scene, panel, "a11", cell=(1, 1)),
        "lost": partial(_scene, panel, "lost", cell=(1, 1)),
        "dilated": partial(_scene, panel, "dilated", cell=(3, 3)),
        "channels": partial(_scene, panel, "channels", cell=(2, 2)),
        "pool": partial(_scene, panel, "pool", cell=(1, 1)),
        "transposed": partial(_scene, panel, "transposed", cell=(4, 4)),
        "input": partial(_input_cell, panel),
        "large": partial(_large, panel),
        "predict": partial(_predict, panel),
        "matrix": partial(_scene, panel, "a11", cell=(1, 1), tool="matrix"),
        "stack": partial(_scene, panel, "stack"),
        "use_count": partial(_scene, panel, "border", cell=(0, 0)),
        "side_by_side": partial(_scene, panel, "a10"),
    }


def _scene(panel: GeometryPanel, name: str, **looked_at: object) -> None:
    panel.pointer.release()
    panel.editing.take_scene(name)
    panel.edits.look(panel.state.looking(**looked_at))


def _input_cell(panel: GeometryPanel) -> None:
    _scene(panel, "a11")
    panel.pointer.click(Focus("input", 3, 3))


def _large(panel: GeometryPanel) -> None:
    panel.pointer.release()
    axis = Axis(size=64, kernel=5, stride=2)
    panel.edits.apply(
        GeometryState(rows=axis, columns=axis, padding="same", values="picture",
                      cell=(12, 14)),
        "large",
    )  # fmt: skip


def _predict(panel: GeometryPanel) -> None:
    _scene(panel, "predict", cell=(0, 2))
    predict = PredictState(on=True, solved=((0, 0, 0), (0, 0, 1)))
    panel.edits.apply(panel.state.replace(predict=predict), "two solved")
