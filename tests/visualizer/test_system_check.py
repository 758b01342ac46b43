"""What keeps a window from opening is said before Qt would abort over it."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from visualizer import system_check

ROOT = Path(__file__).parents[2]


def run_main(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="X11 and Wayland only")
@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":987"}, {"DISPLAY": "nonsense"}])
def test_no_screen_is_a_sentence_and_exit_status_2(display):
    done = run_main(**display)
    assert done.returncode == 2
    assert "screen" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Abort" not in done.stderr


def test_help_names_every_option():
    done = run_main("--help")
    assert done.returncode == 0
    for option in ("--screenshot", "--panel", "--theme", "image"):
        assert option in done.stdout


def test_panels_are_listed_and_a_wrong_one_is_refused():
    listed = run_main("--list-panels", QT_QPA_PLATFORM="offscreen")
    assert "kernel_lab" in listed.stdout
    wrong = run_main("--panel", "nope", QT_QPA_PLATFORM="offscreen")
    assert wrong.returncode == 2
    assert "kernel_lab" in wrong.stderr


def test_a_missing_library_names_its_packages():
    message = "libxcb-cursor.so.0: cannot open shared object file: No such file or directory"
    library = system_check.library_named_in(message)
    assert library == "libxcb-cursor.so.0"
    sentence = system_check.missing_library_sentence(library)
    assert "apt install libxcb-cursor0" in sentence
    assert "dnf install xcb-util-cursor" in sentence
    assert "brew install" in sentence


def test_an_unknown_library_is_named():
    assert "libodd.so.3" in system_check.missing_library_sentence("libodd.so.3")


def test_a_message_without_library_names_none():
    assert system_check.library_named_in("No module named 'PySide6'") is None


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_a_listening_x_server_is_found(monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X7654")
        server.listen(1)
        assert system_check._x_server_answers(":7654")
        assert system_check._x_server_answers(":7654.0")
    assert not system_check._x_server_answers(":7654")
