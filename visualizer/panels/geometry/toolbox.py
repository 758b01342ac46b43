"""The drawer's tools: only the open one computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from engines import geometry
from engines.errors import GeometryError
from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins
from visualizer.panels.geometry.compute import (
    GeometryResult,
    compute,
    count_text,
)
from visualizer.panels.geometry.stacks import StackData, compute_stack
from visualizer.panels.geometry.state import MISSES, GeometryState, PredictState, StackState
from visualizer.panels.geometry.tools import (
    MatrixPage,
    PredictPage,
    SideBySidePage,
    StackPage,
    UseCountPage,
)
from visualizer.panels.geometry.tools.matrix import MatrixData
from visualizer.panels.geometry.tools.side_by_side import Side
from visualizer.pictures.picture import Picture
from widgets.drawer import Drawer

PAGES = (
    ("predict", "Predict", "Hide the output and find its numbers yourself"),
    ("matrix", "Matrix", "The operation as a sparse matrix: y = W·x"),
    ("stack", "Stack", "Layers one after the other: sizes and receptive fields"),
    ("use_count", "Use count", "How often each input cell is read"),
    ("side_by_side", "Valid and same", "Both paddings side by side"),
)


class ToolBox(QObject):
    """Fills the open page whenever the result or its settings change."""

    shown = Signal()
    next_wanted = Signal()
    """The player is to stand at the next hidden cell."""

    def __init__(
        self,
        drawer: Drawer,
        lane: LatestWins,
        edits: Edits[GeometryState],
        say: Callable[[str, JobError | None], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._drawer, self._lane, self._edits, self._say = drawer, lane, edits, say
        self.predict, self.matrix = PredictPage(), MatrixPage()
        self.stack, self.use_count = StackPage(), UseCountPage()
        self.side_by_side = SideBySidePage()
        pages = (self.predict, self.matrix, self.stack, self.use_count, self.side_by_side)
        for (name, title, tip), page in zip(PAGES, pages, strict=True):
            drawer.add_page(name, title, tip, _scrolling(page))
        self._result: GeometryResult | None = None
        self._picture: Picture | None = None
        self._shown_stack: StackState | None = None
        drawer.opened.connect(self.open)
        self.predict.switched.connect(self._switched)
        self.predict.answered.connect(self._answered)
        self.predict.restarted.connect(lambda: self._predict(PredictState(on=True), "start again"))
        self.predict.next_pressed.connect(self.next_wanted)
        self.stack.edited.connect(self._stack_edited)

    def open(self, name: str) -> None:
        """Open the tool `name`, or none for "": something to look at, not an edit."""
        self._edits.look(self._edits.state.looking(tool=name))

    def set_result(self, result: GeometryResult, picture: Picture | None) -> None:
        """Explain another result."""
        self._result, self._picture = result, picture
        self.refresh()

    def show_state(self, before: GeometryState, after: GeometryState) -> None:
        """Open the tool that `after` names, and show what it is set to."""
        names = [name for name, _, _ in PAGES]
        self._drawer.set_open(after.tool if after.tool in names else "")
        looks = ("predict", "channel", "filter")
        if before.tool != after.tool:
            self._say("tool", None)
            self.refresh()
        elif (after.tool == "stack" and before.stack != after.stack) or (
            after.tool == "matrix"
            and any(getattr(before, name) != getattr(after, name) for name in looks)
        ):
            self.refresh()
        self.show_cell(after.cell)

    def show_cell(self, cell: tuple[int, int] | None) -> None:
        """Follow the output cell that is explained."""
        state = self._edits.state
        self.matrix.set_cell(cell)
        shape = self._result.layout.shape if self._result is not None else (0, 0)
        place = state.cell
        solved = sum(1 for entry in state.predict.solved if entry[0] == state.filter)
        self.predict.show_progress(
            on=state.predict.on,
            cell=f"Output row {place[0]}, column {place[1]}",
            solved=solved,
            total=shape[0] * shape[1],
        )

    def refresh(self) -> None:
        """Let the open tool compute anew."""
        state, result, picture = self._edits.state, self._result, self._picture
        if result is None:
            return
        if state.tool == "matrix":
            self._submit(lambda: _matrix(result, state), self._show_matrix)
        elif state.tool == "stack":
            stack = state.stack
            self._submit(lambda: compute_stack(stack), lambda data: self._show_stack(stack, data))
        elif state.tool == "use_count":
            self.use_count.show_counts(result.counts, count_text(result))
        elif state.tool == "side_by_side":
            self._submit(lambda: _sides(state, picture), self._show_sides)
        else:
            self._lane.supersede()

    def _submit(self, work: Callable[[], Any], show: Callable[[Any], None]) -> None:
        def shown(data: Any) -> None:
            self._say("tool", None)
            show(data)
            self.shown.emit()

        self._lane.submit(work, shown, self._failed, follow=True)

    def _failed(self, error: JobError) -> None:
        self._say("tool", error)
        state = self._edits.state
        if state.tool == "stack":
            self.stack.show_refused(state.stack)
        self.shown.emit()

    # -- predict ----------------------------------------------------------------------------

    def _switched(self, on: bool) -> None:
        self._predict(PredictState(on=on), "predict" if on else "show the output")

    def _predict(self, predict: PredictState, label: str) -> None:
        self.predict.say("")
        self._edits.apply(self._edits.state.replace(predict=predict), label)

    def _answered(self, value: float) -> None:
        state, result = self._edits.state, self._result
        if result is None or not state.predict.on:
            return
        place = (state.filter, *state.cell)
        wanted = float(result.outputs[place])
        if not np.isfinite(wanted):
            self.predict.say("This cell is −∞, which is shown: its window holds padding alone.")
            return
        whole = abs(wanted - round(wanted)) < 1e-9
        allowed = 1e-6 if whole else max(0.005, 0.005 * abs(wanted))
        said = f"{value:g}".replace("-", "−")
        if place in state.predict.solved:
            self.predict.say("This cell is solved already. Go to the next one.")
        elif abs(value - wanted) <= allowed:
            predict = state.predict.with_answer(place, right=True)
            self._edits.apply(state.replace(predict=predict), f"answer {said}")
            self.predict.say(f"Right: {said}.")
            self.next_wanted.emit()
        else:
            predict = state.predict.with_answer(place, right=False)
            self._edits.apply(state.replace(predict=predict), f"answer {said}")
            if predict.missed(place) >= MISSES:
                self.predict.say(f"Not {said}. The products and their sum are shown at the right.")
            else:
                self.predict.say(f"Not {said}. Look at the window and try once more.")

    # -- stack, matrix, sides ---------------------------------------------------------------

    def _stack_edited(self, stack: StackState, label: str) -> None:
        self._edits.apply(self._edits.state.replace(stack=stack), label)

    def _show_stack(self, stack: StackState, data: StackData) -> None:
        self.stack.show_stack(
            stack, data.rows, data.final_size, data.cells, data.windows, data.text
        )

    def _show_matrix(self, data: MatrixData | str) -> None:
        if isinstance(data, str):
            self.matrix.show_matrix(None, data)
        else:
            self.matrix.show_matrix(data)

    def _show_sides(self, sides: tuple[Side, Side]) -> None:
        self.side_by_side.show_sides(
            sides,
            "“Valid” adds nothing: only where the whole kernel fits. “Same” adds the dotted cells, "
            "for as many outputs as inputs (at stride 1).",
        )


def _scrolling(page: QWidget) -> QScrollArea:
    """Return `page` in an area that scrolls where large text does not fit."""
    area = QScrollArea()
    area.setObjectName(f"{page.objectName()}_scroll")
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumSize(1, 1)
    area.setWidget(page)
    return area


def _matrix(result: GeometryResult, state: GeometryState) -> MatrixData | str:
    """Return W of the channel and filter on top, or why there is none."""
    channel = state.filter if result.weights is None else state.channel
    weights = None if result.weights is None else result.weights[state.filter, channel]
    try:
        made = geometry.matrix(weights, result.layout)
    except GeometryError as error:
        return str(error)
    x = result.inputs[channel].ravel()
    note = "Each row is the kernel, laid where one output stands."
    if len(result.inputs) > 1 and result.weights is not None:
        note = f"Of channel {channel + 1} alone; the output is the sum of all channels."
    hidden = result.hidden(state.filter, state)
    return MatrixData(
        made,
        x,
        made @ x,
        (result.inputs.shape[1], result.inputs.shape[2]),
        result.layout.shape,
        note,
        np.zeros(len(made), dtype=bool) if hidden is None else hidden.ravel(),
    )


def _sides(state: GeometryState, picture: Picture | None) -> tuple[Side, Side]:
    """Return the present setting with both paddings."""
    made = []
    for padding in ("valid", "same"):
        predict = state.predict if padding == state.padding else PredictState(on=state.predict.on)
        shown = state.replace(padding=padding, predict=predict)
        try:
            result = compute(shown, picture)
        except GeometryError as error:
            made.append(Side(problem=f"{padding.capitalize()}: {error}"))
            continue
        made.append(
            Side(
                f"{padding.capitalize()}: {result.input_title(shown).lower()}",
                result.input_cells(shown.channel),
                result.output_title(shown),
                result.output_cells(shown.filter, shown),
            )
        )
    return made[0], made[1]
