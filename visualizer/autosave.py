"""The session on disk: written while the person works, found again after a crash.

Each running window owns `session-<id>.json` and a lock beside it. A clean end makes the file
`closed-<id>.json`; a session file whose lock no living process holds is what a crash left, and
becomes `crashed-<id>.json` once the next window has written the same states as its own. Pasted
pictures are `pasted-<id>-….npy`; they go when no file names them and nobody can undo back to them.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QLockFile

from engines.atomic_write import atomic_write
from engines.errors import EngineError, ImageError
from visualizer.settings import FolderError, make_folder

log = logging.getLogger(__name__)

FORMAT = 1
KEPT_EARLIER = 10
_OWNER = re.compile(r"\.?(?:session|pasted)-([^-.]+)")

States = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class EarlierSession:
    """A session that is over; `ended` is when it was last written, in local time."""

    path: Path
    ended: datetime
    crashed: bool

    def states(self) -> States | None:
        """Return the panels' states, or None when the file holds none (any more)."""
        return read(self.path)


class Session:
    """The session of one running window. All methods are quick and may run in a lane.

    problem: why nothing can be kept in the folder, as a sentence, or "". The session works all the
    same: each `write` tries anew.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.id = uuid.uuid4().hex
        self.path = folder / f"session-{self.id}.json"
        self._lock = _lock(folder, self.id)
        self._passing: Path | None = None
        self.problem = ""
        try:
            self._begin()
        except EngineError as error:
            self.problem = str(error)

    def write(self, panels: States) -> None:
        """Write the panels' states; raises EngineError (a sentence) when the disk refuses."""
        self._begin()
        text = json.dumps({"format": FORMAT, "panels": panels}, ensure_ascii=False)
        with atomic_write(self.path) as file:
            file.write(text.encode())

    def keep_array(self, array: np.ndarray) -> Path:
        """Write a pasted picture beside the session and return its path (.npy).

        Where there is no place for sessions it is kept until the window closes. Raises EngineError
        where the disk refuses.
        """
        try:
            self._begin()
            folder = self.folder
        except EngineError:
            folder = self._passing_folder()
        path = folder / f"pasted-{self.id}-{uuid.uuid4().hex}.npy"
        try:
            with atomic_write(path) as file:
                np.save(file, array, allow_pickle=False)
        except ImageError as error:  # which names a file that the person has never heard of
            if isinstance(error.__cause__, OSError):
                raise FolderError(folder, error.__cause__) from error
            raise
        return path

    def close(self) -> None:
        """End cleanly: what was written becomes the newest earlier session."""
        if self._passing is not None:
            shutil.rmtree(self._passing, ignore_errors=True)
            self._passing = None
        if not self._lock.isLocked():
            return
        try:
            if self.path.exists():
                self._put_aside(self.path, "closed")
            self._tidy()
        except OSError:
            log.exception("the session folder could not be tidied")
        self._lock.unlock()

    def take_crashed(self) -> States | None:
        """Return the newest states that crashes left behind, if any.

        They are written as this session's own before the crashed file is put aside, so that
        another crash finds them again. The other crashed sessions become earlier ones.
        """
        taken: States | None = None
        for owner in self._others_newest_first():
            lock = _lock(self.folder, owner)
            if not lock.tryLock(0):
                continue  # a living window's
            try:
                taken = self._take(self.folder / f"session-{owner}.json", taken)
            except OSError:
                log.exception("a crashed session could not be put aside")
            lock.unlock()
        return taken

    def _take(self, path: Path, taken: States | None) -> States | None:
        """Put the crashed session `path` aside; return `taken`, or else its states."""
        if not path.exists():
            return taken
        states = read(path)
        if states is None:
            if _is_damaged(path):
                path.unlink(missing_ok=True)
            return taken
        if taken is None:
            try:
                self.write(states)
            except EngineError as error:
                log.warning("the crashed session stays where it is: %s", error)
                return states
        self._put_aside(path, "crashed")
        return states if taken is None else taken

    # -- earlier sessions -------------------------------------------------------------------

    def earlier(self) -> list[EarlierSession]:
        """Return the sessions that are over, the newest first."""
        found = []
        for kind in ("closed", "crashed"):
            for path in self.folder.glob(f"{kind}-*.json"):
                ended = datetime.fromtimestamp(_changed(path))
                found.append(EarlierSession(path, ended, kind == "crashed"))
        return sorted(found, key=lambda session: (session.ended, session.path.name), reverse=True)

    def last(self) -> States | None:
        """Return the states of the newest earlier session that can be read, if there is one."""
        readable = (states for session in self.earlier() if (states := session.states()))
        return next(readable, None)

    def _put_aside(self, path: Path, kind: str) -> None:
        """Make `path` an earlier session in place of any that holds the same; keep the newest."""
        content = path.read_bytes()
        for other in self.earlier():
            if other.path.read_bytes() == content:
                other.path.unlink(missing_ok=True)
        path.replace(path.with_name(path.name.replace("session", kind, 1)))
        for old in self.earlier()[KEPT_EARLIER:]:
            old.path.unlink(missing_ok=True)

    # -- the folder -------------------------------------------------------------------------

    def _begin(self) -> None:
        """Make the folder and take the lock, unless both are there; raises EngineError."""
        make_folder(self.folder)
        if self._lock.isLocked() or self._lock.tryLock(0):
            return
        try:  # the lock does not say why
            with tempfile.TemporaryFile(dir=self.folder) as probe:
                probe.write(b"probe")
        except OSError as error:
            raise FolderError(self.folder, error) from error
        raise EngineError(f"{self.folder} cannot be used: no file can be locked there.")

    def _passing_folder(self) -> Path:
        if self._passing is None:
            try:
                self._passing = Path(tempfile.mkdtemp(prefix="kernelscope-"))
            except OSError as error:
                raise FolderError(Path(tempfile.gettempdir()), error) from error
        return self._passing

    def _others_newest_first(self) -> list[str]:
        """Return the ids of the other sessions that left a file or only a lock."""
        owners = _owners(self.folder.glob("session-*")) - {self.id}
        by_time = {owner: _changed(self.folder / f"session-{owner}.json") for owner in owners}
        return sorted(owners, key=lambda owner: by_time[owner], reverse=True)

    def _tidy(self) -> None:
        """Remove what belongs to sessions that are over and is named by no session.

        Not while another window is open, whose undo may lead back to a picture that its file no
        longer names.
        """
        # Listed first: what a window that starts now writes is not among them.
        parts = [*self.folder.glob(".session-*.part"), *self.folder.glob(".pasted-*.part")]
        arrays = list(self.folder.glob("pasted-*.npy"))
        over = {self.id}
        for owner in self._others_newest_first() + sorted(_owners([*parts, *arrays])):
            if owner in over:
                continue
            lock = _lock(self.folder, owner)
            if not lock.tryLock(0):
                return
            over.add(owner)
            lock.unlock()
        in_use = b"".join(path.read_bytes() for path in self.folder.glob("*.json"))
        for path in arrays:
            if path.name.encode() not in in_use:
                path.unlink(missing_ok=True)
        for path in parts:
            path.unlink(missing_ok=True)


def read(path: Path) -> States | None:
    """Return the panels' states in the session file `path`, or None when it holds none."""
    try:
        content = _content(path)
    except (OSError, ValueError) as error:
        log.warning("session %s cannot be read: %s", path.name, error)
        return None
    if content.get("format") != FORMAT:
        return None
    panels = content.get("panels")
    if not isinstance(panels, dict) or not all(isinstance(v, dict) for v in panels.values()):
        return None
    return panels


def load_array(path: Path) -> np.ndarray:
    """Return a pasted picture kept by `Session.keep_array`."""
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise EngineError("The pasted picture of this session is no longer there.") from error


def _content(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf8"))
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content


def _is_damaged(path: Path) -> bool:
    """Return whether nobody can read `path`: a later version's file and a locked one are kept."""
    try:
        version = _content(path).get("format")
    except ValueError:
        return True
    except OSError:
        return False
    return not isinstance(version, int) or version <= FORMAT


def _owners(files: Iterable[Path]) -> set[str]:
    """Return the ids of the sessions that `files` belong to."""
    return {found[1] for file in files if (found := _OWNER.match(file.name))}


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # only a lock, or just taken by another window


def _lock(folder: Path, owner: str) -> QLockFile:
    lock = QLockFile(str(folder / f"session-{owner}.lock"))
    lock.setStaleLockTime(0)  # stale only when the process is gone
    return lock
