"""Painting where a style goes: python -m widgets.examples.mask_painter_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.mask_painter import MaskPainter

if __name__ == "__main__":
    app = QApplication([])
    down, right = np.mgrid[0:120, 0:160]
    view = MaskPainter("example")
    view.set_picture(np.stack([down * 2, right, 255 - down * 2], axis=2).astype(np.uint8))
    view.mask_changed.connect(lambda mask, _goes_on: view.setWindowTitle(f"{mask.mean():.1%}"))
    view.resize(520, 480)
    view.show()
    app.exec()
