"""What every panel is handed: settings, session, and the lanes that all panels share."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSettings

from visualizer.autosave import Session
from visualizer.jobs import InOrder
from visualizer.settings import UserFolders, open_settings


@dataclass
class Services:
    """One application's shared things.

    saving: the lane in which files are written, so that none is lost or interleaved.
    """

    folders: UserFolders
    settings: QSettings
    session: Session
    saving: InOrder

    @classmethod
    def start(cls, folders: UserFolders) -> Services:
        """Return the services of a new application whose folders are `folders`."""
        folders.config.mkdir(parents=True, exist_ok=True)
        return cls(folders, open_settings(folders), Session(folders.state), InOrder("saving"))

    def close(self) -> None:
        """Finish the writing that is under way and end the session cleanly."""
        self.saving.drain()
        self.saving.close()
        self.settings.sync()
        self.session.close()
