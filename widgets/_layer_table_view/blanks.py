"""Cells that a person fills in, and whether that was right."""

from __future__ import annotations

import re
from collections.abc import Mapping

Cell = tuple[int, int]
"""Row of the data (not of the sorted view) and column."""


def same_answer(typed: str, truth: str) -> bool:
    """Return whether `typed` says the same as `truth`.

    Numbers may be grouped by commas, spaces, apostrophes or points, or not at all; sizes may be
    joined by ×, x, *, ·, or blanks; case, and a unit that the truth has, do not matter.
    """
    return _numbers(typed) == _numbers(truth) and (
        bool(_numbers(truth)) or typed.strip().casefold() == truth.strip().casefold()
    )


def _numbers(text: str) -> tuple[str, ...]:
    text = re.sub(r"[\u00a0\u2009\u202f]", " ", text)
    # Groups of exactly three digits behind a digit are one number's thousands.
    joined = re.sub(r"(?<=\d)[ ,'’.](?=\d{3}(?:\D|$))", "", text)
    return tuple(number.replace(",", ".") for number in re.findall(r"\d+(?:[.,]\d+)?", joined))


class Blanks:
    """Which columns are blank, what was typed, and how much of it is right."""

    def __init__(self, truths: Mapping[Cell, str], answers: Mapping[Cell, str] = {}) -> None:
        self.truths = dict(truths)
        self.answers = {cell: text for cell, text in answers.items() if cell in self.truths}
        self.revealed: set[Cell] = set()

    def answer(self, cell: Cell, text: str) -> None:
        """Take an answer; an empty one takes it back."""
        self.revealed.discard(cell)
        if text.strip():
            self.answers[cell] = text.strip()
        else:
            self.answers.pop(cell, None)

    def reveal(self) -> None:
        """Show the truth in the cells that are not answered rightly; they count as not known."""
        self.revealed |= {cell for cell in self.truths if self.is_right(cell) is not True}

    def is_right(self, cell: Cell) -> bool | None:
        """Return whether the answer of a cell is right, None without one."""
        if cell in self.revealed or cell not in self.answers:
            return None
        return same_answer(self.answers[cell], self.truths[cell])

    def score(self) -> tuple[int, int, int]:
        """Return how many cells are answered rightly, how many wrongly, and how many there are."""
        states = [self.is_right(cell) for cell in self.truths]
        return states.count(True), states.count(False), len(states)
