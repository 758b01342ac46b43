"""The application's start: a window first, everything heavy after."""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engines.device import reuse_memory
from visualizer import theme
from visualizer.jobs import JobError
from visualizer.panels import PANELS
from visualizer.services import Services
from visualizer.settings import APP_NAME, UserFolders

log = logging.getLogger(__name__)

LOG_BYTES = 1_000_000
UNEXPECTED = (
    "Something went wrong inside Kernelscope. Your work is kept; the details say where it was."
)
RESTORED = "Kernelscope ended unexpectedly last time. Your work is back as it was."


def run(options: argparse.Namespace) -> int:
    """Open the application with the command line's `options`; return the exit status."""
    if options.list_panels:
        for entry in PANELS:
            print(f"{entry.name:16}{entry.title}")
        return 0
    if options.panel is not None and options.panel not in {entry.name for entry in PANELS}:
        names = ", ".join(entry.name for entry in PANELS)
        print(f"There is no panel {options.panel!r}. The panels are: {names}.", file=sys.stderr)
        return 2
    if options.screenshot is not None:
        from visualizer.screenshots import take_all

        return take_all(make_application(), options.screenshot, options.image)

    folders = UserFolders.default()
    start_log(folders)
    app = make_application()
    services = Services.start(folders)
    if options.theme is not None:
        services.settings.setValue("view/theme", options.theme)
    theme.apply(app, str(services.settings.value("view/theme", "system")))
    app.styleHints().colorSchemeChanged.connect(
        lambda _: theme.apply(app, str(services.settings.value("view/theme", "system")))
    )

    from visualizer.main_window import MainWindow

    window = MainWindow(services, panel=options.panel)
    sys.excepthook = _Reporter(window)
    crashed = services.session.take_crashed()
    if crashed:
        window.restore_panels(crashed)
        window.panel.show_info(RESTORED)
    if options.image is not None:
        QTimer.singleShot(0, lambda: window.open_picture(options.image.absolute()))
    window.show()
    return app.exec()


def make_application() -> QApplication:
    """Return the QApplication, named; the process's memory is set up for pictures."""
    reuse_memory()
    app = QApplication.instance() or QApplication([APP_NAME])
    assert isinstance(app, QApplication)
    app.setApplicationName(APP_NAME)
    app.setApplicationDisplayName(APP_NAME)
    return app


def start_log(folders: UserFolders) -> None:
    """Send all log records to a file of limited size in the person's log folder."""
    folders.log.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folders.log / "kernelscope.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf8"
    )
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=[handler],
    )


class _Reporter:
    """Logs an exception that escaped from a slot and tells the person in the open panel."""

    def __init__(self, window) -> None:
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
