"""The application's file dialogs: they remember the last folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engines.models import CHECKPOINT_SUFFIXES
from engines.signals import FILE_SUFFIXES
from visualizer.mime import VIDEO_SUFFIXES
from visualizer.settings import read_text

OPEN_FILTER = "Pictures (*.png *.jpg *.jpeg *.tif *.tiff *.webp *.gif *.bmp *.ppm *.pgm)"
FEATURE_FILTERS = {
    "NumPy, to be opened again (*.npz)": ".npz",
    "Table of text (*.csv)": ".csv",
    "Table for data frames (*.parquet)": ".parquet",
}
ANIMATION_FILTERS = {
    "Animation (*.gif)": ".gif",
    "Animation, finer and smaller (*.webp)": ".webp",
    "Animation without loss (*.png)": ".png",
}
SHOWN_FILTER = "What is shown (*.png *.tif *.jpg *.webp)"
NUMBERS_NPY_FILTER = "The numbers, NumPy (*.npy)"
NUMBERS_TIFF_FILTER = "The numbers, float TIFF (*.tiff)"
# What a name may end with, the one that is given to a name without first.
_SHOWN_ENDINGS = (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".webp", ".bmp")
_NUMBER_ENDINGS = {NUMBERS_NPY_FILTER: (".npy",), NUMBERS_TIFF_FILTER: (".tiff", ".tif")}
_KNOWN_ENDINGS = {".npy", *_SHOWN_ENDINGS}


def ask_open_picture(parent: QWidget, settings: QSettings) -> Path | None:
    """Return the picture file that the person chooses, or None."""
    chosen, _ = QFileDialog.getOpenFileName(
        parent, "Open a picture", _last_folder(settings), f"{OPEN_FILTER};;All files (*)"
    )
    return _remember(settings, chosen)


def ask_open_result(parent: QWidget, settings: QSettings) -> Path | None:
    """Return the file of a saved result that the person chooses, or None."""
    chosen, _ = QFileDialog.getOpenFileName(
        parent,
        "Open a result with its settings",
        _last_folder(settings),
        "Results with their settings (*.png);;All files (*)",
    )
    return _remember(settings, chosen)


def ask_open_video(parent: QWidget, settings: QSettings) -> Path | None:
    """Return the video file that the person chooses, or None."""
    patterns = " ".join(f"*{suffix}" for suffix in sorted(VIDEO_SUFFIXES))
    chosen, _ = QFileDialog.getOpenFileName(
        parent, "Play a video", _last_folder(settings), f"Videos ({patterns});;All files (*)"
    )
    return _remember(settings, chosen)


def ask_open_model(parent: QWidget, settings: QSettings) -> Path | None:
    """Return the file of weights or of a network that the person chooses, or None."""
    patterns = " ".join(f"*{suffix}" for suffix in CHECKPOINT_SUFFIXES)
    chosen, _ = QFileDialog.getOpenFileName(
        parent,
        "Open weights or a network",
        _last_folder(settings),
        f"Weights and networks ({patterns});;All files (*)",
    )
    return _remember(settings, chosen)


def ask_open_folder(parent: QWidget, settings: QSettings) -> Path | None:
    """Return the folder of pictures that the person chooses, or None."""
    chosen = QFileDialog.getExistingDirectory(
        parent, "Open a folder of pictures, one sub-folder a class", _last_folder(settings)
    )
    return _remember(settings, chosen)


def ask_open_signal(parent: QWidget, settings: QSettings, which: str) -> Path | None:
    """Return the file that the person chooses for the signal `which`, or None."""
    patterns = " ".join(f"*{suffix}" for suffix in FILE_SUFFIXES)
    filters = f"Numbers and sounds ({patterns});;{OPEN_FILTER};;All files (*)"
    chosen, _ = QFileDialog.getOpenFileName(
        parent, f"Open the signal {which}", _last_folder(settings), filters
    )
    return _remember(settings, chosen)


def ask_save_result(parent: QWidget, settings: QSettings) -> tuple[Path, bool] | None:
    """Return where to save and whether the numbers are meant rather than what is shown.

    A file that is there is never returned unless the person agreed to its replacement.
    """
    filters = ";;".join((SHOWN_FILTER, NUMBERS_NPY_FILTER, NUMBERS_TIFF_FILTER))
    offered = Path(_last_folder(settings)) / "output.png"
    while True:
        chosen, used = QFileDialog.getSaveFileName(parent, "Save the output", str(offered), filters)
        path = _remember(settings, chosen)
        if path is None:
            return None
        final, numbers = with_ending(path, used)
        # The dialog has asked about the name as it was typed, not about the one with its ending.
        if final == path or not final.exists() or _may_replace(parent, final):
            return final, numbers
        offered = final


def ask_save_as(
    parent: QWidget, settings: QSettings, title: str, name: str, kind: str
) -> Path | None:
    """Return where to save, or None; `kind` is the one filter, as in "Animation (*.gif)".

    The path has the filter's ending. A file that is there is never returned unless the person
    agreed to its replacement.
    """
    ending = kind[kind.rindex("*") + 1 : -1]
    offered = Path(_last_folder(settings)) / name
    while True:
        chosen, _ = QFileDialog.getSaveFileName(parent, title, str(offered), kind)
        path = _remember(settings, chosen)
        if path is None:
            return None
        final = path if path.suffix.lower() == ending else path.with_name(path.name + ending)
        if final == path or not final.exists() or _may_replace(parent, final):
            return final
        offered = final


def ask_save_features(parent: QWidget, settings: QSettings) -> Path | None:
    """Return where to save features, with one of the endings of `FEATURE_FILTERS`, or None.

    A file that is there is never returned unless the person agreed to its replacement.
    """
    return _ask_save(parent, settings, "Save the features", "features.npz", FEATURE_FILTERS)


def ask_save_animation(parent: QWidget, settings: QSettings, name: str) -> Path | None:
    """Return where to save an animation, with one of the endings of `ANIMATION_FILTERS`, or None.

    A file that is there is never returned unless the person agreed to its replacement.
    """
    return _ask_save(parent, settings, "Save the animation", name, ANIMATION_FILTERS)


def _ask_save(
    parent: QWidget, settings: QSettings, title: str, name: str, filters: Mapping[str, str]
) -> Path | None:
    """Return where to save, or None. filters: each with its ending, the first for other names."""
    offered = Path(_last_folder(settings)) / name
    endings = tuple(filters.values())
    while True:
        chosen, used = QFileDialog.getSaveFileName(parent, title, str(offered), ";;".join(filters))
        path = _remember(settings, chosen)
        if path is None:
            return None
        ending = filters.get(used, endings[0])
        final = path if path.suffix.lower() in endings else path.with_name(path.name + ending)
        if final == path or not final.exists() or _may_replace(parent, final):
            return final
        offered = final


def with_ending(path: Path, used: str) -> tuple[Path, bool]:
    """Return `path` with an ending that the filter `used` means, and whether numbers are meant.

    An ending that cannot be meant is replaced where it is a known one (output.png for numbers);
    else it belongs to the name ("result 1.5") and stays.
    """
    endings = _NUMBER_ENDINGS.get(used, _SHOWN_ENDINGS)
    if used not in _NUMBER_ENDINGS and path.suffix.lower() == ".npy":
        endings = _NUMBER_ENDINGS[NUMBERS_NPY_FILTER]
    numbers = endings is not _SHOWN_ENDINGS
    suffix = path.suffix.lower()
    if suffix in endings:
        return path, numbers
    name = path.stem if suffix in _KNOWN_ENDINGS else path.name
    return path.with_name(name + endings[0]), numbers


def _may_replace(parent: QWidget, path: Path) -> bool:
    answer = QMessageBox.question(
        parent,
        "Save the output",
        f"{path.name} is already in {path.parent}. Replace it?",
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    return answer == QMessageBox.StandardButton.Yes


def _last_folder(settings: QSettings) -> str:
    return read_text(settings, "folders/last", os.path.expanduser("~"))


def _remember(settings: QSettings, chosen: str) -> Path | None:
    if not chosen:
        return None
    settings.setValue("folders/last", str(Path(chosen).parent))
    return Path(chosen)
