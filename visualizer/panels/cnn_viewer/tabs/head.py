"""Head as convolution: the same numbers, and a class's probability over a larger picture."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.tab_settings import HeadSettings
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.head_compute import HeadSlider, Slid
from visualizer.panels.cnn_viewer.tabs.parts import ClassChooser, class_of
from visualizer.panels.tab_parts import button, column, lay_out
from widgets.form_parts import wrapping_label
from widgets.overlay_map import OverlayMap
from widgets.value_slider import ValueRange, ValueSlider

TOPIC = "head as convolution"


class HeadTab(Tab):
    """The linear head written as convolutions, which then slides over a larger picture."""

    name = "head"
    title = "Head as convolution"
    tooltip = "Write the classifier's linear layers as convolutions and slide them over a picture"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._run: Run | None = None
        self._shown: Slid | None = None
        self._set: HeadSettings | None = None
        self._slider = HeadSlider()
        self._lane = host.lane("head")
        self.factor = ValueSlider(
            "head_factor", "Picture ×", ValueRange(1, 4, 2, 0.25),
            "How much larger than the network's own input the picture is",
        )  # fmt: skip
        self.classes = ClassChooser("head_class", "The class whose probability is shown")
        self.likeliest = button("head_likeliest", "The likeliest", "Follow the network's choice")
        self.equal = wrapping_label("head_equal", bold=True)
        self.steps = wrapping_label("head_steps")
        self.place = wrapping_label("head_place")
        self.opacity = ValueSlider(
            "head_opacity", "Opacity", ValueRange(0, 1, 0.5), "Of the map over the picture"
        )
        self.map = OverlayMap("head_map", "Its probability in every window")
        self.map.view.setToolTip("Point at a place: the window that it looks at is outlined")
        controls = column(
            self.equal,
            self.factor,
            self.opacity,
            self.classes,
            self.likeliest,
            self.place,
            self.steps,
        )
        lay_out(self, self.name, controls, self.map)
        self.factor.changed.connect(self._factor_changed)
        self.classes.class_chosen.connect(self._choose_class)
        self.likeliest.clicked.connect(lambda: self.edit("the likeliest class", category=None))
        self.map.position_hovered.connect(self._point)
        self.opacity.changed.connect(self._opacity_changed)
        self.map.hover_left.connect(self._point_nowhere)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Slide over the picture as it is set."""
        run, wanted = context.run, context.state.tabs.head
        self.setEnabled(run is not None)
        if run is None or (run is self._run and wanted == self._set):
            return
        if self._run is None or run.model is not self._run.model:
            self._clear()
        new_run, before = run is not self._run, self._set
        self._run, self._set = run, wanted
        self.classes.set_names(run.model.categories)
        self.classes.set_class(class_of(wanted.category, run))
        self.factor.set_value(wanted.factor)
        self.opacity.set_value(wanted.opacity)
        if new_run or before is None or before.replace(opacity=0) != wanted.replace(opacity=0):
            self._compute(follow=new_run or self.host.edits.following)
        elif self._shown is not None:
            self.map.set_opacity(wanted.opacity)

    # -- events -----------------------------------------------------------------------------

    def _choose_class(self, _index: int) -> None:
        choice = self.classes.choice()
        if choice is not None:
            self.edit(choice.name, category=choice)

    def _factor_changed(self, factor: float, goes_on: bool) -> None:
        self.edit(f"picture × {factor:g}", merge_key="factor", goes_on=goes_on, factor=factor)

    def _opacity_changed(self, value: float, goes_on: bool) -> None:
        self.edit("opacity", merge_key="opacity", goes_on=goes_on, opacity=value)

    def _compute(self, *, follow: bool = False) -> None:
        run, factor, category = self._run, self.factor.value(), self.classes.chosen_class()
        if run is None:
            return
        self._lane.submit(
            lambda: self._slider.slide(run, factor, category), self._show, self._failed,
            follow=follow,
        )  # fmt: skip

    def _failed(self, error: JobError) -> None:
        self._clear()
        self.host.say(TOPIC, error)

    def _clear(self) -> None:
        self._shown = None
        self.map.view.clear_picture()
        self.map.setVisible(False)  # the picture over it belongs to it
        for label in (self.equal, self.steps, self.place):
            label.clear()

    def _show(self, slid: Slid) -> None:
        self.host.say(TOPIC, None)
        earlier, self._shown = self._shown, slid
        network = slid.network
        _, rows, columns = network.input_size
        (name, before), (_, after) = slid.best
        self.equal.setText(
            f"At {columns} × {rows} both give the same scores: “{name}” {before:.5g} and "
            f"{after:.5g}; no score differs by more than {slid.difference:.1g}."
        )
        self.steps.setText("\n".join(f"{step.before}\n   → {step.after}" for step in network.steps))
        middle = ((rows - 1) / 2, (columns - 1) / 2)
        stride = network.stride
        self.map.setVisible(True)
        self.map.set_map(
            slid.display,
            slid.shares,
            colors="magnitude",
            levels=slid.levels,
            step=(float(stride[0]), float(stride[1])),
            origin=middle,
        )
        self.map.set_picture(slid.picture)
        self.map.set_opacity(self.opacity.value())
        if earlier is None or earlier.picture.shape != slid.picture.shape:
            self._fit(slid)
        self._point_nowhere()

    def _fit(self, slid: Slid) -> None:
        """Show the whole picture, which reaches beyond the middles of its windows."""
        viewport = self.map.view.viewport()
        height, width = slid.picture.shape[:2]
        wide = max(width, height * viewport.width() / max(1, viewport.height()))
        rows, columns = slid.shares.shape
        across = 1.04 * wide / slid.network.stride[1]
        self.map.view.zoom_to((rows - 1) / 2, (columns - 1) / 2, across)

    def _point(self, row: int, column_number: int) -> None:
        """Outline the window of one score on the picture, and say what is seen there."""
        slid, run = self._shown, self._run
        if slid is None or run is None:
            return
        _, height, width = slid.network.input_size
        top, left = row * slid.network.stride[0], column_number * slid.network.stride[1]
        self.map.set_field((top, left, top + height, left + width))
        winner = run.model.categories[int(slid.winners[row, column_number])]
        share = slid.shares[row, column_number]
        self.place.setText(
            f"This window: {share:.1%} “{run.model.categories[slid.category]}”; likeliest is "
            f"“{winner}”."
        )

    def _point_nowhere(self) -> None:
        self.map.set_field(None)
        slid = self._shown
        if slid is None:
            self.place.clear()
            return
        rows, columns = slid.shares.shape
        self.place.setText(
            f"{columns} × {rows} windows, {slid.network.stride[1]} pixels apart, in one pass. They "
            "see beyond their edges where a cut-out would see zeros, so the scores differ a little."
        )
