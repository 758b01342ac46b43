"""How a whole network is drawn: frames, edges, shapes, nodes, as far as they are seen."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPalette, QPen

from widgets._architecture.arranging import Arrangement
from widgets._architecture.frames import Frame
from widgets._architecture.look import (
    Look,
    NodeState,
    edge_path,
    paint_edge,
    paint_label,
    paint_node,
)

_TEXT_FROM = 6.0  # pixels that a line of text must be high on the screen


@dataclass(frozen=True)
class Marks:
    """What stands out: keys of visible nodes. hovered may be "frame " and a path."""

    at: str = ""
    hovered: str = ""
    found: Set[str] = frozenset()

    def state_of(self, key: str) -> NodeState:
        """Return how the node `key` is to be drawn."""
        found = key in self.found
        dimmed = bool(self.found) and not found and key != self.at
        return NodeState(key == self.at, found, key == self.hovered, dimmed)


def paint_network(
    painter: QPainter,
    look: Look,
    shown: Arrangement,
    frames: list[Frame],
    marks: Marks,
    seen: QRectF,
    scale: float,
) -> None:
    """Draw what lies in `seen`; `scale` decides whether words can be read."""
    legible = QFontMetricsF(look.small).height() * scale >= _TEXT_FROM
    for frame in frames:
        if frame.rect.intersects(seen):
            hovered = marks.hovered == f"frame {frame.path}"
            frame.paint(painter, look, legible, hovered=hovered)
    _paint_edges(painter, look, shown, marks.at, seen)
    if legible:
        for key, label in shown.labels.items():
            rect = shown.layout.rects[key]
            if label and rect.adjusted(0, 0, 120, 0).intersects(seen):
                paint_label(painter, look, label, rect)
    for key, rect in shown.layout.rects.items():
        if rect.adjusted(0, 0, 0, 24).intersects(seen):
            paint_node(painter, look, shown.nodes[key], rect, marks.state_of(key), legible)


def _paint_edges(painter: QPainter, look: Look, shown: Arrangement, at: str, seen: QRectF) -> None:
    for path in shown.trunks:
        if _is_seen(path, seen):
            paint_edge(painter, look, path, strong=False, arrow=False)
    for path in shown.twigs:
        if _is_seen(path, seen):
            paint_edge(painter, look, path, strong=False)
    for way in shown.ways_at(at) if at else ():
        path = edge_path(way.points())
        if _is_seen(path, seen):
            paint_edge(painter, look, path, strong=True)


def _is_seen(path: QPainterPath, seen: QRectF) -> bool:
    return path.controlPointRect().adjusted(-1, -4, 1, 4).intersects(seen)


def paint_border(painter: QPainter, look: Look, rect: QRectF, *, focused: bool) -> None:
    """Draw the outline of the canvas."""
    role = QPalette.ColorRole.Highlight if focused else QPalette.ColorRole.Mid
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.palette.color(role), 1))
    painter.drawRect(rect)


def paint_notice(painter: QPainter, look: Look, rect: QRectF, text: str) -> None:
    """Write a sentence about the drawing into its upper left corner, on a plate of its own."""
    plate = QRectF(rect.left() + 8, rect.top() + 8, 0, 0)
    plate.setSize(QFontMetricsF(look.font).size(0, text))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.palette.color(QPalette.ColorRole.ToolTipBase))
    painter.drawRoundedRect(plate.adjusted(-4, -3, 4, 3), 4, 4)
    painter.setFont(look.font)
    painter.setPen(look.palette.color(QPalette.ColorRole.ToolTipText))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
