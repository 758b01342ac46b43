"""The tabs in the middle: which one is open, and what it is told."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from visualizer.jobs import JobError
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.state import FeatureLabState
from visualizer.panels.feature_lab.tabs import TABS, Tab, TabHost


class TabBox(QObject):
    """Only the open tab is told what is new; each is made when it is first opened."""

    settled = Signal()

    def __init__(self, pages: QTabWidget, host: TabHost, parent: QObject) -> None:
        super().__init__(parent)
        self._pages, self._host = pages, host
        self._kinds = {kind.name: kind for kind in TABS}
        self._said: dict[str, dict[str, JobError | None]] = {}  # of each tab, by topic
        self.made: dict[str, Tab] = {}
        self._active = ""
        for number, kind in enumerate(TABS):
            page = QWidget()
            QVBoxLayout(page).setContentsMargins(0, 0, 0, 0)
            pages.addTab(page, kind.title)
            pages.setTabToolTip(number, kind.tooltip)
        pages.currentChanged.connect(lambda number: self.open(self.names()[number]))

    def names(self) -> tuple[str, ...]:
        """Return the names of all tabs, in order."""
        return tuple(self._kinds)

    def open(self, name: str) -> None:
        """Open the tab `name`: something to look at, not an edit."""
        edits = self._host.edits
        edits.look(edits.state.replace(tab=name))

    def show_state(self, state: FeatureLabState) -> None:
        """Open the tab that `state` names, or the first one."""
        name = state.tab if state.tab in self._kinds else self.names()[0]
        if name == self._active:
            return
        if self._active:
            self.made[self._active].set_active(False)
            for topic in self._said[self._active]:
                self._host.say(topic, None)  # it is about what is not seen any more
        self._active = name
        if name not in self.made:
            self._make(name)
        with QSignalBlocker(self._pages):
            self._pages.setCurrentIndex(self.names().index(name))
        for topic, error in self._said[name].items():
            self._host.say(topic, error)
        self.made[name].set_active(True)  # what is shown it is told next

    def _make(self, name: str) -> None:
        said = self._said[name] = {}

        def say(topic: str, error: JobError | None) -> None:
            said[topic] = error
            if name == self._active:
                self._host.say(topic, error)

        tab = self.made[name] = self._kinds[name](replace(self._host, say=say))
        tab.settled.connect(self.settled)
        page = self._pages.widget(self.names().index(name))
        layout = page.layout()
        assert layout is not None, "made with one"
        layout.addWidget(tab)

    def show_context(self, context: Context) -> None:
        """Tell the open tab what is shown now."""
        if self._active:
            self.made[self._active].show_context(context)

    def is_settled(self) -> bool:
        """Return whether the open tab shows what it was told."""
        return not self._active or self.made[self._active].is_settled()

    def close_jobs(self) -> None:
        """Cancel and join what the tabs run."""
        for tab in self.made.values():
            tab.close_jobs()
