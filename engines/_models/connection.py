"""One request over HTTP that can be cut off at any moment, even while the server is silent."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

_ASK_EVERY = 0.1  # seconds
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
# What Hugging Face tells of a file before it sends the reader on to where it lies.
_TOLD_SHA256 = "X-Linked-ETag"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):  # noqa: N818  an answer, not a bug
    """The server answered with an error: `code`, `reason`; `total` of the file if it told that."""

    def __init__(self, code: int, reason: str, total: int | None) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason
        self.total = total


class Answer:
    """A body that is coming: begins_at, its first byte's place in the file; total; tag (ETag)."""

    def __init__(self, response: Any) -> None:
        self._response = response
        headers = response.headers
        ranged = _RANGE.match(headers.get("Content-Range", ""))
        partly = response.status == 206 and ranged is not None
        self.begins_at = int(ranged[1] or 0) if partly and ranged else 0
        if partly and ranged:
            self.total = None if ranged[2] == "*" else int(ranged[2])
        else:
            length = headers.get("Content-Length")
            self.total = int(length) if length and length.isdigit() else None
        tag = headers.get("ETag", "") or headers.get("Last-Modified", "")
        self.tag = "" if tag.startswith("W/") else tag  # weak tags may not be used for ranges

    def read(self, size: int) -> bytes:
        """Return the bytes that are there, at most `size`, waiting for some; b"" at the end."""
        return bytes(self._response.read1(size))


class Connection:
    """Opens one address; while it is used as a context, `cancelled` can cut it off.

    checksum: the SHA-256 that the server told on the way, or "".
    """

    def __init__(self, cancelled: Callable[[], bool], silence: float) -> None:
        self.checksum = ""
        self._cancelled = cancelled
        self._silence = silence
        self._sockets: list[socket.socket] = []
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="download watcher", daemon=True)
        self._response: Any = None

    def __enter__(self) -> Connection:
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._watcher.join()
        if self._response is not None:
            self._response.close()

    def open(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer for `url`, redirects and the system's proxies followed.

        Raises Refused for an answer that is an error, OSError where there is no connection.
        """
        opener = urllib.request.build_opener(
            _WatchedHttp(self._sockets), _WatchedHttps(self._sockets), _Redirects(self)
        )
        request = urllib.request.Request(url, headers=dict(headers))
        try:
            self._response = opener.open(request, timeout=self._silence)
        except urllib.error.HTTPError as error:
            with error:
                ranged = _RANGE.match(error.headers.get("Content-Range", ""))
                total = int(ranged[2]) if ranged and ranged[2] != "*" else None
                raise Refused(error.code, str(error.reason), total) from error
        self.note_checksum(self._response.headers)
        return Answer(self._response)

    def note_checksum(self, headers: Any) -> None:
        """Keep the checksum in `headers`, if there is one."""
        told = (headers.get(_TOLD_SHA256) or "").strip('"').lower()
        if _SHA256.fullmatch(told):
            self.checksum = told

    def _watch(self) -> None:
        while not self._done.wait(_ASK_EVERY):
            if not self._cancelled():
                continue
            for line in list(self._sockets):
                try:
                    # The plain one: TLS would first want to say good-bye to a silent server.
                    socket.socket.shutdown(line, socket.SHUT_RDWR)
                except OSError:  # it has ended by itself
                    continue


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def redirect_request(self, *given: Any) -> urllib.request.Request | None:
        headers = given[4]
        self._connection.note_checksum(headers)
        return super().redirect_request(*given)


class _WatchedHttp(urllib.request.HTTPHandler):
    def __init__(self, sockets: list[socket.socket]) -> None:
        super().__init__()
        self._sockets = sockets

    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_kept(http.client.HTTPConnection, self._sockets), request)


class _WatchedHttps(urllib.request.HTTPSHandler):
    def __init__(self, sockets: list[socket.socket]) -> None:
        super().__init__()
        self._sockets = sockets

    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_kept(http.client.HTTPSConnection, self._sockets), request)


def _kept(kind: type[http.client.HTTPConnection], sockets: list[socket.socket]) -> Any:
    """Return `kind` of connection, which puts its socket into `sockets` when it is made."""

    class Kept(kind):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    return Kept
