"""Features kept on disk, by what the picture holds and by everything that computed them."""

from __future__ import annotations

import os
import shutil
import struct
import threading
import zlib
from pathlib import Path

import numpy as np

from engines.atomic_write import refusal

_MAGIC = b"KSFEAT1\n"
_HEAD = struct.Struct("<8sIQ")  # magic, CRC-32 of the numbers, how many
_SUFFIX = ".features"
_OWN_FOLDER = "features-1"


class FeatureStore:
    """Rows of float32 numbers in a folder, each in a file of its own with a checksum.

    An entry is written beside its place and then takes it, so that a run that is ended in the
    middle leaves whole entries alone; one that is damaged all the same is not taken. When the
    system refuses to write (a full disk), the store goes on without writing and says so in `notes`.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._root = Path(folder) / _OWN_FOLDER
        self._notes: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the entries lie; it exists from the first entry on."""
        return self._root

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the person: why nothing more is kept."""
        return self._notes

    def get(self, name: str, key: str, size: int) -> np.ndarray | None:
        """Return the (size,) float32 numbers of a picture, None where they are not or damaged.

        name: of what computed them; key: of the picture's content.
        """
        try:
            data = self._path(name, key).read_bytes()
        except OSError:
            return None
        if len(data) != _HEAD.size + 4 * size:
            return None
        magic, checksum, count = _HEAD.unpack_from(data)
        if magic != _MAGIC or count != size or zlib.crc32(data[_HEAD.size :]) != checksum:
            return None
        return np.frombuffer(data, "<f4", offset=_HEAD.size).astype(np.float32)

    def try_again(self) -> None:
        """Write again from now on, whatever the system refused before."""
        self._notes = ()

    def put(self, name: str, key: str, values: np.ndarray) -> bool:
        """Keep the numbers of a picture; returns whether they were kept."""
        if self._notes:
            return False
        numbers = np.ascontiguousarray(values, "<f4").tobytes()
        data = _HEAD.pack(_MAGIC, zlib.crc32(numbers), values.size) + numbers
        path = self._path(name, key)
        beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(data)
            beside.replace(path)
        except OSError as error:
            self._give_up(error)
            _remove(beside)
            return False
        return True

    def size(self) -> int:
        """Return the bytes of all entries."""
        return sum(size for _, size in self._entries())

    def count(self) -> int:
        """Return how many entries there are."""
        return sum(1 for _ in self._entries())

    def clear(self) -> int:
        """Remove all entries and return the bytes that this freed; writing begins anew."""
        before = self.size()
        self._notes = ()
        if self._root.is_dir():
            shutil.rmtree(self._root, ignore_errors=True)
        return before - self.size()

    def _path(self, name: str, key: str) -> Path:
        return self._root / name / key[:2] / f"{key}{_SUFFIX}"

    def _entries(self) -> list[tuple[Path, int]]:
        found = []
        for path in self._root.rglob("*"):
            try:
                if path.is_file():
                    found.append((path, path.stat().st_size))
            except FileNotFoundError:  # cleared meanwhile
                continue
        return found

    def _give_up(self, error: OSError) -> None:
        self._notes = (
            f"Features are no longer kept on disk: {refusal(error)}. They are computed all the "
            "same; free some space and extract again to keep them.",
        )


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # what could not be made cannot be removed either
