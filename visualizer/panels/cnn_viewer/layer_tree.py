"""The layers of a network as a tree to choose from, with a search."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from visualizer.panels.cnn_viewer.known import LayerEntry
from widgets.form_parts import wrapping_label

NAME = Qt.ItemDataRole.UserRole
LEAST_ROWS = 9
MARGIN = 12  # pixels beside a text of the second column


class LayerTree(QWidget):
    """Blocks and layers in the order in which they answer; arrows and clicks choose a layer."""

    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layers")
        self.search = QLineEdit(objectName="layer_search")
        self.search.setPlaceholderText("Search layers: conv, blocks.3, ReLU …")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Show only layers whose path or kind holds every word (Ctrl+L)")
        self.search.setAccessibleName("Search layers")
        self.tree = QTreeWidget(objectName="layer_tree")
        self.tree.setToolTip("The layers, in the order in which they answer")
        self.tree.setAccessibleName("Layers")
        self.tree.setHeaderLabels(["Layer", "Output"])
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(12)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.tree.itemExpanded.connect(lambda _item: self._fit_columns())
        self.tree.itemCollapsed.connect(lambda _item: self._fit_columns())
        self.tree.viewport().installEventFilter(self)
        self.nothing = wrapping_label("layer_search_nothing")
        self.nothing.setText("No layer has all these words in its path or kind. Try fewer.")
        self.nothing.hide()
        self._entries: tuple[LayerEntry, ...] = ()
        self._items: dict[str, QTreeWidgetItem] = {}
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose_first)
        self.tree.currentItemChanged.connect(self._current_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(self.nothing)
        layout.addWidget(self.tree, 1)
        self._fit_rows()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width of the tree."""
        if event.type() == QEvent.Type.Resize and watched is self.tree.viewport():
            self._fit_columns()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "tree"):
            self._fit_rows()
            self._fit_columns()

    def _fit_rows(self) -> None:
        self.tree.setMinimumHeight(LEAST_ROWS * self.tree.fontMetrics().lineSpacing())

    def _fit_columns(self) -> None:
        """Give names and kinds the room that is left; where that is too little, all of it."""
        header, width = self.tree.header(), self.tree.viewport().width()
        room = width - self._output_width()
        narrow = room < self._name_width()
        self.tree.setColumnHidden(1, narrow)
        header.resizeSection(0, max(width, self._name_width()) if narrow else room)
        header.resizeSection(1, self._output_width())

    def _output_width(self) -> int:
        """Return the width of the widest output shape."""
        texts = {shape_text(entry.shape) for entry in self._entries} | {"Output"}
        advance = self.tree.fontMetrics().horizontalAdvance
        return max(advance(text) for text in texts) + MARGIN

    def _name_width(self) -> int:
        """Return the width of the longest name that is not folded away, with its indentation."""
        metrics, widest = self.tree.fontMetrics(), 0
        item = self.tree.topLevelItem(0)
        while item is not None:
            depth, above = 1, item.parent()
            while above is not None:
                depth, above = depth + 1, above.parent()
            name = item.text(0).split("  ")[0] + " … "
            width = depth * self.tree.indentation() + metrics.horizontalAdvance(name)
            widest = max(widest, width)
            item = self.tree.itemBelow(item)
        return widest

    def set_layers(self, entries: Sequence[LayerEntry]) -> None:
        """List `entries`, blocks around them as their paths tell."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        self._items = {}
        blocks: dict[str, QTreeWidgetItem] = {}
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for entry in entries:
                path, _, leaf = entry.name.rpartition(".")
                item = QTreeWidgetItem([f"{leaf}  {entry.kind}", shape_text(entry.shape)])
                item.setData(0, NAME, entry.name)
                item.setToolTip(0, f"{entry.name}: {entry.kind}, output {shape_text(entry.shape)}")
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
                self._items[entry.name] = item
                self._block(path, blocks).addChild(item)
        self._filter(self.search.text())
        self._fit_columns()

    def set_current(self, name: str) -> None:
        """Mark the layer `name`, without telling."""
        item = self._items.get(name)
        if item is None or item is self.tree.currentItem():
            return
        with QSignalBlocker(self.tree):
            self.tree.setCurrentItem(item)
        self.tree.scrollToItem(item)

    def names(self) -> list[str]:
        """Return the layers that the search leaves, in order."""
        return [name for name, item in self._items.items() if not item.isHidden()]

    def item(self, name: str) -> QTreeWidgetItem:
        """Return the row of the layer `name`."""
        return self._items[name]

    def _block(self, path: str, blocks: dict[str, QTreeWidgetItem]) -> QTreeWidgetItem:
        if not path:
            return self.tree.invisibleRootItem()
        if path not in blocks:
            above, _, leaf = path.rpartition(".")
            made = QTreeWidgetItem([leaf, ""])
            made.setToolTip(0, path)
            self._block(above, blocks).addChild(made)
            blocks[path] = made
        return blocks[path]

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for entry in self._entries:
            said = f"{entry.name} {entry.kind}".lower()
            self._items[entry.name].setHidden(not all(word in said for word in words))
        root = self.tree.invisibleRootItem()
        for place in range(root.childCount()):
            _hide_empty(root.child(place), expand=bool(words))
        self.nothing.setVisible(bool(self._entries) and not self.names())

    def _choose_first(self) -> None:
        left = self.names()
        if left:
            self.tree.setCurrentItem(self._items[left[0]])

    def _current_changed(self, item: QTreeWidgetItem | None) -> None:
        name = item.data(0, NAME) if item is not None else None
        if name:
            self.layer_chosen.emit(name)


def _hide_empty(item: QTreeWidgetItem, *, expand: bool) -> bool:
    """Hide blocks of which nothing is left; returns whether `item` is hidden."""
    if item.data(0, NAME):
        return item.isHidden()
    hidden = [_hide_empty(item.child(place), expand=expand) for place in range(item.childCount())]
    item.setHidden(all(hidden))
    if expand:
        item.setExpanded(True)
    return item.isHidden()


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape for people: "64×112×112"."""
    return "×".join(str(size) for size in shape) or "one number"
