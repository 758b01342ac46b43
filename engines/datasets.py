"""Pictures with classes: a person's own folder, or a task that ships with the application.

The public door to engines._datasets.
"""

from __future__ import annotations

from engines._datasets.dataset import PARTS, Dataset, Sample, SkippedFile, Split
from engines._datasets.folders import PICTURE_SUFFIXES, Scan, scan_folder
from engines._datasets.splitting import Leak, duplicates, leakage, split, subset
from engines._datasets.tasks import digits_task, texture_task

__all__ = [
    "PARTS",
    "PICTURE_SUFFIXES",
    "Dataset",
    "Leak",
    "Sample",
    "Scan",
    "SkippedFile",
    "Split",
    "digits_task",
    "duplicates",
    "leakage",
    "scan_folder",
    "split",
    "subset",
    "texture_task",
]
