"""The drawing of a network: zoom, pan, choose, collapse, walk with the keys."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from widgets._architecture.arranging import Arrangement, Runner, arrange, headed, measure
from widgets._architecture.camera import FARTHEST, LEGIBLE, Camera
from widgets._architecture.frames import Frame
from widgets._architecture.graph import Graph
from widgets._architecture.look import Look, texts
from widgets._architecture.painting import Marks, paint_border, paint_network, paint_notice
from widgets._architecture.walking import neighbour, told

_NOTCH = 1.25
_ARRANGING = "Arranging the opened blocks…"
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

    def __init__(self, parent: QWidget | None = None, run: Runner | None = None) -> None:
        """run: takes the arranging of large graphs; without it they are arranged at once."""
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._runner = run
        self._graph = Graph((), ())
        self._shown = Arrangement()
        self._frames: list[Frame] = []
        self.collapsed: frozenset[str] = frozenset()
        self._chosen = ""
        self._at = ""
        self._hovered = ""
        self._keys: frozenset[str] = frozenset()  # of the graph's nodes that were found
        self._camera = Camera()
        self._press: tuple[QPointF, QPointF] | None = None
        self._panning = False
        self._asked = 0
        self._pending = False
        self._looks: Callable[[], None] | None = None  # where to look at what is pending

    # -- what is shown ----------------------------------------------------------------------

    def set_graph(self, graph: Graph, collapsed: Set[str]) -> None:
        """Show `graph` with these blocks collapsed."""
        self._graph, self.collapsed = graph, frozenset(collapsed)
        self._chosen = self._at = self._hovered = ""
        self._keys = frozenset()
        self._arrange()
        self.home()

    def graph(self) -> Graph:
        """Return what is shown."""
        return self._graph

    def set_collapsed(self, collapsed: Set[str], anchor: str = "") -> None:
        """Collapse these blocks only; the node `anchor` of the graph stays where it is seen."""
        if frozenset(collapsed) == self.collapsed:
            return
        self.collapsed = frozenset(collapsed)
        self._arrange(anchor)

    def set_chosen(self, key: str) -> None:
        """Mark a node; what stands for it if its block is collapsed."""
        self._chosen = key
        self._at = self._shown.visible.shown_as.get(key, "")
        self.update()

    def chosen(self) -> str:
        """Return the key of the chosen node, "" for none."""
        return self._chosen

    def set_found(self, keys: Set[str]) -> None:
        """Mark these nodes as found."""
        self._keys = frozenset(keys)
        self.update()

    def visible_texts(self) -> list[tuple[str, str]]:
        """Return the two lines of each visible node, in order (a round node: its sign)."""
        return [
            (n.node.sign, "") if n.node is not None and n.node.sign else texts(n)
            for n in self._shown.visible.nodes
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

    def _arrange(self, anchor: str = "") -> None:
        """Arrange anew; a large graph in the runner's time, the old drawing stays until then."""
        measured = measure(self._graph, self.collapsed, self._look())
        self._asked += 1
        self._looks = None
        if self._runner is None or measured.is_quick:
            self._take(self._asked, anchor, arrange(measured))
            return
        self._pending = True
        self._runner(partial(arrange, measured), partial(self._take, self._asked, anchor))
        self.update()

    def _take(self, asked: int, anchor: str, arrangement: Arrangement) -> None:
        """Show what was arranged, unless something else has been asked for since."""
        if asked != self._asked:
            return
        before = self._seen(anchor)
        self._shown, self._pending = arrangement, False
        self._frames = headed(arrangement, self._look())
        self._at = arrangement.visible.shown_as.get(self._chosen, "")
        self._hovered = ""
        after = self._seen(anchor)
        if before is not None and after is not None:
            self._camera.origin += before - after
        looks, self._looks = self._looks, None
        if looks is not None:
            looks()
        self.update()

    def is_arranged(self) -> bool:
        """Return whether what was asked for is what is drawn."""
        return not self._pending

    def bounds(self) -> QRectF:
        """Return what nodes, edges and frames cover, before zooming."""
        return self._shown.bounds

    # -- where it looks ---------------------------------------------------------------------

    def scale_factor(self) -> float:
        """Return how much it is enlarged."""
        return self._camera.scale

    def _seen(self, key: str) -> QPointF | None:
        rect = self._shown.rect_of(key)
        return None if rect is None else self._camera.to_widget(rect.center())

    def fit(self) -> None:
        """Show everything."""
        if self._pending:
            self._looks = self.fit
            return
        self._camera.fit(self.bounds(), QRectF(self.rect()), FARTHEST)
        self.update()

    def home(self) -> None:
        """Show everything if its words can be read then, else the chosen node or the input."""
        if self._pending:
            self._looks = self.home
            return
        if not self._camera.fit(self.bounds(), QRectF(self.rect()), LEGIBLE):
            self.keep_in_sight(self._chosen)
        self.update()

    def keep_in_sight(self, key: str) -> None:
        """Pan so that the node with this key is seen."""
        if self._pending:
            self._looks = self._looks or partial(self.keep_in_sight, key)
            return
        rect = self._shown.rect_of(key)
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
        if event.type() == QEvent.Type.FontChange:
            self._arrange()
            if self._camera.untouched:
                self.home()
        elif event.type() == QEvent.Type.PaletteChange:
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
        painter, look, camera = QPainter(self), self._look(), self._camera
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), look.palette.color(QPalette.ColorRole.Base))
        painter.save()
        painter.translate(camera.origin)
        painter.scale(camera.scale, camera.scale)
        far = QPointF(self.width(), self.height())
        seen = QRectF(camera.to_scene(QPointF(0, 0)), camera.to_scene(far))
        shown_as = self._shown.visible.shown_as
        found = frozenset(shown_as[key] for key in self._keys if key in shown_as)
        marks = Marks(self._at, self._hovered, found)
        near = seen.adjusted(-8, -8, 8, 8)
        paint_network(painter, look, self._shown, self._frames, marks, near, camera.scale)
        painter.restore()
        if self._pending:
            paint_notice(painter, look, QRectF(self.rect()), _ARRANGING)
        border = QRectF(self.rect().adjusted(0, 0, -1, -1))
        paint_border(painter, look, border, focused=self.hasFocus())
        painter.end()

    # -- mouse ------------------------------------------------------------------------------

    def _under(self, position: QPointF) -> str:
        """The key of the node, or "frame " and the path of the heading, at a place; "" for none."""
        place = self._camera.to_scene(position)
        for key, rect in self._shown.layout.rects.items():
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
            block = self._shown.nodes[key].block
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
            said = told(self._shown, self._under(QPointF(event.pos()))) or self.toolTip()
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)

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
        rect = self._shown.layout.rects.get(self._at)
        return None if rect is None else self._camera.to_widget(rect.center())

    def _walk(self, right: int, down: int) -> None:
        """Go along an edge, or to the neighbour in the column; blocks are passed as one node."""
        key = neighbour(self._shown, self._at, right, down)
        if not key:
            return
        node = self._shown.nodes[key]
        if node.block is None:
            self._choose(key)
        else:
            self._at = key
        self.keep_in_sight(node.inside[0])
        self.update()

    def _toggle_at(self, *, leave: bool) -> None:
        """Open the block that stands here, or collapse the one around."""
        node = self._shown.nodes.get(self._at)
        if node is None:
            return
        opened = [p for p in node.around if p in self._graph.collapsible()]
        if node.block is not None and not leave:
            self.toggle(node.block.path)
        elif leave and opened:
            self.toggle(opened[-1])
        self._at = self._shown.visible.shown_as[node.inside[0]]
