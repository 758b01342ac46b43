"""The drawing of a network: zoom, pan, choose, collapse, walk with the keys."""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from widgets._architecture.camera import FARTHEST, LEGIBLE, Camera
from widgets._architecture.frames import Frame, block_frames
from widgets._architecture.graph import Graph, VisibleGraph, VisibleNode, visible_graph
from widgets._architecture.layout import Layout, lay_out
from widgets._architecture.look import (
    Look,
    NodeState,
    edge_path,
    paint_edge,
    paint_label,
    paint_node,
    texts,
)

_NOTCH = 1.25
_TEXT_FROM = 6.0  # pixels that a line of text must be high on the screen
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Canvas(QWidget):
    """Shows a Graph; see ArchitectureView for what mouse and keys do."""

    node_chosen = Signal(str)
    block_toggled = Signal(str, bool)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._graph = Graph((), ())
        self._visible = VisibleGraph((), ())
        self._layout = Layout({}, [], [])
        self._frames: list[Frame] = []
        self._paths: list[tuple[str, str, QPainterPath]] = []
        self._labels: dict[str, str] = {}
        self._nodes: dict[str, VisibleNode] = {}
        self.collapsed: frozenset[str] = frozenset()
        self._chosen = ""
        self._at = ""
        self._hovered = ""
        self._found: frozenset[str] = frozenset()
        self._camera = Camera()
        self._press: tuple[QPointF, QPointF] | None = None
        self._panning = False

    # -- what is shown ----------------------------------------------------------------------

    def set_graph(self, graph: Graph, collapsed: Set[str]) -> None:
        """Show `graph` with these blocks collapsed."""
        self._graph, self.collapsed = graph, frozenset(collapsed)
        self._chosen = self._at = self._hovered = ""
        self._found = frozenset()
        self._arrange()
        self.home()

    def graph(self) -> Graph:
        """Return what is shown."""
        return self._graph

    def set_collapsed(self, collapsed: Set[str], anchor: str = "") -> None:
        """Collapse these blocks only; the node `anchor` of the graph stays where it is seen."""
        if frozenset(collapsed) == self.collapsed:
            return
        before = self._seen(anchor)
        self.collapsed = frozenset(collapsed)
        self._arrange()
        after = self._seen(anchor)
        if before is not None and after is not None:
            self._camera.origin += before - after
        self.update()

    def set_chosen(self, key: str) -> None:
        """Mark a node; what stands for it if its block is collapsed."""
        self._chosen = key
        self._at = self._visible.shown_as.get(key, "")
        self.update()

    def chosen(self) -> str:
        """Return the key of the chosen node, "" for none."""
        return self._chosen

    def set_found(self, keys: Set[str]) -> None:
        """Mark these nodes as found."""
        self._found = frozenset(self._visible.shown_as[key] for key in keys)
        self.update()

    def visible_texts(self) -> list[tuple[str, str]]:
        """Return the two lines of each visible node, in order (a round node: its sign)."""
        return [
            (n.node.sign, "") if n.node is not None and n.node.sign else texts(n)
            for n in self._visible.nodes
        ]

    def node_center(self, key: str) -> QPoint:
        """Return where in the widget the node with this key, or its block, is seen."""
        place = self._seen(key)
        assert place is not None, f"no node {key}"
        return place.toPoint()

    def header_center(self, path: str) -> QPoint:
        """Return where the heading of an opened block is seen."""
        frame = next(frame for frame in self._frames if frame.path == path)
        return self._camera.to_widget(frame.header.center()).toPoint()

    # -- arranging --------------------------------------------------------------------------

    def _look(self) -> Look:
        return Look(self.font(), self.palette())

    def _arrange(self) -> None:
        look = self._look()
        self._visible = visible_graph(self._graph, self.collapsed)
        self._nodes = {node.key: node for node in self._visible.nodes}
        self._labels = {}
        for edge in self._visible.edges:
            self._labels.setdefault(edge.source, edge.label)
        if not self._nodes:
            self._layout, self._frames, self._paths = Layout({}, [], []), [], []
            return
        sizes = {key: look.size(node) for key, node in self._nodes.items()}
        rooms = {key: look.label_room(label) for key, label in self._labels.items()}
        heading = QFontMetricsF(look.small).height() + 12
        self._layout = lay_out(self._visible, sizes, rooms, heading)
        self._frames = block_frames(self._graph, self._visible, self._layout, look)
        self._paths = [
            (edge.source, edge.target, edge_path(points)) for edge, points in self._layout.ways
        ]
        self._at = self._visible.shown_as.get(self._chosen, "")

    def bounds(self) -> QRectF:
        """Return what nodes, edges and frames cover, before zooming."""
        whole = self._layout.bounds()
        for frame in self._frames:
            whole = whole.united(frame.rect)
        return whole

    # -- where it looks ---------------------------------------------------------------------

    def scale_factor(self) -> float:
        """Return how much it is enlarged."""
        return self._camera.scale

    def _seen(self, key: str) -> QPointF | None:
        rect = self._layout.rects.get(self._visible.shown_as.get(key, ""))
        return None if rect is None else self._camera.to_widget(rect.center())

    def fit(self) -> None:
        """Show everything."""
        self._camera.fit(self.bounds(), QRectF(self.rect()), FARTHEST)
        self.update()

    def home(self) -> None:
        """Show everything if its words can be read then, else the chosen node or the input."""
        if not self._camera.fit(self.bounds(), QRectF(self.rect()), LEGIBLE):
            self.keep_in_sight(self._chosen)
        self.update()

    def keep_in_sight(self, key: str) -> None:
        """Pan so that the node with this key is seen."""
        rect = self._layout.rects.get(self._visible.shown_as.get(key, ""))
        if rect is not None:
            self._camera.keep_in_sight(rect, QRectF(self.rect()))
            self.update()

    def zoom(self, factor: float, anchor: QPointF) -> None:
        """Enlarge about a place in the widget."""
        self._camera.zoom(factor, anchor)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew, unless the person zoomed or panned."""
        super().resizeEvent(event)
        if self._camera.untouched:
            self.home()

    def changeEvent(self, event: QEvent) -> None:
        """Follow palette and text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self._arrange()
            if self._camera.untouched:
                self.home()
            self.update()

    def sizeHint(self) -> QSize:
        """Wide and low, as networks are drawn."""
        return QSize(640, 220)

    def minimumSizeHint(self) -> QSize:
        """Large enough for a few nodes."""
        return QSize(200, 90)

    # -- drawing ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frames, edges, then nodes, as far as they are seen."""
        painter, look = QPainter(self), self._look()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), look.palette.color(QPalette.ColorRole.Base))
        painter.save()
        painter.translate(self._camera.origin)
        painter.scale(self._camera.scale, self._camera.scale)
        corners = (
            self._camera.to_scene(QPointF(0, 0)),
            self._camera.to_scene(QPointF(self.width(), self.height())),
        )
        seen = QRectF(*corners).adjusted(-8, -8, 8, 8)
        legible = QFontMetricsF(look.small).height() * self._camera.scale >= _TEXT_FROM
        for frame in self._frames:
            if frame.rect.intersects(seen):
                frame.paint(painter, look, legible, hovered=self._hovered == f"frame {frame.path}")
        self._paint_edges(painter, look, seen)
        if legible:
            self._paint_labels(painter, look, seen)
        for key, rect in self._layout.rects.items():
            if rect.adjusted(0, 0, 0, 24).intersects(seen):
                state = NodeState(
                    key == self._at,
                    key in self._found,
                    key == self._hovered,
                    bool(self._found) and key not in self._found and key != self._at,
                )
                paint_node(painter, look, self._nodes[key], rect, state, legible)
        painter.restore()
        self._paint_border(painter, look)
        painter.end()

    def _paint_edges(self, painter: QPainter, look: Look, seen: QRectF) -> None:
        for strong in (False, True):
            for source, target, path in self._paths:
                belongs = bool(self._at) and self._at in (source, target)
                box = path.controlPointRect().adjusted(-1, -4, 1, 4)
                if belongs is strong and box.intersects(seen):
                    paint_edge(painter, look, path, strong)

    def _paint_labels(self, painter: QPainter, look: Look, seen: QRectF) -> None:
        for key, label in self._labels.items():
            rect = self._layout.rects[key]
            if label and rect.adjusted(0, 0, 120, 0).intersects(seen):
                paint_label(painter, look, label, rect)

    def _paint_border(self, painter: QPainter, look: Look) -> None:
        role = QPalette.ColorRole.Highlight if self.hasFocus() else QPalette.ColorRole.Mid
        color = QColor(look.palette.color(role))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # -- mouse ------------------------------------------------------------------------------

    def _under(self, position: QPointF) -> str:
        """The key of the node, or "frame " and the path of the heading, at a place; "" for none."""
        place = self._camera.to_scene(position)
        for key, rect in self._layout.rects.items():
            if rect.contains(place):
                return key
        for frame in reversed(self._frames):
            if frame.header.contains(place):
                return f"frame {frame.path}"
        return ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the mouse."""
        self.zoom(_NOTCH ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press, self._panning = (event.position(), QPointF(self._camera.origin)), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or show what a click would take."""
        if self._press is not None:
            way = event.position() - self._press[0]
            if self._panning or way.manhattanLength() >= QApplication.startDragDistance():
                self._panning = True
                self._camera.pan_to(self._press[1] + way)
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.update()
            return
        self._hover(self._under(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose or toggle what was clicked."""
        pressed, self._press = self._press, None
        if self._panning:
            self._panning = False
            self.unsetCursor()
        elif pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            self._clicked(self._under(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit when the ground is double-clicked."""
        if not self._under(event.position()):
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """Hover nothing."""
        self._hover("")
        super().leaveEvent(event)

    def _hover(self, key: str) -> None:
        if key != self._hovered:
            self._hovered = key
            self.setCursor(Qt.CursorShape.PointingHandCursor if key else Qt.CursorShape.ArrowCursor)
            self.update()

    def _clicked(self, key: str) -> None:
        if key.startswith("frame "):
            self.toggle(key.removeprefix("frame "))
        elif key:
            block = self._nodes[key].block
            if block is not None:
                self.toggle(block.path)
            else:
                self._choose(key)

    def _choose(self, key: str) -> None:
        self.set_chosen(key)
        self.node_chosen.emit(key)

    def toggle(self, path: str) -> None:
        """Collapse or open a block, and tell."""
        collapse = path not in self.collapsed
        wanted = self.collapsed | {path} if collapse else self.collapsed - {path}
        inside = [n.key for n in self._graph.nodes if path in self._graph.around(n.block)]
        self.set_collapsed(wanted, inside[0])
        self._hovered = ""
        self.block_toggled.emit(path, collapse)

    def event(self, event: QEvent) -> bool:
        """Tell what a node is in full in its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            said = self.told(self._under(QPointF(event.pos()))) or self.toolTip()
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)

    def told(self, key: str) -> str:
        """Return what is said about a visible node, by its key; "" for none."""
        if key.startswith("frame "):
            return f"{key.removeprefix('frame ')}: click to collapse"
        if key not in self._nodes:
            return ""
        node, label = self._nodes[key], self._labels.get(key, "")
        flows = f"\nout: {label}" if label else ""
        if node.block is not None:
            said = f"{node.block.path}: {node.block.title}, {len(node.inside)} steps"
            return f"{said}; click to open{flows}"
        assert node.node is not None, "neither node nor block"
        return f"{key}: {node.node.detail or node.node.title}{flows}"

    # -- keys -------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along the edges, toggle, zoom, pan."""
        key, held = Qt.Key(event.key()), event.modifiers()
        middle = QPointF(self.width() / 2, self.height() / 2)
        if key in _STEPS and held & Qt.KeyboardModifier.ControlModifier:
            right, down = _STEPS[key]
            self._camera.pan_to(self._camera.origin - QPointF(right * 60.0, down * 60.0))
            self.update()
        elif key in _STEPS:
            self._walk(*_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._toggle_at(leave=False)
        elif key == Qt.Key.Key_Backspace:
            self._toggle_at(leave=True)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_NOTCH, self._anchor() or middle)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1 / _NOTCH, self._anchor() or middle)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _anchor(self) -> QPointF | None:
        rect = self._layout.rects.get(self._at)
        return None if rect is None else self._camera.to_widget(rect.center())

    def _walk(self, right: int, down: int) -> None:
        """Go along an edge, or to the neighbour in the column; blocks are passed as one node."""
        rects = self._layout.rects
        if not rects:
            return
        if self._at not in rects:
            self._go(self._visible.nodes[0].key)
            return
        here = rects[self._at].center()
        if right:
            ends = [
                (edge.target if right > 0 else edge.source)
                for edge in self._visible.edges
                if (edge.source if right > 0 else edge.target) == self._at
            ]
            # Straight on first; among equals the nearest column.
            ends.sort(key=lambda k: (abs(rects[k].center().x() - here.x()), rects[k].center().y()))
        else:
            column = next(c for c in self._layout.columns if self._at in c)
            place = column.index(self._at) + down
            ends = column[place : place + 1] if place >= 0 else []
        if ends:
            self._go(ends[0])

    def _go(self, key: str) -> None:
        if self._nodes[key].block is None:
            self._choose(key)
        else:
            self._at = key
        first = self._nodes[key].inside[0]
        self.keep_in_sight(first)
        self.update()

    def _toggle_at(self, *, leave: bool) -> None:
        node = self._nodes.get(self._at)
        if node is None:
            return
        opened = [p for p in node.around if p in self._graph.collapsible()]
        if node.block is not None and not leave:
            self.toggle(node.block.path)
        elif leave and opened:
            self.toggle(opened[-1])
        self._at = self._visible.shown_as[node.inside[0]]
