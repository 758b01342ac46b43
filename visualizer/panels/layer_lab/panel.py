"""The Layer Lab's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer import mime
from visualizer.dialogs import ask_save_as
from visualizer.jobs import JobError
from visualizer.networks.handing_over import HandedMap
from visualizer.panels.layer_lab.experiment import Experiment
from visualizer.panels.layer_lab.experiments import EXPERIMENTS
from visualizer.panels.layer_lab.facts import earlier_text
from visualizer.panels.layer_lab.input_control import InputControl
from visualizer.panels.layer_lab.restoring import known
from visualizer.panels.layer_lab.running import (
    Run,
    Studied,
    kind_for,
    needs_picture,
    perform,
    study,
)
from visualizer.panels.layer_lab.state import LayerLabState
from visualizer.panels.layer_lab.studying import Studying
from visualizer.panels.layer_lab.view import LayerLabView
from visualizer.panels.stateful import StatefulPanel
from visualizer.pictures.choosing import PictureChooser
from visualizer.pictures.picture_input import NOT_STARTED, PictureInput
from visualizer.pictures.source import LIVE_KINDS, PictureSource
from visualizer.services import Services

CONTROL = "control "  # begins the origin of an edit that came from a control
BY_NAME = {one.name: one for one in EXPERIMENTS}


class LayerLabPanel(StatefulPanel[LayerLabState]):
    """Take every kind of layer apart: one experiment at a time, on real numbers."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "layer_lab",
            LayerLabState(),
            services,
            carry=lambda present, target: target.replace(page=present.page),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self.run: Run | None = None
        self._answered = False
        self.running = self.lane("layer-lab")
        self.view = LayerLabView(EXPERIMENTS, self.messages)
        self.view.grid.set_lane(self.lane("layer-lab-trace"))
        self.view.grid.set_formula_lane(self.lane("layer-lab-formulas"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.studying = Studying(
            self.job("layer-study"), self.view.study_bar, self.view.study_button, self
        )
        self.pictures = PictureInput(
            self.edits, services.session, self.messages, self.show_error, self
        )
        self.chooser = PictureChooser(
            self.view.inputs.pictures, self.pictures, services.settings, self
        )
        self.inputs = InputControl(self)
        self._make_actions()
        self._connect()
        self._show_controls()
        self.view.show_code("")
        self.pictures.load(self.state.picture)

    # -- building ---------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.add_action("File", "Open picture…", self.chooser.ask_open, "layer_open", "Ctrl+O")
        self.add_action("File", "Save program…", self.ask_save, "layer_save", "Ctrl+S")
        self.add_action("Edit", "Paste picture", self.chooser.paste, "layer_paste", "Ctrl+Shift+V")
        self.add_action("Edit", "Copy program", self.copy_code, "layer_copy", "Ctrl+Shift+C")
        self.add_action("Edit", "Reset experiment", self.reset, "layer_reset_all", "Ctrl+R")
        for step, text, key in ((1, "Next", "Ctrl+Down"), (-1, "Previous", "Ctrl+Up")):
            self.add_action(
                "View", f"{text} experiment", lambda step=step: self.go(step),
                f"layer_{text.lower()}", key,
            )  # fmt: skip
        self.add_action(
            "View", "Find experiment", self.view.picker.find, "layer_find_experiment", "Ctrl+F"
        )
        for page, key in (("result", "Alt+1"), ("code", "Alt+2")):
            self.add_action(
                "View", page.capitalize(), lambda page=page: self.view.show_page(page),
                f"layer_page_{page}", key,
            )  # fmt: skip

    def _connect(self) -> None:
        view, studying = self.view, self.studying
        view.experiment_chosen.connect(self.open_experiment)
        view.control_changed.connect(self.set_control)
        view.control_refused.connect(lambda why: self.say("control", JobError(why)))
        view.control_accepted.connect(lambda: self.say("control", None))
        view.page_chosen.connect(lambda page: self.edits.look(self.state.replace(page=page)))
        view.reset_button.clicked.connect(self.reset)
        view.study_button.clicked.connect(self.start_study)
        view.copy_code.clicked.connect(self.copy_code)
        view.save_code.clicked.connect(self.ask_save)
        studying.found.connect(self._show_studied)
        studying.said.connect(view.say_note)
        studying.failed.connect(lambda error: self.say("study", error))
        self.pictures.arrived.connect(self._picture_arrived)
        self.pictures.frame_arrived.connect(self._frame_arrived)

    # -- the panel's contract ---------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """The open experiment; the first one where the state names none that there is."""
        return BY_NAME.get(self.state.experiment, EXPERIMENTS[0])

    @property
    def values(self) -> dict[str, Any]:
        """What each control of the open experiment is set to."""
        return self.experiment.cleaned(self.state.values.get(self.experiment.name, {}))

    def open_picture(self, path: Path) -> None:
        """Work on the picture file `path`, or play it if it is a video."""
        self.pictures.load(mime.source_of(path))

    def open_maps(self, maps: HandedMap) -> None:
        """Work on maps of another panel, in the first experiment that can if this one cannot."""
        able = next(one.name for one in EXPERIMENTS if "map" in one.inputs)
        self.inputs.take_maps(maps, self.experiment.inputs, able)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what carries a picture."""
        if mime.carries_picture(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Work on the dropped picture."""
        event.acceptProposedAction()
        self.pictures.take(event.mimeData())

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        return self._answered and self.pictures.is_settled() and super().is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture: every experiment."""
        first, *others = EXPERIMENTS
        return {"": lambda: self.open_experiment(first.name)} | {
            one.name: lambda name=one.name: self.open_experiment(name) for one in others
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Show an earlier snapshot; what this version does not know is left out, and said."""
        restored, note = known(state, BY_NAME)
        if state.get("picture", {}).get("kind") in LIVE_KINDS:
            restored["picture"] = PictureSource().model_dump()
            note = f"{NOT_STARTED} {note}".strip()
        super().restore(restored)
        if note:
            self.show_info(note)

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
        else:
            self.view.picker.show_chosen(name)

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
            goes_on=goes_on, held=goes_on, origin=CONTROL + name,
        )  # fmt: skip

    def reset(self) -> None:
        """Set the controls of the open experiment to what they were at first."""
        mine = self.experiment
        values = {name: kept for name, kept in self.state.values.items() if name != mine.name}
        self.edits.apply(self.state.replace(values=values), f"{mine.title}: reset")

    def start_study(self) -> None:
        """Begin the long work of the open experiment."""
        experiment, state, picture = self.experiment, self.state, self.pictures.picture
        if experiment.study is None or self._awaits_picture():
            return
        self.say("study", None)
        self.running.supersede()
        self._answered = True
        self.studying.begin(experiment.study_title, lambda: study(experiment, state, picture))
        self.announce_settled()

    def copy_code(self) -> None:
        """Put the program on the clipboard."""
        if self.run is not None:
            QGuiApplication.clipboard().setText(self.run.program.shown)
            self.show_info("The program is on the clipboard.")

    def ask_save(self) -> None:
        """Let the person choose where the program goes, and write it and its input there."""
        if self.run is None:
            return
        name, program = self.run.experiment.name, self.run.program
        path = ask_save_as(
            self, self.services.settings, "Save the program", f"{name}.py", "Python (*.py)"
        )
        if path is None:
            return

        def told(written: tuple[Path, Path | None]) -> None:
            beside = f", its input in {written[1].name} beside it" if written[1] else ""
            self.show_info(f"The program is in {written[0].name}{beside}.")

        self.services.saving.submit(lambda: program.save(path), told, self.show_error)

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: LayerLabState, after: LayerLabState) -> None:
        """Show `after`: computed anew unless only the page is another."""
        if after.replace(page=before.page) == before:
            self.view.show_page(after.page)
            return
        self._show_controls()
        if after.experiment != before.experiment:
            for topic in ("experiment", "control"):
                self.say(topic, None)  # it was about the other one
        if after.picture != before.picture:
            self.pictures.follow(after.picture)
            self.chooser.show_source()
            self.inputs.show_picture()
        self._compute(follow=self.edits.following and after.experiment == before.experiment)

    def _show_controls(self) -> None:
        experiment, state, values = self.experiment, self.state, self.values
        form = self.view.show_experiment(experiment.name)
        relevant = experiment.relevant(values) if experiment.relevant is not None else None
        origin = self.edits.origin
        kept = origin.removeprefix(CONTROL) if origin.startswith(CONTROL) else ""
        form.show_values(values, relevant, keep=kept)
        self.view.reset_button.setEnabled(values != experiment.defaults())
        self.inputs.show(kind_for(experiment, state), experiment.inputs)
        self.view.show_page(state.page)

    def _awaits_picture(self) -> bool:
        return self.pictures.picture is None and needs_picture(self.experiment, self.state)

    def _picture_arrived(self) -> None:
        self.chooser.show_source()
        self._compute()

    def _frame_arrived(self) -> None:
        """Follow the camera, but for a study, which is of the picture that it began with."""
        if not needs_picture(self.experiment, self.state):
            self.pictures.live.ready_for_next()
        elif not self.studying.busy and not self.studying.told:
            self._compute(follow=True)

    def _compute(self, *, follow: bool = False) -> None:
        self.studying.drop()
        self.say("study", None)
        if self._awaits_picture():
            return  # it is on its way
        experiment, state, picture = self.experiment, self.state, self.pictures.picture
        self._answered = False
        self.running.submit(
            lambda: perform(experiment, state, picture), self._show_run, self._failed, follow=follow
        )

    def _show_run(self, run: Run) -> None:
        self.say("experiment", None)
        self.run, self._answered = run, True
        self.view.say_note("")
        self.view.show_found(run.found, run.drawings)
        self.view.show_code(run.code)
        self.status_changed.emit(run.given.title)
        self.pictures.live.ready_for_next()
        self.announce_settled()

    def _show_studied(self, studied: Studied) -> None:
        self.view.show_found(studied.step.found, studied.drawings)
        self.status_changed.emit(studied.given.title)

    def _failed(self, error: JobError) -> None:
        """Say why there is nothing to show; the last good result of the experiment stays."""
        self.say("experiment", error)
        self.pictures.live.ready_for_next()
        self._answered = True
        run, experiment = self.run, self.experiment
        if run is None or run.experiment is not experiment:
            self.run = None
            self.view.show_nothing()
        else:
            self.view.show_found(run.found, run.drawings)
            self.view.show_stale(earlier_text(experiment.controls, run.given.values, self.values))
        self.announce_settled()
