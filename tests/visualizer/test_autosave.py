"""The session on disk: clean ends, crashes, several windows, and broken files."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engines.errors import EngineError
from visualizer import autosave
from visualizer.autosave import Session

ROOT = Path(__file__).parents[2]
STATES = {"kernel_lab": {"kernel": [[1.0, 2.0]]}}
DIES = """
import os, sys
from pathlib import Path
from visualizer.autosave import Session
session = Session(Path(sys.argv[1]))
session.write({"kernel_lab": {"kernel": [[1.0, 2.0]]}})
os._exit(9)
"""


def crash(folder):
    done = subprocess.run([sys.executable, "-c", DIES, str(folder)], cwd=ROOT, check=False)
    assert done.returncode == 9


def test_a_crash_is_found_again_once(tmp_path):
    crash(tmp_path)
    session = Session(tmp_path)
    assert session.take_crashed() == STATES
    assert session.take_crashed() is None
    session.close()


def test_a_clean_end_is_no_crash_but_the_last_session(tmp_path):
    session = Session(tmp_path)
    session.write(STATES)
    session.close()
    following = Session(tmp_path)
    assert following.take_crashed() is None
    assert following.last() == STATES
    following.close()


def test_the_session_of_a_window_that_is_still_open_is_left_alone(tmp_path):
    program = DIES.replace("os._exit(9)", "print('ready', flush=True); sys.stdin.read()")
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "ready\n"
        session = Session(tmp_path)
        assert session.take_crashed() is None
        session.close()
        other.stdin.close()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 99, "panels": {}}', '{"format": 1, "panels": 3}']
)
def test_a_broken_session_file_is_not_a_session(tmp_path, content):
    path = tmp_path / "session-broken.json"
    path.write_text(content)
    session = Session(tmp_path)
    assert session.take_crashed() is None
    session.close()
    assert not path.exists()


def test_writing_replaces_the_whole_file(tmp_path):
    session = Session(tmp_path)
    session.write({"kernel_lab": {"text": "x" * 10_000}})
    session.write(STATES)
    assert json.loads(session.path.read_text())["panels"] == STATES
    session.close()


def test_a_pasted_picture_is_kept_as_long_as_a_session_names_it(tmp_path):
    pixels = np.random.default_rng(0).random((4, 5, 3), dtype=np.float32)
    session = Session(tmp_path)
    kept = session.keep_array(pixels)
    unused = session.keep_array(pixels)
    session.write({"kernel_lab": {"picture": {"kind": "pasted", "name": str(kept)}}})
    session.close()
    np.testing.assert_array_equal(autosave.load_array(kept), pixels)
    with pytest.raises(EngineError, match="no longer there"):
        autosave.load_array(unused)
