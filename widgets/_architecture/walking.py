"""Where the arrow keys lead in a drawn network, and what is said about a place in it."""

from __future__ import annotations

from widgets._architecture.arranging import Arrangement


def neighbour(shown: Arrangement, at: str, right: int, down: int) -> str:
    """Return the visible node that a step from `at` leads to, "" where there is none.

    right, down: −1, 0 or 1. Along an edge to the right and left, within the column up and down;
    from nowhere, to the first node.
    """
    rects = shown.layout.rects
    if at not in rects:
        return shown.visible.nodes[0].key if shown.visible.nodes else ""
    here = rects[at].center()
    if right:
        ends = [
            (edge.target if right > 0 else edge.source)
            for edge in shown.visible.edges
            if (edge.source if right > 0 else edge.target) == at
        ]
        # Straight on first; among equals the nearest column.
        ends.sort(key=lambda k: (abs(rects[k].center().x() - here.x()), rects[k].center().y()))
    else:
        column = next(c for c in shown.layout.columns if at in c)
        place = column.index(at) + down
        ends = column[place : place + 1] if place >= 0 else []
    return ends[0] if ends else ""


def told(shown: Arrangement, key: str) -> str:
    """Return what is said about a visible node, or "frame " and a path; "" for neither."""
    if key.startswith("frame "):
        return f"{key.removeprefix('frame ')}: click to collapse"
    if key not in shown.nodes:
        return ""
    node, label = shown.nodes[key], shown.labels.get(key, "")
    flows = f"\nout: {label}" if label else ""
    if node.block is not None:
        said = f"{node.block.path}: {node.block.title}, {len(node.inside)} steps"
        return f"{said}; click to open{flows}"
    assert node.node is not None, "neither node nor block"
    return f"{key}: {node.node.detail or node.node.title}{flows}"
