"""What keeps a window from opening on this computer, found before Qt would abort over it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import socket
import sys
from pathlib import Path

# Shared library → (Debian/Ubuntu, Fedora, Homebrew) package that holds it.
PACKAGES = {
    "libEGL.so.1": ("libegl1", "mesa-libEGL", "mesa"),
    "libGL.so.1": ("libgl1", "mesa-libGL", "mesa"),
    "libGLX.so.0": ("libglx0", "libglvnd-glx", "mesa"),
    "libOpenGL.so.0": ("libopengl0", "libglvnd-opengl", "mesa"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2", "glib"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil", "libxcb"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb", "libxcb"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb", "libxcb"),
    "libxcb-xinerama.so.0": ("libxcb-xinerama0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client", "wayland"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor", "wayland"),
    "libwayland-egl.so.1": ("libwayland-egl1", "libwayland-egl", "wayland"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11"),
}
WAYLAND_PLUGINS = ("libqwayland.so", "libqwayland-generic.so")  # from Qt 6.10, before
X_PLUGINS = ("libqxcb.so",)
ADVICE = "Start Kernelscope from a desktop session, or use --screenshot DIR, which needs no screen."


class CannotOpenWindow(RuntimeError):  # noqa: N818  it is a fact about the computer
    """No window can open here; the text says why and what to do."""


def missing_library_sentence(library: str) -> str:
    """Return what to install for the shared library `library`, as named by the dynamic linker."""
    known = PACKAGES.get(library)
    if known is None:
        return (
            f"The system library {library} is missing and Qt needs it. "
            "Install the package of your system that holds it."
        )
    debian, fedora, homebrew = known
    return (
        f"The system library {library} is missing and Qt needs it. Install it with one of:\n"
        f"  Debian, Ubuntu:  sudo apt install {debian}\n"
        f"  Fedora:          sudo dnf install {fedora}\n"
        f"  Homebrew:        brew install {homebrew}"
    )


def library_named_in(message: str) -> str | None:
    """Return the shared library that the dynamic linker's `message` complains about, if any."""
    found = re.match(r"\s*(\S+\.so[.\d]*): cannot open shared object file", message)
    return found.group(1) if found else None


def check_qt() -> None:
    """Raise CannotOpenWindow when PySide6 cannot be imported, saying what to install."""
    try:
        import PySide6.QtWidgets  # noqa: F401  the import is the check
    except ImportError as error:
        library = library_named_in(str(error))
        if library is None:
            raise CannotOpenWindow(
                f"PySide6 could not be imported ({error}). Run 'make run', which installs it."
            ) from error
        raise CannotOpenWindow(missing_library_sentence(library)) from error


def check_display() -> None:
    """Raise CannotOpenWindow when Qt would find no screen to open a window on (Linux, BSD)."""
    if sys.platform in ("win32", "darwin"):
        return
    wanted = [part.split(":")[0] for part in os.environ.get("QT_QPA_PLATFORM", "").split(";")]
    wanted = [name for name in wanted if name]
    if not wanted:  # Qt then tries both
        wanted = ["wayland"] if os.environ.get("WAYLAND_DISPLAY") else []
        wanted += ["xcb"] if os.environ.get("DISPLAY") else []
    if not wanted:
        raise CannotOpenWindow(
            "There is no screen to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set.\n"
            + ADVICE
        )
    reasons = []
    for name in wanted:
        try:
            _check_platform(name)
        except CannotOpenWindow as reason:
            reasons.append(str(reason))
        else:
            return
    advice = "" if all("Install" in reason for reason in reasons) else f"\n{ADVICE}"
    raise CannotOpenWindow("\n".join(reasons) + advice)


def _check_platform(name: str) -> None:
    """Raise CannotOpenWindow when Qt's platform `name` would find no screen or no library."""
    if name.startswith("wayland"):
        _check_wayland()
        _check_plugin(WAYLAND_PLUGINS)
    elif name == "xcb":
        display = os.environ.get("DISPLAY", "")
        if not display:
            raise CannotOpenWindow("DISPLAY does not say which screen to use.")
        if not _x_server_answers(display):
            raise CannotOpenWindow(f"The screen DISPLAY={display} does not answer.")
        _check_plugin(X_PLUGINS)
    # Every other one draws without a server that could be asked (offscreen, eglfs, vnc …).


def _check_wayland() -> None:
    if os.environ.get("WAYLAND_SOCKET"):
        return  # a connection that whoever started the program has opened
    name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if not (folder or os.path.isabs(name)):
        raise CannotOpenWindow(
            f"The screen WAYLAND_DISPLAY={name} cannot be found: XDG_RUNTIME_DIR is not set."
        )
    if not _connects(socket.AF_UNIX, os.path.join(folder, name)):
        raise CannotOpenWindow(f"The screen WAYLAND_DISPLAY={name} does not answer.")


def _x_server_answers(display: str) -> bool:
    parsed = re.fullmatch(r"(?:(?P<host>[^:/]*)/?(?:unix)?)?:(?P<number>\d+)(?:\.\d+)?", display)
    if parsed is None:
        return Path(display).is_socket()  # macOS-like launchd paths
    host, number = parsed["host"], int(parsed["number"])
    if host in ("", "unix"):
        addresses = [f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"]
        return any(_connects(socket.AF_UNIX, address) for address in addresses) or _connects(
            socket.AF_INET, ("127.0.0.1", 6000 + number)
        )
    return _connects(socket.AF_INET, (host, 6000 + number))


def _connects(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(3.0)
        try:
            probe.connect(address)
        except (OSError, UnicodeError):  # nobody there, or no name that a host can have
            return False
        return True


def _check_plugin(names: tuple[str, ...]) -> None:
    """Load the first of Qt's plugins that is there as Qt will: without a library it would abort."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent / "Qt" / "plugins" / "platforms"
    plugin = next((folder / name for name in names if (folder / name).exists()), None)
    if plugin is None:  # a distribution's own PySide6 brings its own dependencies
        return
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        library = library_named_in(str(error))
        if library is None:
            raise CannotOpenWindow(f"Qt's {plugin.stem} cannot be loaded: {error}") from error
        raise CannotOpenWindow(missing_library_sentence(library)) from error
