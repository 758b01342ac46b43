"""A network's flow as the graph that is drawn, and what is to be said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from widgets.architecture_view import Graph, GraphBlock, GraphEdge, GraphNode, short_name

if TYPE_CHECKING:
    from engines.architecture import Architecture, Node
    from engines.models import LoadedModel

_SIGNS = {"addition": "+", "multiplication": "×", "concatenation": "cat"}
HIDDEN = "hidden FC"
OUTPUT = "output FC"


@dataclass(frozen=True)
class DrawnNetwork:
    """The graph, and sentences about how the network ends and how the graph was found."""

    graph: Graph
    text: str


def drawn_network(model: LoadedModel, size: tuple[int, int, int]) -> DrawnNetwork:
    """Return the graph of `model` for an input of `size` (channels, height, width)."""
    from engines.architecture import architecture

    found = architecture(model.module, size)
    hidden, last = fully_connected(found.nodes)
    tags = dict.fromkeys(hidden, HIDDEN) | ({last: OUTPUT} if last else {})
    nodes = tuple(_node(node, tags.get(node.name, "")) for node in found.nodes)
    edges = tuple(
        GraphEdge(found.nodes[e.source].name, found.nodes[e.target].name, _shape(e.shape))
        for e in found.edges
    )
    blocks = tuple(GraphBlock(block.path, block.kind, block.parent) for block in found.blocks)
    said = [_counts(found), ending(found.nodes)]
    if found.note:
        said.insert(0, found.note)
    return DrawnNetwork(Graph(nodes, edges, blocks), " ".join(part for part in said if part))


def fully_connected(nodes: Sequence[Node]) -> tuple[list[str], str]:
    """Return the names of the hidden fully connected layers of the head, and that of the last.

    The head is what comes after the last convolution; networks of attention have none.
    """
    roles = [node.role for node in nodes]
    if "convolution" not in roles or "attention" in roles:
        return [], ""
    start = len(roles) - 1 - roles[::-1].index("convolution")
    linear = [node.name for node in nodes[start:] if node.role == "linear"]
    return (linear[:-1], linear[-1]) if linear else ([], "")


def ending(nodes: Sequence[Node]) -> str:
    """Return a sentence about the fully connected layers, "" where there are none."""
    hidden, last = fully_connected(nodes)
    if not last:
        return ""
    sizes = {node.name: node.shape[-1] for node in nodes if node.shape}
    if hidden:
        widths = ", ".join(f"{sizes.get(name, 0):,}" for name in hidden)
        layers = "layer" if len(hidden) == 1 else "layers"
        return f"{len(hidden)} hidden fully connected {layers} ({widths}) before the classes."
    return "No hidden fully connected layer: the last pooling feeds the classes directly."


def _node(node: Node, tag: str) -> GraphNode:
    if node.role in ("input", "output"):
        return GraphNode(node.name, node.role, _shape(node.shape), node.role, node.block)
    sign = _SIGNS.get(node.role, "")
    return GraphNode(node.name, short_name(node.name), node.kind, node.role, node.block, sign, tag)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "·".join(map(str, shape)) if shape else ""


def _counts(found: Architecture) -> str:
    count = {role: sum(node.role == role for node in found.nodes) for role in _SIGNS}
    names = {
        "addition": "residual or other additions",
        "multiplication": "multiplications",
        "concatenation": "concatenations",
    }
    parts = [f"{count[role]} {names[role]}" for role in _SIGNS if count[role]]
    return f"{len(found.nodes)} steps" + (f", with {' and '.join(parts)}." if parts else ".")
