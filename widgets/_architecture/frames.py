"""The frames around opened blocks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen

from widgets._architecture.graph import Graph, VisibleGraph
from widgets._architecture.layout import Layout
from widgets._architecture.look import Look

_PAD = 7.0


@dataclass(frozen=True)
class Frame:
    """An opened block: its path, what is written, the whole and the heading to click on."""

    path: str
    text: str
    rect: QRectF
    header: QRectF

    def paint(self, painter: QPainter, look: Look, legible: bool, *, hovered: bool) -> None:
        """Draw the frame and its heading."""
        ground = QColor(look.palette.color(QPalette.ColorRole.Text))
        ground.setAlpha(9)
        role = QPalette.ColorRole.Highlight if hovered else QPalette.ColorRole.Mid
        painter.setBrush(ground)
        painter.setPen(QPen(look.palette.color(role), 1.2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect, 8, 8)
        if legible:
            painter.setFont(look.small)
            painter.setPen(look.palette.color(QPalette.ColorRole.PlaceholderText))
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(self.header.adjusted(6, 0, 0, 0), middle, self.text)


def block_frames(graph: Graph, visible: VisibleGraph, layout: Layout, look: Look) -> list[Frame]:
    """Return the frames of all opened blocks that hold more than one visible node, outer first."""
    inside: dict[str, list[str]] = {}
    for node in visible.nodes:
        for path in node.around:
            inside.setdefault(path, []).append(node.key)
    inside = {path: keys for path, keys in inside.items() if len(keys) > 1}
    metrics = QFontMetricsF(look.small)
    high = metrics.height() + 4
    tallest: dict[str, int] = {}
    for path in inside:
        for around in graph.around(path)[:-1]:
            levels = sum(p in inside for p in graph.around(path))
            here = sum(p in inside for p in graph.around(around))
            tallest[around] = max(tallest.get(around, 0), levels - here)
    frames = []
    for path in sorted(inside, key=lambda path: len(graph.around(path))):
        whole = QRectF()
        for key in inside[path]:
            whole = whole.united(layout.rects[key])
        whole = _with_ways(whole, set(inside[path]), layout)
        levels = tallest.get(path, 0)
        side = _PAD + 3.0 * levels
        whole = whole.adjusted(-side, -side - high * (levels + 1), side, side)
        text = f"− {path} · {graph.by_path[path].title}"
        wide = min(whole.width(), metrics.horizontalAdvance(text) + 14)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide - 8)
        frames.append(Frame(path, text, whole, QRectF(whole.left(), whole.top(), wide, high)))
    return frames


def _with_ways(nodes: QRectF, keys: set[str], layout: Layout) -> QRectF:
    """Return `nodes` with the edges of these keys, which would run over the heading else."""
    left, right, ys = nodes.left(), nodes.right(), [nodes.top(), nodes.bottom()]
    for edge, points in layout.ways:
        if edge.source in keys or edge.target in keys:
            ys += [point.y() for point in points if left <= point.x() <= right]
    top = min(ys)
    return QRectF(left, top, nodes.width(), max(ys) - top)
