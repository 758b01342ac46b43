"""The ways of edges through a layout: those of one node share a trunk as long as they can."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF

from widgets._architecture.graph import GraphEdge

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Trunk:
    """The points at which the edges of one node pass columns: at the left and right of each."""

    xs: list[float] = field(default_factory=list)
    ys: list[float] = field(default_factory=list)

    def between(self, left: float, right: float, count: int) -> list[float]:
        """Return the heights of those of the first `count` points with left ≤ x ≤ right."""
        first = bisect_left(self.xs, left, 0, count)
        return self.ys[first : bisect_right(self.xs, right, first, count)]


@dataclass(frozen=True, eq=False)
class Way:
    """Where one edge runs: from `start`, along the first `shared` points of `trunk`, then on.

    rest: the points behind those, the last one at the target.
    """

    edge: GraphEdge
    start: Point
    trunk: Trunk
    shared: int
    rest: tuple[Point, ...]

    def points(self) -> list[QPointF]:
        """Return all points from the source to the target."""
        xs, ys = self.trunk.xs, self.trunk.ys
        along = [QPointF(xs[n], ys[n]) for n in range(self.shared)]
        return [QPointF(*self.start), *along, *(QPointF(*point) for point in self.rest)]

    def twig(self) -> list[QPointF]:
        """Return the points from where the edge leaves the trunk."""
        last = self.shared - 1
        leaves = self.start if last < 0 else (self.trunk.xs[last], self.trunk.ys[last])
        return [QPointF(*leaves), *(QPointF(*point) for point in self.rest)]

    def heights(self, left: float, right: float) -> list[float]:
        """Return the heights of its points with left ≤ x ≤ right."""
        ends = [y for x, y in (self.start, *self.rest) if left <= x <= right]
        return ends + self.trunk.between(left, right, self.shared)


def trunks_of(ways: list[Way]) -> list[list[QPointF]]:
    """Return, of each node whose edges share places, the points of the longest of their ways."""
    longest: dict[int, Way] = {}
    for way in ways:
        known = longest.get(id(way.trunk))
        if way.shared and (known is None or way.shared > known.shared):
            longest[id(way.trunk)] = way
    return [way.points()[: way.shared + 1] for way in longest.values()]
