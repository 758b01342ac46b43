"""What the main window expects of a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtWidgets import QWidget

from visualizer.jobs import JobError

if TYPE_CHECKING:
    from engines.models import LoadedModel
    from visualizer.networks.handing_over import HandedMap


class Panel(QWidget):
    """One panel: a state, a view made of widgets, and a controller between them and the engines.

    settled: everything asked for is computed and shown (screenshots wait for it).
    state_changed: the autosave has something new to write.
    status_changed(text): the panel's part of the status bar.
    """

    settled = Signal()
    state_changed = Signal()
    status_changed = Signal(str)

    def undo_stack(self) -> QUndoStack:
        """Return the stack that Edit ▸ Undo works on while this panel is open."""
        raise NotImplementedError

    def menu_actions(self, menu: str) -> list[QAction]:
        """Return what this panel adds to the menu "File", "Edit" or "View"."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain JSON values."""
        raise NotImplementedError

    def restore(self, state: dict[str, Any]) -> None:
        """Show the state of an earlier `snapshot`; one that does not fit is said, not raised."""
        raise NotImplementedError

    def open_picture(self, path: Path) -> None:
        """Load and show the picture file `path`."""
        raise NotImplementedError

    def show_error(self, error: JobError) -> None:
        """Tell the person what went wrong, in the panel's own message bar."""
        raise NotImplementedError

    def show_info(self, text: str) -> None:
        """Tell the person something that needs no answer."""
        raise NotImplementedError

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        raise NotImplementedError

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return how to take each attitude that is worth a picture (for --screenshot), in order.

        The name "" stands for the panel as a person finds it.
        """
        raise NotImplementedError

    def keep_work(self) -> None:
        """Put into the state what a job has made so far: the window is about to close."""

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        raise NotImplementedError


@runtime_checkable
class ShowsNetworks(Protocol):
    """A panel that can show a network that was made elsewhere in the application."""

    def open_model(self, model: LoadedModel) -> None:
        """Show `model` instead of the present network."""


@runtime_checkable
class TakesMaps(Protocol):
    """A panel that can work on activation maps that come from another panel."""

    def open_maps(self, maps: HandedMap) -> None:
        """Work on `maps`."""
