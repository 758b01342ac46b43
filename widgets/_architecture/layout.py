"""Where the nodes of a graph lie: columns by the longest way from the input, few crossings.

After Sugiyama, Tagawa and Toda (1981): an edge that passes columns gets a place of its own in each
of them, columns are ordered by the middle of their neighbours, and heights then follow from least
squares under the order (pool adjacent violators).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from widgets._architecture.graph import GraphEdge, VisibleGraph, VisibleNode
from widgets._architecture.ways import Trunk, Way

_SWEEPS, _FEW_SWEEPS, _MANY = 6, 2, 1500
_STRAIGHT = 8.0  # how much straighter a passing edge is kept than one between nodes
_TALL_LANE = 14.0
_GAP = 16.0


@dataclass(frozen=True, eq=False)
class Layout:
    """rects: where each visible node lies; ways: where each edge runs; columns: keys in order."""

    rects: dict[str, QRectF]
    ways: list[Way]
    columns: list[list[str]]

    def bounds(self) -> QRectF:
        """Return what all nodes and edges cover."""
        xs = [x for rect in self.rects.values() for x in (rect.left(), rect.right())]
        ys = [y for rect in self.rects.values() for y in (rect.top(), rect.bottom())]
        if not xs:
            return QRectF()
        for trunk in {id(way.trunk): way.trunk for way in self.ways}.values():
            ys += (y + side for y in trunk.ys for side in (-1, 1))
        for way in self.ways:
            xs += (x for x, _ in way.rest)
            ys += (y + 1 for _, y in way.rest)
        return QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys)))


@dataclass
class _Item:
    """A node, or the place where an edge passes a column."""

    column: int
    height: float
    key: str = ""
    around: tuple[str, ...] = ()
    before: list[int] = None  # type: ignore[assignment]
    after: list[int] = None  # type: ignore[assignment]
    y: float = 0.0


def lay_out(
    graph: VisibleGraph,
    sizes: Mapping[str, tuple[float, float]],
    labels: Mapping[str, float],
    heading: float = 0.0,
) -> Layout:
    """Return the layout. sizes: (width, height) of each key; labels: room behind each key.

    heading: room above a node for each block that begins with it, below what is above.
    """
    column_of = _columns(graph)
    items, chains, backward = _items(graph, column_of, sizes)
    columns = _ordered(items)
    _place(items, columns, heading)
    widths = [0.0] * len(columns)
    rooms = [0.0] * len(columns)
    for key, column in column_of.items():
        widths[column] = max(widths[column], sizes[key][0])
        rooms[column] = max(rooms[column], labels.get(key, 0.0))
    lefts = np.concatenate([[0.0], np.cumsum(np.add(widths, rooms))])
    rects = {}
    for item in items:
        if item.key:
            wide, high = sizes[item.key]
            x = lefts[item.column] + (widths[item.column] - wide) / 2
            rects[item.key] = QRectF(x, item.y - high / 2, wide, high)
    ways = _ways(chains, items, rects, [float(left) for left in lefts], widths)
    ways += [_way_back(edge, rects[edge.source], rects[edge.target]) for edge in backward]
    named = [[items[i].key for i in column if items[i].key] for column in columns]
    return Layout(rects, ways, named)


def _columns(graph: VisibleGraph) -> dict[str, int]:
    """The longest way to each node; edges that point backward in running order count none."""
    order = {node.key: index for index, node in enumerate(graph.nodes)}
    incoming = defaultdict(list)
    for edge in graph.edges:
        if order[edge.source] < order[edge.target]:
            incoming[edge.target].append(edge.source)
    found: dict[str, int] = {}
    for node in graph.nodes:
        found[node.key] = max((found[key] + 1 for key in incoming[node.key]), default=0)
    return found


def _items(
    graph: VisibleGraph, column_of: dict[str, int], sizes: Mapping[str, tuple[float, float]]
) -> tuple[list[_Item], list[tuple[GraphEdge, list[int]]], list[GraphEdge]]:
    items = [
        _Item(column_of[node.key], sizes[node.key][1], node.key, _framed(node, graph), [], [])
        for node in graph.nodes
    ]
    index = {item.key: number for number, item in enumerate(items)}
    chains, backward = [], []
    # Edges of one node that pass the same columns share their places as long as they can.
    shared: dict[tuple[int, int], int] = {}
    joined: set[tuple[int, int]] = set()
    for edge in sorted(graph.edges, key=lambda edge: column_of[edge.target]):
        start, end = column_of[edge.source], column_of[edge.target]
        if start >= end:
            backward.append(edge)
            continue
        chain = [index[edge.source]]
        for column in range(start + 1, end):
            place = (chain[0], column)
            if place not in shared:
                shared[place] = len(items)
                items.append(_Item(column, _TALL_LANE, "", (), [], []))
            chain.append(shared[place])
        chain.append(index[edge.target])
        for one, two in itertools.pairwise(chain):
            if (one, two) not in joined:
                joined.add((one, two))
                items[one].after.append(two)
                items[two].before.append(one)
        chains.append((edge, chain))
    return items, chains, backward


def _ordered(items: Sequence[_Item]) -> list[list[int]]:
    """Order each column by the mean place of its neighbours, forth and back."""
    columns: list[list[int]] = [[] for _ in range(1 + max(item.column for item in items))]
    for number, item in enumerate(items):
        columns[item.column].append(number)
    place = [0.0] * len(items)

    def number_off(column: list[int]) -> None:
        middle = (len(column) - 1) / 2
        for row, number in enumerate(column):
            place[number] = row - middle

    for column in columns:
        # What passes goes above what it passes: skips are drawn over their blocks.
        column.sort(key=lambda number: bool(items[number].key))
        number_off(column)
    for sweep in range(_sweeps(items)):
        forth = sweep % 2 == 0
        for column in columns if forth else reversed(columns):
            means = {}
            for number in column:
                near = items[number].before if forth else items[number].after
                total = sum(place[n] for n in near)
                means[number] = total / len(near) if near else place[number]
            column.sort(key=means.__getitem__)
            number_off(column)
    return columns


def _sweeps(items: Sequence[_Item]) -> int:
    """Return how often to improve: where thousands of edges pass, nobody follows each of them."""
    return _SWEEPS if len(items) < _MANY else _FEW_SWEEPS


def _place(items: Sequence[_Item], columns: Sequence[Sequence[int]], heading: float) -> None:
    """Give each item its height: near its neighbours, in order, none over another."""
    pulls = [
        [[(n, _pull(item, items[n])) for n in near] for near in (item.before, item.after)]
        for item in items
    ]
    spaces = [_spaces([items[number] for number in column], heading) for column in columns]
    ys = [0.0] * len(items)
    for sweep in range(2 * _sweeps(items)):
        side = sweep % 2
        numbers = range(len(columns)) if side == 0 else reversed(range(len(columns)))
        for c in numbers:
            wanted, weights = [], []
            for number in columns[c]:
                total = sum(pull for _, pull in pulls[number][side])
                goal = sum(ys[n] * pull for n, pull in pulls[number][side])
                wanted.append(goal / total if total else ys[number])
                weights.append(total or 0.1)
            for number, y in zip(columns[c], apart(wanted, weights, spaces[c]), strict=True):
                ys[number] = y
    for item, y in zip(items, ys, strict=True):
        item.y = y


def _framed(node: VisibleNode, graph: VisibleGraph) -> tuple[str, ...]:
    """Return the blocks around a node that hold other visible nodes as well."""
    return tuple(path for path in node.around if graph.members[path] > 1)


def _spaces(column: Sequence[_Item], heading: float) -> list[float]:
    """Return how far each item of a column must be from the next."""
    found = []
    for above, below in itertools.pairwise(column):
        headings = len(set(below.around) - set(above.around)) * heading
        found.append((above.height + below.height) / 2 + _GAP + headings)
    return found


def _pull(one: _Item, other: _Item) -> float:
    """Chains of nodes and passing edges are kept straight; where they meet matters less."""
    if one.key and other.key:
        return _STRAIGHT if len(one.before) <= 1 or len(other.after) <= 1 else 1.0
    return _STRAIGHT if not one.key and not other.key else 0.02


def apart(
    wanted: Sequence[float], weights: Sequence[float], spaces: Sequence[float]
) -> list[float]:
    """Return places in this order, each at least its space before the next, by least squares.

    Minimises Σ weights·(place − wanted)²; exact (pool adjacent violators).
    """
    offsets = [0.0, *itertools.accumulate(spaces)]
    pools: list[tuple[float, float, int]] = []  # mean, weight, count
    for goal, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, count = goal - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, heavy, number = pools.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, count = total + heavy, count + number
        pools.append((mean, total, count))
    flat = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]


def _ways(
    chains: Sequence[tuple[GraphEdge, Sequence[int]]],
    items: Sequence[_Item],
    rects: Mapping[str, QRectF],
    lefts: Sequence[float],
    widths: Sequence[float],
) -> list[Way]:
    """From the right side of each source, straight through the columns it passes, to the target."""
    trunks: dict[str, Trunk] = defaultdict(Trunk)
    ways = []
    for edge, chain in chains:
        trunk, passed = trunks[edge.source], chain[1:-1]
        for number in passed[len(trunk.xs) // 2 :]:
            item = items[number]
            left = lefts[item.column]
            trunk.xs.extend((left, left + widths[item.column]))
            trunk.ys.extend((item.y, item.y))
        start, end = rects[edge.source], rects[edge.target]
        out, into = (start.right(), start.center().y()), (end.left(), end.center().y())
        ways.append(Way(edge, out, trunk, 2 * len(passed), (into,)))
    return ways


def _way_back(edge: GraphEdge, source: QRectF, target: QRectF) -> Way:
    """Under both, for a block that is entered again after it was left."""
    low = max(source.bottom(), target.bottom()) + 24
    start = (source.right(), source.center().y())
    end = (target.left(), target.center().y())
    rest = ((start[0] + 12, low), (end[0] - 12, low), end)
    return Way(edge, start, Trunk(), 0, rest)
