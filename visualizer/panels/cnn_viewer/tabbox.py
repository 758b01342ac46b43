"""The tabs over the channels: which one is open, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins, StepJob
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.panels.cnn_viewer.tabs import TABS, Tab, TabHost
from widgets.drawer import Drawer

if TYPE_CHECKING:
    from engines.models import LoadedModel

Worker = LatestWins | StepJob


class TabBox(QObject):
    """Only the open tab is told what is new; each is made when it is first opened.

    A closed tab is taken down when another network comes, of which it would keep the former one
    in memory; what it was set to lies in the state.
    """

    settled = Signal()

    def __init__(
        self,
        drawer: Drawer,
        host: TabHost,
        edits: Edits[CnnViewerState],
        release: Callable[[Worker], None],
        parent: QObject,
    ) -> None:
        """release: joins a lane or job that `host` has made."""
        super().__init__(parent)
        self._release = release
        self._workers: dict[str, list[Worker]] = {}
        self._said: dict[str, dict[str, JobError | None]] = {}  # of each tab, by topic
        self._met: WeakValueDictionary[str, LoadedModel] = WeakValueDictionary()
        self._drawer, self._host, self._edits = drawer, host, edits
        self._kinds = {kind.name: kind for kind in TABS}
        self.made: dict[str, Tab] = {}
        self._active = ""
        for kind in TABS:
            drawer.add_page(kind.name, kind.title, kind.tooltip, QWidget())
        drawer.setVisible(bool(TABS))
        drawer.opened.connect(self.open)

    def names(self) -> tuple[str, ...]:
        """Return the names of all tabs, in order."""
        return tuple(self._kinds)

    def open(self, name: str) -> None:
        """Open the tab `name`, or none for "": something to look at, not an edit."""
        self._edits.look(self._edits.state.replace(tab=name))

    def show_state(self, state: CnnViewerState) -> None:
        """Open the tab that `state` names."""
        name = state.tab if state.tab in self._kinds else ""
        if name == self._active:
            return
        if self._active:
            self.made[self._active].set_active(False)
            for topic in self._said[self._active]:
                self._host.say(topic, None)  # it is about what is not seen any more
        self._active = name
        if name and name not in self.made:
            self._make(name)
        self._drawer.set_open(name)
        if name:
            for topic, error in self._said[name].items():
                self._host.say(topic, error)
            self.made[name].set_active(True)  # what is shown it is told next

    def _make(self, name: str) -> None:
        workers = self._workers[name] = []

        def lane(title: str) -> LatestWins:
            workers.append(made := self._host.lane(title))
            return made

        def job(title: str) -> StepJob:
            workers.append(made := self._host.job(title))
            return made

        def say(topic: str, error: JobError | None) -> None:
            self._said[name][topic] = error
            if name == self._active:
                self._host.say(topic, error)

        self._said[name] = {}
        host = replace(self._host, lane=lane, job=job, say=say)
        tab = self.made[name] = self._kinds[name](host)
        tab.settled.connect(self.settled)
        self._drawer.set_page(name, tab)

    def _take_down(self, name: str) -> None:
        tab = self.made.pop(name)
        tab.close_jobs()
        for worker in self._workers.pop(name):
            self._release(worker)
        self._drawer.set_page(name, QWidget())

    def _take_down_outdated(self, model: LoadedModel | None) -> None:
        """Take down closed tabs that met another network, once nothing of theirs is running."""
        for name, tab in list(self.made.items()):
            met = self._met.get(name)
            if name == self._active or tab.keeps_own_network or met is None or met is model:
                continue
            if not any(worker.busy for worker in self._workers[name]):
                self._take_down(name)

    def show_context(self, context: Context) -> None:
        """Tell the open tab what is shown now."""
        self._take_down_outdated(context.model)
        if self._active:
            if context.model is not None:
                self._met[self._active] = context.model
            self.made[self._active].show_context(context)

    def is_settled(self) -> bool:
        """Return whether the open tab shows what it was told."""
        return not self._active or self.made[self._active].is_settled()

    def close_jobs(self) -> None:
        """Cancel and join what the tabs run."""
        for tab in self.made.values():
            tab.close_jobs()
