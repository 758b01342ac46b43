"""Pictures of a person's own folder, by the rules of torchvision's ImageFolder."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engines._datasets.dataset import PARTS, WITHOUT_CLASS, Dataset, Sample, SkippedFile, Split
from engines._datasets.sources import FilePictures, check_picture, content_key, read_file
from engines.errors import DatasetError, EngineError

# As torchvision.datasets.folder.IMG_EXTENSIONS.
PICTURE_SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",
)  # fmt: skip
_PART_NAMES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True)
class Scan:
    """How far a scan is: files seen of all; `dataset` on the last step."""

    done: int
    total: int
    dataset: Dataset | None = None


@dataclass
class _Listing:
    """What lies in a folder, before any file is opened."""

    folder: Path
    files: list[tuple[Path, str, str]] = field(
        default_factory=list
    )  # path, class or "", part or ""
    classes: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)  # endings of files that are no pictures


def scan_folder(folder: str | Path) -> Iterator[Scan]:
    """Yield how far the scan is, and the data set with the last step.

    A sub-folder is a class, files below it belong to it, at any depth; classes are sorted by name;
    only files with `PICTURE_SUFFIXES` count. Sub-folders called train and val or test (and nothing
    else), each with class folders, give classes and `given_split`. A folder without sub-folders, or
    whose sub-folders hold no picture, has no classes. Each file is opened once: broken ones are
    skipped with a reason, hidden files and folders left aside; a class with no readable picture is
    left out with a note. Raises DatasetError, at once, where there is no picture to be found, and
    at the end where none can be read.
    """
    root = Path(folder).expanduser()
    listing = _Listing(root)
    _list(listing)
    if not listing.files:
        raise DatasetError(_nothing_there(listing))
    return _scan(listing)


def _scan(listing: _Listing) -> Iterator[Scan]:
    total = len(listing.files)
    kept: list[tuple[Path, str, str, str]] = []
    yield Scan(0, total)
    for done, (path, name, part) in enumerate(listing.files, start=1):
        try:
            data = read_file(path)
            check_picture(data, path.name)
        except EngineError as error:
            listing.skipped.append(SkippedFile(path, str(error)))
        else:
            kept.append((path, name, part, content_key(data)))
        if done < total:
            yield Scan(done, total)
    if not kept:
        raise DatasetError(
            f"None of the {total} pictures in {listing.folder.name} can be read. "
            f"The first: {listing.skipped[0].reason}"
        )
    yield Scan(total, total, _dataset(listing, kept))


# -- listing ------------------------------------------------------------------------------------


def _list(listing: _Listing) -> None:
    folders, files = _entries(listing.folder)
    named = {folder.name.lower(): folder for folder in folders}
    parts = {_PART_NAMES[name] for name in named if name in _PART_NAMES}
    if "train" in parts and len(parts) == len(named) > 1 and _hold_folders(folders):
        for folder in folders:
            for class_folder in _folders_in(folder, listing):
                _list_class(listing, class_folder, _PART_NAMES[folder.name.lower()])
    else:
        for folder in folders:
            _list_class(listing, folder, "")
    listing.classes = sorted(set(listing.classes))
    pictures = [file for file in files if _is_picture(file)]
    if listing.files:
        if pictures:
            listing.notes.append(
                f"{_pictures(len(pictures))} beside the class folders {_are(len(pictures))} left "
                "out: put them into a class."
            )
        return
    # No class holds a picture: the folder's own files, then, have no class.
    listing.files = [(file, "", "") for file in pictures]
    if pictures and listing.classes:
        listing.notes.append("The sub-folders hold no pictures, so the pictures have no classes.")
    listing.classes = []
    listing.others.update(file.suffix.lower() for file in files if not _is_picture(file))


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the folders and the files in the chosen folder, sorted, without hidden ones."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
        visible = [entry for entry in found if not _hidden(entry.name)]
        folders = [Path(entry.path) for entry in visible if entry.is_dir()]
        return folders, [Path(entry.path) for entry in visible if not entry.is_dir()]
    except FileNotFoundError as error:
        raise DatasetError(f"The folder {folder} does not exist (any more).") from error
    except NotADirectoryError as error:
        raise DatasetError(f"{folder.name} is a file; choose the folder that holds it.") from error
    except PermissionError as error:
        raise DatasetError(
            f"You may not look into {folder}. Change its permissions or copy it."
        ) from error
    except OSError as error:
        raise DatasetError(f"{folder} cannot be read: {error.strerror or error}.") from error


def _hold_folders(folders: list[Path]) -> bool:
    try:
        return all(_entries(folder)[0] for folder in folders)
    except DatasetError:
        return True  # it is told where it is listed


def _folders_in(folder: Path, listing: _Listing) -> list[Path]:
    try:
        return _entries(folder)[0]
    except DatasetError as error:
        listing.skipped.append(SkippedFile(folder, str(error)))
        return []


def _list_class(listing: _Listing, folder: Path, part: str) -> None:
    """Add the files of one class folder, in torchvision's order."""
    listing.classes.append(folder.name)
    below: list[tuple[str, list[str]]] = []
    seen: set[str] = set()

    def cannot(error: OSError) -> None:
        where = Path(error.filename)
        listing.skipped.append(
            SkippedFile(
                where,
                f"You may not look into the folder {where.name}: what it holds is left out. "
                "Change its permissions and scan again."
                if isinstance(error, PermissionError)
                else f"The folder {where.name} cannot be read: {error.strerror or error}.",
            )
        )

    for place, folders, files in os.walk(folder, onerror=cannot, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not _hidden(name)]
        below.append((place, sorted(name for name in files if not _hidden(name))))
    for place, names in sorted(below):
        for name in names:
            path = Path(place, name)
            if _is_picture(path):
                listing.files.append((path, folder.name, part))
            else:
                listing.others[path.suffix.lower()] += 1


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def _nothing_there(listing: _Listing) -> str:
    name = listing.folder.name or str(listing.folder)
    if listing.skipped:
        return f"No picture could be found in {name}. {listing.skipped[0].reason}"
    kinds = ", ".join(suffix[1:].upper() for suffix in PICTURE_SUFFIXES)
    return (
        f"{name} holds no pictures ({kinds}). Choose a folder with one sub-folder of pictures for "
        "each class, or a folder of pictures."
    )


# -- what was found -----------------------------------------------------------------------------


def _dataset(listing: _Listing, kept: list[tuple[Path, str, str, str]]) -> Dataset:
    present = {name for _, name, _, _ in kept}
    classes = tuple(name for name in listing.classes if name in present)
    samples = []
    for path, name, _, key in sorted(kept, key=lambda found: found[1]):  # stable inside a class
        label = classes.index(name) if name else WITHOUT_CLASS
        shown = path.relative_to(listing.folder).as_posix()
        samples.append(Sample(key, label, shown, shown, path))
    parts = [part for _, _, part, _ in sorted(kept, key=lambda found: found[1])]
    given = None
    if any(parts):
        where = np.array(parts)
        given = Split(*(np.flatnonzero(where == part).astype(np.int64) for part in PARTS))
    return Dataset(
        name=listing.folder.name or str(listing.folder),
        classes=classes,
        samples=tuple(samples),
        skipped=tuple(listing.skipped),
        notes=tuple(_notes(listing, classes, samples)),
        folder=listing.folder,
        given_split=given,
        source=FilePictures(),
    )


def _notes(listing: _Listing, classes: tuple[str, ...], samples: list[Sample]) -> Iterator[str]:
    yield from listing.notes
    for name in listing.classes:
        if name not in classes:
            yield f"The class “{name}” has no readable picture and is left out."
    if len(classes) == 1:
        yield (
            f"There is one class only, “{classes[0]}”: its features can be looked at, but there "
            "is nothing to tell apart. Add a second sub-folder."
        )
    if listing.others:
        count = sum(listing.others.values())
        endings = ", ".join(sorted(ending or "no ending" for ending in listing.others))
        yield f"{count} other file{'s' * (count > 1)} ({endings}) {_are(count)} left aside."
    labels: dict[str, set[int]] = defaultdict(set)
    for sample in samples:
        labels[sample.key].add(sample.label)
    copies = len(samples) - len(labels)
    if copies:
        yield f"{_pictures(copies)} {_are(copies)} an exact copy of another one."
    disputed = sum(len(own) > 1 for own in labels.values())
    if disputed:
        yield (
            f"{_pictures(disputed)} {'stands' if disputed == 1 else 'stand'} in several classes "
            "at once: no classifier can be right about that."
        )


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count:,} pictures"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
