"""Files fetched from the network: whole, checked, resumable, and stoppable at any moment.

A file that is not yet whole lies beside its place as "….part", so that it is never mistaken for
one; "….part.tag" tells which version of the file on the server it is a part of.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Protocol

from engines._models.connection import Answer, Connection, Refused
from engines.atomic_write import refusal
from engines.errors import DownloadCancelled, DownloadError

_BLOCK = 1 << 18
_REPORT_EVERY = 0.1  # seconds
_SPEED_OVER = 3.0  # seconds
_LONGEST_WAIT = 30.0  # seconds
_LOST = (OSError, http.client.HTTPException)


class OnProgress(Protocol):
    """What is called with the state of a download, some ten times a second."""

    def __call__(self, progress: DownloadProgress, /) -> object:
        """Take the newest state."""


@dataclass(frozen=True)
class DownloadProgress:
    """How far a download is.

    received: bytes on disk; total: bytes of the whole, or None where the server does not say;
    speed: bytes per second over the last seconds; attempt: 1 for the first; waiting: why it rests
    before the next attempt, "" while bytes come.
    """

    received: int
    total: int | None
    speed: float = 0.0
    attempt: int = 1
    waiting: str = ""

    @property
    def share(self) -> float | None:
        """How much has come, 0 … 1, or None where the whole is not known."""
        return min(self.received / self.total, 1.0) if self.total else None


def fetch(
    url: str,
    target: str | PathLike[str],
    *,
    sha256_prefix: str = "",
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
    attempts: int = 5,
    first_wait: float = 1.0,
    silence: float = 20.0,
) -> Path:
    """Fetch `url` into the file `target` and return its path.

    What an earlier call left is continued where the server can (Range), else begun anew. After a
    failure it waits `first_wait` seconds, then twice as long each time, up to `attempts` attempts
    that bring nothing; a server that is silent for `silence` seconds counts as one. `target`
    appears only when it is whole and its SHA-256 begins with `sha256_prefix` (where none is given,
    with the checksum that Hugging Face tells). `cancelled` is asked ten times a second.

    Raises DownloadCancelled, and DownloadError with a sentence for everything else: no such file,
    no connection, wrong bytes, a full disk.
    """
    job = _Download(
        url,
        Path(target),
        sha256_prefix.lower(),
        on_progress or (lambda progress, /: None),
        cancelled or (lambda: False),
        silence,
    )
    return job.run(attempts, first_wait)


class _Wrong(Exception):  # noqa: N818  never leaves this module
    """The whole file came, and it is not the one that was asked for."""


class _CutShort(Exception):  # noqa: N818  never leaves this module
    """The connection ended before the whole file had come."""


@dataclass
class _Download:
    url: str
    target: Path
    sha256_prefix: str
    on_progress: OnProgress
    cancelled: Callable[[], bool]
    silence: float
    total: int | None = None
    attempt: int = 1
    recent: list[tuple[float, int]] = field(default_factory=list)

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def tag_file(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part.tag")

    def run(self, attempts: int, first_wait: float) -> Path:
        self._make_folder()
        in_vain, wrong = 0, 0
        while True:
            before = self._received()
            try:
                return self._attempt()
            except _Wrong as error:
                self._forget()
                wrong += 1
                if wrong > 1:  # once may be an old part of another version
                    raise DownloadError(
                        f"{self.target.name}: {error} It was thrown away; try again later, or "
                        "from another place."
                    ) from error
                continue
            except (*_LOST, _CutShort) as error:
                said = _said(error)
                last: Exception = error
            self._stop_if_cancelled()
            in_vain = 0 if self._received() > before else in_vain + 1
            if in_vain >= attempts:
                raise DownloadError(
                    f"{self.target.name} could not be fetched: {said} after {attempts} attempts. "
                    "What has come is kept; try again when the connection is better."
                ) from last
            self._rest(min(first_wait * 2 ** max(in_vain - 1, 0), _LONGEST_WAIT), said)
            self.attempt += 1

    def _attempt(self) -> Path:
        have = self._received()
        headers = {"User-Agent": "kernelscope", "Accept-Encoding": "identity"}
        tag = self._tag()
        if have:
            headers["Range"] = f"bytes={have}-"
            if tag:
                headers["If-Range"] = tag
        with Connection(self.cancelled, self.silence) as connection:
            try:
                answer = connection.open(self.url, headers)
            except Refused as refused:
                self._judge(refused, have)
            else:
                self._receive(answer, have)
        return self._finish(connection.checksum)

    def _judge(self, refused: Refused, have: int) -> None:
        """Return where a refusal means that all is here; raise what it means otherwise."""
        if refused.code == 416:  # nothing after what we have: it is whole, or of another version
            if self.total is None:
                self.total = refused.total
            if have != self.total:
                raise _Wrong("the part that was here belongs to another file.")
            return
        if refused.code in (408, 425, 429) or refused.code >= 500:
            raise _CutShort(f"the server answered {refused.code} ({refused.reason})")
        raise DownloadError(
            f"{self.target.name} could not be fetched: the server answered {refused.code} "
            f"({refused.reason}) for {self.url}."
        )

    def _receive(self, answer: Answer, have: int) -> None:
        resumed = have > 0 and answer.begins_at == have
        if not resumed:
            have = 0
        self.total = answer.total
        self._check_space(have)
        self._write_tag(answer.tag)
        with self._open_part(resumed) as file:
            while True:
                block = answer.read(_BLOCK)
                self._stop_if_cancelled()
                if not block:
                    break
                self._write(file, block)
                have += len(block)
                self._report(have)
        if self.total is not None and have < self.total:
            raise _CutShort(f"the connection ended at {_megabytes(have, self.total)}")
        self._report(have, always=True)

    def _finish(self, checksum: str) -> Path:
        wanted = self.sha256_prefix or checksum
        size = self._received()
        if self.total is not None and size != self.total:
            raise _Wrong(f"it has {size} bytes instead of {self.total}.")
        if wanted:
            digest = self._digest()
            if not digest.startswith(wanted):
                raise _Wrong(
                    f"its checksum begins with {digest[: len(wanted)][:16]} instead of "
                    f"{wanted[:16]}, so what came is not the file that was asked for."
                )
        try:
            self.part.replace(self.target)
        except OSError as error:
            raise self._disk_error(error) from error
        self.tag_file.unlink(missing_ok=True)
        return self.target

    def _digest(self) -> str:
        digest = hashlib.sha256()
        with self.part.open("rb") as file:
            while block := file.read(_BLOCK):
                self._stop_if_cancelled()
                digest.update(block)
        return digest.hexdigest()

    def _make_folder(self) -> None:
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._disk_error(error) from error

    def _check_space(self, have: int) -> None:
        free = shutil.disk_usage(self.target.parent).free
        if self.total is not None and self.total - have > free:
            raise DownloadError(
                f"{self.target.name} needs {(self.total - have) / 1e6:,.0f} MB, and the disk with "
                f"{self.target.parent} has {free / 1e6:,.0f} MB free. Free some space and try "
                "again."
            )

    def _open_part(self, resumed: bool) -> BinaryIO:
        try:
            return self.part.open("ab" if resumed else "wb", buffering=0)
        except OSError as error:
            raise self._disk_error(error) from error

    def _write(self, file: BinaryIO, block: bytes) -> None:
        left = memoryview(block)
        try:
            while left:
                left = left[file.write(left) :]
        except OSError as error:
            raise self._disk_error(error) from error

    def _disk_error(self, error: OSError) -> DownloadError:
        return DownloadError(
            f"{self.target.name} could not be written to {self.target.parent}: {refusal(error)}. "
            "Mend that and try again; what has come is kept."
        )

    def _received(self) -> int:
        try:
            return os.path.getsize(self.part)
        except OSError:
            return 0

    def _tag(self) -> str:
        try:
            return self.tag_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _write_tag(self, tag: str) -> None:
        try:
            self.tag_file.write_text(tag, "utf-8")
        except OSError as error:
            raise self._disk_error(error) from error

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.tag_file.unlink(missing_ok=True)
        self.total = None
        self.recent.clear()

    def _stop_if_cancelled(self) -> None:
        if self.cancelled():
            raise DownloadCancelled(
                f"Stopped. What has come of {self.target.name} is kept for the next time."
            )

    def _rest(self, seconds: float, why: str) -> None:
        self.recent.clear()
        state = DownloadProgress(self._received(), self.total, 0.0, self.attempt, why)
        self.on_progress(state)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._stop_if_cancelled()
            time.sleep(min(left, _REPORT_EVERY))

    def _report(self, have: int, *, always: bool = False) -> None:
        now = time.monotonic()
        if self.recent and not always and now - self.recent[-1][0] < _REPORT_EVERY:
            return
        self.recent = [at for at in self.recent if now - at[0] < _SPEED_OVER] + [(now, have)]
        (began, had), seconds = self.recent[0], now - self.recent[0][0]
        del began
        speed = (have - had) / seconds if seconds > 0 else 0.0
        self.on_progress(DownloadProgress(have, self.total, speed, self.attempt))


def _megabytes(have: int, total: int) -> str:
    return f"{have / 1e6:,.1f} of {total / 1e6:,.1f} MB"


def _said(error: Exception) -> str:
    if isinstance(error, urllib.error.URLError):
        reason = error.reason
        said = getattr(reason, "strerror", None) or str(reason)
        return f"no connection ({said})"
    if isinstance(error, TimeoutError):
        return "the server fell silent"
    if isinstance(error, _CutShort):
        return str(error)
    return f"the connection broke ({getattr(error, 'strerror', None) or error})"
