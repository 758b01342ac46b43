"""Map: the features as points in two dimensions, to hover, lasso and look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from visualizer.jobs import JobError, JobState
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.looking_settings import MapSettings
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.features_first import FeaturesFirst
from visualizer.panels.feature_lab.tabs.map_compute import (
    WRONG,
    about,
    axes_of,
    groups_by,
    said_of,
)
from visualizer.panels.feature_lab.tabs.map_predictions import Predictions
from visualizer.panels.tab_parts import bind, button, flowing, fold_out, headed
from widgets.form_parts import spin, wrapping_label
from widgets.job_bar import JobBar
from widgets.scatter_plot import Crossed, ScatterPlot
from widgets.toggle_row import Choice, ToggleRow

if TYPE_CHECKING:
    from engines.embedding import Projection
    from engines.features import Features

TOPIC = "map"
THUMBNAIL = 96
MOST_SEED = 9999


class MapTab(Tab):
    """Principal components at once; t-SNE in a job whose every tenth iteration is seen."""

    name = "map"
    title = "Map"
    tooltip = "The features as points: who lies beside whom, and a lasso to choose pictures"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._of: tuple[Features, tuple[object, ...]] | None = None
        self._projection: Projection | None = None
        self._projected: Features | None = None
        self._lane, self._reading = host.lane("map"), host.lane("map thumbnail")
        self._job = host.job("t-SNE")
        self.method = ToggleRow(
            "map_method",
            (
                Choice("pca", "PCA", "The two directions in which the features differ most"),
                Choice("tsne", "t-SNE", "Neighbours stay together; takes a while"),
            ),
        )
        self.perplexity = spin("map_perplexity", 2, 100, "About how many neighbours count")
        self.perplexity.setPrefix("perplexity ")
        self.seed = spin("map_seed", 0, MOST_SEED, "Another seed: another start")
        self.seed.setPrefix("seed ")
        for box in (self.perplexity, self.seed):
            box.setKeyboardTracking(False)
        self.again = button("map_again", "Arrange again", "Start t-SNE anew")
        self.bar = JobBar("map_job")
        bind(self.bar, self._job)
        self.color = ToggleRow(
            "map_color",
            (
                Choice("class", "Class", "Colour and shape by class"),
                Choice("part", "Part", "Colour and shape by training, validation and test part"),
                Choice(
                    "predicted",
                    "Predicted",
                    "Colour and shape by what the classifier chosen in “Classify” says of each "
                    "picture while it is held out; a cross where that is wrong",
                ),
            ),
        )
        self.predictions = Predictions(host, self)
        self.text = wrapping_label("map_text")
        self.plot = ScatterPlot("map_plot", "Map of the features")
        controls = flowing(
            self.method, self.perplexity, self.seed, self.again, self.bar,
            *headed("Colour and shape by", self.color), self.predictions.bar, self.plot.legend,
            self.text,
        )  # fmt: skip
        self.plot.legend.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        content = QWidget()
        fold_out(content, self.name, controls, self.plot)
        self._first = FeaturesFirst("map", content, host.extractor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._first)
        self._connect()

    def _connect(self) -> None:
        self.method.chosen.connect(lambda value: self.edit(value, method=value))
        self.perplexity.valueChanged.connect(lambda n: self.edit(f"perplexity {n}", perplexity=n))
        self.seed.valueChanged.connect(lambda n: self.edit(f"seed {n}", seed=n))
        self.again.clicked.connect(self._arrange)
        self.color.chosen.connect(lambda value: self.look(color=value))
        self.plot.selection_changed.connect(self._selected)
        self.plot.point_hovered.connect(self._hovered)
        self._job.stepped.connect(lambda steps: self._show(steps[-1]))
        self._job.failed.connect(self._failed)
        self.predictions.changed.connect(lambda: self._show_points(fit=False))
        for job in (self._job, self.predictions.job):
            job.state_changed.connect(self._job_changed)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Arrange the features as it is set; colours and selection follow at once."""
        before, self._context = self._context, context
        settings = context.state.tabs.map
        self._show_settings(settings, context)
        if not self._first.show_context(context):
            self._job.cancel()
            self._lane.supersede()
            self.predictions.forget()
            self._of = None
            return
        features, dataset = context.features, context.dataset
        assert features is not None, "else there is nothing to show"
        assert dataset is not None, "else there is nothing to show"
        if settings.color == "predicted" and dataset.classes:
            self.predictions.want(dataset, features, context.state.tabs.classify)
        else:
            self.predictions.forget()
        of = (features, self._kind(settings))
        if self._of is None or self._of[0] is not features or self._of[1] != of[1]:
            self._of = of
            self._arrange()
        elif self._recoloured(before, context):
            self._show_points(fit=False)
        self._show_selected()

    def is_settled(self) -> bool:
        """Return whether neither arranging nor predicting is under way."""
        jobs = (self._job, self.predictions.job)
        return all(job.state is not JobState.RUNNING for job in jobs)

    # -- arranging --------------------------------------------------------------------------

    @staticmethod
    def _kind(settings: MapSettings) -> tuple[object, ...]:
        """Return what the places depend on."""
        if settings.method == "pca":
            return ("pca",)
        return "tsne", settings.perplexity, settings.seed

    def _arrange(self) -> None:
        if self._of is None:
            return
        features, settings = self._of[0], self.settings
        self._job.cancel()
        self._lane.supersede()
        self.host.say(TOPIC, None)
        if settings.method == "pca":
            from engines.embedding import pca

            self._lane.submit(lambda: pca(features.values), self._show, self._failed)
            return
        from engines.embedding import project

        self.bar.begin("t-SNE")
        self._job.start(
            lambda: project(
                features.values, "tsne", seed=settings.seed, perplexity=settings.perplexity
            )
        )

    def _show(self, projection: Projection) -> None:
        if self._of is None:
            return
        fresh = self._projection is None or self._projected is not self._of[0]
        fresh = fresh or projection.method != self._projection.method or projection.done <= 10
        self._projection, self._projected = projection, self._of[0]
        if projection.method == "tsne":
            self.bar.set_progress(projection.done, projection.total, "iterations")
        self.plot.set_labels(*axes_of(projection))
        self._show_points(fit=fresh)
        self._show_selected()

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)

    def _job_changed(self, state: JobState) -> None:
        if state is not JobState.RUNNING:
            self.settled.emit()

    # -- what is shown ----------------------------------------------------------------------

    @staticmethod
    def _recoloured(before: Context | None, now: Context) -> bool:
        return before is None or (
            before.state.tabs.map.color != now.state.tabs.map.color
            or before.state.tabs.classify != now.state.tabs.classify
            or before.division is not now.division
        )

    def _show_settings(self, settings: MapSettings, context: Context) -> None:
        """Set the controls, without telling."""
        self.method.set_value(settings.method)
        classes = context.dataset is not None and bool(context.dataset.classes)
        can = {"class": True, "part": context.split is not None, "predicted": classes}
        for value, on in can.items():
            self.color.set_choice_enabled(value, on)
        self.color.set_value(settings.color if can[settings.color] else "class")
        for box, value in ((self.perplexity, settings.perplexity), (self.seed, settings.seed)):
            with QSignalBlocker(box):
                box.setValue(value)
        for widget in (self.perplexity, self.seed, self.again):
            widget.setVisible(settings.method == "tsne")

    def _show_points(self, *, fit: bool) -> None:
        context, projection, features = self._context, self._projection, self._projected
        if context is None or context.dataset is None or projection is None or features is None:
            return
        if features is not context.features:
            return
        color, told = context.state.tabs.map.color, self.predictions.told
        groups = groups_by(color, context.dataset, context.split, features.indices, told)
        crossed = Crossed(WRONG, groups.wrong) if groups.wrong is not None else None
        self.plot.set_points(
            projection.points, groups.of, groups.names, without=groups.without, crossed=crossed,
            fit=fit,
        )  # fmt: skip
        self.text.setText(self.predictions.about() + about(projection))

    def _show_selected(self) -> None:
        context, features = self._context, self._projected
        if context is not None and features is not None and features is context.features:
            rows = np.flatnonzero(np.isin(features.indices, context.selected))
            self.plot.set_selected(rows)

    # -- events -----------------------------------------------------------------------------

    def _selected(self, rows: np.ndarray) -> None:
        if self._projected is not None:
            self.host.select(self._projected.indices[rows].tolist())

    def _hovered(self, row: int) -> None:
        context, features = self._context, self._projected
        if context is None or context.dataset is None or features is None:
            return
        dataset, index = context.dataset, int(features.indices[row])
        told = self.predictions.told
        said = said_of(told, index) if told is not None else ""
        text = "\n".join(filter(None, (dataset.samples[index].name, dataset.class_of(index), said)))
        self.plot.show_card(None, text)

        def show(pixels: np.ndarray) -> None:
            if self.plot.hovered() == row:
                self.plot.show_card(pixels, text)

        self._reading.submit(lambda: dataset.thumbnail(index, THUMBNAIL), show, self._unread)

    def _unread(self, error: JobError) -> None:
        if self.plot.hovered() is not None:
            self.plot.show_card(None, error.sentence)
