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


on_x_or_wayland = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="X11 and Wayland only"
)


@on_x_or_wayland
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ":987"},
        {"DISPLAY": "nonsense"},
        {"DISPLAY": "a..b:0"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/nowhere"},
        {"WAYLAND_DISPLAY": "/nowhere/wayland-0", "DISPLAY": ":987"},
        {"QT_QPA_PLATFORM": "wayland"},
        {"QT_QPA_PLATFORM": "wayland;xcb", "DISPLAY": ":987"},
        {"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"},
    ],
)
def test_no_screen_is_a_sentence_and_exit_status_2(environment):
    done = run_main(**environment)
    assert done.returncode == 2
    assert "screen" in done.stderr
    assert "--screenshot" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Abort" not in done.stderr
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        if name in environment and "QT_QPA_PLATFORM" not in environment:
            assert f"{name}={environment[name]}" in done.stderr


def test_help_names_every_option():
    done = run_main("--help")
    assert done.returncode == 0
    for option in ("--screenshot", "--panel", "--theme", "image"):
        assert option in done.stdout


def test_panels_are_listed_and_a_wrong_one_is_refused_in_a_plain_terminal():
    listed = run_main("--list-panels")
    assert listed.returncode == 0
    assert listed.stdout.split()[0] == "kernel_lab"
    assert listed.stderr == ""
    wrong = run_main("--panel", "nope")
    assert wrong.returncode == 2
    assert "'nope'" in wrong.stderr
    assert "kernel_lab" in wrong.stderr


def test_listing_panels_needs_no_qt():
    program = (
        "import sys; sys.modules['PySide6'] = None\n"  # importing it now fails
        "from main import main\n"
        "sys.exit(main(['--list-panels']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "kernel_lab" in done.stdout


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


def listens_at(server, monkeypatch, environment):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "WAYLAND_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server.listen(1)


@on_x_or_wayland
@pytest.mark.parametrize("absolute", [False, True])
def test_a_listening_wayland_server_is_found(monkeypatch, tmp_path, absolute):
    loaded = []
    monkeypatch.setattr(system_check, "_check_plugin", loaded.append)
    path = tmp_path / "wl"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        runtime = {} if absolute else {"XDG_RUNTIME_DIR": str(tmp_path)}
        display = {"WAYLAND_DISPLAY": str(path) if absolute else "wl"}
        listens_at(server, monkeypatch, {**runtime, **display})
        system_check.check_display()
        assert loaded == [system_check.WAYLAND_PLUGINS]
    with pytest.raises(system_check.CannotOpenWindow, match="does not answer"):
        system_check.check_display()


@on_x_or_wayland
def test_a_stale_wayland_display_beside_an_x_server_is_no_obstacle(monkeypatch):
    loaded = []
    monkeypatch.setattr(system_check, "_check_plugin", loaded.append)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X7655")
        screens = {"DISPLAY": ":7655", "WAYLAND_DISPLAY": "/nowhere/wayland-0"}
        listens_at(server, monkeypatch, screens)
        system_check.check_display()
    assert loaded == [system_check.X_PLUGINS]


@on_x_or_wayland
def test_a_plugin_that_lacks_a_library_says_what_to_install(monkeypatch, tmp_path):
    def refuse(_path):
        raise OSError("libwayland-cursor.so.0: cannot open shared object file: No such file")

    monkeypatch.setattr(system_check.ctypes, "CDLL", refuse)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "wl"))
        listens_at(server, monkeypatch, {"WAYLAND_DISPLAY": str(tmp_path / "wl")})
        with pytest.raises(system_check.CannotOpenWindow, match="apt install libwayland-cursor0"):
            system_check.check_display()


@on_x_or_wayland
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=640x480", "eglfs"])
def test_platforms_without_a_server_are_not_asked(monkeypatch, platform):
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.delenv("DISPLAY", raising=False)
    system_check.check_display()
