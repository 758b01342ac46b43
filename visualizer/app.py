"""The application's start: a window first, everything heavy after."""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engines.atomic_write import refusal
from engines.device import reuse_memory
from visualizer import theme
from visualizer.jobs import JobError
from visualizer.main_window import MainWindow
from visualizer.opening_notice import Notice, OpeningNotice
from visualizer.services import Services
from visualizer.settings import APP_NAME, FolderError, Refusal, UserFolders, make_folder

log = logging.getLogger(__name__)

LOG_BYTES = 1_000_000
UNEXPECTED = (
    "Something went wrong inside Kernelscope. Your work is kept; the details say where it was."
)
RESTORED = "Kernelscope ended unexpectedly last time. Your work is back as it was."
NO_LOG = "no log is written"


def run(options: argparse.Namespace) -> int:
    """Open the application with the command line's `options`; return the exit status."""
    if options.screenshot is not None:
        return _take_screenshots(options)
    folders = UserFolders.default()
    unlogged = start_log(folders)
    app = make_application()
    services = Services.start(folders)
    if unlogged is not None:
        services.refusals = (*services.refusals, unlogged)
    if options.theme is not None:
        services.settings.setValue(theme.SETTING, options.theme)
    theme.apply(app, theme.remembered(services.settings))
    app.styleHints().colorSchemeChanged.connect(
        lambda _: theme.apply(app, theme.remembered(services.settings))
    )
    window = open_window(services, panel=options.panel, image=options.image)
    sys.excepthook = _Reporter(window)
    return app.exec()


def open_window(
    services: Services, *, panel: str | None = None, image: Path | None = None
) -> MainWindow:
    """Return the window, shown; what a crash left and `image` come with the first events.

    In a slot, so that a state that cannot be shown is a message and not the end of the start.
    """
    window = MainWindow(services, panel=panel)
    window.show()
    QTimer.singleShot(0, lambda: _fill(window, services, image))
    return window


def _fill(window: MainWindow, services: Services, image: Path | None) -> None:
    """Bring back what a crash left, open `image`, and tell what there is to tell."""
    notice = Notice()
    missing = _why_missing(image.absolute()) if image is not None else ""
    if missing:
        notice.trouble.append(missing)
    notice.add_refusals(services.refusals)
    crashed = services.session.take_crashed()
    if crashed:
        window.restore_panels(crashed)
        notice.news.append(RESTORED)
    if image is not None and not missing:
        window.open_picture(image.absolute())
    if not notice.is_empty():
        OpeningNotice(notice, window.panel)


def make_application() -> QApplication:
    """Return the QApplication, named; the process's memory is set up for pictures."""
    reuse_memory()
    app = QApplication.instance() or QApplication([APP_NAME])
    assert isinstance(app, QApplication)
    app.setApplicationName(APP_NAME)
    app.setApplicationDisplayName(APP_NAME)
    return app


def start_log(folders: UserFolders) -> Refusal | None:
    """Send all log records to a file of limited size in the person's log folder.

    Returns why that cannot be; warnings then go where the program's other output goes.
    """
    file = folders.log / "kernelscope.log"
    try:
        make_folder(folders.log)
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=LOG_BYTES, backupCount=1, encoding="utf8"
        )
    except FolderError as error:
        return Refusal(NO_LOG, str(error))
    except OSError as error:
        return Refusal(NO_LOG, f"{file} cannot be written: {refusal(error)}.")
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=[handler],
    )
    return None


def _why_missing(image: Path) -> str:
    """Return the sentence for a picture that is not there to be opened, or ""."""
    try:
        image.stat()
    except (FileNotFoundError, NotADirectoryError):
        return f"{image.name} does not exist in {image.parent}. Look at the name and the folder."
    except OSError:
        return ""  # whoever opens it says more
    return f"{image} is a folder. Name a picture in it." if image.is_dir() else ""


def _take_screenshots(options: argparse.Namespace) -> int:
    from visualizer.screenshots import take_all

    missing = _why_missing(options.image.absolute()) if options.image is not None else ""
    if missing:
        print(missing, file=sys.stderr)
        return 2
    return take_all(make_application(), options.screenshot, options.image)


class _Reporter:
    """Logs an exception that escaped from a slot and tells the person in the open panel."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("unexpected error", exc_info=(kind, error, trace))
        details = "".join(traceback.format_exception(kind, error, trace))
        if threading.current_thread() is threading.main_thread():
            self._window.panel.show_error(JobError(UNEXPECTED, details))
