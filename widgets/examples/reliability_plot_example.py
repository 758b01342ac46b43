"""Surer than it should be: python -m widgets.examples.reliability_plot_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.reliability_plot import ReliabilityPlot

if __name__ == "__main__":
    app = QApplication([])
    plot = ReliabilityPlot("example")
    edges = np.linspace(0, 1, 6)
    middles = (edges[:-1] + edges[1:]) / 2
    plot.set_curve(edges, middles, middles**1.5, np.array([2, 5, 9, 20, 40]))
    plot.resize(480, 420)
    plot.show()
    app.exec()
