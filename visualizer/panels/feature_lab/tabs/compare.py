"""Compare: which layer tells the classes best, and what a few pictures are enough for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from engines.classifiers import CLASSIFIERS
from visualizer.jobs import JobError
from visualizer.panels.feature_lab.classify_settings import MOST_LAYERS, CompareSettings
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.state import network_key
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.classify import NO_CLASSES
from visualizer.panels.feature_lab.tabs.classify_compute import Step, Task, task_of
from visualizer.panels.feature_lab.tabs.compare_compute import Source, chosen_layers, compare, learn
from visualizer.panels.tab_parts import bind, button, flowing, fold_out
from widgets.bar_list import Bar, BarList
from widgets.button_list import ButtonList
from widgets.curve_plot import Curve, CurvePlot
from widgets.form_parts import add_choice, combo, set_searchable, spin, wrapping_label
from widgets.job_bar import JobBar
from widgets.toggle_row import Choice, ToggleRow

if TYPE_CHECKING:
    from engines.classifiers import LayerScore

TOPIC = "compare"
LOOKS = (("blue", 0), ("red", 1), ("green", 2), ("purple", 3))
ABOUT = {
    "layers": "Average of each channel, {layers}, each cross-validated.",
    "learning": "Learnt from a few pictures of the train part, tested on the whole test part; "
    "means of several draws. Features are standardised by the whole train part, without labels.",
}


class CompareTab(Tab):
    """Layers against each other, or features against raw pixels and a network from scratch."""

    name = "compare"
    title = "Compare"
    tooltip = "Layer against layer, and features against raw pixels from few pictures"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._task: Task | None = None
        self._set: object = None
        self._layers: tuple[str, ...] = ()
        self.job = host.job("compare")
        self.what = ToggleRow(
            "compare_what",
            (
                Choice("layers", "Layers", "Which layer's features tell the classes best"),
                Choice("learning", "Few pictures", "How accuracy grows with pictures per class"),
            ),
        )
        self.classifier = combo("compare_classifier", "The classifier of features and pixels")
        for entry in CLASSIFIERS.values():
            add_choice(self.classifier, entry.name, entry.title, entry.summary)
        self.boxes = {
            "layers": spin("compare_layers", 2, 12, "How many layers, evenly spread"),
            "folds": spin("compare_folds", 2, 20, "Folds of the cross-validation"),
            "most": spin("compare_most", 1, 500, "Up to so many pictures per class"),
            "seeds": spin("compare_seeds", 1, 20, "How many draws of the pictures"),
        }
        for field, box in self.boxes.items():
            box.setPrefix({"most": "pictures per class ≤ "}.get(field, f"{field} "))
            box.setKeyboardTracking(False)
        self.layer = combo("compare_layer", "A layer to compare; type a part of its name")
        self.layer.setEditable(True)
        self.layer.lineEdit().setPlaceholderText("Add a layer by name")
        self.chosen = ButtonList("compare_chosen")
        self.control = QCheckBox("Random weights too", objectName="compare_control")
        self.control.setToolTip(
            "The same network untrained: what its mere build gives, an honest control"
        )
        self.scratch = QCheckBox("Network from scratch", objectName="compare_scratch")
        self.scratch.setToolTip("A small network that learns from nothing else: some seconds a run")
        self.run = button("compare_run", "Compare", "Compute with these settings")
        self.bar = JobBar("compare_job")
        self.about = wrapping_label("compare_about")
        self.list = BarList("compare_list", "Mean accuracy and its spread")
        self.plot = CurvePlot("layer", "accuracy", keeps_whole=True)
        self.plot.setObjectName("compare_plot")
        self.plot.set_y_range(0.0, 1.0)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.list)
        controls = flowing(
            self.what, self.classifier, self.layer, self.chosen, *self.boxes.values(),
            self.control, self.scratch, self.run, self.bar, self.about,
        )  # fmt: skip
        fold_out(self, self.name, controls, content)
        self._connect()

    def _connect(self) -> None:
        bind(self.bar, self.job)
        self.job.stepped.connect(self._stepped)
        self.job.failed.connect(self._failed)
        self.what.chosen.connect(lambda value: self.edit(value, what=value))
        self.classifier.activated.connect(
            lambda _n: self.edit(
                self.classifier.currentText(), classifier=self.classifier.currentData()
            )
        )
        for field, box in self.boxes.items():
            box.valueChanged.connect(
                lambda n, field=field: self.edit(f"{field} {n}", merge_key=field, **{field: n})
            )
        self.layer.activated.connect(lambda _n: self._add_layer())
        self.layer.lineEdit().returnPressed.connect(self._add_layer)
        self.chosen.chosen.connect(self._leave_layer)
        self.control.clicked.connect(lambda on: self.edit("random weights", control=on))
        self.scratch.clicked.connect(lambda on: self.edit("network from scratch", scratch=on))
        self.run.clicked.connect(self.start)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Set the controls; a result of other pictures, networks or settings goes."""
        settings = context.state.tabs.compare
        self._list_layers(context)
        self._show_settings(settings)
        if context.dataset is not None and not context.dataset.classes:
            self.about.setText(NO_CLASSES)
        task = task_of(context, self.host.extractor.store)
        layers = settings.what == "layers"
        self.run.setEnabled(task is not None and (context.network is not None or not layers))
        before = self._context
        same = task is None if self._task is None else self._task.same_as(task)
        if before is not None and layers and before.network is not context.network:
            same = False
        if not same or settings != self._set:
            self.job.cancel()
            show = self._show_layers if layers else self._show_curves
            show(())
        self._context, self._task, self._set = context, task, settings

    def _show_settings(self, settings: CompareSettings) -> None:
        layers = settings.what == "layers"
        self.what.set_value(settings.what)
        self.classifier.setCurrentIndex(self.classifier.findData(settings.classifier))
        for field, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setValue(getattr(settings, field))
            box.setVisible((field in ("layers", "folds")) == layers)
        for check, on in ((self.scratch, settings.scratch), (self.control, settings.control)):
            check.setChecked(on)
            check.setVisible(not layers)
        self._show_named(settings)

    # -- layers by name ---------------------------------------------------------------------

    def _list_layers(self, context: Context) -> None:
        """List the layers of the network at the left, where it is another."""
        if self._context is not None and self._context.network is context.network:
            return
        self._layers = ()
        if context.network is not None:
            from engines.activations import layer_names

            self._layers = tuple(layer_names(context.network.module))
        with QSignalBlocker(self.layer):
            set_searchable(self.layer, self._layers)
        self._clear_layer()

    def _clear_layer(self) -> None:
        self.layer.setCurrentIndex(-1)
        self.layer.clearEditText()

    def _named(self, settings: CompareSettings) -> tuple[str, ...]:
        return chosen_layers(settings.named, self._layers)

    def _show_named(self, settings: CompareSettings) -> None:
        layers, named = settings.what == "layers", self._named(settings)
        self.layer.setVisible(layers)
        self.layer.setEnabled(len(named) < MOST_LAYERS)
        texts = [(f"✕  {name}", f"Leave {name} out") for name in named]
        self.chosen.set_texts(texts if layers else ())
        self.boxes["layers"].setVisible(layers and not named)
        which = f"{settings.layers} layers from first to last"
        if named:
            which = "the chosen layer" if len(named) == 1 else f"the {len(named)} chosen layers"
        self.about.setText(ABOUT[settings.what].format(layers=which))

    def _add_layer(self) -> None:
        name, named = self.layer.currentText().strip(), self._named(self.settings)
        # Not at once: the box tells twice of a name chosen by typing, and finds it by its text.
        QTimer.singleShot(0, self.layer, self._clear_layer)
        if not name or name in named or len(named) == MOST_LAYERS:
            return
        if not chosen_layers((name,), self._layers):
            self.host.say(TOPIC, JobError(f"The network at the left has no layer “{name}”."))
            return
        self.host.say(TOPIC, None)
        self.edit(f"layer {name}", named=chosen_layers((*named, name), self._layers))

    def _leave_layer(self, place: int) -> None:
        named = self._named(self.settings)
        self.edit(f"without {named[place]}", named=(*named[:place], *named[place + 1 :]))

    # -- the job ----------------------------------------------------------------------------

    def start(self) -> None:
        """Compute as it is set."""
        task, context, settings = self._task, self._context, self.settings
        if task is None or context is None:
            return
        self.host.say(TOPIC, None)
        network, key = context.network, network_key(context.state.model)
        if settings.what == "learning":
            self.job.start(lambda: learn(task, settings))
        elif network is not None:
            own = Task(task.dataset, task.parts, {key: network}, task.split, task.store)
            self.job.start(lambda: compare(own, network, key, settings))
        self.bar.begin("Features")

    def _stepped(self, steps: list[Step]) -> None:
        last = steps[-1]
        if not self.bar.text().startswith(last.title):
            self.bar.begin(last.title)
        self.bar.set_progress(last.done, last.total, last.unit)
        if last.result is not None:
            if self.settings.what == "layers":
                self._show_layers(last.result)
            else:
                self._show_curves(last.result)
                self.about.setText("\n".join(filter(None, (ABOUT["learning"], last.note))))

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)

    # -- what is shown ----------------------------------------------------------------------

    def _show_layers(self, scores: tuple[LayerScore, ...]) -> None:
        self.plot.set_labels("layer, from the first to the last", "accuracy")
        places = np.arange(1.0, len(scores) + 1)
        means = np.array([score.mean for score in scores])
        spreads = np.array([score.spread for score in scores])
        curves = (Curve("accuracy", places, means, "blue", "dots", spread=spreads),)
        self.plot.set_curves(curves if scores else ())
        self.plot.set_x_names([(place, f"{place:g}") for place in places.tolist()])
        self.list.set_bars(
            [
                Bar(f"{n}  {one.layer} ({one.dimensions:,} numbers)", one.mean, _text(one))
                for n, one in enumerate(scores, start=1)
            ],
            1.0,
        )
        self.plot.fit()

    def _show_curves(self, sources: tuple[Source, ...]) -> None:
        self.plot.set_labels("pictures per class", "accuracy on the test part")
        curves = []
        for source, (color, dash) in zip(sources, LOOKS, strict=False):
            x = np.log2(np.array(source.sizes, float))
            spread = np.array(source.spreads)
            curves.append(
                Curve(source.name, x, np.array(source.means), color, "dots", dash, spread=spread)
            )
        self.plot.set_curves(curves)
        sizes = sources[0].sizes if sources else ()
        self.plot.set_x_names([(float(np.log2(size)), str(size)) for size in sizes])
        self.list.set_bars(
            [
                Bar(
                    f"{one.name}, {one.sizes[-1]} per class", one.means[-1],
                    f"{one.means[-1]:.1%} ± {one.spreads[-1]:.1%}",
                )
                for one in sources
            ],
            1.0,
        )  # fmt: skip
        self.plot.fit()


def _text(score: LayerScore) -> str:
    return f"{score.mean:.1%} ± {score.spread:.1%}"
