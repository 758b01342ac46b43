"""What all panels have in common: a state with undo, a message bar, lanes, actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits
from visualizer.frozen import Frozen
from visualizer.history import History
from visualizer.jobs import JobError, LatestWins, StepJob
from visualizer.panels.base import Panel
from visualizer.services import Services
from widgets.message_bar import MessageBar

S = TypeVar("S", bound=Frozen)


class StatefulPanel(Panel, Generic[S]):
    """A panel whose whole content follows from a frozen state.

    A subclass makes its view, connects it to `self.edits.apply(…)`, and overrides
    `show_change(before, after)`, which is called after every edit, undo and redo. Its lanes and
    jobs come from `self.lane(…)` and `self.job(…)`, which are counted by `is_settled` and joined
    by `close_jobs`.
    """

    def __init__(
        self,
        name: str,
        state: S,
        services: Services,
        *,
        carry: Callable[[S, S], S] = lambda _present, target: target,
        parent: QWidget | None = None,
    ) -> None:
        """Start at `state`; carry: what undo leaves as it is (see `History`)."""
        super().__init__(parent)
        self.setObjectName(name)
        self.services = services
        self.history: History[S] = History(state, self, carry=carry)
        self.edits: Edits[S] = Edits(self.history)
        self.messages = MessageBar()
        self.messages.hide()
        self._actions: dict[str, list[QAction]] = {}
        self._lanes: list[LatestWins] = []
        self._jobs: list[StepJob] = []
        self.history.changed.connect(self._changed)

    @property
    def state(self) -> S:
        """The present state."""
        return self.history.present

    def show_change(self, before: S, after: S) -> None:
        """Show `after`; what it needs computed goes to a lane."""
        raise NotImplementedError

    def _changed(self, before: S, after: S) -> None:
        self.messages.fade()
        self.show_change(before, after)
        self.state_changed.emit()
        self.announce_settled()

    # -- lanes and jobs ---------------------------------------------------------------------

    def lane(self, name: str) -> LatestWins:
        """Return a new lane that belongs to this panel."""
        made = LatestWins(name, self)
        made.busy_changed.connect(lambda _busy: self.announce_settled())
        self._lanes.append(made)
        return made

    def job(self, name: str) -> StepJob:
        """Return a new long job that belongs to this panel."""
        made = StepJob(name, self)
        made.state_changed.connect(lambda _state: self.announce_settled())
        self._jobs.append(made)
        return made

    def release(self, worker: LatestWins | StepJob) -> None:
        """Join a lane or job of this panel that is not needed any more."""
        self._lanes = [lane for lane in self._lanes if lane is not worker]
        self._jobs = [job for job in self._jobs if job is not worker]
        worker.close()
        worker.deleteLater()

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown (long jobs aside)."""
        return not any(lane.busy for lane in self._lanes)

    def announce_settled(self) -> None:
        """Tell whoever waits, if nothing is under way."""
        if self.is_settled():
            self.settled.emit()

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        for job in self._jobs:
            job.close()
        for lane in self._lanes:
            lane.close()

    # -- the panel's contract ---------------------------------------------------------------

    def undo_stack(self) -> QUndoStack:
        """Return the stack of this panel's edits."""
        return self.history.stack

    def add_action(
        self, menu: str, text: str, slot: Callable[[], Any], name: str, shortcut: str = ""
    ) -> QAction:
        """Add an entry to the menu "File", "Edit" or "View" while this panel is open."""
        made = QAction(text, self)
        made.setObjectName(name)
        if shortcut:
            made.setShortcut(shortcut)
        made.triggered.connect(lambda _checked=False: slot())
        self._actions.setdefault(menu, []).append(made)
        return made

    def share_actions(self, menu: str, actions: Iterable[QAction]) -> None:
        """Add the entries of some control of the panel to the menu as well."""
        self._actions.setdefault(menu, []).extend(actions)

    def menu_actions(self, menu: str) -> list[QAction]:
        """Return this panel's entries of `menu`."""
        return self._actions.get(menu, [])

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain JSON values."""
        return self.state.model_dump(mode="json")

    def restore(self, state: dict[str, Any]) -> None:
        """Show an earlier snapshot; what does not fit is said."""
        try:
            restored = type(self.state).model_validate(state)
        except ValidationError as error:
            self.show_error(JobError("The saved state does not fit this version.", str(error)))
            return
        self.edits.apply(restored, "restored session")

    def show_error(self, error: JobError) -> None:
        """Tell the person what went wrong."""
        self.messages.show_message(
            error.sentence, kind="error", details=error.details, passing=True
        )

    def say(self, topic: str, error: JobError | None) -> None:
        """Say that what `topic` names cannot be had as long as `error` stands; None: it can."""
        if error is None:
            self.messages.clear(topic)
        else:
            self.messages.show_message(
                error.sentence, kind="error", details=error.details, topic=topic
            )

    def show_info(self, text: str) -> None:
        """Tell the person something that needs no answer."""
        self.messages.show_message(text, kind="info", passing=True)
