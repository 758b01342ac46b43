"""Networks: a catalogue, loading with weights never taken from the network, and downloads.

The public door to engines._models. Cards, reports and preprocessing need no torch; it is imported
by the functions.
"""

from __future__ import annotations

from engines._models.card import STATE_TEXTS, ModelCard, Source, WeightsState
from engines._models.catalogue import EMBEDDED, card, catalogue, download, load
from engines._models.downloads import DownloadProgress, fetch
from engines._models.file_kind import CHECKPOINT_SUFFIXES, FileKind, code_file, file_kind
from engines._models.fit import FitReport, WrongShape
from engines._models.loaded import LoadedModel
from engines._models.preprocessing import Preprocessing, Stage, Window
from engines.errors import (
    CheckpointError,
    DownloadCancelled,
    DownloadError,
    ModelError,
    UntrustedCode,
)

__all__ = [
    "CHECKPOINT_SUFFIXES",
    "EMBEDDED",
    "STATE_TEXTS",
    "CheckpointError",
    "DownloadCancelled",
    "DownloadError",
    "DownloadProgress",
    "FileKind",
    "FitReport",
    "LoadedModel",
    "ModelCard",
    "ModelError",
    "Preprocessing",
    "Source",
    "Stage",
    "UntrustedCode",
    "WeightsState",
    "Window",
    "WrongShape",
    "card",
    "catalogue",
    "code_file",
    "download",
    "fetch",
    "file_kind",
    "load",
]
