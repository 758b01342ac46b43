"""The frames around opened blocks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen

from widgets._architecture.graph import Graph, VisibleGraph
from widgets._architecture.layout import Layout
from widgets._architecture.look import Look
from widgets._architecture.ways import Way

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


def heading_height(look: Look) -> float:
    """Return how high the heading of a frame is."""
    return QFontMetricsF(look.small).height() + 4


def block_frames(graph: Graph, visible: VisibleGraph, layout: Layout, high: float) -> list[Frame]:
    """Return the frames of all opened blocks that hold more than one visible node, outer first.

    high: of a heading; the headings are as wide as their frames until `with_headings`.
    """
    inside: dict[str, list[str]] = {}
    for node in visible.nodes:
        for path in node.around:
            inside.setdefault(path, []).append(node.key)
    inside = {path: keys for path, keys in inside.items() if len(keys) > 1}
    around = {path: graph.around(path) for path in inside}
    levels = {path: sum(p in inside for p in paths) for path, paths in around.items()}
    tallest: dict[str, int] = {}
    for path, paths in around.items():
        for outer in paths[:-1]:
            if outer in levels:
                tallest[outer] = max(tallest.get(outer, 0), levels[path] - levels[outer])
    ways: dict[str, list[Way]] = {}
    for way in layout.ways:
        ways.setdefault(way.edge.source, []).append(way)
        ways.setdefault(way.edge.target, []).append(way)
    frames = []
    for path in sorted(inside, key=lambda path: len(around[path])):
        whole = _covered(inside[path], layout, ways)
        below = tallest.get(path, 0)
        side = _PAD + 3.0 * below
        whole = whole.adjusted(-side, -side - high * (below + 1), side, side)
        text = f"− {path} · {graph.by_path[path].title}"
        header = QRectF(whole.left(), whole.top(), whole.width(), high)
        frames.append(Frame(path, text, whole, header))
    return frames


def with_headings(frames: list[Frame], look: Look) -> list[Frame]:
    """Return `frames` with headings as wide as their words, cut where a frame is narrower."""
    metrics = QFontMetricsF(look.small)
    made = []
    for frame in frames:
        wide = min(frame.rect.width(), metrics.horizontalAdvance(frame.text) + 14)
        text = metrics.elidedText(frame.text, Qt.TextElideMode.ElideRight, wide - 8)
        header = QRectF(frame.header.left(), frame.header.top(), wide, frame.header.height())
        made.append(Frame(frame.path, text, frame.rect, header))
    return made


def _covered(keys: list[str], layout: Layout, ways: dict[str, list[Way]]) -> QRectF:
    """Return what the nodes cover, and their edges, which would run over the heading else."""
    rects = [layout.rects[key] for key in keys]
    left, right = min(rect.left() for rect in rects), max(rect.right() for rect in rects)
    ys = [y for rect in rects for y in (rect.top(), rect.bottom())]
    for key in keys:
        for way in ways.get(key, ()):
            ys += way.heights(left, right)
    return QRectF(QPointF(left, min(ys)), QPointF(right, max(ys)))
