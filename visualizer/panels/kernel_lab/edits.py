"""The one way in which the Kernel Lab's state changes."""

from __future__ import annotations

from visualizer.history import History
from visualizer.state import KernelLabState


class Edits:
    """Applies edits to the history and remembers how the present one came about.

    following: it is a step of a drag, so a result under way is still worth showing; keep_grid: it
    was typed into the kernel grid, which must not be set while the person types.
    """

    def __init__(self, history: History[KernelLabState]) -> None:
        self.history = history
        self.following = False
        self.keep_grid = False

    @property
    def state(self) -> KernelLabState:
        """The present state."""
        return self.history.present

    def apply(
        self,
        state: KernelLabState,
        label: str,
        *,
        merge_key: str = "",
        goes_on: bool = False,
        held: bool = False,
        keep_grid: bool = False,
    ) -> None:
        """Make `state` the present one, as a step of its own or merged into a drag's.

        merge_key: names the drag; goes_on: whether more of it may follow; held: whether the
        mouse is still held, so that it will.
        """
        if not merge_key:
            self.history.end_merge()
        self.following, self.keep_grid = goes_on, keep_grid
        self.history.apply(state, label, merge_key=merge_key or None, held=held)
        self.following = self.keep_grid = False
        if merge_key and not goes_on:
            self.history.end_merge()
