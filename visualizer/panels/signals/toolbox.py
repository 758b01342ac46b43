"""The pages under the plots: which one is open, when it computes, what it edits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins
from visualizer.panels.signals.compute import Result
from visualizer.panels.signals.state import SignalsState
from visualizer.panels.signals.tools.base import Tool, ToolRequest
from widgets.drawer import Drawer


class ToolBox(QObject):
    """Only the open page works: when f, g or its settings change, not when t does."""

    shown = Signal()
    """The open page shows its latest numbers, or has said why it cannot."""

    def __init__(
        self,
        drawer: Drawer,
        tools: list[Tool],
        edits: Edits[SignalsState],
        lane: LatestWins,
        show_error: Callable[[JobError | None], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._drawer, self._edits, self._lane = drawer, edits, lane
        self._show_error = show_error
        self.tools = {tool.name: tool for tool in tools}
        self._result: Result | None = None
        self._active = ""
        self._computed: ToolRequest | None = None
        for tool in tools:
            drawer.add_page(tool.name, tool.title, tool.tooltip, tool)
            tool.edited.connect(self._edited)
        drawer.opened.connect(self.open)

    def open(self, name: str) -> None:
        """Open the page `name`, or none for "": something to look at, not an edit."""
        state = self._edits.state
        self._edits.look(state.replace(tools=state.tools.replace(open=name)))

    def show_state(self, state: SignalsState) -> None:
        """Open the page that `state` names and set it."""
        name = state.tools.open if state.tools.open in self.tools else ""
        if name != self._active:
            if self._active:
                self.tools[self._active].stop()
            self._active, self._computed = name, None
            self._drawer.set_open(name)
            self._show_error(None)
        if name:
            self.tools[name].show_state(state)

    def refresh(self, result: Result | None = None) -> None:
        """Let the open page compute anew, if what it shows follows from something else now."""
        self._result = result or self._result
        if not self._active or self._result is None:
            self._lane.supersede()
            return
        tool = self.tools[self._active]
        request = ToolRequest(
            self._result.f, self._result.g, self._edits.state.operation, self._edits.state.tools
        )
        if self._computed is not None and tool.needs(request) == tool.needs(self._computed):
            return
        self._computed = request
        self._lane.submit(
            tool.work(request), lambda data: self._show(tool, data), self._failed, follow=True
        )

    def stop(self) -> None:
        """Let nothing play."""
        for tool in self.tools.values():
            tool.stop()

    def _show(self, tool: Tool, data: object) -> None:
        if tool.name == self._active:
            self._show_error(None)
            tool.show_data(data)
            tool.show_state(self._edits.state)
        self.shown.emit()

    def _failed(self, error: JobError) -> None:
        self._show_error(error)
        self.shown.emit()

    def _edited(self, changes: dict[str, object], goes_on: bool) -> None:
        state = self._edits.state
        self._edits.apply(
            state.replace(tools=state.tools.replace(**changes)),
            ", ".join(changes).replace("_", " "),
            merge_key="tool " + " ".join(changes),
            goes_on=goes_on,
            held=goes_on,
        )
