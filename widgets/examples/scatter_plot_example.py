"""Three groups of points to lasso: python -m widgets.examples.scatter_plot_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.scatter_plot import Crossed, ScatterPlot

if __name__ == "__main__":
    app = QApplication([])
    drawn = np.random.default_rng(0)
    groups = np.repeat(np.arange(3), 40)
    points = drawn.normal(size=(120, 2)) + np.array([[0, 0], [4, 1], [2, 4]])[groups]
    plot = ScatterPlot("example")
    odd = Crossed("every tenth", np.arange(0, 120, 10))
    plot.set_points(points, groups, ["brick", "grass", "gravel"], crossed=odd)
    plot.set_labels("PC 1 (34 %)", "PC 2 (12 %)")
    plot.point_hovered.connect(lambda index: plot.show_card(None, f"point {index}"))
    plot.selection_changed.connect(lambda chosen: plot.setWindowTitle(f"{len(chosen)} selected"))
    plot.show()
    app.exec()
