"""Perturb: disturb the picture in a measured way and see which layers notice it most."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtWidgets import QLabel, QWidget

from engines.perturbations import PERTURBATIONS
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.tab_settings import Perturbation
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.parts import to_bytes
from visualizer.panels.cnn_viewer.tabs.perturb_compute import Disturbance, Disturbed, disturb
from visualizer.panels.tab_parts import button, column, lay_out
from widgets.bar_list import Bar, BarList
from widgets.curve_plot import Curve, CurvePlot
from widgets.form_parts import add_choice, combo, wrapping_label
from widgets.image_view import ImageView
from widgets.number_row import NumberField, NumberRow
from widgets.picture_overlays import PictureBox
from widgets.value_slider import ValueRange, ValueSlider

TOPIC = "perturbation"
STRONGEST = 5
BOX_FIELDS = (
    (
        NumberField("top", "Top", "First row of the box"),
        NumberField("left", "Left", "First column of the box"),
    ),
    (
        NumberField("height", "Height", "Rows of the box"),
        NumberField("width", "Width", "Columns of the box"),
    ),
)
# Wide enough to be worth a slider; the engine takes more.
LIMITS = {
    "noise": ValueRange(0, 0.5, 0.1),
    "blur": ValueRange(0, 10, 2.0, unit="px"),
    "shift": ValueRange(-112, 112, 8, 1, "px"),
    "rotate": ValueRange(-180, 180, 10, unit="°"),
    "crop": ValueRange(0, 0.9, 0.2),
}


class PerturbTab(Tab):
    """One disturbance with its amount, the picture, the prediction, and every layer's change."""

    name = "perturb"
    title = "Perturb"
    tooltip = "Noise, blur, shift, rotate, crop or cover the picture: which layers change most?"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._run: Run | None = None
        self._set: Perturbation | None = None
        self._lane = host.lane("perturb")
        self._shown: Disturbed | None = None
        self._strongest: tuple[str, ...] = ()
        self.kind = combo("perturb_kind", "How the picture is disturbed")
        for entry in PERTURBATIONS.values():
            add_choice(self.kind, entry.kind, entry.title, entry.unit)
        self.amount = ValueSlider(
            "perturb_amount", "Amount", LIMITS["noise"], "How much of it", symbol_width=56
        )
        self.again = button("perturb_again", "Another draw", "The same amount, drawn anew")
        self.boxes = [NumberRow(f"perturb_box{n}", fields) for n, fields in enumerate(BOX_FIELDS)]
        self.text = wrapping_label("perturb_text")
        self.strongest = BarList(
            "perturb_strongest", "The layers that change most; a click selects one"
        )
        self.strongest.set_lines(STRONGEST)
        self.view = ImageView(title="What the network sees")
        self.view.setObjectName("perturb_view")
        self.view.set_compact(True)
        self.box = PictureBox(self.view)
        self.plot = CurvePlot("layer", "relative change", whole_x=True)
        self.plot.setObjectName("perturb_plot")
        controls = column(
            self.kind, self.amount, self.again, *self.boxes, self.text,
            QLabel("These layers change most"), self.strongest,
        )  # fmt: skip
        lay_out(self, self.name, controls, self.view, self.plot)
        self._connect()
        self._show_settings(Perturbation())

    def _connect(self) -> None:
        self.kind.activated.connect(self._choose_kind)
        self.amount.changed.connect(self._amount_changed)
        self.again.clicked.connect(self._draw_again)
        self.box.moved.connect(self._box_moved)
        for row in self.boxes:
            row.edited.connect(self._box_typed)
        self.strongest.bar_chosen.connect(self._choose)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Disturb the picture as it is set."""
        run, wish = context.run, context.state.tabs.perturb
        self.setEnabled(run is not None)
        if run is None or (run is self._run and wish == self._set):
            return
        new_run, self._run, self._set = run is not self._run, run, wish
        self._show_settings(wish)
        self._compute(follow=new_run or self.host.edits.following)

    # -- events -----------------------------------------------------------------------------

    def _choose_kind(self) -> None:
        kind = str(self.kind.currentData())
        if kind != self.settings.kind:
            self.edit(self.kind.currentText(), kind=kind, amount=None)

    def _amount_changed(self, amount: float, goes_on: bool) -> None:
        self.edit(f"{amount:g}", merge_key="amount", goes_on=goes_on, amount=amount)

    def _draw_again(self) -> None:
        self.edit("another draw", seed=self.settings.seed + 1)

    def _box_moved(self, top: int, left: int, height: int, width: int, goes_on: bool) -> None:
        if self._run is None:
            return
        rows, columns = self._run.seen.shape[:2]
        shares = Perturbation.shares((top, left, height, width), rows, columns)
        self.edit("box", merge_key="box", goes_on=goes_on, box=shares)

    def _box_typed(self, _values: list[float]) -> None:
        numbers = [round(value) for row in self.boxes for value in row.values()]
        self._box_moved(numbers[0], numbers[1], numbers[2], numbers[3], False)

    def _show_settings(self, wish: Perturbation) -> None:
        """Set the controls, without telling."""
        self.kind.setCurrentIndex(self.kind.findData(wish.kind))
        covers = wish.kind == "occlude"
        self.amount.setVisible(not covers)
        self.again.setVisible(wish.kind == "noise")
        for row in self.boxes:
            row.setVisible(covers)
        self.box.set_visible(covers)
        if not covers:
            self.amount.set_limits(LIMITS[wish.kind])
            self.amount.set_value(_amount(wish))
        if self._run is not None:
            height, width = self._run.seen.shape[:2]
            self.box.set_area(height, width)
            self.boxes[0].set_limits([(0, height - 1), (0, width - 1)])
            self.boxes[1].set_limits([(1, height), (1, width)])
            box = wish.box_in(height, width)
            self.box.set_box(*box)
            self.boxes[0].set_values(box[:2])
            self.boxes[1].set_values(box[2:])

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._strongest):
            self.host.choose_layer(self._strongest[index])

    # -- the answer -------------------------------------------------------------------------

    def _compute(self, *, follow: bool = False) -> None:
        run, settings = self._run, self._set
        if run is None or settings is None:
            return
        covers = settings.kind == "occlude"
        box = settings.box_in(*run.seen.shape[:2]) if covers else None
        wish = Disturbance(settings.kind, _amount(settings), settings.seed, box)
        self._lane.submit(lambda: disturb(run, wish), self._show, self._failed, follow=follow)

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)

    def _show(self, disturbed: Disturbed) -> None:
        self.host.say(TOPIC, None)
        self._shown = disturbed
        self.view.set_picture(to_bytes(disturbed.pixels), disturbed.pixels)
        changes = disturbed.changes
        relative = np.array(
            [change.relative if math.isfinite(change.relative) else np.nan for change in changes]
        )
        numbers = np.arange(len(changes))
        shown = np.nan_to_num(relative)
        self.plot.set_curves([Curve("relative change", numbers, shown, style="bars")])
        order = np.argsort(-shown, kind="stable")[:STRONGEST]
        self._strongest = tuple(changes[index].name for index in order)
        self.strongest.set_chosen(-1)
        self.strongest.set_bars(
            [
                Bar(f"{index} · {changes[index].name}", float(shown[index]), f"{shown[index]:.1%}")
                for index in order
            ]
        )  # fmt: skip
        self.text.setText(_prediction(disturbed))


def _amount(wish: Perturbation) -> float:
    if wish.amount is not None:
        return wish.amount
    return LIMITS[wish.kind].default if wish.kind in LIMITS else 0.0


def _prediction(disturbed: Disturbed) -> str:
    if disturbed.before is None or disturbed.after is None:
        return "This network gives no classes."
    was, now = disturbed.before, disturbed.after
    if was[0] == now[0]:
        return f"Still “{was[0]}”: {now[1]:.1%} in place of {was[1]:.1%}."
    return (
        f"“{was[0]}” falls from {was[1]:.1%} to {disturbed.kept:.1%}; now it is “{now[0]}”, "
        f"{now[1]:.1%}."
    )
