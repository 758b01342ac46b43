"""A graph made ready to be drawn: what is measured at once, and what takes long for large ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from widgets._architecture.frames import Frame, block_frames, heading_height, with_headings
from widgets._architecture.graph import Graph, VisibleGraph, VisibleNode, visible_graph
from widgets._architecture.layout import Layout, lay_out
from widgets._architecture.look import Look, edge_path
from widgets._architecture.ways import Way, trunks_of

QUICK = 120  # nodes that are laid out within a frame of the screen or two


@dataclass(frozen=True, eq=False)
class Measured:
    """A graph with its blocks collapsed as wished, and the room that everything needs.

    labels: what flows out of each visible node; sizes: (width, height) of each; rooms: behind
    each; heading: height of a block's heading.
    """

    graph: Graph
    visible: VisibleGraph
    nodes: Mapping[str, VisibleNode]
    labels: Mapping[str, str]
    sizes: Mapping[str, tuple[float, float]]
    rooms: Mapping[str, float]
    heading: float

    @property
    def is_quick(self) -> bool:
        """Whether arranging it takes no time worth a thread."""
        return len(self.nodes) <= QUICK


@dataclass(frozen=True, eq=False)
class Arrangement:
    """What is drawn, and where. trunks: what the edges of one node share, drawn once;

    twigs: the rest of each edge, with its arrow; bounds: of nodes, edges and frames.
    """

    visible: VisibleGraph = field(default_factory=lambda: VisibleGraph((), ()))
    nodes: Mapping[str, VisibleNode] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    layout: Layout = field(default_factory=lambda: Layout({}, [], []))
    frames: list[Frame] = field(default_factory=list)
    trunks: list[QPainterPath] = field(default_factory=list)
    twigs: list[QPainterPath] = field(default_factory=list)
    bounds: QRectF = field(default_factory=QRectF)

    def rect_of(self, key: str) -> QRectF | None:
        """Return where the node of the graph with this key, or its block, lies."""
        return self.layout.rects.get(self.visible.shown_as.get(key, ""))

    def ways_at(self, key: str) -> list[Way]:
        """Return the ways of the edges into and out of a visible node."""
        return [way for way in self.layout.ways if key in (way.edge.source, way.edge.target)]


Runner = Callable[[Callable[[], Arrangement], Callable[[Arrangement], None]], None]
"""Calls the first, in whatever thread, and later hands its answer to the second in this one."""


def measure(graph: Graph, collapsed: Set[str], look: Look) -> Measured:
    """Return `graph` measured in the font of `look`; in the GUI thread, whose fonts they are."""
    visible = visible_graph(graph, collapsed)
    nodes = {node.key: node for node in visible.nodes}
    labels: dict[str, str] = {}
    for edge in visible.edges:
        labels.setdefault(edge.source, edge.label)
    return Measured(
        graph,
        visible,
        nodes,
        labels,
        {key: look.size(node) for key, node in nodes.items()},
        {key: look.label_room(label) for key, label in labels.items()},
        heading_height(look),
    )


def arrange(measured: Measured) -> Arrangement:
    """Return where everything lies; plain values in and out, so that any thread may do it."""
    visible = measured.visible
    if not measured.nodes:
        return Arrangement()
    layout = lay_out(visible, measured.sizes, measured.rooms, measured.heading + 8)
    frames = block_frames(measured.graph, visible, layout, measured.heading)
    bounds = layout.bounds()
    for frame in frames:
        bounds = bounds.united(frame.rect)
    return Arrangement(
        visible,
        measured.nodes,
        measured.labels,
        layout,
        frames,
        [edge_path(points) for points in trunks_of(layout.ways)],
        [edge_path(way.twig()) for way in layout.ways],
        bounds,
    )


def headed(arrangement: Arrangement, look: Look) -> list[Frame]:
    """Return the frames with headings as wide as their words; in the GUI thread."""
    return with_headings(arrangement.frames, look)
