"""What the tabs of all panels have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from visualizer.edits import Edits


class HasEdits(Protocol):
    """What a tab may ask of its panel, at least."""

    @property
    def edits(self) -> Edits[Any]:
        """The edits of the panel's state, whose field `tabs` holds what each tab is set to."""


class PanelTab(QWidget):
    """One tab; made when it is first opened. Its objectName is "<name>_tab".

    `show_context` is called with whatever is new while the tab is open, and when it is opened; it
    starts work in lanes of the host, never waits. Torch is imported in those lanes, not above.

    What a person sets goes through `edit`, which comes back by `show_context`, as undo does: only
    there are the controls set and the work begun.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    tooltip: ClassVar[str]

    settled = Signal()
    """The tab shows what its last context asked for, or has said why it cannot."""

    host: HasEdits

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.name}_tab")

    @property
    def settings(self) -> Any:
        """What the tab is set to at present: the field of `TabSettings` with its name."""
        return getattr(self.host.edits.state.tabs, self.name)

    def edit(
        self, label: str, *, merge_key: str = "", goes_on: bool = False, **changes: object
    ) -> None:
        """Change fields of the settings, as a step that can be undone.

        merge_key: names the control whose quick changes are one step; goes_on: it is being dragged.
        """
        key = f"{self.name} {merge_key}" if merge_key else ""
        self.host.edits.apply(
            self.changed(**changes), f"{self.title.rstrip('?')}: {label}", merge_key=key,
            goes_on=goes_on, held=goes_on,
        )  # fmt: skip

    def look(self, **changes: object) -> None:
        """Change fields of the settings that are only looked at: no step to undo."""
        self.host.edits.look(self.changed(**changes))

    def changed(self, **changes: object) -> Any:
        """Return the panel's state with fields of the tab's settings changed."""
        state = self.host.edits.state
        mine = self.settings.replace(**changes)
        return state.replace(tabs=state.tabs.replace(**{self.name: mine}))

    def is_settled(self) -> bool:
        """Return whether nothing of its own is under way (the host's lanes and jobs aside)."""
        return True

    def set_active(self, active: bool) -> None:
        """The tab was opened or left."""

    def close_jobs(self) -> None:
        """Cancel and join what the tab runs other than by the host."""
