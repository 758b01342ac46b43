"""Weights fetched from a server on this computer that is slow, lies, breaks off and dies."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engines.models import DownloadCancelled, DownloadError, fetch

CONTENT = bytes(range(256)) * 4000  # about 1 MB
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Behaviour:
    """What the server does; each entry of `cuts` ends one answer after so many bytes."""

    content: bytes = CONTENT
    ranges: bool = True
    tag: str = '"one"'
    told_sha256: str = ""
    cuts: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    pause: float = 0.0
    silent_after: int | None = None
    go_on: threading.Event = field(default_factory=threading.Event)
    asked: list[dict[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behaviour: Behaviour

    def do_GET(self) -> None:
        does = self.server.behaviour
        does.asked.append({key.lower(): value for key, value in self.headers.items()})
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.send_header("X-Linked-ETag", f'"{does.told_sha256}"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        code = does.codes.pop(0) if does.codes else 0
        if code:
            self.send_error(code)
            return
        begin = self._begin(does)
        if begin >= len(does.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(does.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = does.content[begin:]
        self.send_response(206 if begin else 200)
        if begin:
            end = len(does.content) - 1
            self.send_header("Content-Range", f"bytes {begin}-{end}/{len(does.content)}")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", does.tag)
        self.end_headers()
        self._send(does, body)

    def _begin(self, does: Behaviour) -> int:
        asked = self.headers.get("Range", "")
        same = self.headers.get("If-Range", does.tag) == does.tag
        if not (does.ranges and asked and same):
            return 0
        return int(asked.removeprefix("bytes=").rstrip("-"))

    def _send(self, does: Behaviour, body: bytes) -> None:
        cut = does.cuts.pop(0) if does.cuts else None
        body = body[:cut]
        sent = 0
        try:
            while sent < len(body):
                if does.silent_after is not None and sent >= does.silent_after:
                    does.go_on.wait(30)
                    break
                block = body[sent : sent + 20_000]
                self.wfile.write(block)
                sent += len(block)
                if does.pause:
                    does.go_on.wait(does.pause)
        except OSError:
            sent = -1  # the reader has gone
        if cut is not None or sent != len(body):
            self.close_connection = True

    def log_message(self, *given: object) -> None:
        del given


class Server(ThreadingHTTPServer):
    """A server on a free port of this computer."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = Behaviour()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.behaviour.go_on.set()
    made.shutdown()
    made.server_close()
    thread.join()


def quickly(server: Server, target, path: str = "/file", **options):
    given = {"sha256_prefix": SHA256[:8], "first_wait": 0.01, **options}
    return fetch(server.address + path, target, **given)


def left_beside(target) -> list[str]:
    return sorted(name for name in os.listdir(target.parent) if name != target.name)


def test_a_file_comes_whole_and_nothing_is_left_beside_it(server, tmp_path):
    target = tmp_path / "made" / "weights.pth"
    assert quickly(server, target) == target
    assert target.read_bytes() == CONTENT
    assert left_beside(target) == []


def test_progress_grows_to_the_whole_and_tells_the_total(server, tmp_path):
    server.behaviour.pause = 0.01
    seen = []
    quickly(server, tmp_path / "w.pth", on_progress=seen.append)
    counts = [progress.received for progress in seen]
    assert len(counts) > 2
    assert counts == sorted(counts)
    assert counts[-1] == len(CONTENT)
    assert seen[-1].share == 1.0
    assert {progress.total for progress in seen} == {len(CONTENT)}
    assert seen[-1].speed > 0


def test_a_connection_that_breaks_off_is_continued_where_it_ended(server, tmp_path):
    server.behaviour.cuts = [300_000, 200_000]
    seen = []
    quickly(server, tmp_path / "w.pth", on_progress=seen.append)
    assert (tmp_path / "w.pth").read_bytes() == CONTENT
    assert [asked.get("range") for asked in server.behaviour.asked] == [
        None,
        "bytes=300000-",
        "bytes=500000-",
    ]
    waits = [progress.waiting for progress in seen if progress.waiting]
    assert len(waits) == 2
    assert all("ended at" in why for why in waits)
    assert seen[-1].attempt == 3


def test_a_server_without_ranges_is_asked_for_the_whole_again(server, tmp_path):
    server.behaviour.ranges = False
    server.behaviour.cuts = [300_000]
    quickly(server, tmp_path / "w.pth")
    assert (tmp_path / "w.pth").read_bytes() == CONTENT


def test_a_file_that_changed_on_the_server_is_not_glued_to_its_old_part(server, tmp_path):
    target = tmp_path / "w.pth"
    server.behaviour.cuts = [300_000]
    server.behaviour.codes = [0, 404]
    with pytest.raises(DownloadError, match="404"):
        quickly(server, target)
    assert (tmp_path / "w.pth.part").stat().st_size == 300_000
    server.behaviour.content = CONTENT[::-1]
    server.behaviour.tag = '"two"'
    quickly(server, target, sha256_prefix="")
    assert target.read_bytes() == CONTENT[::-1]


def test_an_old_part_of_another_file_costs_one_more_attempt_and_no_wrong_file(server, tmp_path):
    (tmp_path / "w.pth.part").write_bytes(b"something else entirely")
    quickly(server, tmp_path / "w.pth")
    assert (tmp_path / "w.pth").read_bytes() == CONTENT


def test_a_part_that_was_whole_already_is_only_checked(server, tmp_path):
    (tmp_path / "w.pth.part").write_bytes(CONTENT)
    quickly(server, tmp_path / "w.pth")
    assert (tmp_path / "w.pth").read_bytes() == CONTENT
    assert len(server.behaviour.asked) == 1


def test_a_part_longer_than_the_file_is_thrown_away(server, tmp_path):
    (tmp_path / "w.pth.part").write_bytes(CONTENT + b"and more")
    quickly(server, tmp_path / "w.pth")
    assert (tmp_path / "w.pth").read_bytes() == CONTENT


def test_wrong_bytes_never_become_the_file(server, tmp_path):
    server.behaviour.content = CONTENT[:-1] + b"\0"
    target = tmp_path / "w.pth"
    with pytest.raises(DownloadError, match=f"instead of {SHA256[:8]}"):
        quickly(server, target)
    assert os.listdir(tmp_path) == []


def test_the_checksum_told_at_a_redirect_is_held(server, tmp_path):
    server.behaviour.told_sha256 = SHA256
    quickly(server, tmp_path / "good", "/moved", sha256_prefix="")
    assert (tmp_path / "good").read_bytes() == CONTENT
    server.behaviour.told_sha256 = "0" * 64
    with pytest.raises(DownloadError, match="checksum"):
        quickly(server, tmp_path / "bad", "/moved", sha256_prefix="")
    assert not (tmp_path / "bad").exists()


def test_a_server_that_is_busy_is_asked_again_later(server, tmp_path):
    server.behaviour.codes = [503, 429]
    began = time.monotonic()
    quickly(server, tmp_path / "w.pth", first_wait=0.1)
    assert time.monotonic() - began >= 0.3  # 0.1 and then 0.2 seconds
    assert len(server.behaviour.asked) == 3


def test_a_file_that_is_not_there_is_said_at_once(server, tmp_path):
    server.behaviour.codes = [404]
    with pytest.raises(DownloadError, match="answered 404"):
        quickly(server, tmp_path / "w.pth")
    assert len(server.behaviour.asked) == 1


def test_a_server_that_always_breaks_off_ends_in_a_sentence_and_keeps_the_part(server, tmp_path):
    server.behaviour.cuts = [100_000] + [0] * 20
    with pytest.raises(DownloadError, match="after 3 attempts") as caught:
        quickly(server, tmp_path / "w.pth", attempts=3)
    assert "0.1 of 1.0 MB" in str(caught.value)
    assert (tmp_path / "w.pth.part").stat().st_size == 100_000
    assert not (tmp_path / "w.pth").exists()


def test_a_server_that_has_died_ends_in_a_sentence(tmp_path):
    dead = Server()
    address = dead.address
    dead.server_close()
    with pytest.raises(DownloadError, match="no connection"):
        fetch(f"{address}/file", tmp_path / "w.pth", attempts=2, first_wait=0.01)


def test_a_server_that_falls_silent_is_asked_for_the_rest(server, tmp_path):
    server.behaviour.silent_after = 400_000
    seen = []
    quickly(server, tmp_path / "w.pth", silence=0.3, on_progress=seen.append)
    assert (tmp_path / "w.pth").read_bytes() == CONTENT
    assert {progress.waiting for progress in seen} == {"", "the server fell silent"}


def test_cancelling_a_slow_download_keeps_what_came_and_the_next_call_continues(server, tmp_path):
    server.behaviour.pause = 0.02
    stop = threading.Event()

    def watch(progress):
        if progress.received > 100_000:
            stop.set()

    with pytest.raises(DownloadCancelled, match="kept"):
        quickly(server, tmp_path / "w.pth", on_progress=watch, cancelled=stop.is_set)
    kept = (tmp_path / "w.pth.part").stat().st_size
    assert 100_000 < kept < len(CONTENT)
    assert not (tmp_path / "w.pth").exists()
    server.behaviour.pause = 0.0
    quickly(server, tmp_path / "w.pth")
    assert server.behaviour.asked[-1]["range"] == f"bytes={kept}-"
    assert (tmp_path / "w.pth").read_bytes() == CONTENT


def test_a_silent_server_does_not_hold_up_cancelling(server, tmp_path):
    server.behaviour.silent_after = 40_000
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    began = time.monotonic()
    with pytest.raises(DownloadCancelled):
        quickly(server, tmp_path / "w.pth", cancelled=stop.is_set, silence=25.0)
    assert time.monotonic() - began < 10.0  # not the 25 seconds it would be waited for
    timer.join()


def test_the_wait_before_another_attempt_can_be_cancelled(server, tmp_path):
    server.behaviour.codes = [503] * 9
    stop = threading.Event()
    with pytest.raises(DownloadCancelled):
        quickly(
            server,
            tmp_path / "w.pth",
            first_wait=25.0,
            cancelled=stop.is_set,
            on_progress=lambda progress: stop.set() if progress.waiting else None,
        )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_a_sentence(server, tmp_path):
    (tmp_path / "w.pth.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match="the disk is full"):
        quickly(server, tmp_path / "w.pth")
    assert len(server.behaviour.asked) == 1


def test_a_disk_too_small_for_the_file_is_told_before_anything_comes(server, tmp_path, monkeypatch):
    from engines._models import downloads

    small = type("Usage", (), {"free": 1000})()
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda folder: small)
    with pytest.raises(DownloadError, match="needs 1 MB"):
        quickly(server, tmp_path / "w.pth")
    assert not (tmp_path / "w.pth.part").exists()


def test_a_place_that_cannot_be_written_is_a_sentence(server, tmp_path):
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(DownloadError, match="could not be written"):
        quickly(server, tmp_path / "file" / "w.pth")
