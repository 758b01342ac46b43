"""A network as nodes, edges and blocks, and what is left of it when blocks are collapsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class GraphNode:
    """One step of the flow.

    key: unique; title, detail: its two lines; role: for the colour, one of ROLE_COLORS or another
    text; block: path of the block it lies in, "" for none; sign: one character for a small round
    node ("+") instead of two lines; tag: a short mark beside it ("hidden FC").
    """

    key: str
    title: str
    detail: str = ""
    role: str = "other"
    block: str = ""
    sign: str = ""
    tag: str = ""


@dataclass(frozen=True)
class GraphEdge:
    """From the node with key `source` to `target`; label: what flows, such as "64·112·112"."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True)
class GraphBlock:
    """A part of the network that can be collapsed: its path, what it is, the block around it."""

    path: str
    title: str
    parent: str = ""


@dataclass(frozen=True, eq=False)
class Graph:
    """nodes in the order in which they run; edges point forward in that order."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    blocks: tuple[GraphBlock, ...] = ()

    @cached_property
    def by_path(self) -> dict[str, GraphBlock]:
        """The blocks by their paths."""
        return {block.path: block for block in self.blocks}

    @cached_property
    def by_key(self) -> dict[str, GraphNode]:
        """The nodes by their keys."""
        return {node.key: node for node in self.nodes}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many nodes lie in each block, in blocks within it as well."""
        found = dict.fromkeys(self.by_path, 0)
        for node in self.nodes:
            for path in self.around(node.block):
                found[path] += 1
        return found

    def around(self, path: str) -> list[str]:
        """Return `path` and the blocks around it, the outermost first; [] for no block."""
        found: list[str] = []
        while path in self.by_path:
            found.append(path)
            path = self.by_path[path].parent
        return found[::-1]

    def collapsible(self) -> frozenset[str]:
        """Return the paths of the blocks that hold more than one node."""
        return frozenset(path for path, count in self.counts.items() if count > 1)


@dataclass(frozen=True)
class VisibleNode:
    """A node, or a collapsed block that stands for all nodes in it."""

    key: str
    node: GraphNode | None
    block: GraphBlock | None
    inside: tuple[str, ...]
    around: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class VisibleGraph:
    """What is left of a graph: nodes in order, edges between their keys, each pair once."""

    nodes: tuple[VisibleNode, ...]
    edges: tuple[GraphEdge, ...]
    shown_as: dict[str, str] = field(default_factory=dict)
    """Key of each node of the graph → key of what stands for it."""

    @cached_property
    def members(self) -> Counter[str]:
        """How many visible nodes lie in each opened block."""
        return Counter(path for node in self.nodes for path in node.around)


def visible_graph(graph: Graph, collapsed: Set[str]) -> VisibleGraph:
    """Return the graph in which each of the `collapsed` blocks is one node."""
    members: dict[str, list[GraphNode]] = {}
    shown_as: dict[str, str] = {}
    blocks: dict[str, str] = {}
    for node in graph.nodes:
        outer = next((path for path in graph.around(node.block) if path in collapsed), None)
        key = node.key if outer is None else f"block {outer}"
        if outer is not None:
            blocks[key] = outer
        members.setdefault(key, []).append(node)
        shown_as[node.key] = key
    nodes = []
    for key, inside in members.items():
        path = blocks.get(key)
        around = graph.around(inside[0].block)
        nodes.append(
            VisibleNode(
                key,
                inside[0] if path is None else None,
                graph.by_path[path] if path is not None else None,
                tuple(node.key for node in inside),
                tuple(around if path is None else around[: around.index(path)]),
            )
        )
    edges: dict[tuple[str, str], GraphEdge] = {}
    for edge in graph.edges:
        ends = shown_as[edge.source], shown_as[edge.target]
        if ends[0] != ends[1] and ends not in edges:
            edges[ends] = GraphEdge(*ends, edge.label)
    return VisibleGraph(tuple(nodes), tuple(edges.values()), shown_as)


def default_collapsed(graph: Graph, most: int = 48) -> frozenset[str]:
    """Return which blocks to collapse: whole levels are opened while at most `most` nodes result.

    Only blocks of more than one node are ever collapsed.
    """
    collapsed = graph.collapsible()
    depths = {path: len(graph.around(path)) for path in collapsed}
    for depth in sorted(set(depths.values())):
        opened = frozenset(path for path in collapsed if depths[path] != depth)
        if len(visible_graph(graph, opened).nodes) > most:
            break
        collapsed = opened
    return collapsed
