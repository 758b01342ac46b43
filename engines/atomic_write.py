"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engines.errors import ImageError

# What the system refuses, and what a person can do about it.
_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space, or choose another place."),
    errno.EDQUOT: (
        "your share of the disk is used up",
        "Free some space, or choose another place.",
    ),
    errno.EFBIG: ("it is larger than files may be there", "Choose another place."),
    errno.EACCES: ("you may not write there", "Choose another folder."),
    errno.EPERM: ("you may not write there", "Choose another folder."),
    errno.EROFS: ("that place can only be read", "Choose another folder."),
    errno.ENOENT: ("its folder does not exist", "Choose another, or make it first."),
    errno.ENOTDIR: ("its folder is a file", "Choose another folder."),
    errno.EEXIST: ("a file of that name is in the way", "Choose another name."),
    errno.EISDIR: ("there is a folder of that name", "Choose another name."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one."),
}
_PROBE_BYTES = 1 << 16


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Give a binary file that becomes `path` when the block ends well.

    The bytes go to a file beside it, which then takes its place; when anything fails, that file is
    removed and what was at `path` before is untouched. Raises ImageError with a sentence for
    whatever the operating system refuses.
    """
    target = Path(path)
    beside: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name[:64]}.", suffix=".part"
        )
        beside = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            try:
                yield file
            except OSError as error:
                if error.errno is None and not file.closed:
                    _ask_the_system(descriptor)
                raise
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(_mode_of(target))
        beside.replace(target)
        beside = None
    except OSError as error:
        raise ImageError(_sentence(target, error)) from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def check_place(path: str | os.PathLike[str]) -> None:
    """Raise ImageError with a sentence where no file could be made beside `path`.

    For work that takes long before the first byte is written.
    """
    target = Path(path)
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise ImageError(_sentence(target, error)) from error


def _mode_of(target: Path) -> int:
    """Return the permissions of the file that is replaced, or those a new file would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _ask_the_system(descriptor: int) -> None:
    """Raise the system's own error if it takes no more bytes.

    NumPy and Pillow write past Python and then tell how far they came, but not why.
    """
    left = _PROBE_BYTES
    while left > 0:
        left -= os.write(descriptor, bytes(left))
    os.fsync(descriptor)


def _sentence(target: Path, error: OSError) -> str:
    reason, advice = _reason_and_advice(error)
    return f"{target.name} could not be written to {target.parent}: {reason}. {advice}".rstrip()


def refusal(error: OSError) -> str:
    """Return in a few words why the system refused, such as "the disk is full"."""
    return _reason_and_advice(error)[0]


def _reason_and_advice(error: OSError) -> tuple[str, str]:
    said = str(error.strerror or error).rstrip(".")
    return _REASONS.get(error.errno or 0, (f"the system says: {said}", ""))
