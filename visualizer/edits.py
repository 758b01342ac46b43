"""The one way in which a panel's state changes."""

from __future__ import annotations

from typing import Generic, TypeVar

from visualizer.history import History

S = TypeVar("S")


class Edits(Generic[S]):
    """Applies edits to the history and remembers how the present one came about.

    following: it is a step of a drag, so a result under way is still worth showing; origin: the
    control that it came from, which must not be set while the person uses it.
    """

    def __init__(self, history: History[S]) -> None:
        self.history = history
        self.following = False
        self.origin = ""

    @property
    def state(self) -> S:
        """The present state."""
        return self.history.present

    def apply(
        self,
        state: S,
        label: str,
        *,
        merge_key: str = "",
        goes_on: bool = False,
        held: bool = False,
        origin: str = "",
    ) -> None:
        """Make `state` the present one, as a step of its own or merged into a drag's.

        merge_key: names the drag; goes_on: whether more of it may follow; held: whether the
        mouse is still held, so that it will.
        """
        if not merge_key:
            self.history.end_merge()
        self.following, self.origin = goes_on, origin
        self.history.apply(state, label, merge_key=merge_key or None, held=held)
        self.following, self.origin = False, ""
        if merge_key and not goes_on:
            self.history.end_merge()

    def look(self, state: S) -> None:
        """Make `state` the present one without an undo step: it changes what is looked at."""
        self.history.look(state)
