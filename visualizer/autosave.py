"""The session on disk: written while the person works, found again after a crash.

Each running window owns `session-<id>.json` and a lock beside it. A clean exit turns the file into
`last-session.json`. A session file whose lock no living process holds is what a crash left.
"""

from __future__ import annotations

import json
import logging
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QLockFile

from engines.atomic_write import atomic_write
from engines.errors import EngineError

log = logging.getLogger(__name__)

FORMAT = 1
LAST = "last-session.json"


class Session:
    """The session file of one running window. All methods are quick and may run in a lane."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / f"session-{uuid.uuid4().hex}.json"
        self._lock = _lock(self.path)
        self._lock.tryLock(0)

    def write(self, panels: dict[str, dict[str, Any]]) -> None:
        """Write the panels' states; raises ImageError (a sentence) when the disk refuses."""
        text = json.dumps({"format": FORMAT, "panels": panels}, ensure_ascii=False, indent=1)
        with atomic_write(self.path) as file:
            file.write(text.encode())

    def keep_array(self, array: np.ndarray) -> Path:
        """Write a pasted picture beside the session and return its path (.npy)."""
        path = self.folder / f"pasted-{uuid.uuid4().hex}.npy"
        with atomic_write(path) as file:
            np.save(file, array, allow_pickle=False)
        return path

    def close(self) -> None:
        """End cleanly: what was written becomes the last session."""
        if self.path.exists():
            self.path.replace(self.folder / LAST)
        self._remove_unused_arrays()
        self._lock.unlock()

    def take_crashed(self) -> dict[str, dict[str, Any]] | None:
        """Return the newest states that a crash left behind, and clear all that crashes left."""
        newest: dict[str, dict[str, Any]] | None = None
        for path in self._others_oldest_first():
            lock = _lock(path)
            if not lock.tryLock(0):
                continue  # a living window's
            newest = read(path) or newest
            path.unlink(missing_ok=True)
            lock.unlock()
        return newest

    def last(self) -> dict[str, dict[str, Any]] | None:
        """Return the states of the last session that ended cleanly, if there was one."""
        path = self.folder / LAST
        return read(path) if path.exists() else None

    def _others_oldest_first(self) -> list[Path]:
        others = [path for path in self.folder.glob("session-*.json") if path != self.path]
        return sorted(others, key=lambda path: path.stat().st_mtime)

    def _remove_unused_arrays(self) -> None:
        in_use = "".join(path.read_text(encoding="utf8") for path in self.folder.glob("*.json"))
        for path in self.folder.glob("pasted-*.npy"):
            if path.name not in in_use:
                path.unlink(missing_ok=True)


def read(path: Path) -> dict[str, dict[str, Any]] | None:
    """Return the panels' states in the session file `path`, or None when it holds none."""
    try:
        content = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError) as error:
        log.warning("session %s cannot be read: %s", path.name, error)
        return None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return None
    panels = content.get("panels")
    return panels if isinstance(panels, dict) else None


def load_array(path: Path) -> np.ndarray:
    """Return a pasted picture kept by `Session.keep_array`."""
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise EngineError("The pasted picture of this session is no longer there.") from error


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(".lock")))
    lock.setStaleLockTime(0)  # stale only when the process is gone
    return lock
