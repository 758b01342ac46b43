"""How smoothly a panel plays: steps shown a second, and the longest block of the GUI thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median, quantiles

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.main_window import MainWindow
from visualizer.panels.base import Panel
from visualizer.panels.geometry.state import Axis, GeometryState
from visualizer.panels.signals.state import SignalsState, SourceState
from visualizer.screenshots import wait_until_settled
from widgets.value_slider import ValueSlider

PLAY_SECONDS = 5.0
SPEED = 30
EDITS, WARM_UP = 100, 10


class PaintCount(QObject):
    """Counts how often a widget paints."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@dataclass(frozen=True)
class Played:
    """What a few seconds of playing gave."""

    shown_a_second: float
    longest_block: float


def play_geometry(window: MainWindow, kernel: int, **fields: object) -> Played:
    """Return how smoothly the Geometry panel plays 64×64 at 30 steps a second."""
    window.open_panel("geometry")
    panel = window.panel
    wait_until_settled(panel)
    axis = Axis(size=64, kernel=kernel)
    panel.edits.apply(
        GeometryState(
            rows=axis, columns=axis, padding="same", values="random", speed=SPEED, **fields
        ),
        "benchmark",
    )
    wait_until_settled(panel)
    return _play(panel, panel.view.output_pane.map)


def play_signals(window: MainWindow, length: int) -> Played:
    """Return how smoothly the Signals panel slides two signals of `length` samples."""
    panel = _signals(window, length)
    return _play(panel, panel.view.output_plot.area())


def edit_signals(app: QApplication, window: MainWindow, length: int) -> list[float]:
    """Return milliseconds from a slider's step to the painted output, one step at a time."""
    panel = _signals(window, length)
    paints, times = PaintCount(panel.view.output_plot.area()), []
    for edit in range(WARM_UP + EDITS):
        height = 1.0 + edit / 100
        slider = panel.view.controls.findChild(ValueSlider, "f_amplitude")
        started, before = time.perf_counter(), None
        slider.changed.emit(height, False)
        while before is None or paints.count == before:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            shown = dict(panel.result.state.f.values).get("amplitude") == height
            if shown and before is None:
                before = paints.count
        times.append((time.perf_counter() - started) * 1e3)
    return times[WARM_UP:]


def _signals(window: MainWindow, length: int) -> Panel:
    """Return the Signals panel, showing a chirp and an exponential of `length` samples."""
    window.open_panel("signals")
    panel = window.panel
    wait_until_settled(panel)
    size = (("length", float(length)),)
    sources = (SourceState(name="chirp", values=size), SourceState(name="exponential", values=size))
    panel.edits.apply(SignalsState(f=sources[0], g=sources[1], t=0.0, speed=SPEED), "benchmark")
    wait_until_settled(panel)
    return panel


def _play(panel: Panel, painted: QWidget) -> Played:
    """Return how often `painted` was painted, and the longest block, while `panel` played."""
    from benchmarks.interaction import Heartbeat  # which imports this module

    paints = PaintCount(painted)
    beat, loop = Heartbeat(), QEventLoop()
    QTimer.singleShot(int(PLAY_SECONDS * 1000), loop.quit)
    panel.view.player.toggle()
    beat.start()
    loop.exec()
    beat.stop()
    panel.view.player.stop()
    return Played(paints.count / PLAY_SECONDS, max(beat.gaps))


def report(window: MainWindow) -> None:
    """Print the Markdown table."""
    print()
    print("| playing at 30 steps a second | steps shown a second | longest block | goal |")
    print("|---|---|---|---|")
    for kernel, channels in ((3, 1), (9, 1), (5, 3)):
        played = play_geometry(window, kernel, channels=channels)
        print(
            f"| Geometry, 64×64, {kernel}×{kernel}, {channels} channel"
            f"{'s' if channels > 1 else ''} | {played.shown_a_second:.1f} "
            f"| {played.longest_block:.1f} ms | 30, ≤ 33.3 ms |"
        )
    for length in (64, 512, 4096):
        played = play_signals(window, length)
        print(
            f"| Signals, {length} and {length} samples | {played.shown_a_second:.1f} "
            f"| {played.longest_block:.1f} ms | 30, ≤ 33.3 ms |"
        )
    print()
    print("| Signals, a slider's step → painted | median | p95 |")
    print("|---|---|---|")
    for length in (64, 512, 4096):
        times = edit_signals(QApplication.instance(), window, length)
        print(
            f"| {length} and {length} samples | {median(times):.1f} ms "
            f"| {quantiles(times, n=20)[-1]:.1f} ms |"
        )
