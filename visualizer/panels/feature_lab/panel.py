"""The Feature Lab's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines.feature_store import FeatureStore
from engines.models import CHECKPOINT_SUFFIXES
from visualizer.dialogs import ask_open_folder
from visualizer.file_drops import TakesFiles
from visualizer.jobs import JobError
from visualizer.networks.model_choosing import NOT_RUN_AGAIN, ModelChooser, without_code
from visualizer.panels.feature_lab.actions import add_actions
from visualizer.panels.feature_lab.compute import divide
from visualizer.panels.feature_lab.context import Context, Division
from visualizer.panels.feature_lab.data_input import DataInput
from visualizer.panels.feature_lab.extractor import Extractor, as_parts
from visualizer.panels.feature_lab.selected import SelectedColumn
from visualizer.panels.feature_lab.state import FeatureLabState, TaskChoice, network_key
from visualizer.panels.feature_lab.tabbox import TabBox
from visualizer.panels.feature_lab.tabs import TabHost
from visualizer.panels.feature_lab.thumbnails import Thumbnails
from visualizer.panels.feature_lab.view import FeatureLabView
from visualizer.panels.stateful import StatefulPanel
from visualizer.services import Services
from widgets.thumbnail_grid import ThumbnailGrid

if TYPE_CHECKING:
    from engines.datasets import Dataset, Scan
    from engines.features import Networks

NOT_A_FOLDER = (
    "The Feature Lab works on folders of pictures. Open the folder that holds this file, or look "
    "at the picture in the CNN Viewer."
)


class FeatureLabPanel(TakesFiles, StatefulPanel[FeatureLabState]):
    """A trained network as feature extractor for a person's own pictures."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "feature_lab",
            FeatureLabState(),
            services,
            carry=lambda present, target: target.looking_like(present),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self._feeds: list[Thumbnails] = []
        self._division: Division | None = None
        self.dividing = self.lane("division")
        self.loading_parts = self.lane("part networks")
        self.data = DataInput(self.job("pictures"), self.edits, self.say, self)
        self.data.job.state_changed.connect(lambda _state: self.announce_settled())
        self.extractor = Extractor(self.job("extraction"), self.say, self)
        self.extractor.store = FeatureStore(services.folders.cache)
        self.view = FeatureLabView(self.messages, SelectedColumn(self.lane("selected")))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        controls = self.view.controls
        self.chooser = ModelChooser(controls.model, self)
        self.models, self.downloader = self.chooser.models, self.chooser.downloader
        self.tabs = TabBox(self.view.pages, self._tab_host(), self)
        self.feed(controls.grid)
        self.feed(self.view.selected.grid)
        add_actions(self)
        self._connect()
        self.tabs.show_state(self.state)
        self._tell()
        self.data.load(self.state.task)
        self.models.load(self.state.model)

    @property
    def dataset(self) -> Dataset | None:
        """The present pictures."""
        return self.data.dataset

    # -- building ---------------------------------------------------------------------------

    def _connect(self) -> None:
        controls, bar = self.view.controls, self.view.controls.bar
        controls.task_chosen.connect(self._task_chosen)
        controls.folder_pressed.connect(self.ask_folder)
        controls.notice_pressed.connect(lambda: self.tabs.open("data"))
        controls.selection_changed.connect(self.select)
        bar.cancel_pressed.connect(self.data.cancel)
        self.data.began.connect(bar.begin)
        self.data.progressed.connect(self._show_scan)
        self.data.ended.connect(bar.end)
        self.data.ended.connect(self._show_task)
        self.data.arrived.connect(self._dataset_arrived)
        self.models.arrived.connect(self._network_arrived)
        self.models.loading.connect(lambda _name: self.announce_settled())
        self.extractor.arrived.connect(self._tell)
        self.extractor.ended.connect(self._tell)
        self.tabs.settled.connect(self.announce_settled)

    def _tab_host(self) -> TabHost:
        return TabHost(
            services=self.services,
            edits=self.edits,
            lane=self.lane,
            job=self.job,
            say=self.say,
            show_info=self.show_info,
            select=self.select,
            feed=self.feed,
            extractor=self.extractor,
        )

    def feed(self, grid: ThumbnailGrid) -> None:
        """Fill `grid` with the thumbnails of the present pictures from now on."""
        made = Thumbnails(self.lane(f"thumbnails of {grid.objectName()}"), grid)
        made.set_dataset(self.dataset)
        self._feeds.append(made)

    # -- the panel's contract ---------------------------------------------------------------

    def restore(self, state: dict[str, Any]) -> None:
        """Show an earlier snapshot; no code runs by itself; see `Panel`."""
        tamed = without_code(state)
        if tamed is not None:
            state = tamed
            self.show_info(NOT_RUN_AGAIN)
        super().restore(state)

    def open_picture(self, path: Path) -> None:
        """Open the folder `path`; a single picture is refused with a sentence."""
        if path.is_dir():
            self.open_folder(path)
        else:
            self.show_error(JobError(NOT_A_FOLDER))

    def open_folder(self, path: Path) -> None:
        """Read the pictures of a folder; the present ones stay until they are there."""
        self.data.load(TaskChoice(kind="folder", folder=str(path)))

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown (extraction aside)."""
        waits = self.models.network is None and not self.models.gave_up
        if self.data.job.busy or waits or not super().is_settled():
            return False
        return self.tabs.is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture: each tab."""
        return {
            "" if number == 0 else name.replace("_", "-"): partial(self._pose, name)
            for number, name in enumerate(self.tabs.names())
        }

    def _pose(self, name: str) -> None:
        if not self.state.selected and self.dataset is not None:
            self.select(range(min(len(self.dataset), 6)))
        self.tabs.open(name)

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        self.chooser.close()
        self.tabs.close_jobs()
        super().close_jobs()

    # -- pictures ---------------------------------------------------------------------------

    def ask_folder(self) -> None:
        """Let the person choose a folder of pictures."""
        path = ask_open_folder(self, self.services.settings)
        if path is not None:
            self.open_folder(path)

    def read_again(self) -> None:
        """Read the present pictures anew: files may have come, gone or changed."""
        self.data.load(self.state.task)

    def _task_chosen(self, task: TaskChoice) -> None:
        if task.kind == "folder" or task != self.state.task or not self.data.shows(task):
            self.data.load(task)

    def _show_task(self) -> None:
        """Say which pictures are chosen, whatever became of those that were asked for."""
        task, dataset = self.state.task, self.dataset
        name = Path(task.folder).name if task.kind == "folder" else ""
        self.view.controls.show_task(task, name or (dataset.name if dataset is not None else ""))

    def _show_scan(self, scan: Scan) -> None:
        self.view.controls.bar.set_progress(scan.done, scan.total, "files")

    def takes_file(self, path: Path) -> bool:
        """Return whether it is a folder, or a file of weights."""
        return path.is_dir() or path.suffix.lower() in CHECKPOINT_SUFFIXES

    def file_dropped(self, path: Path, _place: QPoint) -> None:
        """Open the dropped folder, or the dropped network."""
        if path.is_dir():
            self.open_folder(path)
        else:
            self.chooser.open_file(path)

    # -- edits ------------------------------------------------------------------------------

    def select(self, indices: Sequence[int]) -> None:
        """Show these pictures at the right: something to look at, not an edit."""
        chosen = tuple(int(index) for index in indices)
        if chosen != self.state.selected:
            self.edits.look(self.state.replace(selected=chosen))

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: FeatureLabState, after: FeatureLabState) -> None:
        """Set the controls to `after` and compute what follows from it."""
        if before.model != after.model:
            self.models.follow(after.model)
            if self.models.network is not None and self.models.shows(after.model):
                self._network_arrived()
        if before.task != after.task:
            self.data.follow(after.task)
        if before.task != after.task and self.data.shows(after.task):
            self._dataset_arrived()
        elif before.split != after.split:
            self._divide()
        if before.parts != after.parts:
            self._parts_changed()
        self.tabs.show_state(after)
        self._tell()

    def _dataset_arrived(self) -> None:
        dataset = self.dataset
        if dataset is None:
            return
        for feed in self._feeds:
            feed.set_dataset(dataset)
        self._division = None
        self._show_task()
        self.view.controls.show_dataset(dataset)
        self._parts_changed()
        self._divide()
        classes = f"{len(dataset.classes)} classes" if dataset.classes else "no classes"
        self.status_changed.emit(f"{dataset.name} │ {len(dataset):,} pictures │ {classes}")
        self._tell()

    def _divide(self) -> None:
        dataset, choice = self.dataset, self.state.split
        if dataset is not None:
            self.dividing.submit(
                lambda: (dataset, divide(dataset, choice)), self._divided, self.show_error
            )

    def _divided(self, result: tuple[Dataset, Division]) -> None:
        dataset, self._division = result
        self.view.controls.show_division(dataset, self._division)
        self._tell()

    def _network_arrived(self) -> None:
        self.chooser.show_network()
        self._parts_changed()
        self._tell()

    def _parts_changed(self) -> None:
        """Say what is wanted, and bring the networks that the parts need."""
        parts = as_parts(self.state.parts)
        network = self.models.network
        if network is not None:
            key = network_key(network.choice)
            if any(part.network == key for part in parts):
                self.extractor.set_network(key, network.model)
        self.extractor.set_wanted(self.dataset, parts)
        missing = [part for part in parts if part.network not in self.extractor.networks]
        self.loading_parts.supersede()
        self.say("part networks", None)
        if missing and network is not None:
            from engines.features import load_networks

            self.loading_parts.submit(
                lambda: load_networks(missing),
                self._part_networks,
                lambda error: self.say("part networks", error),
            )

    def _part_networks(self, networks: Networks) -> None:
        for key, model in networks.items():
            self.extractor.set_network(key, model)
        self._tell()

    def _tell(self) -> None:
        context = self.context()
        self.view.controls.grid.set_selected(context.selected)
        self.view.selected.show_context(context)
        self.tabs.show_context(context)
        self.announce_settled()

    def context(self) -> Context:
        """Return what is shown at present."""
        extractor, dataset, network = self.extractor, self.dataset, self.models.network
        known = all(part.network in extractor.networks for part in extractor.parts)
        count = len(dataset) if dataset is not None else 0
        return Context(
            state=self.state,
            dataset=dataset,
            network=network.model if network is not None else None,
            parts=extractor.parts,
            networks=dict(extractor.networks) if known and extractor.parts else None,
            features=extractor.features,
            division=self._division,
            selected=tuple(index for index in self.state.selected if index < count),
        )
