"""A network as a graph: search, choose, open and collapse blocks, zoom."""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from widgets._architecture.arranging import Runner
from widgets._architecture.canvas import Canvas
from widgets._architecture.graph import (
    Graph,
    GraphBlock,
    GraphEdge,
    GraphNode,
    default_collapsed,
)
from widgets._architecture.look import short_name

__all__ = [
    "ArchitectureView",
    "Graph",
    "GraphBlock",
    "GraphEdge",
    "GraphNode",
    "Runner",
    "default_collapsed",
    "short_name",
]


class ArchitectureView(QWidget):
    """Shows a `Graph` from left to right, shapes behind the nodes that make them.

    Mouse: a click chooses a node, opens a collapsed block, or collapses an opened one (on its
    heading); the wheel zooms, a drag pans, a double click on the ground fits. Keys: arrows walk
    along the edges, Return opens a block, Backspace collapses the one around, + − 0 zoom and fit,
    Ctrl+arrows pan, / searches, Return there goes from match to match.

    objectNames: "<name>_canvas", "<name>_search", "<name>_matches", "<name>_open",
    "<name>_collapse", "<name>_fit".
    """

    node_chosen = Signal(str)
    """The key of the node that the person chose."""
    collapsed_changed = Signal(object)
    """The paths of all collapsed blocks, frozenset, after the person opened or collapsed one."""

    def __init__(
        self, name: str, parent: QWidget | None = None, *, run: Runner | None = None
    ) -> None:
        """run(work, take): call `work` away from this thread and hand its answer to `take` here.

        Only graphs of many nodes go there; without it everything is arranged at once.
        """
        super().__init__(parent)
        self.setObjectName(name)
        self.canvas = Canvas(run=run)
        self.canvas.setObjectName(f"{name}_canvas")
        self.canvas.setAccessibleName("Network as a graph")
        self.canvas.setToolTip(
            "Click: choose a layer, open or collapse a block. Wheel: zoom. Drag: pan.\n"
            "Keys: arrows, Return and Backspace for blocks, + − 0, / to search"
        )
        self.search = QLineEdit(objectName=f"{name}_search", placeholderText="Search layers")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("A part of a layer's name or kind; Return goes to the next match")
        self.search.setMaximumWidth(240)
        self.matches = QLabel(objectName=f"{name}_matches")
        self.open_all = self._button("Open all", "open", "Open all blocks")
        self.collapse_all = self._button("Collapse all", "collapse", "Collapse all blocks")
        self.fit_button = self._button("Fit", "fit", "Show the whole network (0)")
        self._keys: list[str] = []
        self._match = -1
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.canvas)

    def _button(self, text: str, name: str, tooltip: str) -> QPushButton:
        button = QPushButton(text, objectName=f"{self.objectName()}_{name}")
        button.setToolTip(tooltip)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.matches)
        row.addStretch(1)
        for button in (self.open_all, self.collapse_all, self.fit_button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.canvas, 1)

    def _connect(self) -> None:
        self.canvas.node_chosen.connect(self.node_chosen)
        self.canvas.block_toggled.connect(lambda _path, _collapsed: self._toggled())
        self.canvas.left.connect(self.search.clear)
        self.search.textChanged.connect(self._searched)
        self.search.returnPressed.connect(self.next_match)
        self.open_all.clicked.connect(lambda: self._collapse(frozenset()))
        self.collapse_all.clicked.connect(lambda: self._collapse(self.graph().collapsible()))
        self.fit_button.clicked.connect(self.canvas.fit)
        shortcut = QShortcut(QKeySequence("/"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.search.setFocus)

    # -- what is shown ----------------------------------------------------------------------

    def set_graph(self, graph: Graph, collapsed: Set[str] | None = None) -> None:
        """Show `graph`; by default with as many blocks collapsed as keep it easy to survey."""
        wanted = default_collapsed(graph) if collapsed is None else collapsed
        self.canvas.set_graph(graph, wanted)
        self._searched(self.search.text())

    def graph(self) -> Graph:
        """Return what is shown."""
        return self.canvas.graph()

    def collapsed(self) -> frozenset[str]:
        """Return the paths of the collapsed blocks."""
        return self.canvas.collapsed

    def set_collapsed(self, collapsed: Set[str]) -> None:
        """Collapse these blocks and open all others, without telling."""
        self.canvas.set_collapsed(collapsed, self.canvas.chosen())
        self._show_matches()

    def set_chosen(self, key: str, *, reveal: bool = False) -> None:
        """Mark a node, without telling. reveal: open the blocks around it, and pan to it."""
        if reveal and key in self.graph().by_key:
            around = self.graph().around(self.graph().by_key[key].block)
            self.set_collapsed(self.collapsed() - set(around))
        self.canvas.set_chosen(key)
        self.canvas.keep_in_sight(key)

    def chosen(self) -> str:
        """Return the key of the chosen node, "" for none."""
        return self.canvas.chosen()

    def visible_texts(self) -> list[tuple[str, str]]:
        """Return what the visible nodes say, in the order in which they run."""
        return self.canvas.visible_texts()

    def node_center(self, key: str) -> QPoint:
        """Return where in the canvas a node, or the collapsed block around it, is."""
        return self.canvas.node_center(key)

    # -- searching --------------------------------------------------------------------------

    def found(self) -> list[str]:
        """Return the keys of the nodes that the search matches."""
        return list(self._keys)

    def next_match(self) -> None:
        """Choose the next match, opening the blocks around it, and tell."""
        if not self._keys:
            return
        self._match = (self._match + 1) % len(self._keys)
        key = self._keys[self._match]
        before = self.collapsed()
        self.set_chosen(key, reveal=True)
        self._say_matches()
        if self.collapsed() != before:
            self.collapsed_changed.emit(self.collapsed())
        self.node_chosen.emit(key)

    def _searched(self, text: str) -> None:
        wanted = text.strip().casefold()
        self._keys = [
            node.key
            for node in self.graph().nodes
            if wanted and wanted in f"{node.key} {node.title} {node.detail} {node.role}".casefold()
        ]
        self._match = -1
        self._show_matches()

    def _show_matches(self) -> None:
        self.canvas.set_found(frozenset(self._keys))
        self._say_matches()

    def _say_matches(self) -> None:
        count = len(self._keys)
        if not self.search.text().strip():
            self.matches.setText("")
        elif self._match >= 0:
            self.matches.setText(f"{self._match + 1} of {count}")
        else:
            self.matches.setText(f"{count} found" if count else "none found")

    def _toggled(self) -> None:
        self._show_matches()
        self.collapsed_changed.emit(self.collapsed())

    def _collapse(self, collapsed: frozenset[str]) -> None:
        self.set_collapsed(collapsed)
        self.canvas.home()
        self.collapsed_changed.emit(self.collapsed())
