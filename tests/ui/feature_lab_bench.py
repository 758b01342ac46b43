"""A small folder of pictures with classes, and the Feature Lab opened on it."""

from __future__ import annotations

import threading

import numpy as np
from PIL import Image

from visualizer.panels.feature_lab import FeatureLabPanel
from visualizer.services import Services


class Gate:
    """Holds a job in its thread at one place until it is opened."""

    def __init__(self):
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self):
        self.reached.set()
        assert self.opened.wait(60)


def make_folder(root, classes=("bright", "dark"), count=6, side=40):
    """Write `count` pictures of noise per class, each class around a brightness of its own."""
    rng = np.random.default_rng(3)
    for number, name in enumerate(classes):
        folder = root / name
        folder.mkdir(parents=True)
        low = 150 if number == 0 else 0
        for n in range(count):
            pixels = rng.integers(low, low + 100, (side, side, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{n:02d}.png")
    return root


def open_lab(qtbot, folders):
    """Return the panel alone, settled on the textures."""
    panel = FeatureLabPanel(Services.start(folders))
    panel.resize(1220, 680)
    panel.show()
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    return panel


def close_lab(panel):
    panel.close_jobs()
    panel.services.close()
    panel.close()
    panel.deleteLater()
