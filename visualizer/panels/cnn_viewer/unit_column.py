"""The right column: one channel over the picture, and how one of its numbers came to be."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from widgets.bar_list import BarList
from widgets.form_parts import wrapping_label
from widgets.image_view import ImageView
from widgets.mosaic_view import MosaicView
from widgets.overlay_map import OverlayMap
from widgets.products_view import ProductsView
from widgets.toggle_row import Choice, ToggleRow
from widgets.value_slider import ValueRange, ValueSlider

INPUTS = 7
LEAST_WIDTH, LEAST_MAP, MAP_SHARE = 300, 150, 0.3
PARTS = (
    Choice("products", "Products", "The values and weights of one input channel, and their sum"),
    Choice("inputs", "Inputs", "Which input channels make the number, the strongest first"),
    Choice("filter", "Filter", "The weights of this channel, one map for each input channel"),
)


class UnitColumn(QWidget):
    """All widgets about one unit, arranged; it knows nothing of what they mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unit_column")
        self.title = wrapping_label("unit_title", bold=True)
        self.number = QLabel(objectName="unit_number")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.map = OverlayMap("unit_map", "Map over the picture")
        self.map.setToolTip(
            "The channel over the picture. Point at a position: what it sees is outlined, its "
            "number is explained below. A click holds it, Esc lets go"
        )
        self.opacity = ValueSlider(
            "opacity", "Map", ValueRange(0.0, 1.0, 0.6), "How much of the map covers the picture"
        )
        self.field_label = wrapping_label("field_label")
        self.steps = wrapping_label("unit_steps")
        self.steps.setTextFormat(Qt.TextFormat.RichText)
        self.parts = ToggleRow("unit_part", PARTS)
        self.inputs = BarList("unit_inputs", "Input channels, the strongest contribution first")
        self.rest = wrapping_label("unit_rest")
        self.products = ProductsView()
        self.products.setObjectName("unit_products")
        self.products.set_formula_shown(False)  # the steps above say it, and the map needs room
        self.filter = MosaicView("unit_filter", "Filter")
        self.colour_filter = ImageView(title="In colour")
        self.colour_filter.setObjectName("unit_filter_colour")
        self.colour_filter.setToolTip(
            "The filter's three input channels together, as red, green and blue; grey is zero"
        )
        self._pages = QStackedWidget(objectName="unit_pages")
        for page in (self.products, self._inputs_page(), self._filter_page()):
            self._pages.addWidget(page)
        self.parts.chosen.connect(self.show_part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 8)
        layout.setSpacing(5)
        for widget in (self.title, self.number):
            layout.addWidget(widget)
        layout.addWidget(self.map)
        for widget in (self.opacity, self.field_label, self.steps, self.parts):
            layout.addWidget(widget)
        layout.addWidget(self._pages, 1)
        for part in (self.parts, self._pages):
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
        self.setMinimumWidth(LEAST_WIDTH)
        self._fit_fonts()

    def _inputs_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.inputs)
        column.addWidget(self.rest)
        column.addStretch(1)
        return page

    def _filter_page(self) -> QWidget:
        page = QWidget()
        sides = QHBoxLayout(page)
        sides.setContentsMargins(0, 0, 0, 0)
        for view, share in ((self.colour_filter, 2), (self.filter, 3)):
            view.setMinimumHeight(150)
            view.setMinimumWidth(1)  # they share the column's width, and do not widen it
            sides.addWidget(view, share)
        self.colour_filter.hide()
        return page

    def show_colour_filter(self, colours: np.ndarray | None, weights: np.ndarray) -> None:
        """Show a filter in colour beside its channels, or, without colours, only those.

        colours: (kh, kw, 3) in [0, 1]; weights: (3, kh, kw), which are read off it.
        """
        self.colour_filter.setVisible(colours is not None)
        for view in (self.filter.view, self.colour_filter):
            view.set_compact(colours is not None)  # beside each other only a title has room
        if colours is None:
            self.colour_filter.clear_picture()
        else:
            values = np.ascontiguousarray(np.moveaxis(weights, 0, -1))
            self.colour_filter.set_picture((colours * 255.0 + 0.5).astype(np.uint8), values)

    def show_part(self, name: str) -> None:
        """Show products, inputs or the filter."""
        self.parts.set_value(name)
        self._pages.setCurrentIndex([part.value for part in PARTS].index(name))

    def show_explanation(self, shown: bool) -> None:
        """Show or hide what only a layer with weights has."""
        self.parts.setVisible(shown)
        self._pages.setVisible(shown)

    def set_room(self, height: int) -> None:
        """Give the map its part of `height`: what is said below must not move it under a mouse."""
        share = round(height * MAP_SHARE)
        self.map.setFixedHeight(min(max(share, LEAST_MAP), max(self.width(), LEAST_MAP)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the map about square, where there is room."""
        super().resizeEvent(event)
        viewport = self.parentWidget()
        if viewport is not None:
            self.set_room(viewport.height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "parts"):
            self._fit_fonts()

    def _fit_fonts(self) -> None:
        font = QFont(self.font())
        font.setBold(True)
        self.title.setFont(font)
        font.setPointSizeF(self.font().pointSizeF() * 1.5)
        self.number.setFont(font)
        # Room for what will be said, so that the map keeps its place.
        self.title.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.title.setAlignment(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self.number.setMinimumHeight(QFontMetrics(font).lineSpacing())
