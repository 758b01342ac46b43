"""Signals read from CSV and WAV files, and from a row of a picture."""

from __future__ import annotations

import io
import re
import struct
import warnings
from pathlib import Path

import numpy as np

from engines._signals.lengths import SHORTENINGS, Shortening, shorten
from engines._signals.signal import LONGEST, MAX_SAMPLES, Signal, Unit
from engines._signals.tables import Table, read_table
from engines.errors import SignalError

MAX_CSV_BYTES = 50_000_000
MAX_WAV_BYTES = 200_000_000
FILE_SUFFIXES = (".csv", ".tsv", ".txt", ".wav")
_SAMPLES_WORDS = ("n", "k", "i", "index", "sample", "samples", "nr", "no")


def load_signal(
    path: str | Path, *, limit: int = MAX_SAMPLES, how: Shortening = "resample"
) -> Signal:
    """Return the signal in a CSV or WAV file (its suffix tells), at most `limit` samples.

    Longer ones go through `shorten`; notes say so. Raises SignalError as `load_csv`, `load_wav`.
    """
    if how not in SHORTENINGS:
        raise SignalError(f"There is no way {how!r}; choose {', '.join(SHORTENINGS)}.")
    suffix = Path(path).suffix.lower()
    if suffix not in FILE_SUFFIXES:
        raise SignalError(
            f"{Path(path).name} is none of {', '.join(FILE_SUFFIXES)}; choose a CSV or WAV file."
        )
    return shorten(load_wav(path) if suffix == ".wav" else load_csv(path), limit, how)


def load_csv(path: str | Path) -> Signal:
    """Return the signal in a text file of one column (values) or two (times, values).

    A header, blank lines and lines from # on are passed over; columns are parted by commas,
    semicolons, tabs or blanks; decimal commas are understood; values may be complex (1+2j). Times
    must increase; where they are uneven the values are interpolated evenly, and a note says so. The
    unit is seconds for times, samples without (or when the header says n, index or sample).
    Raises SignalError with the line that is wrong; limits: MAX_CSV_BYTES and 4,000,000 rows.
    """
    file = Path(path)
    table = read_table(_read(file, MAX_CSV_BYTES), file.name, LONGEST)
    if table.times is None:
        return Signal(table.values, 1.0, 0.0, file.stem, "samples", table.notes)
    return _timed(table, table.times, file)


def load_wav(path: str | Path) -> Signal:
    """Return the sound in a WAV file, mono, its step 1 ÷ sampling rate in seconds.

    Whole numbers are scaled to [−1, 1), 8 bits about their middle, 128; float files are taken as
    they are. Several channels become their mean; notes say so. Raises SignalError with a sentence
    for files that are damaged, compressed, empty or larger than MAX_WAV_BYTES.
    """
    from scipy.io import wavfile

    file = Path(path)
    data = _read(file, MAX_WAV_BYTES)
    notes: list[str] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", wavfile.WavFileWarning)
            rate, samples = wavfile.read(io.BytesIO(data))
    except (
        ValueError,
        TypeError,
        struct.error,
        EOFError,
        ZeroDivisionError,
        OverflowError,
        UnboundLocalError,
        MemoryError,
    ) as error:
        raise SignalError(
            f"{file.name} is not a WAV file that can be read: it is damaged, or of a kind unknown "
            "here. Save it as WAV, PCM, 16 bits."
        ) from error
    if any("EOF" in str(warning.message) for warning in caught):
        notes.append("The file ends too early; what it holds was read.")
    if rate <= 0:
        raise SignalError(f"{file.name} gives a sampling rate of {rate} Hz; it is damaged.")
    if not samples.size:
        raise SignalError(f"{file.name} holds no samples.")
    values = _scaled(samples)
    if values.ndim == 2:
        channels = values.shape[1]
        if channels > 1:
            notes.append(f"Its {channels} channels were averaged to one.")
        values = values.mean(axis=1)
    if len(values) > LONGEST:
        notes.append(
            f"Only the first {LONGEST / rate:.0f} s of {len(values) / rate:.0f} s were read."
        )
        values = values[:LONGEST]
    return Signal(values, 1.0 / rate, 0.0, file.stem, "s", tuple(notes))


def picture_row(picture: np.ndarray, row: int) -> Signal:
    """Return row `row` (0-based) of a picture (H, W) or (H, W, C), the mean of its channels.

    Raises SignalError where there is no such row; a row longer than MAX_SAMPLES is shortened.
    """
    pixels = np.asarray(picture)
    if pixels.ndim not in (2, 3) or not pixels.size:
        raise SignalError("There is no picture to take a row of.")
    if not 0 <= row < pixels.shape[0]:
        raise SignalError(
            f"The picture has rows 0 to {pixels.shape[0] - 1}; there is no row {row}."
        )
    line = pixels[row].astype(np.float64)
    notes: tuple[str, ...] = ()
    if line.ndim == 2:
        if line.shape[1] > 1:
            notes = ("The colours were averaged.",)
        line = line.mean(axis=1)
    return shorten(Signal(line, 1.0, 0.0, f"row {row}", "samples", notes))


def _read(file: Path, limit: int) -> bytes:
    name = file.name
    try:
        if file.is_dir():
            raise SignalError(f"{name} is a folder; choose a file in it.")
        size = file.stat().st_size
        if size == 0:
            raise SignalError(f"{name} is empty. Copy or save it again.")
        if size > limit:
            raise SignalError(
                f"{name} has {size / 1e6:.0f} MB; at most {limit / 1e6:.0f} MB are read. "
                "Cut out the part that matters."
            )
        with file.open("rb") as stream:
            return stream.read(limit)
    except FileNotFoundError as error:
        raise SignalError(f"{name} does not exist (any more) in {file.parent}.") from error
    except PermissionError as error:
        raise SignalError(f"You may not read {name}. Change its permissions or copy it.") from error
    except OSError as error:
        raise SignalError(f"{name} cannot be read: {error.strerror or error}.") from error


def _scaled(samples: np.ndarray) -> np.ndarray:
    """Return float64 samples: whole numbers ÷ 2^(bits − 1), unsigned ones about their middle."""
    kind, bits = samples.dtype.kind, 8 * samples.dtype.itemsize
    if kind == "u":
        return (samples.astype(np.float64) - 2 ** (bits - 1)) / 2 ** (bits - 1)
    if kind == "i":
        return samples / 2.0 ** (bits - 1)
    return samples.astype(np.float64)


def _timed(table: Table, times: np.ndarray, file: Path) -> Signal:
    """Return the values on an even time axis; raises SignalError where times do not increase."""
    if np.iscomplexobj(times):
        raise SignalError(f"The times in {file.name} are complex; the first column must be real.")
    if len(times) == 1:
        return Signal(table.values, 1.0, float(times[0]), file.stem, "samples", table.notes)
    gaps = np.diff(times)
    if gaps.min() <= 0:
        where = int(np.argmax(gaps <= 0)) + 1
        raise SignalError(
            f"Line {table.lines[where]} of {file.name}: the time {times[where]:g} does not come "
            f"after {times[where - 1]:g}. With two columns the first is time, and must increase."
        )
    step = float((times[-1] - times[0]) / (len(times) - 1))
    values, notes = table.values, table.notes
    if np.abs(gaps - step).max() > 1e-3 * step:
        even = times[0] + step * np.arange(len(times))
        values = np.interp(even, times, values)
        notes = (*notes, f"Its times are uneven; the values were interpolated to every {step:.4g}.")
    word = re.sub(r"\W.*", "", table.header[0].strip().lower()) if table.header else ""
    unit: Unit = "samples" if word in _SAMPLES_WORDS else "s"
    return Signal(values, step, float(times[0]), file.stem, unit, notes)
