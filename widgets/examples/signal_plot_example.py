"""A signal that slides under the mouse: python -m widgets.examples.signal_plot_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.signal_plot import SignalPlot, Trace

if __name__ == "__main__":
    app = QApplication([])
    plot = SignalPlot("plot", "t (samples)", "bell", "slide")
    n = np.arange(-8.0, 9.0)
    plot.set_extent(-30, 30)
    plot.set_value_range(0, 1)

    def show(shift: float, _goes_on: bool) -> None:
        """Draw the bell where the mouse took it."""
        plot.set_traces([Trace("bell", n + shift, np.exp(-(n**2) / 18), "green", "stems")])

    plot.slid.connect(show)
    show(0.0, False)
    plot.show()
    app.exec()
