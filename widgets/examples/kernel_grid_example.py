"""The kernel grid alone: python -m widgets.examples.kernel_grid_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.kernel_grid import KernelGrid

if __name__ == "__main__":
    app = QApplication([])
    grid = KernelGrid()
    grid.set_kernel(np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    grid.kernel_edited.connect(lambda kernel, goes_on: grid.setWindowTitle(f"Σ {kernel.sum():g}"))
    grid.show()
    app.exec()
