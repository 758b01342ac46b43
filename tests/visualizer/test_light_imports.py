"""What a panel needs before its window stands; torch and its like come in the first job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from visualizer.panels import PANELS

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "torchvision", "timm", "numba", "scipy.optimize", "scipy.signal", "skimage")
OPEN = """
import os, sys, tempfile
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from visualizer.app import make_application
from visualizer.main_window import MainWindow
from visualizer.services import Services
from visualizer.settings import UserFolders
import threading
threading.Thread.start = lambda thread: None  # no job runs: what it imports comes later
app = make_application()
folders = UserFolders.under(Path(tempfile.mkdtemp()))
window = MainWindow(Services.start(folders), panel={panel!r})
window.show()
window.grab()
print([name for name in {heavy!r} if name in sys.modules])
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("panel", [entry.name for entry in PANELS])
def test_the_window_stands_before_anything_heavy_is_imported(panel):
    program = OPEN.format(panel=panel, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
