"""The tabs over the channels: which one is open, and what it is told."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.panels.cnn_viewer.tabs import TABS, Tab, TabHost
from widgets.drawer import Drawer


class TabBox(QObject):
    """Only the open tab is told what is new; each is made when it is first opened."""

    settled = Signal()

    def __init__(
        self, drawer: Drawer, host: TabHost, edits: Edits[CnnViewerState], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._drawer, self._host, self._edits = drawer, host, edits
        self._kinds = {kind.name: kind for kind in TABS}
        self.made: dict[str, Tab] = {}
        self._active = ""
        self._context: Context | None = None
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
        self._active = name
        if name and name not in self.made:
            tab = self._kinds[name](self._host)
            tab.settled.connect(self.settled)
            self.made[name] = tab
            self._drawer.set_page(name, tab)
        self._drawer.set_open(name)
        if name:
            self.made[name].set_active(True)
            if self._context is not None:
                self.made[name].show_context(self._context)

    def show_context(self, context: Context) -> None:
        """Tell the open tab what is shown now."""
        self._context = context
        if self._active:
            self.made[self._active].show_context(context)

    def is_settled(self) -> bool:
        """Return whether the open tab shows what it was told."""
        return not self._active or self.made[self._active].is_settled()

    def close_jobs(self) -> None:
        """Cancel and join what the tabs run."""
        for tab in self.made.values():
            tab.close_jobs()
