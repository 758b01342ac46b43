"""The CNN Viewer's layout: what is chosen left, layers in the middle, one unit right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from visualizer.panels.cnn_viewer.channels import ChannelsView
from visualizer.panels.cnn_viewer.controls import Controls
from visualizer.panels.cnn_viewer.unit_column import UnitColumn
from widgets.drawer import Drawer
from widgets.message_bar import MessageBar
from widgets.side_column import SideColumn

CONTROLS_WIDTH, UNIT_WIDTH = 290, 330
TAB_SHARE = 0.55  # of the height, for an open tab


class CnnViewerView(QWidget):
    """All widgets of the CNN Viewer, arranged; it knows nothing of what they mean."""

    def __init__(self, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = messages
        self.controls = Controls()
        self.channels = ChannelsView()
        self.unit = UnitColumn()
        self.drawer = Drawer("viewer")
        self.stack = QSplitter(Qt.Orientation.Vertical)
        self.stack.setObjectName("viewer_splitter")
        self.stack.addWidget(self.drawer)
        self.stack.addWidget(self._lower())
        self.stack.setChildrenCollapsible(False)
        self.drawer.page_shown.connect(self._make_room)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.messages)
        column.addWidget(self.stack, 1)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setObjectName("cnn_viewer_splitter")
        self.body.addWidget(SideColumn("cnn_controls_column", self.controls))
        self.body.addWidget(centre)
        for index, stretch in enumerate((0, 1)):
            self.body.setStretchFactor(index, stretch)
            self.body.setCollapsible(index, False)
        self.body.setSizes([CONTROLS_WIDTH, 910])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)

    def _lower(self) -> QWidget:
        """Return the channels beside one unit; an open tab lies over both, for it needs width."""
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.setObjectName("channels_splitter")
        lower.addWidget(self.channels)
        lower.addWidget(SideColumn("unit_side_column", self.unit))
        for index, stretch in enumerate((3, 1)):
            lower.setStretchFactor(index, stretch)
            lower.setCollapsible(index, False)
        lower.setSizes([580, UNIT_WIDTH])
        return lower

    def _make_room(self, shown: bool) -> None:
        height = self.stack.height()
        share = round(height * TAB_SHARE) if shown else self.drawer.maximumHeight()
        self.stack.setSizes([share, height - share])
