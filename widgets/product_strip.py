"""How one number was made, in a strip below what it was pointed at in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from widgets._products.cells import MOST_WIDE, USUAL_TEXT, Cells, CellsView, product_cells
from widgets._products.copying import offer_copy
from widgets.number_text import format_number

LEAST_WIDE = 7.0  # of a product, in heights of a line
HIGH = 2.3  # of the products, in heights of a line


@dataclass(frozen=True)
class Product:
    """value × weight; name: what the value is."""

    name: str
    value: float
    weight: float


class ProductStrip(QWidget):
    """A line of text with, below it, products as coloured cells; the strip is always as high.

    Of more products than there is room for, the largest are shown, in their order.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._line = QLabel()
        self._line.setObjectName(f"{name}_text")
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        self._line.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._cells = CellsView()
        self._cells.setObjectName(f"{name}_cells")
        self._cells.hide()
        self._products: tuple[Product, ...] = ()
        self._shown: list[int] = []
        self._text, self._copied = "", ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._cells)
        offer_copy(self, "Copy the numbers", self.copy)
        self._fit()

    def set_text(self, text: str) -> None:
        """Show `text` alone."""
        self.set_products(text, ())

    def set_products(self, text: str, products: Sequence[Product]) -> None:
        """Show `text`, and `products` below it."""
        self._text, self._products = text, tuple(products)
        self._lay_out()

    def text(self) -> str:
        """Return the line of text, with what it says about products that are not shown."""
        return self._line.text()

    def products(self) -> tuple[Product, ...]:
        """Return all products, shown or not."""
        return self._products

    def shown(self) -> list[int]:
        """Return the places of the products that are shown."""
        return list(self._shown)

    def copied_text(self) -> str:
        """Return text and all products as one line of plain text."""
        terms = [f"{one.value:.6g} × {one.weight:.6g}" for one in self._products]
        return f"{self._text}: {' + '.join(terms)}" if terms else self._text

    def copy(self) -> None:
        """Put text and products on the clipboard."""
        QGuiApplication.clipboard().setText(self.copied_text())

    def _lay_out(self) -> None:
        """Show as many products as there is room for."""
        line = self.fontMetrics().height()
        room = max(1, int(self.width() // (LEAST_WIDE * line)))
        products = np.array([one.value * one.weight for one in self._products])
        sizes = np.nan_to_num(np.abs(products), nan=np.inf)
        largest = np.argsort(-sizes, kind="stable")[:room]
        self._shown = sorted(largest.tolist())
        self._cells.setVisible(bool(self._shown))
        text = self._text
        left_out = len(self._products) - len(self._shown)
        if left_out:
            rest = sum(np.delete(products, self._shown).tolist())
            number = format_number(rest).replace("-", "−")
            noun = "product adds" if left_out == 1 else "products add"
            text += f" (the largest are shown; the {left_out} other {noun} {number})"
        if text != self._line.text():
            self._line.setText(text)
        if self._shown:
            scale = max(1.0, self.font().pointSizeF() / USUAL_TEXT)
            self._cells.setMaximumWidth(round(len(self._shown) * MOST_WIDE * scale) + 2)
            self._cells.set_cells(_cells([self._products[place] for place in self._shown]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many products as there is room for."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_products"):
            self._fit()
            self._lay_out()

    def _fit(self) -> None:
        line = self.fontMetrics().height()
        self._cells.setFixedHeight(round(HIGH * line))
        self._line.setFont(QFont(self.font()))
        self.setFixedHeight(round(HIGH * line) + line + 3)


def _cells(products: Sequence[Product]) -> Cells:
    values = np.array([[one.value for one in products]])
    weights = np.array([[one.weight for one in products]])
    cells = product_cells(weights, values, values * weights, np.ones(values.shape, dtype=bool))
    tips = [
        f"{one.name}: {tip}" if one.name else tip
        for one, tip in zip(products, cells.tips[0], strict=True)
    ]
    return Cells(cells.upper, cells.lower, cells.colors, cells.inside, [tips])
