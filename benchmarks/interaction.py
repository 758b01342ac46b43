"""From an edit to painted pixels, and how long the GUI thread is ever blocked.

Offscreen, so the time that a compositor needs is not in it; painting itself is: the views are
rendered into an image by Qt's raster engine as they are on a screen.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.playing import report as report_playing
from engines.images import SAMPLES, load_sample, save_image
from visualizer import theme
from visualizer.app import make_application
from visualizer.main_window import MainWindow
from visualizer.panels.kernel_lab import KernelLabPanel
from visualizer.screenshots import wait_until_settled
from visualizer.services import Services
from visualizer.settings import UserFolders

FRAME = 1000 / 60
EDITS = 200
WARM_UP = 20
STORM_SECONDS = 5.0
EDIT_EVERY_MS = 8


@dataclass
class Heartbeat:
    """Measures gaps between turns of the event loop: what a person feels as a freeze."""

    gaps: list[float] = field(default_factory=list)

    def start(self) -> None:
        self._timer = QTimer(interval=1)
        self._timer.timeout.connect(self._beat)
        self._last = time.perf_counter()
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1e3)
        self._last = now

    def stop(self) -> None:
        self._timer.stop()


class PaintWatch(QObject):
    """Notes when a widget has been asked to paint."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.seen = False
        widget.installEventFilter(self)

    def reset(self) -> None:
        self.seen = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


def latencies(app: QApplication, panel: KernelLabPanel, size: int) -> list[float]:
    """Return milliseconds from an edit to the painted output, one edit at a time."""
    rng = np.random.default_rng(0)
    watch = PaintWatch(panel.view.output_view.viewport())
    panel.status_changed.connect(watch.reset)  # a result is shown: its paint follows
    times = []
    for _ in range(EDITS):
        kernel = rng.normal(size=(size, size)).round(2)
        started = time.perf_counter()
        panel.view.controls.kernel.kernel_edited.emit(kernel, False)
        while not (watch.seen and np.array_equal(panel.result.state.kernel_array(), kernel)):
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        times.append((time.perf_counter() - started) * 1e3)
    panel.status_changed.disconnect(watch.reset)
    return times[WARM_UP:]


def storm(panel: KernelLabPanel, size: int) -> tuple[list[float], int]:
    """Return the event loop's gaps (ms) in a five-second slider storm, and the results shown."""
    rng = np.random.default_rng(1)
    shown: list[float] = []
    panel.status_changed.connect(lambda _text: shown.append(time.perf_counter()))
    beat = Heartbeat()
    edits = QTimer(interval=EDIT_EVERY_MS)
    edits.timeout.connect(
        lambda: panel.view.controls.kernel.kernel_edited.emit(rng.normal(size=(size, size)), True)
    )
    loop = QEventLoop()
    QTimer.singleShot(int(STORM_SECONDS * 1000), loop.quit)
    beat.start()
    edits.start()
    loop.exec()
    edits.stop()
    beat.stop()
    wait_until_settled(panel)
    return beat.gaps, len(shown)


def picture_of(height: int, width: int, folder: Path) -> Path:
    """Return the file of a structured colour picture of that size."""
    path = folder / f"{width}x{height}.png"
    source = load_sample(next(iter(SAMPLES))).array
    rows = np.arange(height) * source.shape[0] // height
    columns = np.arange(width) * source.shape[1] // width
    save_image(path, np.moveaxis(source[rows][:, columns], 2, 0))
    return path


def main() -> None:
    """Print the Markdown tables."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_application()
        theme.apply(app, "light")
        window = MainWindow(Services.start(UserFolders.under(Path(folder))))
        window.show()
        panel = window.panel
        wait_until_settled(panel)
        print("| picture | kernel | edit → painted, median | p95 | goal (median, p95) |")
        print("|---|---|---|---|---|")
        for height, width in ((512, 512), (1080, 1920)):
            window.open_picture(picture_of(height, width, Path(folder)))
            wait_until_settled(panel)
            for size in (3, 7):
                times = latencies(app, panel, size)
                p95 = quantiles(times, n=20)[-1]
                goal = f"{FRAME / 2:.1f}, {FRAME:.1f} ms" if height == 512 else ""
                print(
                    f"| {width}×{height} RGB | {size}×{size} | {median(times):.1f} ms "
                    f"| {p95:.1f} ms | {goal} |"
                )
        print()
        print("| five-second slider storm | results shown a second | longest block | goal |")
        print("|---|---|---|---|")
        for height, width in ((512, 512), (1080, 1920)):
            window.open_picture(picture_of(height, width, Path(folder)))
            wait_until_settled(panel)
            gaps, shown = storm(panel, 7)
            print(
                f"| {width}×{height} RGB, 7×7 | {shown / STORM_SECONDS:.0f} "
                f"| {max(gaps):.1f} ms | ≤ {FRAME:.1f} ms |"
            )
        report_playing(window)
        window.close()


if __name__ == "__main__":
    main()
