"""The Geometry panel's layout: controls left, the two grids in the middle, explanation right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from visualizer.panels.geometry.controls import Controls
from widgets.button_list import ButtonList
from widgets.cell_map import CellPane
from widgets.drawer import Drawer
from widgets.form_parts import wrapping_label
from widgets.formula_label import FormulaLabel
from widgets.icon_button import IconButton
from widgets.job_bar import JobBar
from widgets.message_bar import MessageBar
from widgets.player_bar import PlayerBar
from widgets.products_view import ProductsView
from widgets.side_column import SideColumn

CONTROLS_WIDTH, WHY_WIDTH = 290, 300
LEAST_DRAWER = 0.42  # of the height, for an open tool


class GeometryView(QWidget):
    """All widgets of the panel, arranged; it knows nothing of what they mean."""

    def __init__(self, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = messages
        self.controls = Controls()
        self.input_pane = CellPane(
            "input", "The input with its padding. Point at a cell to see the outputs that use it"
        )
        self.output_pane = CellPane(
            "output", "The output. Point at a cell to see the inputs it is made of; click to hold"
        )
        self.player = PlayerBar("player")
        self.fill_button = IconButton(
            "mdi6.format-color-fill", "While it plays, show only the output cells made so far"
        )
        self.fill_button.setObjectName("fill_button")
        self.fill_button.setCheckable(True)
        self.fill_button.setChecked(True)
        self.export_bar = JobBar("export_job", can_pause=False)
        self.drawer = Drawer("geometry_tools")

        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setObjectName("geometry_splitter")
        controls = SideColumn("geometry_controls", self.controls)
        self.body.addWidget(controls)
        self.body.addWidget(self._centre())
        self.body.addWidget(self._why_column())
        for index, stretch in enumerate((0, 1, 0)):
            self.body.setStretchFactor(index, stretch)
            self.body.setCollapsible(index, False)
        self.body.setSizes([CONTROLS_WIDTH, 680, WHY_WIDTH])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)

    def _centre(self) -> QWidget:
        self.grids = QSplitter(Qt.Orientation.Horizontal)
        self.grids.setObjectName("grids_splitter")
        self.grids.setChildrenCollapsible(False)
        self.grids.addWidget(self.input_pane)
        self.grids.addWidget(self.output_pane)
        top = QWidget()
        upper = QVBoxLayout(top)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(6)
        upper.addWidget(self.grids, 1)
        player = QHBoxLayout()
        player.addWidget(self.player, 1)
        player.addWidget(self.fill_button)
        upper.addLayout(player)
        upper.addWidget(self.export_bar)
        self.stack = QSplitter(Qt.Orientation.Vertical)
        self.stack.setObjectName("geometry_drawer_splitter")
        self.stack.setChildrenCollapsible(False)
        self.stack.addWidget(top)
        self.stack.addWidget(self.drawer)
        self.stack.setStretchFactor(0, 3)
        self.stack.setStretchFactor(1, 2)
        self.stack.splitterMoved.connect(lambda _position, _index: self.arrange())
        self.drawer.page_shown.connect(self._make_room)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 8)
        column.addWidget(self.messages)
        column.addWidget(self.stack, 1)
        return centre

    def _why_column(self) -> QWidget:
        self.size_label = wrapping_label("size_label", bold=True)
        self.row_formula = _formula("row_formula")
        self.column_formula = _formula("column_formula")
        self.advice_label = wrapping_label("advice_label")
        self.offers = ButtonList("offer")
        self.products = ProductsView()
        self.products.setObjectName("geometry_products")
        self.sums_label = wrapping_label("sums_label")
        self.count_pane = CellPane("use_count", "How many windows read each input cell")
        self.count_pane.setMinimumHeight(170)
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (
            self.size_label,
            self.row_formula,
            self.column_formula,
            self.advice_label,
            self.offers,
            self.products,
            self.sums_label,
        ):
            layout.addWidget(widget)
        layout.addWidget(self.count_pane, 1)
        column.setMinimumWidth(WHY_WIDTH - 48)
        return SideColumn("geometry_why", column)

    def resizeEvent(self, event: QEvent) -> None:
        """Lay the grids side by side, or one above the other where that shows them larger."""
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Lay the grids out anew for what they show and for the room there is."""
        width, height = max(self.grids.width(), 1), max(self.grids.height(), 1)
        beside = _cell_side(QSize(width // 2, height), self.input_pane)
        above = _cell_side(QSize(width, height // 2), self.input_pane)
        turned = above > beside * 1.1
        wanted = Qt.Orientation.Vertical if turned else Qt.Orientation.Horizontal
        if self.grids.orientation() != wanted:
            self.grids.setOrientation(wanted)
            half = (height if turned else width) // 2
            self.grids.setSizes([half, half])

    def _make_room(self, shown: bool) -> None:
        height = self.stack.height()
        share = round(height * LEAST_DRAWER) if shown else self.drawer.maximumHeight()
        self.stack.setSizes([height - share, share])
        QTimer.singleShot(0, self, self.arrange)


def _formula(name: str) -> FormulaLabel:
    made = FormulaLabel()
    made.setObjectName(name)
    return made


def _cell_side(size: QSize, pane: CellPane) -> float:
    cells = pane.map.cells()
    rows, columns = cells.shape if cells is not None else (1, 1)
    return min((size.width() - 90) / columns, (size.height() - 60) / rows)
