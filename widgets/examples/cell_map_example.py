"""A grid of numbers with padding and a window: python -m widgets.examples.cell_map_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.cell_map import CellPane, GridCells, GridMarks, Window, signed_levels

if __name__ == "__main__":
    app = QApplication([])
    pane = CellPane("example", "Numbers with one cell of padding")
    values = np.pad(np.random.default_rng(0).integers(-5, 6, (6, 6)).astype(float), 1)
    pane.show_cells("Input", GridCells(values, (1, 1, 1, 1), levels=signed_levels(values)))
    pane.map.set_marks(GridMarks(windows=(Window(-1, -1, 3, 3),)))
    pane.show()
    app.exec()
