"""Where the application keeps things between two starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings

APP_NAME = "Kernelscope"


@dataclass(frozen=True)
class UserFolders:
    """The folders of one person; tests pass folders of their own."""

    config: Path
    state: Path
    log: Path

    @classmethod
    def default(cls) -> UserFolders:
        """Return the folders that this operating system keeps for applications."""
        dirs = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
        return cls(dirs.user_config_path, dirs.user_state_path, dirs.user_log_path)

    @classmethod
    def under(cls, root: Path) -> UserFolders:
        """Return folders that all lie below `root`."""
        return cls(root / "config", root / "state", root / "log")


def open_settings(folders: UserFolders) -> QSettings:
    """Return the remembered settings (an INI file, readable and deletable by a person)."""
    return QSettings(str(folders.config / "settings.ini"), QSettings.Format.IniFormat)
