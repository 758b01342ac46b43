"""The CNN Viewer's tabs, in a drawer over the channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from visualizer.jobs import LatestWins, StepJob
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs import TABS, Tab, TabHost
from visualizer.panels.tab_pages import TabPages
from widgets.drawer import Drawer

if TYPE_CHECKING:
    from engines.models import LoadedModel

Worker = LatestWins | StepJob


class TabBox(TabPages):
    """One of the tabs is open, or none.

    A closed tab is taken down when another network comes, of which it would keep the former one
    in memory; what it was set to lies in the state.
    """

    def __init__(
        self, drawer: Drawer, host: TabHost, release: Callable[[Worker], None], parent: QObject
    ) -> None:
        """release: joins a lane or job that `host` has made."""
        super().__init__(TABS, host, parent)
        self._drawer, self._release = drawer, release
        self._workers: dict[str, list[Worker]] = {}
        self._met: WeakValueDictionary[str, LoadedModel] = WeakValueDictionary()
        for kind in TABS:
            drawer.add_page(kind.name, kind.title, kind.tooltip, QWidget())
        drawer.setVisible(bool(TABS))
        drawer.opened.connect(self.open)

    def _show_page(self, name: str) -> None:
        self._drawer.set_open(name)

    def _fill_page(self, name: str, tab: Tab) -> None:
        self._drawer.set_page(name, tab)

    def _host_of(self, name: str) -> TabHost:
        workers = self._workers[name] = []

        def lane(title: str) -> LatestWins:
            workers.append(made := self._host.lane(title))
            return made

        def job(title: str) -> StepJob:
            workers.append(made := self._host.job(title))
            return made

        return replace(super()._host_of(name), lane=lane, job=job)

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
        if self._active and context.model is not None:
            self._met[self._active] = context.model
        super().show_context(context)
