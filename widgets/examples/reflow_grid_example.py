"""Make the window narrow or wide: python -m widgets.examples.reflow_grid_example."""

from PySide6.QtWidgets import QApplication, QPushButton

from widgets.reflow_grid import ReflowGrid

if __name__ == "__main__":
    app = QApplication([])
    grid = ReflowGrid("example", [QPushButton(f"One of six: {n}") for n in range(6)], 3)
    grid.resize(500, 200)
    grid.show()
    app.exec()
