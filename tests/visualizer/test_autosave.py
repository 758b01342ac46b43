"""The session on disk: clean ends, crashes, several windows, pasted pictures, broken files."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from engines.errors import EngineError
from visualizer import autosave
from visualizer.autosave import KEPT_EARLIER, Session

ROOT = Path(__file__).parents[2]
STATES = {"kernel_lab": {"kernel": [[1.0, 2.0]]}}
PIXELS = np.random.default_rng(0).random((4, 5, 3), dtype=np.float32)
BEGINS = """
import json, os, sys
from pathlib import Path
import numpy as np
from visualizer.autosave import Session
session = Session(Path(sys.argv[1]))
"""
WRITES = "session.write(json.loads(sys.argv[2]))\n"
RESTORES = "print(json.dumps(session.take_crashed()))\nsys.stdout.flush()\n"
DIES = "os._exit(9)"


def run(folder, program, states=STATES):
    return subprocess.run(
        [sys.executable, "-c", BEGINS + program, str(folder), json.dumps(states)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


def crash(folder, states=STATES, program=WRITES):
    done = run(folder, program + DIES, states)
    assert done.returncode == 9, done.stderr
    return done.stdout


@contextmanager
def living(folder, program=WRITES):
    """Another process with a session of its own that goes on until the block ends."""
    program = BEGINS + program + "print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder), json.dumps(STATES)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "ready\n"
        yield
        other.stdin.close()


def named(number):
    return {"kernel_lab": {"number": number}}


@pytest.fixture
def session(tmp_path):
    opened = Session(tmp_path)
    yield opened
    opened.close()


# -- crashes --------------------------------------------------------------------------------


def test_a_crash_is_found_again_once(tmp_path, session):
    crash(tmp_path)
    assert session.take_crashed() == STATES
    assert session.take_crashed() is None


def test_a_second_crash_right_after_the_restore_loses_nothing(tmp_path, session):
    crash(tmp_path)
    assert json.loads(crash(tmp_path, program=RESTORES)) == STATES
    assert json.loads(crash(tmp_path, program=RESTORES)) == STATES
    assert session.take_crashed() == STATES


def test_restored_states_are_written_before_the_crashed_file_goes(tmp_path, session):
    crash(tmp_path)
    (crashed,) = set(tmp_path.glob("session-*.json"))
    session.take_crashed()
    assert not crashed.exists()
    assert autosave.read(session.path) == STATES


def test_the_crashed_file_stays_while_the_disk_refuses_the_new_one(tmp_path, session, monkeypatch):
    crash(tmp_path)
    (crashed,) = tmp_path.glob("session-*.json")

    def refuse(_descriptor):
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        assert session.take_crashed() == STATES
    assert autosave.read(crashed) == STATES


def test_all_crashed_windows_can_be_reached(tmp_path, session):
    for number in (1, 2, 3):
        crash(tmp_path, named(number))
    times = {1: 1_000, 2: 3_000, 3: 2_000}  # the second was used last
    for path in tmp_path.glob("session-*.json"):
        time = times[autosave.read(path)["kernel_lab"]["number"]]
        os.utime(path, (time, time))
    assert session.take_crashed() == named(2)
    earlier = session.earlier()
    assert [old.states() for old in earlier] == [named(2), named(3), named(1)]
    assert all(old.crashed for old in earlier)
    assert [old.ended.timestamp() for old in earlier] == [3_000, 2_000, 1_000]


def test_crashing_over_and_over_with_the_same_work_is_one_earlier_session(tmp_path, session):
    crash(tmp_path)
    for _ in range(3):
        crash(tmp_path, program=RESTORES)
    session.take_crashed()
    assert [old.states() for old in session.earlier()] == [STATES]


def test_no_lock_of_a_dead_session_stays(tmp_path, session):
    crash(tmp_path, program="")  # died before it wrote anything
    crash(tmp_path)
    assert len(list(tmp_path.glob("*.lock"))) == 3
    session.take_crashed()
    assert [path.stem for path in tmp_path.glob("*.lock")] == [session.path.stem]


def test_the_session_of_a_window_that_is_still_open_is_left_alone(tmp_path, session):
    with living(tmp_path):
        assert session.take_crashed() is None
        assert len(list(tmp_path.glob("session-*.lock"))) == 2
    assert session.take_crashed() == STATES  # its process has ended without closing it


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "\0",
        '{"format": 1, "panels": 3}',
        '{"format": 1, "panels": {"kernel_lab": 3}}',
        '{"format": 0, "panels": {}}',
    ],
)
def test_a_broken_session_file_is_not_a_session(tmp_path, session, content):
    path = tmp_path / "session-broken.json"
    path.write_text(content)
    assert session.take_crashed() is None
    assert not path.exists()


def test_the_session_of_a_later_version_is_left_to_it(tmp_path, session):
    path = tmp_path / "session-later.json"
    path.write_text('{"format": 99, "panels": {}}')
    assert session.take_crashed() is None
    assert path.exists()


# -- clean ends -----------------------------------------------------------------------------


def test_a_clean_end_is_no_crash_but_the_last_session(tmp_path):
    session = Session(tmp_path)
    session.write(STATES)
    session.close()
    following = Session(tmp_path)
    assert following.take_crashed() is None
    assert following.last() == STATES
    assert [old.crashed for old in following.earlier()] == [False]
    following.close()


def test_closing_twice_and_closing_without_work_are_fine(tmp_path):
    session = Session(tmp_path)
    session.close()
    session.close()
    assert list(tmp_path.iterdir()) == []


def test_only_the_newest_earlier_sessions_are_kept(tmp_path):
    for number in range(KEPT_EARLIER + 3):
        session = Session(tmp_path)
        session.write(named(number))
        os.utime(session.path, (number, number))
        session.close()
    numbers = [old.states()["kernel_lab"]["number"] for old in session.earlier()]
    assert numbers == list(range(KEPT_EARLIER + 2, 2, -1))


def test_the_last_session_is_the_newest_that_can_be_read(tmp_path, session):
    (tmp_path / "closed-new.json").write_text("{")
    old = tmp_path / "closed-old.json"
    old.write_text(json.dumps({"format": 1, "panels": STATES}))
    os.utime(old, (1_000, 1_000))
    assert session.last() == STATES


def test_writing_replaces_the_whole_file(session):
    session.write({"kernel_lab": {"text": "x" * 10_000}})
    session.write(STATES)
    assert json.loads(session.path.read_text())["panels"] == STATES


# -- pasted pictures ------------------------------------------------------------------------


def pasted(path):
    return {"kernel_lab": {"picture": {"kind": "pasted", "name": str(path)}}}


def test_a_pasted_picture_is_kept_as_long_as_a_session_names_it(tmp_path):
    session = Session(tmp_path)
    kept, unused = session.keep_array(PIXELS), session.keep_array(PIXELS)
    session.write(pasted(kept))
    session.close()
    np.testing.assert_array_equal(autosave.load_array(kept), PIXELS)
    with pytest.raises(EngineError, match="no longer there"):
        autosave.load_array(unused)


def test_closing_a_window_leaves_the_pictures_of_one_that_is_still_open(tmp_path):
    # It has pasted two pictures and not yet written which of them it shows.
    pastes = "[session.keep_array(np.zeros((2, 3))) for _ in range(2)]\n"
    with living(tmp_path, pastes):
        closing = Session(tmp_path)
        own = closing.keep_array(PIXELS)
        closing.close()
        assert len(set(tmp_path.glob("pasted-*.npy")) - {own}) == 2
    Session(tmp_path).close()
    assert list(tmp_path.glob("pasted-*.npy")) == [], "nobody can come back to them any more"


def test_a_window_may_undo_to_a_picture_of_an_earlier_session(tmp_path):
    first = Session(tmp_path)
    picture = first.keep_array(PIXELS)
    first.write(pasted(picture))
    first.close()
    reopened, other = Session(tmp_path), Session(tmp_path)
    # It was reopened, then another picture chosen; meanwhile the earlier session was forgotten.
    reopened.write(STATES)
    first.earlier()[0].path.unlink()
    other.close()
    np.testing.assert_array_equal(autosave.load_array(picture), PIXELS)
    reopened.close()
    assert not picture.exists()


def test_the_pictures_of_a_crashed_session_wait_for_its_restore(tmp_path):
    crash(tmp_path, program="session.write({'p': {'name': str(session.keep_array(np.ones(3)))}})\n")
    Session(tmp_path).close()
    restoring = Session(tmp_path)
    name = restoring.take_crashed()["p"]["name"]
    np.testing.assert_array_equal(autosave.load_array(Path(name)), np.ones(3))
    restoring.close()
    assert Path(name).exists()


def test_what_a_kill_left_half_written_is_removed(tmp_path):
    begins = (
        "from engines.atomic_write import atomic_write\n"
        "writing = atomic_write(session.path)\n"
        "writing.__enter__().write(b'{')\n"
    )
    crash(tmp_path, program=begins)
    assert len(list(tmp_path.glob(".session-*.part"))) == 1
    Session(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"not an array"])
def test_a_damaged_picture_is_a_sentence(tmp_path, content):
    path = tmp_path / "pasted.npy"
    path.write_bytes(content)
    with pytest.raises(EngineError, match="no longer there"):
        autosave.load_array(path)


# -- no place for sessions ------------------------------------------------------------------


@pytest.fixture
def no_place(tmp_path):
    file = tmp_path / "state"
    file.write_text("a plain file")
    return file


def test_without_a_place_everything_works_but_keeping(no_place):
    session = Session(no_place)
    assert str(no_place) in session.problem
    assert "file where a folder should be" in session.problem
    assert session.take_crashed() is None
    assert session.last() is None
    with pytest.raises(EngineError, match="file where a folder should be"):
        session.write(STATES)
    picture = session.keep_array(PIXELS)
    np.testing.assert_array_equal(autosave.load_array(picture), PIXELS)
    session.close()
    assert not picture.exists()
    assert not picture.parent.exists()
    assert no_place.read_text() == "a plain file"


def test_keeping_begins_when_the_place_is_mended(no_place):
    session = Session(no_place)
    no_place.unlink()
    session.write(STATES)
    other = Session(no_place)
    assert other.take_crashed() is None, "the session has its lock now"
    session.close()
    assert other.last() == STATES
    other.close()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that refuses files")
def test_a_folder_that_refuses_files_is_said():
    session = Session(Path("/proc/self"))
    assert "/proc/self cannot be used" in session.problem
    session.close()
