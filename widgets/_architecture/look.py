"""How nodes, blocks and edges of a network are drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPolygonF,
)

from widgets._architecture.graph import VisibleNode

# Hues of the roles; saturation and lightness follow the theme. The words in the node say the same.
ROLE_HUES: Mapping[str, float] = {
    "convolution": 0.58, "linear": 0.08, "attention": 0.92, "normalisation": 0.50,
    "activation": 0.33, "pooling": 0.75, "input": 0.15, "output": 0.15,
}  # fmt: skip
PAD = 8.0
WIDEST = 190.0
SIGN = 26.0
_CARD = 4.0


@dataclass(frozen=True)
class Look:
    """Font and colours of the moment."""

    font: QFont
    palette: QPalette

    @property
    def dark(self) -> bool:
        """Whether the theme is dark."""
        return self.palette.color(QPalette.ColorRole.Base).lightnessF() < 0.5

    @cached_property
    def bold(self) -> QFont:
        """The font of titles."""
        font = QFont(self.font)
        font.setBold(True)
        return font

    @cached_property
    def small(self) -> QFont:
        """The font of shapes and details."""
        font = QFont(self.font)
        font.setPointSizeF(self.font.pointSizeF() * 0.88)
        return font

    @cached_property
    def _metrics(self) -> tuple[QFontMetricsF, QFontMetricsF]:
        """How wide words are, bold and small."""
        return QFontMetricsF(self.bold), QFontMetricsF(self.small)

    def fill(self, role: str) -> QColor:
        """Return the colour inside a node."""
        if role not in ROLE_HUES:
            return self.palette.color(QPalette.ColorRole.Button)
        return QColor.fromHslF(ROLE_HUES[role], 0.42, 0.26 if self.dark else 0.88)

    def edge(self, role: str) -> QColor:
        """Return the colour of a node's outline."""
        if role not in ROLE_HUES:
            return self.palette.color(QPalette.ColorRole.Mid)
        return QColor.fromHslF(ROLE_HUES[role], 0.55, 0.55 if self.dark else 0.45)

    def size(self, node: VisibleNode) -> tuple[float, float]:
        """Return the width and height that a node needs."""
        bold, small = self._metrics
        if node.node is not None and node.node.sign:
            side = max(SIGN, small.horizontalAdvance(node.node.sign) + 10)
            return side, side
        title, detail = texts(node)
        wide = max(bold.horizontalAdvance(title), small.horizontalAdvance(detail), 40.0) + 2 * PAD
        cards = _CARD * 2 if node.block is not None else 0.0
        return min(wide, WIDEST) + cards, bold.height() + small.height() + PAD + cards

    def label_room(self, label: str) -> float:
        """Return the width that must be free behind a node whose edges say `label`."""
        wide = self._metrics[1].horizontalAdvance(label) if label else 0.0
        return max(28.0, wide + 22.0)


def texts(node: VisibleNode) -> tuple[str, str]:
    """Return the two lines of a node."""
    if node.block is not None:
        layers = len(node.inside)
        return short_name(node.block.path), f"{node.block.title} · {layers} steps"
    assert node.node is not None, "neither node nor block"
    return node.node.title, node.node.detail


def short_name(path: str) -> str:
    """Return the last part of a path, with the part before it where the last is only a number."""
    parts = path.split(".")
    count = 1
    while count < min(3, len(parts)) and parts[-count].partition("#")[0].isdigit():
        count += 1
    return ".".join(parts[-count:])


@dataclass(frozen=True)
class NodeState:
    """What is special about a node at the moment."""

    chosen: bool = False
    found: bool = False
    hovered: bool = False
    dimmed: bool = False


def paint_node(
    painter: QPainter, look: Look, node: VisibleNode, rect: QRectF, state: NodeState, text: bool
) -> None:
    """Draw one node. text: large enough on the screen for words."""
    role = "block" if node.block is not None else node.node.role if node.node else ""
    accent = look.palette.color(QPalette.ColorRole.Highlight)
    outline = accent if state.chosen or state.hovered else look.edge(role)
    painter.setOpacity(0.35 if state.dimmed else 1.0)
    painter.setPen(QPen(outline, 3.0 if state.chosen else 1.4))
    painter.setBrush(look.fill(role))
    if node.node is not None and node.node.sign:
        painter.drawEllipse(rect)
        if text:
            painter.setFont(look.bold if len(node.node.sign) == 1 else look.small)
            painter.setPen(look.palette.color(QPalette.ColorRole.ButtonText))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, node.node.sign)
    else:
        body = rect
        if node.block is not None:
            body = rect.adjusted(0, 2 * _CARD, -2 * _CARD, 0)
            for step in (2, 1):
                painter.drawRoundedRect(body.translated(step * _CARD, -step * _CARD), 6, 6)
        painter.drawRoundedRect(body, 6, 6)
        if text:
            _paint_texts(painter, look, node, body)
    if state.found:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 179, 0), 3.0))
        painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), 9, 9)
    painter.setOpacity(1.0)


def _paint_texts(painter: QPainter, look: Look, node: VisibleNode, body: QRectF) -> None:
    title, detail = texts(node)
    bold, small = QFontMetricsF(look.bold), QFontMetricsF(look.small)
    room = body.width() - PAD
    middle = Qt.TextElideMode.ElideMiddle
    top = body.center().y() - (bold.height() + small.height()) / 2
    center = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
    painter.setFont(look.bold)
    painter.setPen(look.palette.color(QPalette.ColorRole.ButtonText))
    line = QRectF(body.left(), top, body.width(), bold.height())
    painter.drawText(line, center, bold.elidedText(title, middle, room))
    painter.setFont(look.small)
    line = QRectF(body.left(), top + bold.height(), body.width(), small.height())
    painter.drawText(line, center, small.elidedText(detail, middle, room))
    if node.node is not None and node.node.tag:
        paint_tag(painter, look, node.node.tag, QPointF(body.center().x(), body.bottom() + 3))


def paint_tag(painter: QPainter, look: Look, text: str, top: QPointF) -> None:
    """Draw a short mark centred under `top`."""
    metrics = QFontMetricsF(look.small)
    wide = metrics.horizontalAdvance(text) + 10
    plate = QRectF(top.x() - wide / 2, top.y(), wide, metrics.height() + 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.edge("linear"))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setFont(look.small)
    painter.setPen(Qt.GlobalColor.black if look.dark else Qt.GlobalColor.white)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def edge_path(points: list[QPointF]) -> QPainterPath:
    """Return the curve through `points`, level at each of them."""
    path = QPainterPath(points[0])
    for place, (one, two) in enumerate(itertools.pairwise(points), start=2):
        if one.y() == two.y():
            if place < len(points) and points[place].y() == two.y():
                continue  # the next line goes on straight
            path.lineTo(two)
            continue
        bend = (two.x() - one.x()) / 2
        path.cubicTo(one + QPointF(bend, 0), two - QPointF(bend, 0), two)
    return path


def paint_edge(
    painter: QPainter, look: Look, path: QPainterPath, strong: bool, *, arrow: bool = True
) -> None:
    """Draw one edge with its arrow. strong: it belongs to the chosen node."""
    role = QPalette.ColorRole.Highlight if strong else QPalette.ColorRole.PlaceholderText
    color = look.palette.color(role)
    painter.setPen(QPen(color, 2.4 if strong else 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    if not arrow:
        return
    end = path.currentPosition()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    head = 7.0
    low = math.tan(math.radians(27)) * head
    corners = [end, end + QPointF(-head, -low), end + QPointF(-head, low)]
    painter.drawPolygon(QPolygonF(corners))


def paint_label(painter: QPainter, look: Look, text: str, source: QRectF) -> None:
    """Write what flows out of a node over the beginning of its edges."""
    metrics = QFontMetricsF(look.small)
    painter.setFont(look.small)
    painter.setPen(look.palette.color(QPalette.ColorRole.Text))
    painter.drawText(QPointF(source.right() + 7, source.center().y() - metrics.descent() - 2), text)
