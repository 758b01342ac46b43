"""The Kernel Lab's layout: controls left, pictures in the middle, the explanation right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from visualizer.hover_link import CHANNELS
from visualizer.panels.kernel_lab.controls import Controls
from widgets.drawer import Drawer
from widgets.image_view import ImageView
from widgets.kernel_grid import KernelGrid
from widgets.message_bar import MessageBar
from widgets.products_view import ProductsView
from widgets.side_column import SideColumn
from widgets.toggle_row import Choice, ToggleRow

CONTROLS_WIDTH = 304
WHY_WIDTH = 288
LEAST_DRAWER, MOST_DRAWER = 0.42, 0.6  # of the height, for an open tool
PICTURE_MARGINS = 64  # pixels above and around a picture in its view


class KernelLabView(QWidget):
    """All widgets of the Kernel Lab, arranged; it knows nothing of what they mean."""

    def __init__(self, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controls = Controls()
        self.messages = messages
        self.input_view = ImageView()
        self.input_view.setObjectName("input_view")
        self.input_view.set_title("Input")
        self.output_view = ImageView()
        self.output_view.setObjectName("output_view")
        self.output_view.set_title("Output")
        self.input_view.link_to(self.output_view)

        self.pictures = QSplitter(Qt.Orientation.Horizontal)
        self.pictures.setObjectName("pictures_splitter")
        self.pictures.addWidget(self.input_view)
        self.pictures.addWidget(self.output_view)
        self.pictures.setChildrenCollapsible(False)

        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 8)
        column.addWidget(self.messages)
        self.drawer = Drawer("tools")
        self.stack = QSplitter(Qt.Orientation.Vertical)
        self.stack.setObjectName("drawer_splitter")
        self.stack.addWidget(self.pictures)
        self.stack.addWidget(self.drawer)
        self.stack.setChildrenCollapsible(False)
        self.stack.setStretchFactor(0, 3)
        self.stack.setStretchFactor(1, 2)
        self.stack.splitterMoved.connect(lambda _position, _index: self._arrange_pictures())
        self.drawer.page_shown.connect(self._make_room)
        column.addWidget(self.stack, 1)

        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setObjectName("kernel_lab_splitter")
        self.body.addWidget(self.controls)
        self.body.addWidget(centre)
        self.body.addWidget(self._why_column())
        for index, stretch in enumerate((0, 1, 0)):
            self.body.setStretchFactor(index, stretch)
            self.body.setCollapsible(index, False)
        self.body.setSizes([CONTROLS_WIDTH, 680, WHY_WIDTH])

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)
        self._aspect = 1.0

    def _why_column(self) -> QWidget:
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        self.applied_label = QLabel("Kernel as it is applied")
        self.applied_label.setObjectName("applied_label")
        self.applied_grid = KernelGrid()
        self.applied_grid.setObjectName("applied_grid")
        self.applied_grid.set_read_only(True)
        self.applied_grid.setFixedHeight(132)
        layout.addWidget(self.applied_label)
        layout.addWidget(self.applied_grid)

        self.channel_row = ToggleRow(
            "channel",
            [
                Choice(name, name.capitalize(), f"Explain the {name} channel")
                for name in CHANNELS[3]
            ],
        )
        layout.addWidget(self.channel_row)

        self.products = ProductsView()
        self.products.setObjectName("products_view")
        layout.addWidget(self.products, 1)
        column.setMinimumWidth(WHY_WIDTH - 48)
        return SideColumn("why_column", column)

    def set_picture_aspect(self, width_by_height: float) -> None:
        """Lay the two pictures side by side or one above the other, whichever shows them larger."""
        self._aspect = width_by_height
        self._arrange_pictures()

    def resizeEvent(self, event: QEvent) -> None:
        """Keep the arrangement that shows the pictures larger."""
        super().resizeEvent(event)
        self._arrange_pictures()

    def _make_room(self, shown: bool) -> None:
        """Give an opened tool its share of the height, take it back from a closed one."""
        height = self.stack.height()
        share = round(height * self._drawer_share()) if shown else self.drawer.maximumHeight()
        self.stack.setSizes([height - share, share])
        QTimer.singleShot(0, self._arrange_pictures)

    def _drawer_share(self) -> float:
        """Return the tool's share of the height: what the pictures, side by side, cannot use."""
        width = self.pictures.width() / 2 - self.output_view.bar_width()
        needed = width / self._aspect + PICTURE_MARGINS
        spare = 1 - needed / max(self.stack.height(), 1)
        return min(max(spare, LEAST_DRAWER), MOST_DRAWER)

    def _arrange_pictures(self) -> None:
        width, height = max(self.pictures.width(), 1), max(self.pictures.height(), 1)
        beside = min(width / 2 / self._aspect, height)
        stacked = min(width / self._aspect, height / 2)
        wanted = Qt.Orientation.Vertical if stacked > beside * 1.05 else Qt.Orientation.Horizontal
        if self.pictures.orientation() != wanted:
            self.pictures.setOrientation(wanted)
            half = (height if wanted == Qt.Orientation.Vertical else width) // 2
            self.pictures.setSizes([half, half])
