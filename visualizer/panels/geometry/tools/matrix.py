"""The operation as a matrix: y = W·x, with the row of the current output stressed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from widgets.cell_map import CellMap, GridCells, GridMarks, signed_levels
from widgets.colors import quantize
from widgets.form_parts import row, wrapping_label

FIRST = 2  # the matrix begins behind one line for the vector and one gap


@dataclass(frozen=True)
class MatrixData:
    """weights: W (outputs, inputs); x, y: the vectors; output_shape, input_shape: as grids."""

    weights: np.ndarray
    x: np.ndarray
    y: np.ndarray
    input_shape: tuple[int, int]
    output_shape: tuple[int, int]
    note: str
    hidden: np.ndarray  # bool (outputs,), which of y are still to be guessed


class MatrixPage(QWidget):
    """W with x above its columns and y beside its rows."""

    output_pointed = Signal(int, int)
    """Row and column of the output whose row of W the mouse is on."""
    pointing_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("matrix_page")
        self.map = CellMap(rulers=False)
        self.map.setObjectName("matrix_map")
        self.map.setMinimumSize(160, 120)
        self.map.setToolTip("One row of W for each output cell, one column for each input cell")
        self.text = wrapping_label("matrix_text")
        self.transpose = QCheckBox("Show Wᵀ, the transposed convolution", objectName="transpose")
        self.transpose.setToolTip("Wᵀ takes an output back to the input's size: z = Wᵀ·y")
        self.transpose.clicked.connect(self._show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.text)
        layout.addLayout(row(self.transpose, stretch=0))
        layout.addWidget(self.map, 1)
        self._data: MatrixData | None = None
        self._cell: tuple[int, int] | None = None
        self.map.cell_hovered.connect(self._hovered)
        self.map.cell_clicked.connect(self._hovered)
        self.map.hover_left.connect(self.pointing_left)

    def show_matrix(self, data: MatrixData | None, message: str = "") -> None:
        """Show `data`, or why there is no matrix."""
        self._data = data
        self.map.setVisible(data is not None)
        self.transpose.setEnabled(data is not None)
        if data is None:
            self.text.setText(message)
        else:
            self._show()

    def set_cell(self, cell: tuple[int, int] | None) -> None:
        """Stress the row of W that makes the output `cell`."""
        self._cell = cell
        data = self._data
        if data is None:
            return
        place = None
        if cell is not None and cell[0] < data.output_shape[0] and cell[1] < data.output_shape[1]:
            place = cell[0] * data.output_shape[1] + cell[1]
        if place is None or self.transpose.isChecked():
            self.map.set_marks(GridMarks())
        else:
            self.map.set_marks(GridMarks(band=place, cell=(place, -FIRST)))

    def _hovered(self, row_index: int, _column: int) -> None:
        data = self._data
        if data is None or self.transpose.isChecked() or not 0 <= row_index < len(data.y):
            return
        self.output_pointed.emit(*divmod(row_index, data.output_shape[1]))

    def _show(self) -> None:
        data = self._data
        if data is None:
            return
        self.transpose.setEnabled(not data.hidden.any())  # it would tell what is to be guessed
        turned = self.transpose.isChecked() and self.transpose.isEnabled()
        weights = data.weights.T if turned else data.weights
        x = data.y if turned else data.x
        y = weights @ x
        if turned:
            self.map.set_cells(_as_cells(weights, x, y, ("y", "z")))
        else:
            shown = np.where(data.hidden, np.nan, y)
            self.map.set_cells(_as_cells(weights, x, shown, ("x", "y")))
        zeros = int((data.weights == 0).sum())
        said = (
            f"z = Wᵀ·y, {weights.shape[0]} × {weights.shape[1]}: the transposed convolution "
            "lays each output back over the cells it came from."
            if turned
            else f"y = W·x, {weights.shape[0]} × {weights.shape[1]} with {zeros} zeros of "
            f"{weights.size}. {data.note}"
        )
        self.text.setText(said)
        self.set_cell(self._cell)


def _as_cells(
    weights: np.ndarray, x: np.ndarray, y: np.ndarray, names: tuple[str, str]
) -> GridCells:
    """Return W with x above and y at the left, each coloured about its own zero."""
    rows, columns = weights.shape
    values = np.full((rows + FIRST, columns + FIRST), np.nan)
    shades = np.full(values.shape, 128, dtype=np.uint8)
    for place, part in (
        ((slice(FIRST, None), slice(FIRST, None)), weights),
        ((0, slice(FIRST, None)), x),
        ((slice(FIRST, None), 0), y),
    ):
        values[place] = part
        shades[place] = quantize(part, signed_levels(part))
    return GridCells(
        values,
        padding=(FIRST, 0, FIRST, 0),
        levels=signed_levels(weights),
        shades=shades,
        captions={(0, 1): names[0], (1, 0): names[1]},
    )
