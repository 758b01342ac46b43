"""Which sizes a run goes through, and how far it has come."""

from __future__ import annotations

from engines._style.settings import SMALLEST_SIDE, StyleSettings

# The next smaller size where memory does not suffice.
_SMALLER = 0.75


class Plan:
    """Sizes with a count of evaluations each, and the place among them.

    side: longer side now; scale: its index; done: evaluations in all.
    """

    def __init__(self, settings: StyleSettings) -> None:
        self.scale = 0
        self.done = 0
        self._here = 0
        self._sides = list(settings.resolved_sizes())
        self._counts = list(settings.resolved_steps())

    @property
    def side(self) -> int:
        """The longer side now, in pixels."""
        return self._sides[self.scale]

    @property
    def planned(self) -> int:
        """How many evaluations there will have been at the end."""
        return self.done + max(self._counts[self.scale] - self._here, 0) + sum(
            self._counts[self.scale + 1 :]
        )  # fmt: skip

    def count(self) -> None:
        """Note that one more evaluation was made."""
        self._here += 1
        self.done += 1

    def is_over(self) -> bool:
        """Move on to the size that has evaluations left; return whether there is none."""
        while self._here >= self._counts[self.scale]:
            if self.scale + 1 == len(self._sides):
                return True
            self.scale += 1
            self._here = 0
        return False

    def follow(self, settings: StyleSettings) -> None:
        """Take over other sizes and counts, at the place that is most like this one."""
        side = self.side
        self._sides = list(settings.resolved_sizes())
        self._counts = list(settings.resolved_steps())
        self.scale = self._scale_for(side)
        if self.side != side:
            self._here = 0

    def go_to(self, side: int) -> None:
        """Begin anew at the size that a picture with the longer side `side` needs."""
        self.scale = self._scale_for(side)
        self._here = 0

    def _scale_for(self, side: int) -> int:
        fitting = [index for index, one in enumerate(self._sides) if one >= side]
        return fitting[0] if fitting else len(self._sides) - 1

    def shrink(self) -> bool:
        """Take a smaller size in place of this one and all larger; return whether there is one.

        Where the size before this one is no smaller, that was the last, and the run is over.
        """
        smaller = int(self.side * _SMALLER)
        least = self._sides[self.scale - 1] if self.scale else SMALLEST_SIDE - 1
        del self._sides[self.scale + 1 :], self._counts[self.scale + 1 :]
        if smaller <= least:
            self._here = self._counts[self.scale]
            return False
        self._sides[self.scale] = smaller
        return True
