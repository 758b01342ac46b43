"""Losses that fall over two sizes: python -m widgets.examples.loss_plot_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.loss_plot import LossCurve, LossPlot

if __name__ == "__main__":
    app = QApplication([])
    x = np.arange(120)
    style = [
        LossCurve(f"style{n}", f"style, block {n}", x, (n + 1) * np.exp(-x / 40), "style")
        for n in range(5)
    ]
    content = LossCurve("content", "content", x, 1 - np.exp(-x / 40), "content")
    total = LossCurve("total", "total", x, content.y + sum(c.y for c in style), "total")
    view = LossPlot("example")
    view.set_curves([total, content, *style], boundaries=[(60, "128 × 96")])
    view.iteration_clicked.connect(view.set_marked)
    view.resize(700, 260)
    view.show()
    app.exec()
