"""Where the application keeps things between two starts, and what it remembers there."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import platformdirs
from PySide6.QtCore import QSettings

from engines.atomic_write import refusal
from engines.errors import EngineError

T = TypeVar("T", bound=str)

APP_NAME = "Kernelscope"
_IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR)


@dataclass(frozen=True)
class UserFolders:
    """The folders of one person; tests pass folders of their own."""

    config: Path
    state: Path
    log: Path
    cache: Path

    @classmethod
    def default(cls) -> UserFolders:
        """Return the folders that this operating system keeps for applications."""
        dirs = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
        return cls(
            dirs.user_config_path, dirs.user_state_path, dirs.user_log_path, dirs.user_cache_path
        )

    @classmethod
    def under(cls, root: Path) -> UserFolders:
        """Return folders that all lie below `root`."""
        return cls(root / "config", root / "state", root / "log", root / "cache")


@dataclass(frozen=True)
class Refusal:
    """Something that this computer does not let the application do.

    consequence: a clause such as "no log is written"; reason: a whole sentence with the place.
    """

    consequence: str
    reason: str


class FolderError(EngineError):
    """A folder of the application cannot be used."""

    def __init__(self, folder: Path, error: OSError) -> None:
        reason = refusal(error)
        if error.errno in _IN_THE_WAY:
            reason = "there is a file where a folder should be. Move that file away"
        super().__init__(f"{folder} cannot be used: {reason}.")


def make_folder(folder: Path) -> None:
    """Make `folder` unless it is there; raises FolderError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(folder, error) from error


def open_settings(folders: UserFolders) -> tuple[QSettings, Refusal | None]:
    """Return the remembered settings (an INI file, readable and deletable by a person).

    Where they cannot be kept they still work until the end, and what is wrong is returned too.
    """
    file = folders.config / "settings.ini"
    try:
        make_folder(folders.config)
    except FolderError as error:
        return _ini(file), Refusal("settings are not remembered", str(error))
    settings = _ini(file)
    settings.allKeys()  # only now every section is read
    if settings.status() == QSettings.Status.FormatError:
        return settings, Refusal(
            "some settings are lost",
            f"{file} is damaged: what could not be read in it is ignored.",
        )
    if settings.status() == QSettings.Status.AccessError or not settings.isWritable():
        return settings, Refusal(
            "settings are not remembered",
            f"{file} cannot be written. Delete it, or make its folder writable.",
        )
    return settings, None


def _ini(file: Path) -> QSettings:
    return QSettings(str(file), QSettings.Format.IniFormat)


def read_choice(settings: QSettings, key: str, choices: Sequence[T], default: T) -> T:
    """Return the remembered one of `choices`; anything else in the file counts as `default`."""
    value = settings.value(key, default)
    return next((choice for choice in choices if choice == value), default)


def read_number(
    settings: QSettings, key: str, default: float, limits: tuple[float, float]
) -> float:
    """Return the remembered number within `limits`; anything else counts as `default`."""
    try:
        number = float(settings.value(key, default))
    except (TypeError, ValueError):
        return default
    low, high = limits
    return number if low <= number <= high else default


def read_text(settings: QSettings, key: str, default: str) -> str:
    """Return the remembered text; anything else in the file counts as `default`."""
    value = settings.value(key, default)
    return value if isinstance(value, str) else default
