"""The application's file dialogs: they remember the last folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

from visualizer.mime import VIDEO_SUFFIXES

OPEN_FILTER = "Pictures (*.png *.jpg *.jpeg *.tif *.tiff *.webp *.gif *.bmp *.ppm *.pgm)"
SHOWN_FILTER = "What is shown (*.png *.tif *.jpg *.webp)"
NUMBERS_NPY_FILTER = "The numbers, NumPy (*.npy)"
NUMBERS_TIFF_FILTER = "The numbers, float TIFF (*.tiff)"


def ask_open_picture(parent: QWidget, settings: QSettings) -> Path | None:
    """Return the picture file that the person chooses, or None."""
    chosen, _ = QFileDialog.getOpenFileName(
        parent, "Open a picture", _last_folder(settings), f"{OPEN_FILTER};;All files (*)"
    )
    return _remember(settings, chosen)


def ask_open_video(parent: QWidget, settings: QSettings) -> Path | None:
    """Return the video file that the person chooses, or None."""
    patterns = " ".join(f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES))
    chosen, _ = QFileDialog.getOpenFileName(
        parent, "Play a video", _last_folder(settings), f"Videos ({patterns});;All files (*)"
    )
    return _remember(settings, chosen)


def ask_save_result(parent: QWidget, settings: QSettings) -> tuple[Path, bool] | None:
    """Return where to save and whether the numbers are meant rather than what is shown."""
    filters = ";;".join((SHOWN_FILTER, NUMBERS_NPY_FILTER, NUMBERS_TIFF_FILTER))
    chosen, used = QFileDialog.getSaveFileName(
        parent, "Save the output", str(Path(_last_folder(settings)) / "output.png"), filters
    )
    path = _remember(settings, chosen)
    if path is None:
        return None
    numbers = used in (NUMBERS_NPY_FILTER, NUMBERS_TIFF_FILTER) or path.suffix == ".npy"
    ending = {NUMBERS_NPY_FILTER: ".npy", NUMBERS_TIFF_FILTER: ".tiff"}.get(used, ".png")
    if not path.suffix or (numbers and path.suffix not in (".npy", ".tif", ".tiff")):
        path = path.with_suffix(ending)
    return path, numbers


def _last_folder(settings: QSettings) -> str:
    return str(settings.value("folders/last", str(Path.home())))


def _remember(settings: QSettings, chosen: str) -> Path | None:
    if not chosen:
        return None
    settings.setValue("folders/last", str(Path(chosen).parent))
    return Path(chosen)
