"""Numbers as people type, paste and read them. No Qt here."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np

MAX_SIDE = 31
MAX_WIDTH = 7
_NUMBER = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
_TERM = re.compile(rf"\s*({_NUMBER})\s*")
_ROOTS = {"½": "1/2", "⅓": "1/3", "¼": "1/4", "⅕": "1/5", "⅙": "1/6", "⅛": "1/8", "¾": "3/4"}
_WORDS = {"nan", "inf", "infinity"}


class NumberTextError(ValueError):
    """A text is no number or no matrix; the message says why and what would be."""


def parse_number(text: str) -> float:
    """Return the finite number in `text`: "0.5", "-1", "1/9", "2*3", "1e-3", "0,5", "½".

    Raises NumberTextError with a sentence for anything else.
    """
    plain = _plain(text)
    if not plain:
        raise NumberTextError("This cell is empty; type a number such as 0.5 or 1/9.")
    if plain.lower().lstrip("+-") in _WORDS or "∞" in plain:
        raise NumberTextError(f"“{text.strip()}” is not a finite number; type one such as 0.5.")
    match = _TERM.match(plain)
    if match is None:
        raise NumberTextError(f"“{text.strip()}” is not a number; type one such as 0.5 or 1/9.")
    value, at = _to_float(match.group(1)), match.end()
    while at < len(plain):
        sign, match = plain[at], _TERM.match(plain, at + 1)
        if sign not in "*/" or match is None:
            raise NumberTextError(f"“{text.strip()}” is not a number; type one such as 0.5 or 1/9.")
        operand = _to_float(match.group(1))
        if sign == "/" and operand == 0:
            raise NumberTextError(f"“{text.strip()}” divides by 0; type another denominator.")
        value = value * operand if sign == "*" else value / operand
        at = match.end()
    if not math.isfinite(value):
        raise NumberTextError(f"“{text.strip()}” is too large; type a smaller number.")
    return value


def _plain(text: str) -> str:
    for sign, spelled in _ROOTS.items():
        text = text.replace(sign, spelled)
    return text.replace("−", "-").replace("×", "*").replace("·", "*").replace("÷", "/").strip()


def _to_float(text: str) -> float:
    return float(text.replace(",", "."))


def parse_matrix(text: str, most: int = MAX_SIDE, noun: str = "a kernel") -> np.ndarray:
    """Return the matrix in `text`, float64 (rows, columns), up to `most` × `most`.

    Takes spreadsheet cells, CSV, NumPy and Python lists, MATLAB and LaTeX (bmatrix, with \\frac
    inside or in front). noun: what it is to become, in the sentences. Raises NumberTextError
    naming the row that does not fit.
    """
    body, factor = _matrix_body(text)
    rows = [row for row in (_cells(line) for line in body) if row]
    if not rows:
        raise NumberTextError("The clipboard holds no numbers; copy some cells first.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise NumberTextError(
                f"Row {number} has {len(row)} numbers and row 1 has {len(rows[0])}; "
                f"all rows of {noun} have the same length."
            )
    if len(rows) > most or len(rows[0]) > most:
        raise NumberTextError(
            f"{len(rows)} × {len(rows[0])} numbers are too many; {noun} has at most "
            f"{most} × {most}."
        )
    values = [[_in_row(cell, number) for cell in row] for number, row in enumerate(rows, start=1)]
    return np.array(values, dtype=np.float64) * factor


def _in_row(cell: str, number: int) -> float:
    try:
        return parse_number(cell)
    except NumberTextError as error:
        raise NumberTextError(f"Row {number}: {error}") from None


def _matrix_body(text: str) -> tuple[list[str], float]:
    """Return the text of each row, and the factor in front of the matrix."""
    text = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", _plain(text))
    factor = 1.0
    latex = re.search(r"^(.*?)\\begin\{\w*(?:matrix|array)\}(?:\{[^}]*\})?(.*?)\\end", text, re.S)
    if latex:
        front = latex.group(1).replace("$", "").replace("\\", "").strip(" *")
        factor = parse_number(front) if front else 1.0
        return re.split(r"\\\\", latex.group(2).replace("&", "\t")), factor
    text = re.sub(r",?\s*dtype=[\w.]+|,?\s*device='[^']*'", "", text)
    text = re.sub(r"[A-Za-z_][\w.]*\s*\(|\)", "", text) if "(" in text else text
    if "[" in text:
        inner = re.sub(r"^\s*\[|\]\s*$", "", text.strip().rstrip(","))
        rows = re.findall(r"\[([^\[\]]*)\]", inner)
        if rows:
            return [" ".join(row.split()) for row in rows], factor
        return re.split(r"[;\n]", inner), factor
    return re.split(r"[;\n]" if "\t" not in text else r"\n", text), factor


def _cells(line: str) -> list[str]:
    line = line.strip(" \r\n")
    if not line.strip():
        return []
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    # "0,5 1,5" are two numbers with decimal commas; "0, 5" and "1,2,3" are separated by commas.
    if "," in line and not re.fullmatch(r"(?:[+-]?\d+,\d+\s+)+[+-]?\d+,\d+", line):
        return [cell.strip() for cell in line.strip(", ").split(",")]
    return line.split()


def format_number(value: float, digits: int = 3) -> str:
    """Return `value` with at most `digits` significant digits in at most 7 characters."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    for count in range(digits, 0, -1):
        text = f"{value:.{count}g}"
        if "e" in text:
            mantissa, exponent = text.split("e")
            text = f"{mantissa}e{int(exponent)}"
        if len(text) <= MAX_WIDTH:
            return text
    return text


def format_fraction(value: float, max_denominator: int = 64) -> str | None:
    """Return "1/9" when `value` is that fraction to 1e-9, None for whole numbers and others."""
    if not math.isfinite(value) or abs(value) > 1e6:
        return None
    fraction = Fraction(value).limit_denominator(max_denominator)
    if fraction.denominator == 1 or abs(float(fraction) - value) > 1e-9:
        return None
    return f"{fraction.numerator}/{fraction.denominator}"


def short_count(count: int) -> str:
    """Return `count` in three digits and a unit: 1.22 M for 1 217 700."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(count)
