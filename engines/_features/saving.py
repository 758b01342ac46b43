"""Features in files: NumPy's .npz, and tables with a row for each picture."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engines._features.parts import FeaturePart, Features, slices_of
from engines.atomic_write import atomic_write
from engines.datasets import Dataset
from engines.errors import FeatureError

# Readers of tables take every column's name and type into memory, several kilobytes each.
LARGEST_TABLE = 50_000
_FIELDS = ("values", "indices", "labels", "names", "classes", "sizes", "parts")


@dataclass(frozen=True, eq=False)
class SavedFeatures:
    """Features read from a file, with what the table says of the pictures.

    labels: (N,) int64, −1 without a class; names: of the pictures, beside them; classes: names.
    """

    features: Features
    labels: np.ndarray
    names: tuple[str, ...]
    classes: tuple[str, ...]


def save_features(features: Features, dataset: Dataset, path: str | PathLike[str]) -> None:
    """Write features to a file; see engines.features.save_features."""
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise FeatureError(
            f"{target.name} has no ending that says how to write it; end it in "
            f"{', '.join(_WRITERS)}."
        )
    columns = features.values.shape[1]
    if writer is not _write_npz and columns > LARGEST_TABLE:
        raise FeatureError(
            f"A table with {columns:,} columns is too wide for most programs (at most "
            f"{LARGEST_TABLE:,}); save as .npz, or take the average of each channel."
        )
    with atomic_write(target) as file:
        writer(features, dataset, file)


def _write_npz(features: Features, dataset: Dataset, file: BinaryIO) -> None:
    sizes = [columns.stop - columns.start for columns in features.part_slices]
    np.savez(
        file,
        values=features.values,
        indices=features.indices,
        labels=dataset.labels[features.indices],
        names=np.array(_names(features, dataset), np.str_),
        classes=np.array(dataset.classes, np.str_),
        sizes=np.array(sizes, np.int64),
        parts=np.array(json.dumps([asdict(part) for part in features.parts])),
    )


def _write_csv(features: Features, dataset: Dataset, file: BinaryIO) -> None:
    from pyarrow import csv

    csv.write_csv(_table(features, dataset), file)


def _write_parquet(features: Features, dataset: Dataset, file: BinaryIO) -> None:
    from pyarrow import parquet

    parquet.write_table(_table(features, dataset), file)


_WRITERS: dict[str, Callable[[Features, Dataset, BinaryIO], None]] = {
    ".npz": _write_npz,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}


def _table(features: Features, dataset: Dataset):  # type: ignore[no-untyped-def]  # of pyarrow
    """Return a table: file, class, then a column for each number."""
    import pyarrow

    columns: dict[str, list[str] | np.ndarray] = {
        "file": _names(features, dataset),
        "class": [dataset.class_of(int(index)) for index in features.indices],
    }
    for title, place in zip(_told_apart(features.titles), features.part_slices, strict=True):
        for number, column in enumerate(features.values[:, place].T):
            columns[f"{title} {number}"] = np.ascontiguousarray(column)
    return pyarrow.table(columns)


def _told_apart(titles: tuple[str, ...]) -> list[str]:
    """Return the titles, numbered where files of one name in several folders share theirs."""
    return [
        title if titles.index(title) == place else f"{title} ({titles[: place + 1].count(title)})"
        for place, title in enumerate(titles)
    ]


def _names(features: Features, dataset: Dataset) -> list[str]:
    return [dataset.samples[index].name for index in features.indices]


def load_features(path: str | PathLike[str]) -> SavedFeatures:
    """Return what `save_features` wrote; see engines.features.load_features."""
    file = Path(path)
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _FIELDS}
        parts = tuple(FeaturePart(**part) for part in json.loads(str(arrays["parts"])))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise FeatureError(
            f"{file.name} holds no features that were saved as .npz here, or is damaged."
        ) from error
    values, indices, sizes = arrays["values"], arrays["indices"], arrays["sizes"]
    lengths = {len(values), len(indices), len(arrays["labels"]), len(arrays["names"])}
    if values.ndim != 2 or len(lengths) > 1 or sizes.sum() != values.shape[1]:
        raise FeatureError(f"{file.name} is damaged: its parts do not fit each other.")
    features = Features(
        values,
        indices,
        parts,
        slices_of(tuple(int(size) for size in sizes)),
        tuple(part.title for part in parts),
    )
    names, classes = arrays["names"].tolist(), arrays["classes"].tolist()
    return SavedFeatures(features, arrays["labels"], tuple(names), tuple(classes))
