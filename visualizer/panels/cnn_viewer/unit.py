"""One unit explained: what is pointed at, what it sees, and the sum that made its number."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
from PySide6.QtCore import QObject, Signal

from engines.errors import EngineError
from engines.unit_trace import Stage, UnitTrace
from visualizer.jobs import JobError, LatestWins
from visualizer.panels.cnn_viewer.compute import Sheet, UnitExplainer, tiles_of
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.panels.cnn_viewer.unit_column import INPUTS, UnitColumn
from visualizer.panels.cnn_viewer.unit_filter import ExplainedChannel, explain_channel
from widgets.bar_list import Bar
from widgets.mosaic_view import Maps

INVITATION = (
    "Point at a position of the map to see how its number came to be. "
    "A click holds it, Esc lets go."
)
DIGITS = 5


class UnitPresenter(QObject):
    """Fills the unit column for the present channel and the position that is pointed at."""

    position_chosen = Signal(int, int)
    """The person clicked a position, to hold it or to let go of it."""
    explained = Signal()
    """What was last asked of the lane is there, or was refused."""

    def __init__(self, column: UnitColumn, lane: LatestWins, parent: QObject) -> None:
        super().__init__(parent)
        self.column, self._lane = column, lane
        self.sheet: Sheet | None = None
        self.explainer: UnitExplainer | None = None
        self.trace: UnitTrace | None = None
        self._channel = 0
        self._held: tuple[int, int] | None = None
        self._hovered: tuple[int, int] | None = None
        self._input = -1  # the input channel whose products are shown, −1: the strongest
        self._refusal = ""
        column.map.position_hovered.connect(self._hover)
        column.map.position_clicked.connect(self.position_chosen)
        column.inputs.bar_chosen.connect(self._choose_line)
        column.filter.channel_chosen.connect(self._choose_input)
        column.products.tap_hovered.connect(self._tap_hovered)
        column.show_explanation(False)
        column.steps.setText(INVITATION)

    @property
    def position(self) -> tuple[int, int] | None:
        """The position that is explained, or None."""
        wanted = self._held if self._held is not None else self._hovered
        if wanted is None or self.sheet is None:
            return wanted
        rows, columns = self.sheet.maps.shape[1:]
        return min(wanted[0], rows - 1), min(wanted[1], columns - 1)

    def show(self, sheet: Sheet, state: CnnViewerState) -> None:
        """Show the channel of `state` in `sheet`; its explainer is made in the lane."""
        channel = min(state.channel, sheet.total - 1)
        new_sheet = sheet is not self.sheet
        if new_sheet and (self.sheet is None or sheet.layer != self.sheet.layer):
            self._hovered, self._input = None, -1
        changed = new_sheet or channel != self._channel
        self.sheet, self._channel = sheet, channel
        self._held = state.position if state.held else None
        self.column.map.set_opacity(state.opacity)
        self.column.opacity.set_value(state.opacity)
        if changed:
            self._show_map(sheet, channel)
            self._explain(sheet, channel)
        self._refresh()

    def release(self) -> None:
        """Forget the position that was pointed at."""
        self._hovered = None

    # -- pointing ---------------------------------------------------------------------------

    def _hover(self, row: int, column: int) -> None:
        self._hovered = (row, column)
        if self._held is None:
            self._refresh()

    def _choose_line(self, line: int) -> None:
        if self.trace is not None:
            ranking = self.trace.ranking
            self._input = int(ranking[line]) if 0 <= line < len(ranking) else -1
            self._show_products(self.trace)

    def _choose_input(self, place: int) -> None:
        self._input = place
        if self.trace is not None:
            self._show_trace(self.trace)

    def _tap_hovered(self, row: int, column: int) -> None:
        products = self.column.products
        products.set_highlight(*((row, column) if row >= 0 else (None, None)))

    # -- showing ----------------------------------------------------------------------------

    def _show_map(self, sheet: Sheet, channel: int) -> None:
        values = sheet.maps[channel]
        levels = sheet.levels
        if sheet.state.scale == "channel":
            levels = sheet.channel_levels(channel)
        height, width = sheet.run.seen.shape[:2]
        step, origin = _placed(sheet, height, width)
        view = self.column.map
        view.set_map(
            tiles_of(values[None], levels, signed=sheet.signed, relative=False)[0], values,
            colors="signed" if sheet.signed else "magnitude", levels=levels, step=step,
            origin=origin,
        )  # fmt: skip
        view.set_picture(sheet.seen_pixels)

    def _explain(self, sheet: Sheet, channel: int) -> None:
        """Have the explainer made; live pictures, one after the other, only when one is held."""
        if sheet.run.picture.source.is_live and self._held is None:
            self._lane.supersede()
            self._take(None, "Hold a position with a click to see its sum while pictures go on.")
            return
        make = partial(explain_channel, sheet.run, sheet.layer, channel, self.explainer)
        self._lane.submit(make, partial(self._take, refusal=""), self._refused, follow=True)

    def _refused(self, error: JobError) -> None:
        self._take(None, error.sentence)

    def _take(self, explained: ExplainedChannel | None, refusal: str) -> None:
        self.explainer = explained.explainer if explained is not None else None
        self._refusal = refusal
        if explained is not None:
            self._show_filter(explained)
        self._refresh()
        self.explained.emit()

    def _fits(self) -> bool:
        explainer, sheet = self.explainer, self.sheet
        return (
            explainer is not None
            and sheet is not None
            and (explainer.run is sheet.run)
            and (explainer.layer, explainer.channel) == (sheet.layer, self._channel)
        )

    def _refresh(self) -> None:
        sheet, position, column = self.sheet, self.position, self.column
        if sheet is None:
            return
        named = f"{sheet.layer} · channel {self._channel}"
        self.column.products.set_pinned(self._held is not None)
        if position is None:
            self._show_nothing(named)
            return
        row, across = position
        column.title.setText(f"{named} · row {row}, column {across}")
        column.number.setText(f"= {said(float(sheet.maps[self._channel, row, across]))}")
        column.map.view.set_marker(row, across)
        self._show_field(sheet, row, across)
        if not self._fits():
            waiting = self._lane.busy and not self._refusal
            self.trace = None
            if not waiting:
                column.show_explanation(False)
                column.steps.setText(escape(self._refusal))
            return
        assert self.explainer is not None
        try:
            self._show_trace(self.explainer.trace(row, across))
        except EngineError as error:
            self.trace = None
            column.show_explanation(False)
            column.steps.setText(escape(str(error)))

    def _show_nothing(self, named: str) -> None:
        column = self.column
        self.trace = None
        column.title.setText(named)
        column.number.clear()
        column.field_label.clear()
        column.map.set_field(None)
        column.map.view.clear_highlights()
        column.steps.setText(escape(self._refusal or INVITATION))
        column.show_explanation(False)

    def _show_field(self, sheet: Sheet, row: int, across: int) -> None:
        field = sheet.field
        if field is None:
            self.column.map.set_field(None)
            self.column.field_label.setText("What it sees of the picture is not known.")
            return
        top, left, bottom, right = field.box(row, across)
        self.column.map.set_field((top, left, bottom, right))
        if field.whole:
            text = "It sees the whole picture."
        else:
            most = "" if field.exact else "at most "
            text = f"It sees {most}{bottom - top} × {right - left} pixels of the picture"
            height, width = sheet.run.seen.shape[:2]
            beside = top < 0 or left < 0 or bottom > height or right > width
            text += ", some of them padding beside it." if beside else "."
        self.column.field_label.setText(text)

    def _show_trace(self, trace: UnitTrace) -> None:
        self.trace = trace
        self.column.show_explanation(True)
        self.column.steps.setText(steps_html(trace, self.explainer.maker if self.explainer else ""))
        sums, ranking = trace.channel_sums, trace.ranking
        shown = ranking[:INPUTS]
        self.column.inputs.set_bars(
            [
                Bar(f"channel {int(trace.input_channels[n])}", float(sums[n]), said(sums[n]))
                for n in shown
            ]
        )
        if self._input >= len(sums):
            self._input = -1
        line = np.flatnonzero(shown == self._input)
        self.column.inputs.set_chosen(int(line[0]) if len(line) else -1)
        left = len(ranking) - len(shown)
        rest = float(sums[ranking[INPUTS:]].sum())
        self.column.rest.setText(
            f"The {left} others give {said(rest)} together; all {len(ranking)} give "
            f"{said(trace.total)}." if left else f"Together they give {said(trace.total)}."
        )  # fmt: skip
        self._show_products(trace)

    def _show_products(self, trace: UnitTrace) -> None:
        place = self._input if self._input >= 0 else int(trace.ranking[0])
        rows, columns = np.meshgrid(trace.rows, trace.columns, indexing="ij")
        channel = int(trace.input_channels[place])
        total = float(trace.channel_sums[place])
        which, note = ", its only one", ""
        if len(trace.input_channels) > 1:
            which = "" if self._input >= 0 else ", the strongest"
            note = f"One of {len(trace.input_channels)} input channels; choose others under Inputs."
        self.column.products.set_products(
            rows, columns, trace.weights[place], trace.values[place], trace.products[place],
            total, trace.inside, title=f"Input channel {channel}{which}", symbol="s", note=note,
        )  # fmt: skip
        self.column.filter.set_chosen(place)

    def _show_filter(self, explained: ExplainedChannel) -> None:
        weights, colours = explained.weights, explained.colours
        limit = float(np.abs(weights).max()) or 1.0
        levels = (-limit, limit)
        channels = explained.explainer.contributions.channels
        names = tuple(str(int(channel)) for channel in channels)
        tiles = tiles_of(weights, levels, signed=True, relative=False)
        self.column.filter.set_maps(
            Maps(tiles, weights, "signed", levels, names=names, nouns=("channel", "channels"))
        )
        self.column.show_colour_filter(colours, weights)


Pair = tuple[float, float]


def _placed(sheet: Sheet, height: int, width: int) -> tuple[Pair, Pair]:
    """Return the step between units and the place of the first, in pixels of the picture."""
    rows, columns = sheet.maps.shape[1:]
    field = sheet.field
    if field is not None and not field.whole and min(field.rows.jump, field.columns.jump) > 0:
        step = (float(field.rows.jump), float(field.columns.jump))
        return step, (field.rows.start - 0.5, field.columns.start - 0.5)
    step = (height / rows, width / columns)
    return step, (step[0] / 2 - 0.5, step[1] / 2 - 0.5)


def steps_html(trace: UnitTrace, layer: str) -> str:
    """Return the way from the products to the number, the line of `layer` in bold."""
    taps, inputs = trace.weights[0].size, len(trace.input_channels)
    count = f"{trace.products.size} products"
    if min(inputs, taps) > 1:
        count += f" ({inputs} × {taps})"
    lines = [("", f"Sum of {count} = {said(trace.total)}")]
    own = 0
    for stage in trace.stages:
        if stage.name == "bias" or stage.layer == trace.layer:
            own = len(lines)
        lines.append((stage.layer, _step_text(stage)))
    shown = own if layer == trace.layer else max(
        (number for number, (name, _) in enumerate(lines) if name == layer), default=own
    )  # fmt: skip
    written = [
        f"<b>▸ {escape(text)}</b>" if number == shown else escape(text)
        for number, (_, text) in enumerate(lines)
    ]
    return "<br>".join(written)


def _step_text(stage: Stage) -> str:
    """Return one step with its numbers."""
    c = stage.constants
    before, after = said(stage.before), said(stage.after)
    if stage.name == "bias":
        return f"+ bias: {before} + {_wrapped(c['b'])} = {after}"
    if "μ" in c:
        return (
            f"{stage.name}: ({before} − {_wrapped(c['μ'])}) / √({said(c['σ²'])} + {said(c['ε'])}) "
            f"· {_wrapped(c['γ'])} + {_wrapped(c['β'])} = {after}"
        )
    return f"{stage.name}({before}) = {after}"


def _wrapped(value: float) -> str:
    """Return a number as it stands behind a sign: (−0.5)."""
    return f"({said(value)})" if value < 0 else said(value)


def said(value: float) -> str:
    """Return a number for people, with a real minus."""
    return f"{float(value):.{DIGITS}g}".replace("-", "−")
