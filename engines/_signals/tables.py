"""Columns of numbers in text files as programs and spreadsheets write them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import numpy as np

from engines.errors import SignalError

_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_AROUND_SIGN = re.compile(r"\s*([+-])\s*")
_WHOLE_PAIR = re.compile(r"\s*[+-]?\d+,\d+\s*")


@dataclass(frozen=True, eq=False)
class Table:
    """values (n,), times (n,) or None, header's fields or none, the file's line of each row."""

    values: np.ndarray
    times: np.ndarray | None
    header: tuple[str, ...]
    lines: list[int]
    notes: tuple[str, ...]


def read_table(data: bytes, name: str, limit: int) -> Table:
    """Return the one or two columns of numbers in `data`; raises SignalError with the line."""
    rows = _rows(_text(data, name))
    if not rows:
        raise SignalError(f"{name} holds no numbers.")
    delimiter, decimal_comma, notes = _manner([text for _, text in rows])
    fields = [(line, _split(text, delimiter)) for line, text in rows]
    header: tuple[str, ...] = ()
    if not any(_number(field, decimal_comma) is not None for field in fields[0][1]):
        header = tuple(fields[0][1])
        fields = fields[1:]
    if not fields:
        raise SignalError(f"{name} holds a heading but no numbers.")
    if len(fields) > limit:
        raise SignalError(
            f"{name} has {len(fields):,} rows; at most {limit:,} can be used. Cut out the part "
            "that matters."
        )
    columns = len(fields[0][1])
    if columns > 2:
        raise SignalError(
            f"{name} has {columns} columns; keep one (values) or two (times and values)."
        )
    numbers = np.array([_parsed(line, row, columns, decimal_comma, name) for line, row in fields])
    if not numbers.imag.any():
        numbers = numbers.real
    lines = [line for line, _ in fields]
    if columns == 1:
        return Table(numbers[:, 0], None, header, lines, notes)
    times = numbers[:, 0]
    if np.iscomplexobj(times) and not times.imag.any():
        times = times.real
    return Table(numbers[:, 1], times, header, lines, notes)


def _text(data: bytes, name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise SignalError(f"{name} is not text; save it as CSV.") from error
    if b"\0" in data:
        raise SignalError(f"{name} is not text but some other kind of file; save it as CSV.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # takes any byte; what is no number is told by its line


def _rows(text: str) -> list[tuple[int, str]]:
    rows = []
    for line, content in enumerate(text.splitlines(), start=1):
        kept = content.split("#", 1)[0].strip(" \r\n")
        if kept.strip():
            rows.append((line, kept))
    return rows


def _manner(rows: list[str]) -> tuple[str | None, bool, tuple[str, ...]]:
    """Return (delimiter, None for blanks; whether commas are decimal; notes)."""
    body = rows[1:] if len(rows) > 1 else rows
    for delimiter in (";", "\t"):
        if any(delimiter in row for row in body):
            return delimiter, any("," in row for row in body), ()
    if all(_number(field, False) is not None for field in rows[0].split(",")):
        body = rows  # no heading
    if not any("," in row for row in body):
        return None, False, ()
    if _blank_parted(body):
        return None, True, ()
    if all(_WHOLE_PAIR.fullmatch(row) for row in body) and not _counts_up(rows):
        note = "Its commas were read as decimal commas: one column."
        return None, True, (note,)
    return ",", False, ()


def _blank_parted(rows: list[str]) -> bool:
    """Return whether rows look like “0,5 1,25”: decimal commas, blanks between the columns."""
    sample = [row.split() for row in rows[:1000]]
    return all(
        len(row) == 2 and all(_DECIMAL_COMMA.fullmatch(field) for field in row) for row in sample
    )


def _counts_up(rows: list[str]) -> bool:
    """Return whether “1,5” are two columns: a heading has two words, or the first is an even count.

    One row alone counts as two columns: 1,5 in English writing.
    """
    if not _WHOLE_PAIR.fullmatch(rows[0]):
        return "," in rows[0]
    firsts = np.array([float(row.split(",")[0]) for row in rows])
    gaps = np.diff(firsts)
    return not gaps.size or bool(gaps.min() > 0 and gaps.max() == gaps.min())


def _split(row: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return row.split()
    fields = [field.strip().strip('"').strip() for field in row.split(delimiter)]
    while len(fields) > 1 and not fields[-1]:  # spreadsheets end rows with delimiters
        fields.pop()
    return fields


def _number(field: str, decimal_comma: bool) -> complex | None:
    text = field.strip().strip('"')
    if decimal_comma:
        text = text.replace(",", ".")
    if "_" in text:  # Python reads 1_000
        return None
    if not re.search("nan|inf", text, re.IGNORECASE):
        text = _AROUND_SIGN.sub(r"\1", text).replace("i", "j")
    try:
        return complex(text)
    except ValueError:
        return None


def _parsed(
    line: int, row: list[str], columns: int, decimal_comma: bool, name: str
) -> list[complex]:
    if len(row) != columns:
        raise SignalError(
            f"Line {line} of {name} has {len(row)} columns, the first row {columns}; "
            "every row needs as many."
        )
    numbers = []
    for field in row:
        number = _number(field, decimal_comma)
        if number is None:
            shown = field if len(field) <= 20 else field[:20] + "…"
            raise SignalError(f"Line {line} of {name}: “{shown}” is not a number.")
        if not np.isfinite(number):
            raise SignalError(f"Line {line} of {name}: {field} is not a finite number.")
        numbers.append(number)
    return numbers
