"""What the tabs that look into a layer have in common: when they look, and at what."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from time import perf_counter
from typing import Any

from PySide6.QtWidgets import QWidget

from visualizer.jobs import JobError
from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.style_studio.tabs.pace import Pace
from visualizer.panels.style_studio.tabs.seeing import Seeing


class LookingTab(Tab):
    """Asks a lane for what the context shows, of the newest picture, without slowing a run.

    A subclass says what it wishes to see, computes it in the lane, and shows it.
    """

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._lane = host.lane(self.name)
        self._pace = Pace(self)
        self._pace.due.connect(self._look)
        self._context: Context | None = None
        self._asked: Any = None
        self._seeing = Seeing()

    # -- what a subclass says ---------------------------------------------------------------

    @abstractmethod
    def show_settings(self, context: Context) -> None:
        """Set the controls to what the context says."""

    @abstractmethod
    def wish_of(self, context: Context) -> Any:
        """Return what is to be seen, a Wish; None before there is anything."""

    @staticmethod
    @abstractmethod
    def work(wish: Any, seeing: Seeing) -> Any:
        """Return what `wish` asks for; called in the lane."""

    @abstractmethod
    def show_found(self, found: Any) -> None:
        """Show what `work` returned."""

    @abstractmethod
    def show_nothing(self) -> None:
        """Show that there is nothing to see yet, or any more."""

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Look at what is new; while a run goes on, at the newest now and then."""
        self._context = context
        self.show_settings(context)
        wish = self.wish_of(context)
        if wish is None:
            self._forget()
            self.host.say(self.name, None)
            self.show_nothing()
            return
        if wish.alike(self._asked):
            self._pace.ask(beside_run=False)  # what was waited for is not wanted any more
            return
        # What a person asks for is not kept waiting, only the run's next pictures are.
        run_alone = wish.like_but_picture(self._asked)
        if self._pace.ask(beside_run=run_alone and self._goes_on(context)):
            self._look()

    def _goes_on(self, context: Context) -> bool:
        return context.running and not self.host.run.paused

    def _look(self) -> None:
        context = self._context
        wish = None if context is None else self.wish_of(context)
        if context is None or wish is None or wish.alike(self._asked):
            return
        follows = wish.like_but_picture(self._asked)
        self._asked = wish
        beside = self._goes_on(context)
        self._pace.began()
        self._lane.submit(
            partial(_timed, self.work, wish, self._seeing, beside=beside),
            self._arrived, self._failed, follow=follows,
        )  # fmt: skip

    def _arrived(self, result: tuple[float, Any]) -> None:
        seconds, found = result
        self._pace.took(seconds)
        self.host.say(self.name, None)
        self.show_found(found)
        self.settled.emit()

    def _failed(self, error: JobError) -> None:
        self._pace.took(0.0)
        self.show_nothing()
        self.host.say(self.name, error)
        self.settled.emit()

    def is_settled(self) -> bool:
        """Return whether the newest is shown, or on its way in the lane."""
        return not self._pace.waits

    def set_active(self, active: bool) -> None:
        """Let go of pictures and network where the tab is left."""
        if not active:
            self._forget()

    def _forget(self) -> None:
        self._pace.stop()
        self._lane.supersede()
        self._context = self._asked = None
        self._seeing = Seeing()

    def close_jobs(self) -> None:
        """Look no more."""
        self._pace.stop()


def _timed(work: Any, wish: Any, seeing: Seeing, *, beside: bool) -> tuple[float, Any]:
    """Return how long `work` took and what it returned; beside a run it takes one core."""
    import torch

    from engines.device import at_most_threads

    began = perf_counter()
    with at_most_threads(1 if beside else torch.get_num_threads()):
        found = work(wish, seeing)
    return perf_counter() - began, found
