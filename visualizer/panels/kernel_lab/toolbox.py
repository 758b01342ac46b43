"""The tools under the pictures: which one is open, when it computes, what it edits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins
from visualizer.panels.kernel_lab.compute import FilterResult
from visualizer.panels.kernel_lab.tools import TOOLS, Tool, ToolRequest
from visualizer.state import KernelLabState
from widgets.drawer import Drawer


class ToolSet(Mapping[str, Tool]):
    """The tools by name; each is made when it is first asked for."""

    def __init__(self, make: Callable[[type[Tool]], Tool]) -> None:
        self._make = make
        self._kinds = {kind.name: kind for kind in TOOLS}
        self._made: dict[str, Tool] = {}

    def __getitem__(self, name: str) -> Tool:
        if name not in self._made:
            self._made[name] = self._make(self._kinds[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def made(self) -> list[Tool]:
        """Return those that exist."""
        return list(self._made.values())


class ToolBox(QObject):
    """Only the open tool works: whenever there is a new result or its settings change."""

    shown = Signal()
    """The open tool shows its latest numbers, or has said why it cannot."""

    def __init__(
        self,
        drawer: Drawer,
        make: Callable[[type[Tool]], Tool],
        edits: Edits[KernelLabState],
        show_error: Callable[[JobError | None], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.lane = LatestWins("tools", self)
        self._drawer, self._edits, self._show_error = drawer, edits, show_error
        self.tools = ToolSet(lambda kind: self._prepare(make(kind)))
        self._result: FilterResult | None = None
        self._active = ""
        for kind in TOOLS:
            drawer.add_page(kind.name, kind.title, kind.tooltip, QWidget())
        drawer.opened.connect(self.open)

    def _prepare(self, tool: Tool) -> Tool:
        self._drawer.set_page(tool.name, tool)
        tool.tools_edited.connect(self._tools_edited)
        tool.link_edited.connect(self._link_edited)
        tool.set_active(False)
        return tool

    def open(self, name: str) -> None:
        """Open the tool `name`, or none for "": something to look at, not an edit."""
        state = self._edits.state
        self._edits.look(state.replace(tools=state.tools.replace(open=name)))

    def is_settled(self) -> bool:
        """Return whether nothing is under way."""
        return not self.lane.busy

    def show_state(self, state: KernelLabState) -> None:
        """Open the tool that `state` names and set it."""
        name = state.tools.open if state.tools.open in self.tools else ""
        if name != self._active:
            if self._active:
                self.tools[self._active].set_active(False)
            self._active = name
            self._drawer.set_open(name)
            self._show_error(None)
            if name:
                self.tools[name].set_active(True)
        if name:
            self.tools[name].show_state(state)

    def refresh(self, result: FilterResult | None = None) -> None:
        """Let the open tool compute anew, for `result` if there is a new one."""
        self._result = result or self._result
        if not self._active or self._result is None:
            self.lane.supersede()
            return
        tool = self.tools[self._active]
        work = tool.work(ToolRequest(self._result, self._edits.state))
        self.lane.submit(work, lambda data: self._show(tool, data), self._failed, follow=True)

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for the tools."""
        self.lane.close()
        for tool in self.tools.made():
            tool.close_jobs()

    def _show(self, tool: Tool, data: object) -> None:
        if tool.name == self._active:
            self._show_error(None)
            tool.show_data(data)
        self.shown.emit()

    def _failed(self, error: JobError) -> None:
        self._show_error(error)
        self.shown.emit()

    def _tools_edited(self, changes: dict, goes_on: bool) -> None:
        state = self._edits.state
        key = "tool " + " ".join(changes)
        self._edits.apply(
            state.replace(tools=state.tools.replace(**changes)),
            ", ".join(changes).replace("_", " "),
            merge_key=key,
            goes_on=goes_on,
            held=goes_on,
        )

    def _link_edited(self, changes: dict, goes_on: bool) -> None:
        state = self._edits.state
        self._edits.apply(
            state.with_link(state.link.replace(**changes)),
            ", ".join(changes),
            merge_key=" ".join(changes),
            goes_on=goes_on,
            held=goes_on,
        )
