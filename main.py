"""Kernelscope's command line: read the arguments, then open the application."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

NO_WINDOW = 2
WRONG_ARGUMENT = 2


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's arguments; prints help or a usage error and exits as argparse."""
    parser = argparse.ArgumentParser(
        prog="kernelscope",
        description="See and play with convolution, CNN features and neural style transfer.",
    )
    parser.add_argument("image", nargs="?", type=Path, help="a picture to open")
    parser.add_argument(
        "--panel", default=None, help="the panel to show first, by its name (see --list-panels)"
    )
    parser.add_argument("--list-panels", action="store_true", help="print the panels' names")
    parser.add_argument(
        "--theme", choices=["system", "light", "dark"], default=None, help="colours of the window"
    )
    parser.add_argument(
        "--screenshot",
        metavar="DIR",
        type=Path,
        default=None,
        help="render every panel to PNG files in DIR, both themes, two sizes, and exit",
    )
    parser.add_argument(
        "--check", action="store_true", help="say whether a window can open here, and exit"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run Kernelscope; return the process's exit status.

    2: a wrong argument, or no window can open here.
    """
    options = parse_arguments(arguments)
    answered = _answer_about_panels(options)
    if answered is not None:
        return answered
    if options.screenshot is not None or (options.check and not _has_screen_variable()):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"

    from visualizer.system_check import CannotOpenWindow, check_display, check_qt

    try:
        check_qt()
        check_display()
    except CannotOpenWindow as reason:
        print(reason, file=sys.stderr)
        return NO_WINDOW
    if options.check:
        print("Qt is complete; a window can open.")
        return 0

    from visualizer import app

    return app.run(options)


def _answer_about_panels(options: argparse.Namespace) -> int | None:
    """Answer what needs neither Qt nor a screen; return the exit status, None to go on."""
    if not options.list_panels and options.panel is None:
        return None
    from visualizer.panels import PANELS

    if options.list_panels:
        for entry in PANELS:
            print(f"{entry.name:16}{entry.title}")
        return 0
    names = [entry.name for entry in PANELS]
    if options.panel in names:
        return None
    print(
        f"There is no panel {options.panel!r}. The panels are: {', '.join(names)}.",
        file=sys.stderr,
    )
    return WRONG_ARGUMENT


def _has_screen_variable() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


if __name__ == "__main__":
    sys.exit(main())
