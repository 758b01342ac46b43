"""Undo and redo over whole states: a step is the state before and the state after."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

S = TypeVar("S")

MERGE_SECONDS = 1.0
MERGE_ID = 1
MAX_STEPS = 500


class _Step(QUndoCommand):
    """From one state to another; steps of one drag merge into one."""

    def __init__(
        self, history: History, before: object, after: object, key: str | None, held: bool
    ) -> None:
        super().__init__()
        self._history = history
        self._before = before
        self._after = after
        self._key = key
        self._held = held
        self._is_new = True  # a stack's push is the first redo, which must not carry anything
        self._time = time.monotonic()

    def id(self) -> int:
        return MERGE_ID if self._key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Step) or other._key != self._key:
            return False
        paused = not self._held and other._time - self._time > MERGE_SECONDS
        if paused or self._history.merging_is_over:
            return False
        self._after, self._time, self._held = other._after, other._time, other._held
        self.setObsolete(self._before == self._after)
        return True

    def undo(self) -> None:
        self._history._go_to(self._before)

    def redo(self) -> None:
        if self._is_new:
            self._is_new = False
            self._history._set(self._after)
        else:
            self._history._go_to(self._after)


class History(QObject, Generic[S]):
    """The present state of a panel and the way back.

    `changed(before, after)` tells of every new present, whether by an edit, undo or redo.
    `look` changes what is looked at without a step; undo and redo then leave that as it is:
    carry(present, target) returns `target` with what is looked at in `present`.
    """

    changed = Signal(object, object)

    def __init__(
        self,
        present: S,
        parent: QObject | None = None,
        *,
        carry: Callable[[S, S], S] = lambda _present, target: target,
    ) -> None:
        super().__init__(parent)
        self._present = present
        self._carry = carry
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MAX_STEPS)
        self.merging_is_over = False

    @property
    def present(self) -> S:
        """The state that is shown."""
        return self._present

    def apply(
        self, state: S, label: str, *, merge_key: str | None = None, held: bool = False
    ) -> None:
        """Make `state` the present one, as a step named `label`.

        merge_key: steps in quick succession with the same key (one drag, one wheel turn) become
        one step, until `end_merge` is called. held: the person has not let go of the mouse, so the
        next step belongs to this one however long they rest.
        """
        if state == self._present:
            return
        step = _Step(self, self._present, state, merge_key, held)
        step.setText(label)
        self.stack.push(step)
        self.merging_is_over = False

    def look(self, state: S) -> None:
        """Make `state` the present one without a step: it differs only in what is looked at."""
        self._set(state)

    def end_merge(self) -> None:
        """Let the next edit be a step of its own even if it has the same key."""
        self.merging_is_over = True

    def reset(self, state: S) -> None:
        """Start anew from `state`; there is no way back."""
        self.stack.clear()
        self._set(state)

    def _go_to(self, state: S) -> None:
        self._set(self._carry(self._present, state))

    def _set(self, state: S) -> None:
        before, self._present = self._present, state
        if before != state:
            self.changed.emit(before, state)
