"""The Style Studio's controller: from the person's edit to state, run, picture and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines.errors import EngineError
from engines.images import STYLE_SAMPLES
from engines.models import CHECKPOINT_SUFFIXES
from engines.style import RANDOM_FILTERS
from visualizer import mime
from visualizer.jobs import JobError
from visualizer.networks.model_choosing import NOT_RUN_AGAIN, ModelChooser, without_code
from visualizer.panels.stateful import StatefulPanel
from visualizer.panels.style_studio.actions import add_actions
from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.directing import RunDirector
from visualizer.panels.style_studio.gallery import RunGallery
from visualizer.panels.style_studio.given import pixels_of, show_given
from visualizer.panels.style_studio.inputs import StudioPictures, without_live
from visualizer.panels.style_studio.keeping import KeptPictures
from visualizer.panels.style_studio.making import in_words, layers_of
from visualizer.panels.style_studio.masks import StyleMasks
from visualizer.panels.style_studio.poses import poses_of
from visualizer.panels.style_studio.presenting import RunPresenter
from visualizer.panels.style_studio.run_control import RunControl
from visualizer.panels.style_studio.saving import ResultFiles
from visualizer.panels.style_studio.state import StyleChoice, StyleStudioState
from visualizer.panels.style_studio.tabbox import TabBox
from visualizer.panels.style_studio.tabs import TabHost
from visualizer.panels.style_studio.view import StyleStudioView
from visualizer.pictures.choosing import PictureChooser
from visualizer.pictures.picture_input import NOT_STARTED
from visualizer.services import Services

GOES_ON = (
    "The run goes on with the pictures and the network it began with. Stop it, then “Go on” takes "
    "the new ones."
)


class StyleStudioPanel(StatefulPanel[StyleStudioState]):
    """A picture that keeps one's content and takes another's style, in the making."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "style_studio",
            StyleStudioState(),
            services,
            carry=lambda present, target: target.looking_like(present),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self.waits_for_run = False  # screenshots wait for the end of a run
        self.view = StyleStudioView(self.messages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        controls = self.view.controls
        self.pictures = StudioPictures(self)
        self.content_chooser = PictureChooser(
            controls.content, self.pictures.content, services.settings, self, with_targets=False
        )
        self.style_choosers = [
            PictureChooser(
                row.picture, self.pictures.style_input(number), services.settings, self,
                samples=STYLE_SAMPLES.values(), with_targets=False,
            )
            for number, row in enumerate(controls.styles.rows)
        ]  # fmt: skip
        self.chooser = ModelChooser(controls.model, self)
        self.models, self.downloader = self.chooser.models, self.chooser.downloader
        self.run = RunControl(self.job("style run"), self)
        self.keeper = KeptPictures(
            self.run, self.edits, services.session, services.saving, self.say, self
        )
        self.presenter = RunPresenter(
            self.view,
            self.run,
            self.keeper,
            self.edits,
            (self.lane("kept picture"), self.lane("small kept pictures")),
            self.say,
            self,
        )
        self.director = RunDirector(self)
        self.gallery = RunGallery(self)
        self.results = ResultFiles(self, self.gallery)
        self.masks = StyleMasks(self)
        self.tabs = TabBox(self.view.pages, self._tab_host(), self)
        add_actions(self)
        self._connect()
        self._show_controls(self.state)
        self.presenter.show_state(self.state)
        self.tabs.show_state(self.state)
        self._tell()
        self.pictures.load(self.state)
        self.models.load(self.state.model)

    # -- building ---------------------------------------------------------------------------

    def _connect(self) -> None:
        controls, bar, run = self.view.controls, self.view.run, self.run
        self.pictures.arrived.connect(self._pictures_arrived)
        self.pictures.frame_arrived.connect(self._frame_arrived)
        self.models.arrived.connect(self._network_arrived)
        self.models.loading.connect(lambda _name: self.announce_settled())
        controls.styles.weight_changed.connect(self._style_weighed)
        controls.styles.removed.connect(self.remove_style)
        controls.styles.add_pressed.connect(self.add_style)
        controls.styles.masks_pressed.connect(self.masks.open)
        controls.weights.changed.connect(self._dragged)
        controls.sizes.changed.connect(self.set_setting)
        controls.making.changed.connect(self.set_setting)
        for field, layers in controls.layers.items():
            layers.changed.connect(lambda chosen, on, f=field: self._dragged(f, chosen, on))
            layers.reset_pressed.connect(lambda f=field: self.set_setting(f, ()))
        controls.random.clicked.connect(lambda: self.chooser.choose(RANDOM_FILTERS))
        bar.start_pressed.connect(self.director.start)
        bar.go_on_pressed.connect(self.director.go_on)
        bar.pause_pressed.connect(lambda paused: run.pause() if paused else run.resume())
        bar.step_pressed.connect(run.step)
        bar.stop_pressed.connect(run.stop)
        self.view.timeline.snapshot_activated.connect(lambda _key: self.director.take_chosen())
        self.view.looking.take.clicked.connect(self.director.take_chosen)
        run.stepped.connect(lambda _step: self._run_went_on())
        run.finished.connect(self._run_over)
        self.presenter.kept_shown.connect(self._tell)
        self.director.changed.connect(self._director_changed)
        self.tabs.settled.connect(self.announce_settled)

    def _tab_host(self) -> TabHost:
        return TabHost(
            services=self.services,
            edits=self.edits,
            lane=self.lane,
            job=self.job,
            say=self.say,
            show_info=self.show_info,
            run=self.run,
            gallery=self.gallery,
            results=self.results,
        )

    # -- the panel's contract ---------------------------------------------------------------

    def restore(self, state: dict[str, Any]) -> None:
        """Show an earlier snapshot; no camera starts and no code runs by itself; see `Panel`."""
        still = without_live(state)
        if still is not None:
            state = still
            self.show_info(NOT_STARTED)
        tamed = without_code(state)
        if tamed is not None:
            state = tamed
            self.show_info(NOT_RUN_AGAIN)
        self.run.stop()
        before, last = self.state, self.run.last
        self.run.last = None  # what is kept is shown instead
        super().restore(state)
        if self.state is before:
            self.run.last = last
            return
        self.run.forget()
        self.presenter.show_curves()
        self.presenter.read_again()

    def open_picture(self, path: Path) -> None:
        """Load and show the picture file `path` as the content."""
        self.pictures.content.load(mime.source_of(path))

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown (a run aside)."""
        waits = self.models.network is None and not self.models.gave_up
        if waits or not super().is_settled() or not self.pictures.is_settled(self.state):
            return False
        if self.waits_for_run and self.run.busy:
            return False
        return self.tabs.is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture."""
        return poses_of(self)

    def keep_work(self) -> None:
        """Keep the last picture of a run that goes on: the window is about to close."""
        self.director.close()
        try:
            self.keeper.keep_last()
        except EngineError as error:
            self.show_error(JobError(str(error)))
        self.run.stop()

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        self.director.close()
        self.masks.close()
        self.chooser.close()
        self.pictures.close_jobs()
        self.tabs.close_jobs()
        super().close_jobs()

    # -- pictures ---------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what carries a picture or a file."""
        if mime.carries_picture(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped result, or picture: as content, or as the style it was dropped on."""
        event.acceptProposedAction()
        path = mime.picture_file(event.mimeData())
        if path is not None and path.suffix.lower() in CHECKPOINT_SUFFIXES:
            self.chooser.open_file(path)
        else:
            number = self._style_at(event.position().toPoint())
            if number is None and path is not None and self.results.takes(path):
                self.results.open(path)
                return
            where = self.pictures.content if number is None else self.pictures.style_input(number)
            where.take(event.mimeData())

    def _style_at(self, place: QPoint) -> int | None:
        """Return the style whose picture or row is at `place` of the panel, None elsewhere."""
        under: QWidget | None = self.childAt(place)
        parts = [*self.view.styles, *self.view.controls.styles.rows]
        while under is not None and under not in parts:
            under = under.parentWidget()
        return parts.index(under) % len(self.view.styles) if under is not None else None

    def add_style(self) -> None:
        """Mix one more style in."""
        taken = {style.picture.name for style in self.state.styles}
        name = next(name for name in STYLE_SAMPLES if name not in taken)
        picture = self.state.styles[0].picture.replace(kind="sample", name=name)
        styles = (*self.state.styles, StyleChoice(picture=picture))
        self.edits.apply(self.state.replace(styles=styles), "one more style")

    def remove_style(self, number: int) -> None:
        """Take a style out; the last one stays."""
        styles = tuple(s for n, s in enumerate(self.state.styles) if n != number)
        if styles:
            self.edits.apply(self.state.replace(styles=styles), "a style less")

    def _style_weighed(self, number: int, weight: float, goes_on: bool) -> None:
        self.edits.apply(
            self.state.with_style(number, weight=weight), f"weight of style {number + 1}",
            merge_key=f"style weight {number}", goes_on=goes_on, held=goes_on,
        )  # fmt: skip

    def _pictures_arrived(self) -> None:
        self.content_chooser.show_source()
        for number in range(len(self.state.styles)):
            self.style_choosers[number].show_source()
        self._show_given()
        self.pictures.ready_for_next()
        if self.run.busy and self._uses_others():
            self.show_info(GOES_ON)
        self.director.prepare()
        self._tell()

    def _uses_others(self) -> bool:
        """Return whether the run was begun with other pictures than those that are chosen."""
        chosen, begun = self.director.order(), self.run.order
        if chosen is None or begun is None or self.director.stopped_live():
            return False
        return chosen.content is not begun.content or any(
            one.picture is not other.picture
            for one, other in zip(chosen.styles, begun.styles, strict=False)
        )

    def _frame_arrived(self) -> None:
        self._show_given()
        self.pictures.ready_for_next()

    def _show_given(self) -> None:
        content = self.pictures.content.picture
        if content is not None:
            show_given(self.view.content, content)
            self.view.generated.set_before(pixels_of(content), "content")
        self.view.show_styles(len(self.state.styles))
        for number in range(len(self.state.styles)):
            picture = self.pictures.style_input(number).picture
            if picture is not None:
                show_given(self.view.styles[number], picture)

    # -- edits ------------------------------------------------------------------------------

    def set_setting(self, field: str, value: object) -> None:
        """Change one setting, as a step that can be undone."""
        label = in_words(field, value)
        self.edits.apply(self.state.with_settings(**{field: value}), label)

    def _dragged(self, field: str, value: object, goes_on: bool) -> None:
        self.edits.apply(
            self.state.with_settings(**{field: value}), field.replace("_", " "), merge_key=field,
            goes_on=goes_on, held=goes_on,
        )  # fmt: skip

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: StyleStudioState, after: StyleStudioState) -> None:
        """Set the controls to `after` and compute what follows from it."""
        self._show_controls(after)
        if before.model != after.model:
            self.models.follow(after.model)
            if self.models.network is not None and self.models.shows(after.model):
                self._network_arrived()
        if (before.content, before.styles) != (after.content, after.styles):
            self.pictures.follow(before, after)
            self._pictures_arrived()
        elif before.settings != after.settings:
            self.director.prepare()
        if before.settings != after.settings:
            self.director.steer()
        self.presenter.show_state(after)
        if before.kept != after.kept:
            self.presenter.show_kept()
        self.director.show_run()
        self.tabs.show_state(after)
        self._tell()

    def _show_controls(self, state: StyleStudioState) -> None:
        controls, known = self.view.controls, self.director.known
        controls.show_state(state)
        self.view.show_styles(len(state.styles))
        if known is not None:
            controls.show_layers(known, *layers_of(state.settings, known.suggested))

    def _network_arrived(self) -> None:
        self.chooser.show_network()
        network = self.models.network
        if network is None:
            return
        self.director.network_arrived(network.model)
        order = self.run.order
        if self.run.busy and order is not None and order.network is not network.model:
            self.show_info(GOES_ON)

    def _director_changed(self) -> None:
        self._show_controls(self.state)
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pauses or goes on, Escape leaves what is looked at."""
        if event.key() == Qt.Key.Key_Space and self.run.busy:
            self.director.toggle_pause()
        elif event.key() == Qt.Key.Key_Escape and self.state.chosen >= 0:
            self.edits.look(self.state.replace(chosen=-1))
        else:
            super().keyPressEvent(event)

    def _run_went_on(self) -> None:
        step = self.run.last
        if step is not None:
            height, width = step.size
            self.status_changed.emit(
                f"{width} × {height} │ {step.iteration:,} of {step.of:,} │ "
                f"loss {step.losses.total:.4g}"
            )
        self._tell()

    def _run_over(self) -> None:
        self.waits_for_run = False
        self.state_changed.emit()
        self._tell()

    # -- the tabs ---------------------------------------------------------------------------

    def _tell(self) -> None:
        self.tabs.show_context(self.context())
        self.announce_settled()

    def context(self) -> Context:
        """Return what is shown at present."""
        prepared, run, known = self.director.prepared, self.run, self.director.known
        order = prepared.order if prepared is not None else run.order
        transfer = prepared.transfer if prepared is not None else run.transfer
        if run.busy:
            order, transfer = run.order, run.transfer
        shown = self.presenter.shown
        return Context(
            state=self.state,
            content=self.pictures.content_picture(self.state),
            styles=self.pictures.styles(self.state) or (),
            network=self.models.network.model if self.models.network is not None else None,
            suggested=known.suggested if known is not None else None,
            layers=known.all if known is not None else (),
            settings=(run.settings if run.busy else order.settings) if order is not None else None,
            transfer=transfer,
            step=run.last,
            history=run.history,
            running=run.busy,
            generated=shown,
        )
