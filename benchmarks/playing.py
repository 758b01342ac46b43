"""How smoothly a panel plays: steps shown a second, and the longest block of the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QWidget

from visualizer.main_window import MainWindow
from visualizer.panels.geometry.state import Axis, GeometryState
from visualizer.screenshots import wait_until_settled

PLAY_SECONDS = 5.0
SPEED = 30


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
    from benchmarks.interaction import Heartbeat  # which imports this module

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
    paints = PaintCount(panel.view.output_pane.map)
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
