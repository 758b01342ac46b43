"""Why this pixel? The products of one window, their sum, and the formula with the numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from widgets._products.cells import CellsView, product_cells, reached_cells
from widgets._products.copying import offer_copy
from widgets.number_text import format_number

SHOWN_TERMS = 6


class ProductsView(QWidget):
    """Shows what one output pixel is made of, or which outputs one input pixel reaches."""

    tap_hovered = Signal(int, int)
    """Row and column of the product under the mouse, or −1, −1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("products_view")
        self._title = self._label("products_title", bold=True)
        self._cells = CellsView()
        self._sum = self._label("products_sum", bold=True)
        self._formula = self._label("products_formula")
        self._pin = self._label("products_pin")
        self._pin.setText("Held. Click the pixel again or press Esc to let go.")
        self._pin.hide()
        self._text = ""
        self._formula_wanted = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._title, self._pin):
            layout.addWidget(widget)
        for widget in (self._cells, self._sum, self._formula):
            layout.addWidget(widget)
        layout.addStretch(1)
        self._cells.cell_hovered.connect(self.tap_hovered)
        offer_copy(self, "Copy the formula and the numbers", self.copy)
        self._fit_fonts()

    def _label(self, name: str, *, bold: bool = False) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        font = label.font()
        font.setBold(bold)
        label.setFont(font)
        return label

    def set_products(
        self,
        rows: np.ndarray,
        columns: np.ndarray,
        weights: np.ndarray,
        values: np.ndarray,
        products: np.ndarray,
        total: float,
        inside: np.ndarray,
        *,
        title: str,
        symbol: str = "g",
        bias: float = 0.0,
        note: str = "",
    ) -> None:
        """Show one output pixel; every array is (kh, kw), one entry a tap.

        rows, columns: the input pixel each tap reads; inside: False where the border stands in.
        total: Σ products; bias is added to it. note: a sentence to say beside.
        """
        self._show_parts()
        self._title.setText(title)
        self._cells.set_cells(product_cells(weights, values, products, inside))
        added = f", + bias {format_number(bias)} = {_minus(total + bias)}" if bias else ""
        many = "1 product" if products.size == 1 else f"{products.size} products"
        self._sum.setText(f"Sum of {many} = {_minus(total)}{added}")
        terms = [
            f"{format_number(float(value))}·{_signed(float(weight))}"
            for value, weight in zip(values.ravel(), weights.ravel(), strict=True)
        ]
        if bias:
            terms.append(format_number(bias))
        formula = f"{symbol} = {_elided(terms)} = {_minus(total + bias)}"
        said = [formula] if self._formula_wanted else []
        self._formula.setText("\n".join([*said, note] if note else said))
        self._text = f"{title}: {symbol} = {' + '.join(terms)} = {total + bias:.6g}"

    def set_formula_shown(self, shown: bool) -> None:
        """Spell the sum out below the cells, or not where there is no room; it is copied anyway."""
        self._formula_wanted = shown

    def set_reached(
        self, rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, total_count: int,
        *, title: str = "This input pixel",
    ) -> None:  # fmt: skip
        """Show the outputs that one input pixel reaches; rows, columns, weights: (n,)."""
        outputs = f"{total_count} output{'s' if total_count != 1 else ''}"
        self._text = f"{title} is used by {outputs}"
        if not len(rows):
            self.clear(f"{title} is used by no output: it lies where the kernel never reaches.")
            return
        self._show_parts()
        self._title.setText(f"{title} is used by {outputs}")
        self._cells.set_cells(reached_cells(rows, columns, weights))
        self._sum.setText(f"Sum of the weights = {_minus(float(weights.sum()))}")
        self._formula.setText("Each cell: the output's row and column, and its weight.")
        places = ", ".join(
            f"({row}, {column}) × {format_number(float(weight))}"
            for row, column, weight in zip(rows, columns, weights, strict=True)
        )
        self._text += f": {places}"

    def clear(self, message: str) -> None:
        """Show `message` instead of numbers."""
        self._title.setText("")
        self._title.hide()
        self._cells.hide()
        self._cells.set_cells(None)
        self._sum.hide()
        self._formula.setText(message)
        self._formula.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text = message

    def _show_parts(self) -> None:
        for widget in (self._title, self._cells, self._sum):
            widget.show()

    def set_pinned(self, pinned: bool) -> None:
        """Say that the pixel is held, or not."""
        self._pin.setVisible(pinned)

    def set_highlight(self, row: int | None, column: int | None) -> None:
        """Outline the product of one tap, or none."""
        self._cells.set_highlight(None if row is None or column is None else (row, column))

    def formula_text(self) -> str:
        """Return all that is shown, as one line of plain text."""
        return self._text

    def cells(self) -> CellsView:
        """Return the widget that the products are drawn on."""
        return self._cells

    def copy(self) -> None:
        """Put the formula with all its numbers on the clipboard."""
        QGuiApplication.clipboard().setText(self._text)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_sum"):
            self._fit_fonts()

    def _fit_fonts(self) -> None:
        font = QFont(self.font())
        font.setBold(True)
        self._title.setFont(font)
        font.setPointSizeF(self.font().pointSizeF() * 1.2)
        self._sum.setFont(font)
        self._formula.setFont(self.font())


def _minus(value: float) -> str:
    return f"{value:.5g}".replace("-", "−")


def _signed(weight: float) -> str:
    text = format_number(weight)
    return f"(−{text[1:]})" if text.startswith("-") else text


def _elided(terms: list[str]) -> str:
    if len(terms) <= 2 * SHOWN_TERMS:
        return " + ".join(terms)
    head, tail = terms[:SHOWN_TERMS], terms[-2:]
    return " + ".join([*head, "…", *tail])
