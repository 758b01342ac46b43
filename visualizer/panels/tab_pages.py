"""The tabs of a panel: which one is open, and what it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from visualizer.jobs import JobError


class TabPages(QObject):
    """Only the open tab is told what is new; each is made when it is first opened.

    What a tab says is shown as long as it is open. A subclass knows the widget that holds the tabs:
    it shows and fills its pages.
    """

    settled = Signal()

    def __init__(self, kinds: Iterable[Any], host: Any, parent: QObject) -> None:
        """kinds: the panel's tab classes, in order; host: the panel's TabHost."""
        super().__init__(parent)
        self._host = host
        self._kinds = {kind.name: kind for kind in kinds}
        self._said: dict[str, dict[str, JobError | None]] = {}  # of each tab, by topic
        self.made: dict[str, Any] = {}
        self._active = ""

    # -- what a subclass says ---------------------------------------------------------------

    def _otherwise(self) -> str:
        """Return the tab to open where the state names none; "" for no tab."""
        return ""

    def _show_page(self, name: str) -> None:
        """Show the page of the tab `name`, without telling anyone."""
        raise NotImplementedError

    def _fill_page(self, name: str, tab: Any) -> None:
        """Put `tab` into its page."""
        raise NotImplementedError

    def _host_of(self, name: str) -> Any:
        """Return what the tab `name` may ask of the panel; what it says is remembered."""
        said = self._said[name] = {}

        def say(topic: str, error: JobError | None) -> None:
            said[topic] = error
            if name == self._active:
                self._host.say(topic, error)

        return replace(self._host, say=say)

    # -- which one is open ------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Return the names of all tabs, in order."""
        return tuple(self._kinds)

    def open(self, name: str) -> None:
        """Open the tab `name`, or none for "": something to look at, not an edit."""
        edits = self._host.edits
        edits.look(edits.state.replace(tab=name))

    def show_state(self, state: Any) -> None:
        """Open the tab that `state` names."""
        name = state.tab if state.tab in self._kinds else self._otherwise()
        if name == self._active:
            return
        if self._active:
            self.made[self._active].set_active(False)
            for topic in self._said[self._active]:
                self._host.say(topic, None)  # it is about what is not seen any more
        self._active = name
        if name and name not in self.made:
            tab = self.made[name] = self._kinds[name](self._host_of(name))
            tab.settled.connect(self.settled)
            self._fill_page(name, tab)
        self._show_page(name)
        if name:
            for topic, error in self._said[name].items():
                self._host.say(topic, error)
            self.made[name].set_active(True)  # what is shown it is told next

    def show_context(self, context: Any) -> None:
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
