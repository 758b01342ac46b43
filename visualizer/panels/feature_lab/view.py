"""The Feature Lab's layout: pictures left, tabs in the middle, the chosen pictures right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from visualizer.panels.feature_lab.controls import Controls
from visualizer.panels.feature_lab.selected import SelectedColumn
from widgets.message_bar import MessageBar
from widgets.side_column import SideColumn

CONTROLS_WIDTH, SELECTED_WIDTH = 270, 250


class FeatureLabView(QWidget):
    """All widgets of the Feature Lab, arranged; it knows nothing of what they mean."""

    def __init__(
        self, messages: MessageBar, selected: SelectedColumn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.messages, self.selected = messages, selected
        self.controls = Controls()
        self.pages = QTabWidget(objectName="feature_tabs")
        self.pages.setDocumentMode(True)
        self.pages.setUsesScrollButtons(True)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(messages)
        column.addWidget(self.pages, 1)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setObjectName("feature_splitter")
        self.body.addWidget(SideColumn("feature_controls_column", self.controls))
        self.body.addWidget(centre)
        self.body.addWidget(selected)
        for index, stretch in enumerate((0, 1, 0)):
            self.body.setStretchFactor(index, stretch)
            self.body.setCollapsible(index, False)
        self.body.setSizes([CONTROLS_WIDTH, 1280 - CONTROLS_WIDTH - SELECTED_WIDTH, SELECTED_WIDTH])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)
