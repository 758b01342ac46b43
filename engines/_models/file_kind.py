"""What a person's model file is, told from its content without running any of it."""

from __future__ import annotations

import zipfile
from os import PathLike
from pathlib import Path
from typing import Literal

from engines._models.finetuned import bases, has_card
from engines.atomic_write import refusal
from engines.errors import CheckpointError

FileKind = Literal["weights", "fine-tuned", "torchscript", "exported", "python"]
CHECKPOINT_SUFFIXES = (".pth", ".pt", ".bin", ".ckpt", ".safetensors", ".pt2", ".py")


def file_kind(path: str | PathLike[str]) -> FileKind:
    """Return what `path` holds; nothing in it is run.

    "weights": a state dict, to be loaded into a named architecture; "torchscript" and "exported"
    (torch.export): a whole network; "fine-tuned": weights with a card beside them that names their
    network; "python": a program that defines one. Raises CheckpointError
    for files that are missing, empty, unreadable or of another suffix.
    """
    file = Path(path)
    _must_be_readable(file)
    suffix = file.suffix.lower()
    if suffix == ".py":
        return "python"
    if suffix not in CHECKPOINT_SUFFIXES:
        raise CheckpointError(
            f"{file.name} is not a model file; these are: {', '.join(CHECKPOINT_SUFFIXES)}."
        )
    if suffix == ".pt2":
        return "exported"
    if has_card(file):
        return "fine-tuned"
    if zipfile.is_zipfile(file):
        return _kind_of_archive(file)
    return "weights"


def code_file(path: str | PathLike[str]) -> Path | None:
    """Return the file whose code runs when `path` is opened; None where none does.

    That is the file itself, or the one that it was fine-tuned from. Nothing is run here. Raises
    CheckpointError as `file_kind`, for each of these files.
    """
    for file in (Path(path), *bases(path)):
        if file_kind(file) in ("python", "exported"):
            return file
    return None


def _kind_of_archive(file: Path) -> FileKind:
    try:
        with zipfile.ZipFile(file) as archive:
            names = [name.partition("/")[2] for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError) as error:
        raise CheckpointError(f"{file.name} is damaged: {error}. Copy it again.") from error
    if "archive_format" in names or any(name.startswith("models/") for name in names):
        return "exported"
    if "constants.pkl" in names and any(name.startswith("code/") for name in names):
        return "torchscript"
    return "weights"


def _must_be_readable(file: Path) -> None:
    try:
        if file.is_dir():
            raise CheckpointError(f"{file.name} is a folder; choose a file in it.")
        if file.stat().st_size == 0:
            raise CheckpointError(f"{file.name} is empty. Copy or download it again.")
        with file.open("rb"):
            pass
    except FileNotFoundError as error:
        raise CheckpointError(f"{file.name} does not exist (any more) in {file.parent}.") from error
    except OSError as error:
        raise CheckpointError(f"{file.name} cannot be read: {refusal(error)}.") from error
