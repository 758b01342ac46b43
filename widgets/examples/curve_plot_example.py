"""A plot of two curves: python -m widgets.examples.curve_plot_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.curve_plot import Curve, CurvePlot

if __name__ == "__main__":
    app = QApplication([])
    plot = CurvePlot("time", "height", x_units="s", y_units="m")
    t = np.linspace(0, 1.4, 100)
    thrown = Curve("thrown", t, 7 * t - 4.9 * t**2, "blue")
    dropped = Curve("dropped", t, 9 - 4.9 * t**2, "red", dash=1)
    plot.set_curves([thrown, dropped], marks=[(7 / 9.8, "highest")])
    plot.show()
    app.exec()
