"""From the person's edits of the controls and cells to the panel's state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject

from engines import geometry
from visualizer.edits import Edits
from visualizer.jobs import JobError
from visualizer.panels.geometry.compute import sides_of
from visualizer.panels.geometry.offers import Offer
from visualizer.panels.geometry.scenes import SCENES
from visualizer.panels.geometry.state import (
    LARGEST,
    MAX_KERNEL,
    MAX_SIDE,
    GeometryState,
    PredictState,
    resized,
    sheets_of,
    weights_of,
)
from visualizer.panels.geometry.view import GeometryView
from visualizer.pictures.source import PictureSource

KERNELS: dict[str, tuple[str, Callable[[int, int], np.ndarray]]] = {
    "edge": (
        "Edge: 2 left, −2 right",
        lambda h, w: np.tile(np.concatenate([[2.0], np.zeros(max(w - 2, 0)), [-2.0]])[:w], (h, 1)),
    ),
    "ones": ("Ones", lambda h, w: np.ones((h, w))),
    "mean": ("Mean", lambda h, w: np.full((h, w), 1 / (h * w))),
    "impulse": ("One in the middle", lambda h, w: geometry.PATTERNS["impulse"].make(h, w, 0)),
    "counting": ("Counting 0, 1, 2 …", lambda h, w: geometry.PATTERNS["counting"].make(h, w, 0)),
    "random": ("Random whole numbers", lambda h, w: geometry.PATTERNS["random"].make(h, w, 1)),
}
_LOOKED_AT = {"channel", "filter"}


class Editing(QObject):
    """Applies edits; whatever changes the numbers begins the guessing anew."""

    def __init__(
        self,
        edits: Edits[GeometryState],
        view: GeometryView,
        say: Callable[[str, JobError | None], None],
        inputs: Callable[[], np.ndarray | None],
        parent: QObject,
    ) -> None:
        """inputs: returns the numbers that the input shows now."""
        super().__init__(parent)
        self._edits, self._say, self._inputs = edits, say, inputs
        self._offers_box = view.offers
        self._offers: list[Offer] = []
        controls = view.controls
        controls.changed.connect(self._changed)
        controls.axis_edited.connect(self._axis_edited)
        controls.link_changed.connect(self._link_changed)
        controls.side_edited.connect(self._side_edited)
        controls.scene_chosen.connect(self._scene_chosen)
        controls.values_chosen.connect(self._values_chosen)
        controls.weights_chosen.connect(self._weights_chosen)
        controls.picture_chosen.connect(self._picture_chosen)
        controls.crop_moved.connect(self._crop_moved)
        controls.grid.kernel_edited.connect(self._kernel_edited)
        controls.grid.matrix_pasted.connect(self._kernel_pasted)
        controls.grid.paste_rejected.connect(lambda text: say("typing", JobError(text)))
        controls.grid.cell_rejected.connect(lambda r, c, _t, why: say("typing", JobError(why)))
        controls.grid.cell_accepted.connect(lambda _r, _c: say("typing", None))
        controls.paste_pressed.connect(view.input_pane.map.paste)
        view.offers.chosen.connect(self._offer_chosen)
        view.input_pane.map.set_editable(True, MAX_SIDE)
        view.input_pane.map.matrix_pasted.connect(self._input_pasted)
        view.input_pane.map.value_typed.connect(self._value_typed)
        view.input_pane.map.typing_refused.connect(lambda text: say("typing", JobError(text)))

    @property
    def _state(self) -> GeometryState:
        return self._edits.state

    def _apply(self, state: GeometryState, label: str, **how: object) -> None:
        if not state.computes_like(self._state) and (state.predict.solved or state.predict.misses):
            state = state.replace(predict=PredictState(on=state.predict.on))
        self._say("typing", None)
        self._edits.apply(state, label, **how)  # type: ignore[arg-type]

    def _changed(self, changes: dict[str, object], label: str) -> None:
        if set(changes) <= _LOOKED_AT:
            self._edits.look(self._state.replace(**changes))
            return
        if changes.get("padding") == "number":
            changes = {**changes, **self._present_sides()}
        self._apply(self._state.with_shown_sheets(**changes), label)

    def _present_sides(self) -> dict[str, object]:
        """Return the axes with the padding that they have now, to go on from it by number."""
        top, bottom, left, right = sides_of(self._state)
        equal = len({top, bottom, left, right}) == 1
        linked = set(self._state.linked) - ({"padding"} if not equal else set())
        return {
            "rows": self._state.rows.replace(before=top, after=bottom),
            "columns": self._state.columns.replace(before=left, after=right),
            "linked": tuple(name for name in self._state.linked if name in linked),
        }

    def _axis_edited(self, field: str, rows: int, columns: int) -> None:
        state = self._state.replace(
            rows=self._state.rows.replace(**{field: rows}),
            columns=self._state.columns.replace(**{field: columns}),
        )
        said = f"{field.replace('_', ' ')} {rows} × {columns}"
        self._apply(state, said, merge_key=field, goes_on=True)

    def _link_changed(self, field: str, on: bool) -> None:
        linked = set(self._state.linked) | {field} if on else set(self._state.linked) - {field}
        self._apply(self._state.replace(linked=tuple(sorted(linked))), f"link {field}")
        if field == "padding" and on and self._state.padding == "number":
            self._side_edited("rows", "before", self._state.rows.before)

    def _side_edited(self, axis: str, end: str, cells: int) -> None:
        if "padding" in self._state.linked:
            changes = {"before": cells, "after": cells}
            state = self._state.replace(
                rows=self._state.rows.replace(**changes),
                columns=self._state.columns.replace(**changes),
            )
        else:
            changed = getattr(self._state, axis).replace(**{end: cells})
            state = self._state.replace(**{axis: changed})
        self._apply(state, f"padding {cells}", merge_key=f"padding {axis} {end}", goes_on=True)

    def _scene_chosen(self, name: str) -> None:
        if name in SCENES:
            self.take_scene(name)

    def take_scene(self, name: str) -> None:
        """Show the scene `name`, tool and cell included."""
        made = SCENES[name].make()
        self._edits.apply(made.replace(speed=self._state.speed), SCENES[name].title)

    def set_offers(self, offers: list[Offer]) -> None:
        """Offer these changes as buttons."""
        self._offers = offers
        self._offers_box.set_texts([(offer.text, offer.tip) for offer in offers])

    def _offer_chosen(self, number: int) -> None:
        present, offer = self._state, self._offers[number]
        state = offer.state.looking_like(present).replace(
            predict=present.predict, stack=present.stack
        )
        self._apply(state, offer.text)

    # -- numbers ----------------------------------------------------------------------------

    def _values_chosen(self, name: str) -> None:
        changes: dict[str, object] = {"values": name}
        shown = self._inputs()
        if name == "matrix" and shown is not None:
            changes["matrix"] = sheets_of(shown)  # go on from what is there
        self._apply(self._state.replace(**changes), f"values {name}")

    def _value_typed(self, row: int, column: int, value: float) -> None:
        shown = self._inputs()
        if shown is None:
            return
        if abs(value) > LARGEST:
            self._say("typing", JobError(f"{value:g} is too large; take at most {LARGEST:g}."))
            return
        values = shown.copy()
        values[self._state.channel, row, column] = value
        state = self._state.replace(values="matrix", matrix=sheets_of(values))
        self._apply(state, f"input ({row}, {column}) = {value:g}")

    def _input_pasted(self, matrix: np.ndarray) -> None:
        """Take a matrix as the sheet on top; the input gets its size."""
        if np.abs(matrix).max() > LARGEST:
            said = f"A pasted number is too large; take at most {LARGEST:g}."
            self._say("typing", JobError(said))
            return
        height, width = matrix.shape
        shown = self._inputs()
        sheets = self._state.matrix_array() if shown is None else shown
        values = resized(sheets, (self._state.channels, height, width))
        values[self._state.channel] = matrix
        state = self._state.replace(
            rows=self._state.rows.replace(size=height),
            columns=self._state.columns.replace(size=width),
            linked=tuple(f for f in self._state.linked if f != "size" or height == width),
            values="matrix",
            matrix=sheets_of(values),
        )
        self._apply(state, f"pasted input {height} × {width}")

    def _picture_chosen(self, name: str) -> None:
        if name != "other":
            source = PictureSource(kind="sample", name=name)
            self._apply(self._state.replace(picture=source, values="picture"), f"picture {name}")

    def _crop_moved(self, crop: tuple[float, float], goes_on: bool) -> None:
        state = self._state.replace(crop=crop)
        self._apply(state, "crop", merge_key="crop", goes_on=goes_on, held=goes_on)

    def _weights_chosen(self, name: str) -> None:
        if name not in KERNELS:
            return
        title, make = KERNELS[name]
        state = self._state
        made = make(state.rows.kernel, state.columns.kernel)
        self._set_weights(made, f"weights: {title}")

    def _kernel_edited(self, kernel: np.ndarray, goes_on: bool) -> None:
        if np.abs(kernel).max() > LARGEST:
            self._say("typing", JobError(f"A weight is too large; take at most {LARGEST:g}."))
            return
        self._set_weights(kernel, "weights", merge_key="weights", goes_on=goes_on, origin="grid")

    def _set_weights(self, kernel: np.ndarray, label: str, **how: object) -> None:
        state = self._state
        weights = state.weights_array()
        weights[state.filter, state.channel] = kernel
        self._apply(state.replace(weights=weights_of(weights)), label, **how)

    def _kernel_pasted(self, kernel: np.ndarray) -> None:
        height, width = kernel.shape
        if max(height, width) > MAX_KERNEL or np.abs(kernel).max() > LARGEST:
            said = f"A kernel has at most {MAX_KERNEL} × {MAX_KERNEL} weights up to {LARGEST:g}."
            self._say("typing", JobError(said))
            return
        state = self._state.replace(
            rows=self._state.rows.replace(kernel=height),
            columns=self._state.columns.replace(kernel=width),
        )
        linked = tuple(f for f in state.linked if f != "kernel" or height == width)
        weights = state.weights_array()
        weights[state.filter, state.channel] = kernel
        self._apply(state.replace(weights=weights_of(weights), linked=linked), "pasted kernel")
