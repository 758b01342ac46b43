"""Sixty-four maps to hover and click: python -m widgets.examples.mosaic_view_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.colors import quantize
from widgets.mosaic_view import Maps, MosaicView

if __name__ == "__main__":
    app = QApplication([])
    maps = np.random.default_rng(0).normal(size=(64, 14, 14)).cumsum(axis=1)
    limit = float(np.abs(maps).max())
    view = MosaicView("example", "64 maps")
    view.set_maps(Maps(quantize(maps, (-limit, limit)), maps, "signed", (-limit, limit)))
    view.show()
    app.exec()
