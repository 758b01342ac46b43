"""How soon the window is there: its time ÷ that of `python -c "import torch"`, in one run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
REPEATS = 5
WINDOW = """
import os, sys, tempfile
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from visualizer.app import make_application
from visualizer.services import Services
from visualizer.settings import UserFolders
app = make_application()
from visualizer import theme
theme.apply(app, "light")
from visualizer.main_window import MainWindow
window = MainWindow(Services.start(UserFolders.under(Path(tempfile.mkdtemp()))))
window.show()
window.grab()
os._exit(0)
"""


def seconds(program: str) -> float:
    """Return how long a fresh interpreter takes for `program`."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Print the Markdown table."""
    windows, torches = [], []
    seconds("import torch")  # the first import reads the files from disk
    seconds(WINDOW)
    for _ in range(REPEATS):
        torches.append(seconds("import torch"))
        windows.append(seconds(WINDOW))
    print("| what | median | goal |")
    print("|---|---|---|")
    print(f"| `import torch` | {median(torches):.2f} s | |")
    print(f"| window shown and painted | {median(windows):.2f} s | |")
    print(f"| ratio | {median(windows) / median(torches):.2f} | ≤ 0.6 |")


if __name__ == "__main__":
    main()
