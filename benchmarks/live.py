"""A video through the embedded network: frames shown a second against bare forward passes."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.playing import PaintCount
from engines.images import SAMPLES, load_sample
from visualizer import theme
from visualizer.app import make_application
from visualizer.main_window import MainWindow
from visualizer.panels.cnn_viewer.panel import CnnViewerPanel
from visualizer.pictures.source import PictureSource
from visualizer.screenshots import wait_until_settled
from visualizer.services import Services, UserFolders

SECONDS = 5.0
ROUNDS = 3
FRAMES, SIZE, MILLISECONDS = 20, (480, 640), 20  # GIF's shortest: 50 pictures a second
LAYERS = ("blocks.0.0.bn1.act", "blocks.1.0.conv_pw", "blocks.5.2.conv_pw")


def video_of(folder: Path) -> Path:
    """Return the file of a moving picture, more pictures a second than the network can take."""
    source = load_sample(next(iter(SAMPLES))).array
    rows, columns = (np.arange(n) * source.shape[k] // n for k, n in enumerate(SIZE))
    still = (source[rows][:, columns] * 255).astype(np.uint8)
    frames = [Image.fromarray(np.roll(still, 16 * n, axis=1)) for n in range(FRAMES)]
    path = folder / "moving.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=MILLISECONDS, loop=0)
    return path


def shown_a_second(panel: CnnViewerPanel) -> float:
    """Return how many frames' answers were painted in a second."""
    paints, loop = PaintCount(panel.view.channels.mosaic.viewport()), QEventLoop()
    last, count = panel.run, 0

    def note(_text: str) -> None:
        nonlocal last, count
        count += panel.run is not last
        last = panel.run  # the only one that is kept: a run holds every layer's maps

    panel.status_changed.connect(note)
    QTimer.singleShot(int(SECONDS * 1000), loop.quit)
    loop.exec()
    panel.status_changed.disconnect(note)
    return min(count, paints.count) / SECONDS


def forwards_a_second(panel: CnnViewerPanel) -> float:
    """Return how many bare forward passes the same network makes in a second, alone."""
    module, batch = panel.run.model.module, panel.run.batch
    ended, count = time.perf_counter() + SECONDS, 0
    with torch.no_grad():
        while time.perf_counter() < ended:
            module(batch)
            count += 1
    return count / SECONDS


def main() -> None:
    """Print the Markdown table."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_application()
        theme.apply(app, "light")
        window = MainWindow(Services.start(UserFolders.under(Path(folder))))
        window.show()
        window.open_panel("cnn_viewer")
        panel = window.panel
        wait_until_settled(panel)
        still = panel.state.picture
        moving = PictureSource(kind="video", name=str(video_of(Path(folder))))
        print("| layer shown | frames a second | bare forwards a second | frame ÷ forward | goal |")
        print("|---|---|---|---|---|")
        for layer in LAYERS:
            panel.choose_layer(layer)
            figures = []
            for _ in range(ROUNDS):
                panel.input.load(moving)
                shown = shown_a_second(panel)
                panel.input.load(still)
                wait_until_settled(panel)
                figures.append((shown, forwards_a_second(panel)))
            shown, bare = sorted(figures, key=lambda pair: pair[1] / pair[0])[ROUNDS // 2]
            print(f"| {layer} | {shown:.1f} | {bare:.1f} | {bare / shown:.2f} | ≤ 1.3 |")
        window.close()


if __name__ == "__main__":
    main()
