"""The Layer Lab's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.file_drops import TakesFiles
from visualizer.jobs import JobError
from visualizer.panels.layer_lab.experiment import Experiment
from visualizer.panels.layer_lab.experiments import EXPERIMENTS
from visualizer.panels.layer_lab.facts import facts_text
from visualizer.panels.layer_lab.running import Run, kind_for, perform
from visualizer.panels.layer_lab.state import LayerLabState
from visualizer.panels.layer_lab.view import LayerLabView
from visualizer.panels.stateful import StatefulPanel
from visualizer.pictures.choosing import PictureChooser
from visualizer.pictures.picture_input import PictureInput
from visualizer.pictures.source import PictureSource
from visualizer.services import Services

BY_NAME = {one.name: one for one in EXPERIMENTS}


class LayerLabPanel(TakesFiles, StatefulPanel[LayerLabState]):
    """Take every kind of layer apart: one experiment at a time, on real numbers."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "layer_lab",
            LayerLabState(),
            services,
            carry=lambda present, target: target.looking(page=present.page),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self.run: Run | None = None
        self._answered = False
        self.running = self.lane("layer-lab")
        self.view = LayerLabView(EXPERIMENTS, self.messages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.pictures = PictureInput(
            self.edits, services.session, self.messages, self.show_error, self
        )
        self.chooser = PictureChooser(
            self.view.inputs.pictures, self.pictures, services.settings, self
        )
        self._make_actions()
        self._connect()
        self._show_controls()
        self.pictures.load(self.state.picture)

    # -- building ---------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.add_action("File", "Open picture…", self.chooser.ask_open, "layer_open", "Ctrl+O")
        self.add_action("Edit", "Paste picture", self.chooser.paste, "layer_paste", "Ctrl+Shift+V")
        for step, text, key in ((1, "Next", "Ctrl+Down"), (-1, "Previous", "Ctrl+Up")):
            self.add_action(
                "View", f"{text} experiment", lambda step=step: self.go(step),
                f"layer_{text.lower()}", key,
            )  # fmt: skip

    def _connect(self) -> None:
        view = self.view
        view.experiment_chosen.connect(self.open_experiment)
        view.control_changed.connect(self.set_control)
        view.page_chosen.connect(lambda page: self.edits.look(self.state.looking(page=page)))
        view.inputs.kind_chosen.connect(
            lambda kind: self.edits.apply(self.state.replace(kind=kind), "input")
        )
        view.inputs.numbers_edited.connect(self._numbers_edited)
        self.pictures.arrived.connect(self._picture_arrived)
        self.pictures.frame_arrived.connect(lambda: self._compute(follow=True))

    # -- the panel's contract ---------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """The open experiment; the first one where the state names none that there is."""
        return BY_NAME.get(self.state.experiment, EXPERIMENTS[0])

    def open_picture(self, path: Path) -> None:
        """Work on the picture file `path`."""
        self.pictures.load(PictureSource(kind="file", name=str(path)))

    def file_dropped(self, path: Path, _place: QPoint) -> None:
        """Open the dropped picture."""
        self.open_picture(path)

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        return self._answered and self.pictures.is_settled() and super().is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture: every experiment."""
        first, *others = EXPERIMENTS
        return {"": lambda: self.open_experiment(first.name)} | {
            one.name: lambda name=one.name: self.open_experiment(name) for one in others
        }

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        self.pictures.close_jobs()
        super().close_jobs()

    # -- what a person does -----------------------------------------------------------------

    def open_experiment(self, name: str) -> None:
        """Open the experiment `name`; its controls are as they were left."""
        if name != self.experiment.name:
            title = BY_NAME[name].title
            self.edits.apply(self.state.replace(experiment=name), f"open {title}")

    def go(self, step: int) -> None:
        """Open the next experiment, or the one before."""
        names = [one.name for one in EXPERIMENTS]
        self.open_experiment(names[(names.index(self.experiment.name) + step) % len(names)])

    def set_control(self, name: str, value: Any, goes_on: bool) -> None:
        """Set a control of the open experiment."""
        experiment = self.experiment
        default = experiment.defaults()[name]
        state = self.state.replace(experiment=experiment.name).with_value(name, value, default)
        label = next(one.label for one in experiment.controls if one.name == name)
        self.edits.apply(
            state, f"{experiment.title}: {label}", merge_key=f"{experiment.name} {name}",
            goes_on=goes_on, held=goes_on, origin=name,
        )  # fmt: skip

    def _numbers_edited(self, values: np.ndarray, goes_on: bool) -> None:
        rows = tuple(tuple(row) for row in np.asarray(values, float).tolist())
        self.edits.apply(
            self.state.replace(numbers=rows), "numbers", merge_key="numbers", goes_on=goes_on,
            held=goes_on, origin="numbers",
        )  # fmt: skip

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: LayerLabState, after: LayerLabState) -> None:
        """Show `after`: computed anew unless only the page is another."""
        if after.looking(page=before.page) == before:
            self.view.show_page(after.page)
            return
        self._show_controls()
        if after.picture != before.picture:
            self.pictures.follow(after.picture)
        self._compute(follow=self.edits.following)

    def _show_controls(self) -> None:
        experiment, state = self.experiment, self.state
        form = self.view.show_experiment(experiment.name)
        values = experiment.cleaned(state.values.get(experiment.name, {}))
        relevant = experiment.relevant(values) if experiment.relevant is not None else None
        form.show_values(values, relevant, keep=self.edits.origin)
        self.view.inputs.show_state(state, kind_for(experiment, state), experiment.inputs)
        self.view.show_page(state.page)

    def _picture_arrived(self) -> None:
        self.chooser.show_source()
        self._compute()

    def _compute(self, *, follow: bool = False) -> None:
        experiment, state, picture = self.experiment, self.state, self.pictures.picture
        if picture is None and kind_for(experiment, state) in ("picture", "crop"):
            return  # it is on its way
        self._answered = False
        self.running.submit(
            lambda: perform(experiment, state, picture), self._show_run, self._failed, follow=follow
        )

    def _show_run(self, run: Run) -> None:
        self.say("experiment", None)
        self.run, self._answered = run, True
        self.view.facts.setText(facts_text(run.found))
        self.view.grid.show_pieces(run.found.pieces)
        self.view.code.set_source(run.code)
        self.status_changed.emit(run.given.title)
        self.announce_settled()

    def _failed(self, error: JobError) -> None:
        """Say why there is nothing to show; the last good result stays."""
        self.say("experiment", error)
        self._answered = True
        self.announce_settled()
